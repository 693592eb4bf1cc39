"""Every sentence a person reads is in the catalogues, and the catalogues are whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "templates").rglob("*.html"))
# Letters outside of Jinja, tags and entities are words that nobody could translate.
CLASSES = r"\{% block \w+_class %\}.*?\{% endblock %\}"
JINJA = re.compile(CLASSES + r"|<style>.*?</style>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"SHA", "PDF", "Esc"}  # "Esc" stands on the key
SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label)=\"([^\"]*)\"")


def test_the_catalogues_are_fresh_and_complete() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "words.py", "check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.stdout + run.stderr == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_words_stand_in_a_template_untranslated(path: Path) -> None:
    bare = JINJA.sub("", path.read_text("utf-8"))
    spoken = " ".join(SPOKEN.findall(bare))
    text = re.sub(r"&\w+;|[\w-]+=\"[^\"]*\"", "", TAG.sub(" ", bare))
    words = WORD.findall(f"{text} {spoken}")
    assert [word for word in words if word not in NAMES] == []
