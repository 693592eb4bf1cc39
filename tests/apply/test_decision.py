"""What the owner reads about the decision before and after its letter leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from portal.applications import keys
from portal.applications.workflow import Move
from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import Letter, LetterState
from portal.scoring.meeting import telling
from tests.drafts import SLUG, complete, send
from tests.jury_house import forward
from tests.people import BY
from tests.strict import StrictClient, text_of

KEY = "k" * 43
PRIZE, NO_PRIZE, LATER = "gewinnt einen Preis", "nicht für einen Preis", "in einem Brief mit"


@pytest.fixture
def decided(site: Flask) -> Callable[..., str]:
    """Return a function that takes an application to its decision, with the letter held.

    It returns the address of the application.
    """

    def decide(move: Move, email: str = "a@example.org") -> str:
        with site.app_context():
            application = complete(call_by_slug(SLUG), device=keys.hash_of(KEY))
            send(application)
            forward(application)
            with transaction():
                application.owner_email = email
                application.make_move(Move.CLOSE_SCORING, by=BY, at=now())
                application.make_move(move, by=BY, at=now())
                prize = (lambda: "1. Preis") if move is Move.AWARD else None
                telling.tell(application, move, by=BY, award=prize)
            return f"/{SLUG}/application/{application.id}/status"

    return decide


@pytest.fixture
def owner(browser: StrictClient) -> StrictClient:
    browser.set_cookie("__Host-device", KEY, domain="127.0.0.1", secure=True)
    return browser


@pytest.fixture
def put(site: Flask) -> Callable[[LetterState], None]:
    """Return a function that gives the letters about decisions this state."""

    def all_letters(state: LetterState) -> None:
        at = now() if state is LetterState.SENT else None
        decisions = update(Letter).where(Letter.name.in_(("award", "decline")))
        with site.app_context(), transaction():
            db.session.execute(decisions.values(state=state, sent_at=at))

    return all_letters


@pytest.mark.parametrize(("move", "words"), [(Move.AWARD, PRIZE), (Move.DECLINE, NO_PRIZE)])
def test_the_decision_stands_on_the_page_once_its_letter_has_left(
    decided: Any, owner: StrictClient, put: Any, move: Move, words: str
) -> None:
    path, said = decided(move), []
    for state in (LetterState.HELD, LetterState.WAITING, LetterState.SENT):
        put(state)
        said.append(text_of(owner.get(path)))

    assert [words in one for one in said] == [False, False, True]
    assert [LATER in one for one in said] == [True, True, False]
    assert not any(told in one for told in (PRIZE, NO_PRIZE) for one in said[:2])


def test_before_its_letter_leaves_a_prize_reads_like_no_prize(
    decided: Any, owner: StrictClient
) -> None:
    pages = [text_of(owner.get(decided(move))) for move in (Move.AWARD, Move.DECLINE)]
    words = [page.split('class="p-state')[1].split("</div>")[0] for page in pages]

    assert words[0] == words[1]


def test_who_has_no_address_reads_it_when_the_letters_of_the_call_have_left(
    decided: Any, owner: StrictClient, put: Any
) -> None:
    path = decided(Move.DECLINE, email="")
    decided(Move.AWARD)
    before = text_of(owner.get(path))
    put(LetterState.SENT)

    assert (NO_PRIZE in before, NO_PRIZE in text_of(owner.get(path))) == (False, True)
