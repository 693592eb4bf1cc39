"""The outbox: a letter is there if and only if its transaction is, and the office steers it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import jobs, mail
from portal.core.actor import Applicant, System
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import in_language
from portal.jobs import Job
from portal.mail import Letter, LetterState, LocalMail, Mailbox
from portal.mail.local import box, opened
from tests.mail.conftest import BIRGIT, DOCUMENT, KEY, World, values_for, write


def rows(model: type) -> int:
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_letter_and_its_job_are_there_if_the_transaction_is(world: World) -> None:
    write()

    assert (rows(Letter), rows(Job)) == (1, 1)


def test_nothing_is_left_of_a_letter_whose_transaction_failed(world: World) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        mail.write("submit", to=BIRGIT, language="de", values=values_for("submit"))
        raise ZeroDivisionError

    assert (rows(Letter), rows(Job), jobs.run_due(), rows(LocalMail)) == (0, 0, 0, 0)


def test_a_letter_keeps_who_caused_it(world: World) -> None:
    application = uuid4()

    assert (write().by_kind, write().by_key) == ("system", "submit")
    letter = write(by=Applicant(application))
    assert (letter.by_kind, letter.by_key) == ("applicant", str(application))


def test_a_held_letter_waits_for_the_office(world: World) -> None:
    letter = write(hold=True)
    assert (letter.state, jobs.run_due()) == (LetterState.HELD, 0)

    with transaction():
        mail.release(letter)
    jobs.run_due()

    assert letter.state is LetterState.SENT
    with in_language("de"), pytest.raises(DomainError, match="Laden Sie die Seite neu"):
        mail.release(letter)


def test_a_letter_that_is_held_or_cancelled_meanwhile_stays(world: World) -> None:
    held, cancelled = write(), write()
    with transaction():
        mail.hold(held)
        mail.cancel(cancelled)

    jobs.run_due()

    assert (held.state, cancelled.state) == (LetterState.HELD, LetterState.CANCELLED)
    assert rows(LocalMail) == 0


def test_a_letter_released_after_its_job_ran_goes_out(world: World) -> None:
    letter = write()
    with transaction():
        mail.hold(letter)
    jobs.run_due()
    with transaction():
        mail.release(letter)

    jobs.run_due()

    assert letter.state is LetterState.SENT


def test_a_letter_does_not_go_before_its_time(world: World) -> None:
    letter = write(wait_until=now() + timedelta(hours=1))

    assert (jobs.run_due(), letter.state) == (0, LetterState.WAITING)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, seconds=1)):
        jobs.run_due()

    assert letter.state is LetterState.SENT


def test_sending_again_writes_a_new_letter_that_names_the_old(world: World) -> None:
    letter = write(about=KEY)
    with in_language("de"), pytest.raises(DomainError, match="Laden Sie die Seite neu"):
        mail.send_again(letter, by=System("office"))
    jobs.run_due()

    with transaction():
        again = mail.send_again(letter, by=System("office"), to=Mailbox("neu@example.org", "Neu"))
    jobs.run_due()

    assert (again.again_of, again.body, again.state) == (letter.id, letter.body, LetterState.SENT)
    assert (again.to_address, again.message_id == letter.message_id) == ("neu@example.org", False)
    assert [entry.id for entry in mail.log_of(KEY)] == [letter.id, again.id]


def test_the_outbox_shows_the_letters_of_a_call_page_by_page(world: World) -> None:
    call = uuid4()
    written = [write(call_id=call) for _ in range(3)]
    write(call_id=uuid4())
    written[0].state = LetterState.HELD
    db.session.commit()

    first, second = mail.listed(call, size=2), mail.listed(call, page=2, size=2)

    assert [first.total, first.pages, len(first.letters), len(second.letters)] == [3, 2, 2, 1]
    assert first.letters[0].created_at >= first.letters[1].created_at
    assert mail.listed(call, LetterState.HELD).letters == [written[0]]
    assert mail.listed(call, page=99, size=2).page == 2
    assert mail.counts(call) == {
        LetterState.WAITING: 2,
        LetterState.HELD: 1,
        LetterState.SENT: 0,
        LetterState.FAILED: 0,
        LetterState.CANCELLED: 0,
    }


@pytest.mark.parametrize(
    "nonsense",
    [
        {"state": LetterState.SENT},
        {"sent_at": datetime(2027, 1, 1, tzinfo=UTC)},
        {"state": LetterState.FAILED},
        {"to_address": ""},
        {"body": ""},
        {"tries": -1},
    ],
)
def test_the_database_refuses_a_letter_that_makes_no_sense(
    world: World, nonsense: dict[str, object]
) -> None:
    letter = write()

    with pytest.raises(IntegrityError), transaction():
        for column, value in nonsense.items():
            setattr(letter, column, value)


def test_values_that_are_filled_at_sending_cannot_be_given(world: World) -> None:
    with pytest.raises(ValueError, match="filled at sending"):
        write(values=values_for("submit") | {"link": "https://evil.example"})
    with pytest.raises(ValueError, match="needs a key"):
        write("link", link_key=None)
    with pytest.raises(ValueError, match="not one plain address"):
        write(reply_to="a@b.de\r\nBcc: c@d.de")


def test_without_a_server_the_mail_lies_in_the_box_of_the_rehearsal(
    app: Flask, world: World
) -> None:
    letter = write(attachments=[DOCUMENT], reply_to="preis@example.org", language="ar")
    jobs.run_due()

    (found,) = box().mails
    mail_in_hand = opened(found.id)

    assert mail_in_hand is not None
    assert letter.state is LetterState.SENT
    assert (found.letter_id, found.subject) == (letter.id, letter.subject)
    assert mail_in_hand.to == "Birgit Hellmann-Musterfrau <birgit@example.org>"
    assert (mail_in_hand.reply_to, mail_in_hand.language) == ("preis@example.org", "ar")
    assert str(world.link_of(KEY)) in mail_in_hand.text
    assert [(e.filename, e.data) for e in mail_in_hand.enclosures] == [
        ("Quittung IP-2027-0001.pdf", b"%PDF")
    ]
    assert box("hellmann BIRGIT").total == 1
    assert (box("100%").total, box("somebody").total) == (0, 0)
    assert opened(uuid4()) is None
