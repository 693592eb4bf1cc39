"""Templates whose blocks hand their text over in one piece, and that escape only what needs it.

Jinja lets each bit of text climb through every block and every frame around it. A page of the
office has more than a thousand bits, five steps deep: that was a fifth of all its calls. And what
is HTML already (each word, each macro) was made HTML once more, in seven calls.
"""

from collections.abc import Callable, Iterator, MutableMapping
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import Environment, Template
from jinja2.runtime import Context
from markupsafe import Markup, escape

Render = Callable[[Context], Iterator[str]]


class InPieces(Template):
    """A template as Jinja makes it, its blocks joined."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002  (Jinja's name)
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """Return the template that compiled code describes."""
        made = Template.from_code(environment, code, globals, uptodate)
        for name, render in made.blocks.items():
            # `super()` looks for the block by the function that stands under this name.
            made.blocks[name] = render.__globals__[render.__name__] = _joined(render)
        made.root_render_func.__globals__["escape"] = as_html  # what compiled templates call
        made.root_render_func = _joined(made.root_render_func)
        return made


def as_html(value: Any) -> Markup:
    """Return a value as HTML: as it is if it is HTML, else escaped."""
    return value if type(value) is Markup else escape(value)


def _joined(render: Render) -> Render:
    def whole(context: Context) -> Iterator[str]:
        yield "".join(render(context))

    return whole


def init(app: Flask) -> None:
    """Let all templates be of this kind; before the first one is loaded."""
    app.jinja_env.template_class = InPieces
