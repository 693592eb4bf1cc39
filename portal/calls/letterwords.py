"""A call's own words for its letters, as the office edits them, and which letters wait.

A row wins over the call file, so that new words need no new version of the form. Rows are only
added: the newest of a letter and language counts, an empty one means "back to what the file says".
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit, mail
from portal.calls.definition import Definition, LetterText
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Model, db
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line

LONGEST_BODY = 20_000
LONGEST_SUBJECT = 200


class LetterTemplate(Model):
    """The words of one letter in one language from `at` on; both empty: those of the file."""

    __tablename__ = "letter_template"
    __table_args__ = (
        UniqueConstraint("call_id", "name", "language", "version"),
        CheckConstraint("(subject = '') = (body = '')", "whole_or_empty"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), default="")
    body: Mapped[str] = mapped_column(default="")
    by_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=now)


class LetterRule(Model):
    """Whether letters of the office wait for release in a call; without a row they do."""

    __tablename__ = "letter_rule"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), unique=True)
    office_letters_wait: Mapped[bool] = mapped_column(default=True)


class Conflict(DomainError):
    """Somebody else changed the words meanwhile; `newest` is what they wrote, if anything."""

    def __init__(self, newest: LetterTemplate | None) -> None:
        super().__init__(_("Somebody changed these words meanwhile."))
        self.newest = newest


class Words(NamedTuple):
    """Subject and paragraphs as somebody typed them; both empty mean the default."""

    subject: str = ""
    body: str = ""


def _newest(*which: ColumnElement[bool]) -> Select[LetterTemplate]:
    mine = LetterTemplate.call_id == bindparam("call_id")
    last = (
        select(LetterTemplate.name, LetterTemplate.language,
               func.max(LetterTemplate.version).label("version"))
        .where(mine, *which)
        .group_by(LetterTemplate.name, LetterTemplate.language)
        .subquery()
    )  # fmt: skip
    return (
        select(LetterTemplate)
        .join(
            last,
            (LetterTemplate.name == last.c.name)
            & (LetterTemplate.language == last.c.language)
            & (LetterTemplate.version == last.c.version),
        )
        .where(mine)
    )


# Each letter asks for them; made once, SQLAlchemy knows them by heart.
_NEWEST = _newest()
_NEWEST_OF = _newest(LetterTemplate.name.in_(bindparam("names", expanding=True)))


def own_words(call: Call, name: str, definition: Definition | None = None) -> LetterText | None:
    """Return a call's own words for the letter `name`: of the office, else of the call file.

    None where it has none, so that the default of the portal is sent.
    """
    definition = definition or definition_of(call.newest_version_id)
    rows = {row.language: row for row in newest_rows(call, name) if row.subject}
    given = definition.letters.get(name)
    if not rows:
        return given
    subject = dict((given and given.subject) or {})
    paragraphs = dict((given and given.paragraphs) or {})
    for code, row in rows.items():
        subject[code], paragraphs[code] = row.subject, row.body
    return LetterText(subject=_or_none(subject), paragraphs=_or_none(paragraphs))


def _or_none(text: dict[str, str]) -> dict[str, str] | None:
    return text or None


def newest_rows(call: Call, *names: str) -> list[LetterTemplate]:
    """Return the row that counts of each letter (of all, or of `names`) and language."""
    query, given = (_NEWEST_OF, {"names": names}) if names else (_NEWEST, {})
    return list(db.session.scalars(query, {"call_id": call.id, **given}))


def history(call: Call, name: str, language: str) -> list[LetterTemplate]:
    """Return every wording of a letter in a language, newest first."""
    mine = select(LetterTemplate).where(
        LetterTemplate.call_id == call.id,
        LetterTemplate.name == name,
        LetterTemplate.language == language,
    )
    return list(db.session.scalars(mine.order_by(LetterTemplate.version.desc())))


def words_now(call: Call, name: str, language: str, definition: Definition) -> Words:
    """Return subject and paragraphs of a letter as it is sent in `language` today."""
    own, default = own_words(call, name, definition), mail.default_words(name, language)
    subject = (own.subject or {}).get(language) if own else None
    body = (own.paragraphs or {}).get(language) if own else None
    return Words(subject or default[0], body or default[1])


def faults(name: str, subject: str, body: str) -> dict[str, str]:
    """Return what forbids these words, by field; empty if they can be sent."""
    found = {}
    for field, text in (("subject", subject), ("body", body)):
        if strange := mail.strange_placeholders(name, text):
            found[field] = _(
                "This letter does not know %(names)s. Take it out or choose from the list.",
                names=", ".join(f"{{{one}}}" for one in strange),
            )
    if not subject:
        found["subject"] = _("Write a subject.")
    if not body:
        found["body"] = _("Write a text.")
    elif mail.LETTERS[name].key and not mail.late_in(body):
        found["body"] = _("This letter is sent for the sake of its link. Put {link} into it.")
    if len(body) > LONGEST_BODY:
        found["body"] = _("This text is too long for a letter. Shorten it.")
    return found


def change_words(
    call: Call, letter: tuple[str, str], words: Words, *, seen: int, by: Actor
) -> LetterTemplate:
    """Give a letter (name, language) other words (empty: back to the default); return the row.

    seen: the version that the person had in sight, 0 for none; `Conflict` if there is a newer one.
    `ValueError` for words with faults, so ask `faults` before.
    """
    name, language = letter
    subject, body = one_line(words.subject)[:LONGEST_SUBJECT], normalise(words.body).strip()
    if (subject or body) and faults(name, subject, body):
        raise ValueError(f"letter {name}: words with faults")
    newest = next(iter(history(call, name, language)), None)
    if (newest.version if newest else 0) != seen:
        raise Conflict(newest)
    row = LetterTemplate(
        call_id=call.id, name=name, language=language, version=seen + 1,
        subject=subject, body=body, by_key=by.key,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    facts = {"letter": name, "language": language, "version": row.version}
    audit.record(by, "letter_words" if subject else "letter_words_default", row,
                 call=call.slug, **facts)  # fmt: skip
    return row


def office_letters_wait(call: Call) -> bool:
    """Return whether letters of the office wait for release in this call."""
    rule = db.session.scalar(select(LetterRule).where(LetterRule.call_id == call.id))
    return rule is None or rule.office_letters_wait


def let_office_letters_wait(call: Call, wait: bool, *, by: Actor) -> None:
    """Set whether letters of the office wait for release; those that wait go on waiting."""
    rule = db.session.scalar(select(LetterRule).where(LetterRule.call_id == call.id))
    if rule is None:
        rule = LetterRule(call_id=call.id)
        db.session.add(rule)
    rule.office_letters_wait = wait
    audit.record(by, "letter_rule", call, call=call.slug, wait=wait)


def is_held(call: Call, name: str) -> bool:
    """Return whether a letter called `name` waits for release when it is written."""
    return mail.LETTERS[name].office and office_letters_wait(call)
