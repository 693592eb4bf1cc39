"""The nominee: agrees or objects, changes the answer, until the jury gets the nomination."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.applications import keys
from portal.applications.correspondence import nominees
from portal.applications.models import AccessKey, Application, Purpose
from portal.applications.workflow import Move
from portal.core.actor import System
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.mail import Letter
from tests.drafts import NOMINATION, complete, open_call, send

OFFICE = System("office")


@pytest.fixture
def sent(app: Flask) -> Application:
    """Return a nomination that was sent."""
    application = complete(open_call(), NOMINATION)
    send(application)
    return application


def answer(application: Application, *, agrees: bool) -> None:
    with transaction():
        nominees.answer(application, agrees=agrees, at=now())


def objections() -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).where(Letter.name == "nominee_objects")))


def nominee_key(application: Application) -> AccessKey:
    [key] = [key for key in application.keys if key.purpose is Purpose.NOMINEE]
    return key


def test_the_nominee_sees_title_nominator_and_kinds_of_data_but_no_answers(
    sent: Application,
) -> None:
    found = nominees.nomination(sent)
    assert (found.title, found.nominator, found.changeable) == (sent.title, "Vera Vorschlag", True)
    room = [k for k in sent.versions[0].answers if k.startswith("contact.")]
    assert len(found.held) == len(room) > 1


def test_a_nominee_agrees_then_objects_and_the_office_gets_one_letter(sent: Application) -> None:
    answer(sent, agrees=True)
    assert (sent.nominee_answer, objections()) == ("yes", [])
    assert sent.nominee_answered_at is not None
    answer(sent, agrees=False)
    answer(sent, agrees=False)
    assert sent.nominee_answer == "no"
    [letter] = objections()
    assert letter.to_address == "integrationspreis@example.org"
    assert str(sent.reference) in letter.subject
    assert sent.title.split()[0] in letter.body


def test_the_answer_is_fixed_once_the_jury_has_the_nomination(sent: Application) -> None:
    for move in (Move.START_SCREENING, Move.FIND_ELIGIBLE):
        sent.make_move(move, by=OFFICE, at=now())
        answer(sent, agrees=True)
    with transaction():
        sent.make_move(Move.FORWARD_TO_JURY, by=OFFICE, at=now())
    with in_language("en"), pytest.raises(nominees.TooLate) as refused:
        answer(sent, agrees=False)
    assert refused.value.message == "The check is over. Write to the office, we take care of it."
    assert not nominees.nomination(sent).changeable


def test_only_a_living_link_of_a_nominee_leads_there(sent: Application) -> None:
    key = nominee_key(sent)
    word = keys.token(key)
    assert nominees.by_word(word, now()) is key
    assert nominees.by_word(word, now() + timedelta(days=61)) is None
    with transaction():
        link = keys.make_link(sent, "vera@example.org")
    assert nominees.by_word(keys.token(link), now()) is None
    assert nominees.by_word("", now()) is None
