"""The minutes: what they say, to whom, and that they are a tagged PDF to sign."""

import io
import re
import subprocess

import pikepdf
import pytest
from flask import Flask

from portal.accounts.models import User
from portal.applications.jury.judging import Tie
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.documents import making
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState
from portal.scoring.meeting import agenda, following, meetings, minutes, presence, tallying, voting
from portal.scoring.meeting.following import View, Viewer
from portal.scoring.meeting.meeting_models import Choice, Meeting, Motion
from portal.scoring.meeting.voting import Wish
from tests.jury_house import JuryHouse, a_jury_house
from tests.people import BY

pytestmark = pytest.mark.pdf


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    """Return a house in whose open meeting two items were decided; Paula was out of the first."""
    house = a_jury_house(app, 3, {"quorum": 2})
    for name in ("chair", "ifeoma"):
        house.free(name)
    house.answer("paula", 0, Tie.EMPLOYED)
    house.free("paula")
    with transaction():
        meeting = meetings.call_meeting(house.call, starts_at=now(), place="Rathaus",
                                        by=BY)  # fmt: skip
        for name in ("chair", "ifeoma", "paula", "secretary"):
            presence.arrive(meeting, house.juror(name), by=BY)
        meetings.open_meeting(meeting, by=BY)
    _decide(house, meeting, 0, Wish(Motion.PLACE, award=0), no=())
    _decide(house, meeting, 1, Wish(Motion.SHORTLIST, secret=True), no=("ifeoma",))
    return house


def _decide(house: JuryHouse, meeting: Meeting, n: int, wish: Wish, *, no: tuple[str, ...]) -> None:
    with transaction():
        wanted = house.applications[n].id
        item = next(one for one in meeting.items if one.application_id == wanted)
        meetings.begin(item, by=BY)
        vote = voting.open_vote(item, wish, by=BY)
        for name in ("chair", "ifeoma"):
            choice = Choice.NO if name in no else Choice.YES
            voting.cast(vote, house.user(name), choice)
        tallying.close_vote(vote, by=BY)
        if vote.carried is None:
            tallying.decide_tie(vote, Choice.YES, by=house.user("chair"))
        agenda.write_reasons(item, f"Gründe für Nummer {n}.", seen=0, by=BY)


def seen(house: JuryHouse, name: str) -> View:
    meeting = meetings.all_of(house.call)[0]
    user: User = house.user(name)
    juror = house.juror(name) if name != "office" else None
    return following.view(meeting, Viewer(user, house.call, juror, office=name == "office"))


def printed(house: JuryHouse, name: str) -> tuple[str, bytes]:
    """Return words and bytes of the minutes as somebody may read them, made by the worker."""
    with transaction():
        document = minutes.order(seen(house, name))
    making.make(str(document.id))
    row = db.session.get_one(Document, document.id, populate_existing=True)
    assert row.state is DocumentState.MADE, row.error
    pdf = documents.open_document(row).read()
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True,
                          check=True)  # fmt: skip
    return re.sub(r"\s+", " ", done.stdout.decode()), pdf


def test_a_draft_says_so_and_has_no_line_to_sign(house: JuryHouse) -> None:
    text, _pdf = printed(house, "secretary")

    assert "Entwurf" in text
    assert "Unterschrift" not in text


def test_the_minutes_tell_presence_conflicts_votes_results_and_reasons(house: JuryHouse) -> None:
    with transaction():
        meetings.close(meetings.all_of(house.call)[0], by=BY)
    text, pdf = printed(house, "chair")

    for words in ("Niederschrift über die 1. Sitzung der Jury", "2 von 3 Stimmberechtigten",
                  "Chair Muster", "Vorsitz", "Paula Muster hat vor der Beratung den Raum",
                  "§ 20 Abs. 1 Nr. 5 VwVfG", "Titelmarke0", "Die Bewerbung erhält: 1. Preis",
                  "angenommen", "geheim", "Gründe für Nummer 1.", "Engere Liste",
                  "Nicht vergeben: 5.000 €", "Protokollführung", "Unterschrift",
                  "Die Sitzung ist nicht öffentlich.", "Für die Richtigkeit",
                  "Bei Eröffnung waren 3 anwesend; die Jury war beschlussfähig."):  # fmt: skip
        assert words in text, words
    assert "Entwurf" not in text
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "de"
        assert "/StructTreeRoot" in opened.Root


def test_whoever_was_out_gets_the_minutes_without_the_item(house: JuryHouse) -> None:
    with transaction():
        meetings.close(meetings.all_of(house.call)[0], by=BY)
    text, pdf = printed(house, "paula")

    assert "Ausgelassener Punkt" in text
    assert "Titelmarke1" in text
    for secret in ("Titelmarke0", "Namensmarke0", "Gründe für Nummer 0", "1. Preis", "5.000"):
        assert secret not in text, secret
        assert secret.encode() not in pdf
    assert str(house.applications[0].reference) not in text


def test_readers_with_the_same_gaps_share_one_copy(house: JuryHouse) -> None:
    with transaction():
        first = minutes.order(seen(house, "paula"))
        second = minutes.order(seen(house, "paula"))
        whole = minutes.order(seen(house, "ifeoma"))

    assert first.id == second.id
    assert whole.id != first.id
    assert whole.about == meetings.all_of(house.call)[0].id
