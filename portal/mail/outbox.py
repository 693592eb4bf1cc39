"""Writing letters: a row and a job in the caller's transaction; the worker sends afterwards."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID, uuid4

from portal import jobs
from portal.core import rows
from portal.core.actor import Actor, System
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.mail.addresses import Mailbox, check, greeting
from portal.mail.composing import LONGEST_SUBJECT, OwnText, Values, compose
from portal.mail.letters import KINDS, LATE, LETTERS, Kind
from portal.mail.markdown import escaped
from portal.mail.models import Letter, LetterState
from portal.mail.wiring import wired

SEND = "send_letter"
FOLLOWS = "receipt_follows"


class Terms(TypedDict, total=False):
    """What a letter may have besides its words.

    about, call_id: the application and call it belongs to. own: the call's own words. link_key:
    id of the access key of `{link}` or `{code}`. code_key: of a
    `{code}` that stands beside links. links: titles and keys for `{links}`.
    attachments: ids of documents. hold: wait for the office. by: who caused it. wait_until:
    earliest moment of sending; a person's letter without it pauses, see `pause`. reply_to: address.
    from_name: who writes, for a person's eye. batch: shared by the letters of one mail to many.
    """

    about: UUID | None
    call_id: UUID | None
    own: OwnText | None
    link_key: UUID | None
    code_key: UUID | None
    links: Sequence[tuple[str, UUID]]
    attachments: Sequence[UUID]
    hold: bool
    by: Actor | None
    wait_until: datetime | None
    reply_to: str
    from_name: str
    batch: UUID | None


def write(
    name: str, *, to: Mailbox, language: str, values: Values, **terms: Unpack[Terms]
) -> Letter:
    """Add a letter and the job that sends it to the caller's session; return the letter.

    language: of the person. values: by placeholder (see `LETTERS`), or a function from a language
    code to them, where words or dates differ. `KeyError` for an unknown letter, `ValueError` for a
    missing value, an unknown placeholder or a reply address that is none.
    """
    return _put_out(draft(name, to=to, language=language, values=values, **terms))


def draft(
    name: str, *, to: Mailbox, language: str, values: Values, **terms: Unpack[Terms]
) -> Letter:
    """Return the letter that `write` would write, outside of any session: for a preview."""
    composed = compose(name, language, _with_late(name, to, values, terms), terms.get("own"))
    actor = terms.get("by") or System(name)
    return Letter(
        name=name,
        to_address=to.address,
        to_name=to.name,
        from_name=terms.get("from_name", "")[:200],
        reply_to=check(terms["reply_to"]) if terms.get("reply_to") else "",
        language=composed.language,
        about=terms.get("about"),
        call_id=terms.get("call_id"),
        subject=composed.subject,
        body=composed.body,
        binding=composed.binding,
        link_key=terms.get("link_key"),
        attachments=[str(document) for document in terms.get("attachments", ())],
        state=LetterState.HELD if terms.get("hold") else LetterState.WAITING,
        wait_until=terms.get("wait_until") or (pause() if _in_outbox(actor, terms) else None),
        by_kind=actor.kind,
        by_key=actor.key,
        batch=terms.get("batch"),
    )


def pause() -> datetime | None:
    """Return until when a letter waits that a person lets go, so that they can still hold it."""
    seconds = wired().settings.letter_pause_seconds
    return now() + timedelta(seconds=seconds) if seconds else None


def _in_outbox(actor: Actor, terms: Terms) -> bool:
    """Return whether a person lets a letter of a call go, which the office sees and can hold."""
    of_call = terms.get("call_id") is not None
    return actor.kind == "user" and of_call and not terms.get("hold")


def _with_late(name: str, to: Mailbox, values: Values, terms: Terms) -> Values:
    """Return the values with the name and with what is filled at sending left open."""
    late = {n: f"{{{n}}}" for n in ("link", "code") if terms.get("link_key")}
    if "code" not in LETTERS[name].needs:  # a code of its own beside the links
        late["code"] = f"{{code:{terms['code_key']}}}" if terms.get("code_key") else ""
    if terms.get("attachments"):
        late["receipt"] = "{receipt}"
    links = terms.get("links", ())
    late["links"] = "".join(f"\n\n[{escaped(title)}]({{link:{key}}})" for title, key in links)

    def all_values(language: str) -> dict[str, str]:
        given = dict(values(language) if callable(values) else values)
        if wrong := sorted(n for n in given if KINDS.get(n) is Kind.LATE):
            raise ValueError(f"letter {name}: filled at sending, not before: {wrong}")
        return {"name": to.name} | given | late

    if LETTERS[name].key and not (terms.get("link_key") or links):
        raise ValueError(f"letter {name}: needs a key")
    return all_values


def _put_out(letter: Letter) -> Letter:
    letter.id = uuid4()
    letter.message_id = f"<{letter.id}@{greeting(wired().settings)}>"
    rows.add(letter)
    if letter.state is LetterState.WAITING:
        jobs.order(SEND, dedupe=_job_of(letter), run_at=letter.wait_until, letter_id=letter.id)
    return letter


def _job_of(letter: Letter) -> str:
    return f"letter:{letter.id}"


def hold(letter: Letter) -> None:
    """Keep a waiting letter until the office releases it."""
    _must_be(letter, LetterState.WAITING)
    letter.state = LetterState.HELD


def release(letter: Letter) -> None:
    """Let a held letter go out, after the pause."""
    _must_be(letter, LetterState.HELD)
    letter.state, letter.wait_until = LetterState.WAITING, pause()
    jobs.enqueue(SEND, dedupe=_job_of(letter), run_at=letter.wait_until, letter_id=letter.id)


def cancel(letter: Letter) -> None:
    """Never send a letter that has not gone out."""
    _must_be(letter, LetterState.WAITING, LetterState.HELD, LetterState.FAILED)
    letter.state = LetterState.CANCELLED


def stamp(letter: Letter) -> str:
    """Return a short word that changes with state and words of a letter: for the lock of a form."""
    said = f"{letter.state}\0{letter.subject}\0{letter.body}\0{letter.to_address}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def change(letter: Letter, *, subject: str, body: str) -> None:
    """Give a held letter other words; `body` is Markdown.

    Its German words below stay. What is filled at sending may be moved or left out, but nothing
    may be added: a link of somebody else, say. `DomainError` for that, for an empty part, and
    for a letter that is not held.
    """
    _must_be(letter, LetterState.HELD)
    subject, body = one_line(subject)[:LONGEST_SUBJECT].strip(), normalise(body).strip()
    if not subject or not body:
        raise DomainError(_("Write a subject and a text."))
    before = {found.group() for found in LATE.finditer(letter.body)}
    added = sorted({found.group() for found in LATE.finditer(body)} - before)
    if added:
        raise DomainError(
            _("This letter cannot hold %(what)s. Take it out.", what=", ".join(added))
        )
    letter.subject, letter.body = subject, body


def send_again(letter: Letter, *, by: Actor, to: Mailbox | None = None) -> Letter:
    """Write the same letter once more, as a new one that names the old; return it.

    It leaves after the pause.

    to: another address, where the old one was wrong. A letter that still waits is refused.
    """
    _must_be(letter, LetterState.SENT, LetterState.FAILED, LetterState.CANCELLED)
    kept = ("name from_name reply_to language about call_id subject body binding link_key").split()
    again = Letter(
        **{column: getattr(letter, column) for column in kept},
        attachments=list(letter.attachments),
        to_address=to.address if to else letter.to_address,
        to_name=to.name if to else letter.to_name,
        state=LetterState.WAITING,
        again_of=letter.id,
        wait_until=pause(),
        by_kind=by.kind,
        by_key=by.key,
    )
    return _put_out(again)


def _must_be(letter: Letter, *states: LetterState) -> None:
    if letter.state not in states:
        raise DomainError(_("The letter has moved on meanwhile. Load the page again."))


def follow_up(letter: Letter) -> Letter:
    """Write the letter that brings the receipt after `letter` went out without it."""
    settings = wired().settings
    values = {
        "subject": letter.subject,
        "prize": letter.from_name or settings.operator_name,
        "office": letter.from_name or settings.operator_name,
        "contact": escaped(letter.reply_to),
    }
    return write(
        FOLLOWS,
        to=Mailbox(letter.to_address, letter.to_name),
        language=letter.language,
        values=values,
        about=letter.about,
        call_id=letter.call_id,
        attachments=[UUID(document) for document in letter.attachments],
        reply_to=letter.reply_to,
        from_name=letter.from_name,
        wait_until=now(),
    )
