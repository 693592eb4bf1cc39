"""What the tests of documents share: one warm child, and receipts of given texts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal.core.i18n import in_language
from portal.demo.sample import complete
from portal.documents.contents import Content, Entry, Section
from portal.documents.receipt import receipt
from portal.documents.renderer import Renderer
from tests.documents.contents_of_samples import receipt_of


@pytest.fixture(scope="session")
def child() -> Iterator[Renderer]:
    """Return a renderer with a living child; on a busy machine a long document takes its time."""
    made = Renderer(seconds=300)
    yield made
    made.close()


@pytest.fixture
def receipt_with(app: Flask) -> Callable[..., Content]:
    """Return a maker of receipts: of an example, its long answer replaced by a text."""

    def made(text: str = "", language: str = "de", **changes: Any) -> Content:
        with in_language(language):
            said = receipt_of(complete()[0], language)
            if text:
                entry = Entry("Antwort", {"kind": "long", "text": text})
                said = replace(said, sections=(Section("Abschnitt", (entry,)),))
            return receipt(replace(said, **changes))

    return made
