"""A letter as its reader will see it, before it leaves; no key of anybody is shown."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from portal.core.i18n import BINDING, gettext, in_language
from portal.mail.letters import BRACES, LATE
from portal.mail.markdown import softened, to_html, to_text
from portal.mail.message import STYLE, framed
from portal.mail.models import Letter
from portal.mail.wiring import wired

SAMPLE_CODE = "123 456"
SAMPLE_KEY = "0000"


@dataclass(frozen=True)
class Preview:
    """Subject, the whole plain text, and the text as bare HTML without links and styles."""

    subject: str
    text: str
    html: Markup
    binding: Markup


def preview(letter: Letter) -> Preview:
    """Return how `letter` reads; a sample stands where links and codes are filled at sending."""
    body = filled(letter.body, letter.language)
    binding = filled(letter.binding, BINDING) if letter.binding else ""
    text = framed("txt", letter, to_text(body), to_text(binding))
    return Preview(letter.subject, text, bare(body), bare(binding))


def filled(source: str, language: str) -> str:
    """Return the Markdown with samples for what is filled at sending."""
    with in_language(language):
        known = {
            "link": f"{wired().settings.origin}/link/{SAMPLE_KEY}",
            "code": SAMPLE_CODE,
            "receipt": gettext("Your receipt is attached to this e-mail as a PDF."),
        }
    return LATE.sub(lambda found: known[found.group(1)], source)


def bare(source: str) -> Markup:
    """Return the HTML of a letter for a page of ours: without inline styles, links dead."""
    html = re.sub(r' style="[^"]*"', "", to_html(source, STYLE))
    return Markup(re.sub(r'<a href="[^"]*"', "<a", html))  # noqa: S704  (made by us, escaped)


def editable(source: str) -> str:
    """Return the Markdown of a letter for a text field: without needless backslashes."""
    return softened(source)


def placeholders_in(text: str) -> list[str]:
    """Return the names that stand in braces in `text`, each once, in their order."""
    return list(dict.fromkeys(BRACES.findall(text)))


def late_in(text: str) -> set[str]:
    """Return the names of links and codes in `text`, which are filled at sending."""
    return {name for name in placeholders_in(text) if name in ("link", "links", "code")}
