"""Where the document templates stand, and which state of them a document was made by."""

import hashlib
from functools import cache

from portal.core.resources import resource_dir

# Whose style a document shares beside that of all.
LIKE = {"receipt": "letterhead", "code_letter": "letterhead", "binder_contents": "binder"}
FOLDER = resource_dir("templates") / "documents"


def style_source(template: str) -> str:
    """Return the style of a document: that of all, of those it is like, then its own."""
    names = ["document", *([LIKE[template]] if template in LIKE else []), template]
    return "".join((FOLDER / f"{name}.css").read_text("utf-8") for name in names)


@cache
def version_of(template: str) -> str:
    """Return a short word that changes with every change of the template or its style."""
    names = ("document.html", "answers.html", "elements.css", f"{template}.html")
    pages = [(FOLDER / name).read_text("utf-8") for name in names]
    return hashlib.sha256("".join([*pages, style_source(template)]).encode()).hexdigest()[:12]
