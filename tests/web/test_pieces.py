"""Templates in pieces say what Jinja's own say."""

from flask import Flask
from jinja2 import DictLoader

from portal.web import pieces

TEMPLATES = {
    "base": "<{% block a %}one{% endblock %}|{{ self.a() }}>",
    "middle": '{% extends "base" %}{% block a %}{{ super() }} two{% endblock %}',
    "leaf": '{% extends "middle" %}{% block a %}{{ super() }} three{% endblock %}',
}


def test_a_block_adds_to_that_of_the_template_above() -> None:
    app = Flask("portal")
    app.jinja_loader = DictLoader(TEMPLATES)
    pieces.init(app)

    said = app.jinja_env.get_template("leaf").render()

    assert said == "<one two three|one two three>"
