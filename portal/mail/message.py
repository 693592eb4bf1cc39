"""From a letter to the mail that goes out: what was left open is filled, the frame put around."""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from typing import TYPE_CHECKING
from uuid import UUID

from markupsafe import Markup

from portal.core.i18n import BINDING, direction, gettext, in_language
from portal.core.text import one_line
from portal.mail.composing import templates
from portal.mail.letters import LATE, LETTERS
from portal.mail.markdown import escaped, to_html, to_text
from portal.mail.models import Letter
from portal.mail.wiring import Attachment, wired

if TYPE_CHECKING:
    from portal.mail.smtp import SafeMessage

INK, BLUE, LINE = "#131525", "#1f45ad", "#d3d5e0"
STYLE = {
    "p": "margin:0 0 16px",
    "h2": "margin:28px 0 8px;font-size:19px;line-height:1.3;font-weight:600",
    "ul": "margin:0 0 16px;padding:0 24px",
    "ol": "margin:0 0 16px;padding:0 24px",
    "li": "margin:0 0 6px",
    "blockquote": "margin:0 0 16px;padding:2px 16px;border-inline-start:4px solid #ffc738",
    "hr": f"border:0;border-top:1px solid {LINE};margin:24px 0",
    "a": "color:inherit",
    "button": f"display:inline-block;margin:8px 0;padding:12px 22px;border-radius:4px;"
    f"background:{BLUE};color:#ffffff;font-weight:600;text-decoration:none",
    "address": "font-size:14px;word-break:break-all",
}


class NoLongerNeeded(Exception):
    """The letter is about a link or code that lives no more."""


def fill(letter: Letter, source: str, language: str, *, attached: bool | None) -> str:
    """Return the Markdown `source` of `letter` with links, code and the note on the receipt.

    attached: whether the files of the letter go with it; None if it has none. A paragraph with a
    dead link is left out. Raises `NoLongerNeeded` where the letter is about the link.
    """
    with in_language(language):
        parts = [
            (part, [_late(letter, found, attached=attached) for found in LATE.finditer(part)])
            for part in source.split("\n\n")
        ]
    living = [(part, values) for part, values in parts if None not in values]
    if LETTERS[letter.name].key and not any(values for _part, values in living):
        raise NoLongerNeeded
    return "\n\n".join(_filled(part, values) for part, values in living)


def _filled(part: str, values: Sequence[str | None]) -> str:
    given = iter(values)
    return LATE.sub(lambda _found: str(next(given)), part)


def _late(letter: Letter, found: re.Match[str], *, attached: bool | None) -> str | None:
    """Return what stands for one thing left open; None if its key is dead."""
    kind, key = found.group(1), found.group(2)
    if kind == "receipt":
        return _about_receipt(attached=attached)
    chosen = UUID(key) if key else letter.link_key
    if chosen is None:
        return None
    if kind == "code":
        return wired().code_of(chosen)
    link = wired().link_of(chosen)
    inside = found.string[: found.start()].endswith("](")
    return link if link is None or inside else f"[{escaped(link)}]({link})"


def _about_receipt(*, attached: bool | None) -> str | None:
    if attached is None:
        return None
    if attached:
        return gettext("Your receipt is attached to this e-mail as a PDF.")
    return gettext(
        "Your receipt is still being made. It comes with a second e-mail, and you find it on the"
        " page of your application."
    )


def build(letter: Letter, files: Sequence[Attachment] | None) -> "SafeMessage":
    """Return the mail of `letter`; files: None if it has none, empty if they are not ready."""
    # What speaks to mail servers is loaded by who sends: the worker.
    from flask_mail import Attachment as MailAttachment

    from portal.mail.smtp import SafeMessage

    attached = None if files is None else bool(files)
    body = fill(letter, letter.body, letter.language, attached=attached)
    binding = letter.binding and fill(letter, letter.binding, BINDING, attached=attached)
    settings = wired().settings
    name, address = parseaddr(settings.mail_from)
    message = SafeMessage(
        subject=one_line(letter.subject),
        sender=address,
        recipients=[(letter.to_name, letter.to_address)],
        body=framed("txt", letter, to_text(body), to_text(binding)),
        html=framed("html", letter, _html(body), _html(binding)),
        reply_to=letter.reply_to or None,
        extra_headers={"Auto-Submitted": "auto-generated", "Content-Language": letter.language},
        attachments=[MailAttachment(f.filename, f.content_type, f.data) for f in files or ()],
    )
    message.sender = (letter.from_name or name, address)
    message.msgId = letter.message_id
    return message


def _html(source: str) -> Markup:
    return Markup(to_html(source, STYLE))  # noqa: S704  (made by us from tokens, all escaped)


def framed(kind: str, letter: Letter, body: str, binding: str) -> str:
    """Return text (`txt`) or HTML (`html`) of a mail with the frame around it."""
    settings = wired().settings
    with in_language(letter.language):
        return (
            templates()
            .get_template(f"frame.{kind}")
            .render(
                letter=letter,
                body=body,
                binding=binding,
                language=letter.language,
                direction=direction(letter.language),
                sender=letter.from_name or settings.operator_name,
                operator=settings.operator_name,
                address=settings.operator_address,
                origin=settings.origin,
            )
        )
