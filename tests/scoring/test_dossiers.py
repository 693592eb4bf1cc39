"""Dossiers and binders: what may be in them, what is made anew, and for whom."""

import os
import re
import signal
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Timer
from typing import Any
from zipfile import ZipFile

import pypdf
import pytest
import time_machine
from flask import Flask

from portal import audit, mail, storage
from portal.applications.jury import redacting
from portal.applications.jury.judging import Conflict, Tie
from portal.applications.models import Application, FileState
from portal.applications.workflow import Move
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from portal.documents.failures import RenderFailed
from portal.documents.models import Document, DocumentState
from portal.documents.renderer import renderer
from portal.scoring.binder import binders, dossier
from portal.scoring.binder.binders import Binder, BinderState
from portal.scoring.binder.dossier import Dossier
from tests.dossier_house import (
    a_dossier_house,
    a_pdf,
    answer_with,
    bytes_of,
    enclose,
    give_files,
    make_binder,
)
from tests.dossier_house import work as do_the_job
from tests.drafts import begun, send
from tests.jury_house import JuryHouse, forward
from tests.people import BY

pytestmark = pytest.mark.pdf
BLIND = {"blind": True, "blind_hides": ["applicant.name", "contact.first_name",
                                        "contact.last_name", "applicant.website"]}  # fmt: skip


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    made = a_dossier_house(app)
    made.free("paula")
    return made


def words_of(binder: Binder, kind: str = "pdf") -> str:
    reader = pypdf.PdfReader(BytesIO(bytes_of(binder, kind)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def made_at() -> dict[str, Any]:
    """Return when each dossier was made."""
    rows = db.session.scalars(db.select(Document).where(Document.kind == dossier.KIND))
    return {row.number: (row.id, row.made_at) for row in rows}


def markers(application: Application) -> dict[str, str]:
    """Put a word of its own into each answer that is text; return it by the question's key."""
    definition = application.call.versions[-1].definition
    found = {
        key: f"zz{n}marke"
        for n, (key, question) in enumerate(definition.questions.items())
        if question.type in ("text", "long_text", "email", "phone", "url")
    }
    answer_with(application, **found)
    return found


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_dossier_holds_exactly_what_the_jury_may_see(house: JuryHouse) -> None:
    application = house.applications[0]
    found = markers(application)
    definition = application.call.versions[-1].definition
    text = without_blanks(words_of(make_binder(house, "paula")))
    shown = {key for key, word in found.items() if word in text}
    assert shown == {key for key in found if "jury" in definition.questions[key].sees}
    assert {"contact.email", "contact.phone", "applicant.street", "nominator.last_name"} <= (
        found.keys() - shown
    )
    for key in ("applicant.migrant_org", "applicant.nonprofit", "contact.preferred_language"):
        question = definition.questions[key]
        assert without_blanks((question.short or question.label)["de"]) not in text
    assert "Datenschutzhinweise" not in text


def test_a_blind_jury_reads_no_names(app: Flask) -> None:
    house = a_dossier_house(app, jury=BLIND)
    house.free("paula")
    found = markers(house.applications[0])
    text = without_blanks(words_of(make_binder(house, "paula")))
    assert [key for key in BLIND["blind_hides"] if found[key] in text] == []
    assert found["project.goals"] in text
    assert "Namensmarke" not in text
    assert "Bildnachweis" not in text
    assert "liestdieJuryohneNamen" in text


def test_blacked_out_words_photos_and_pages_are_nowhere_in_the_file(house: JuryHouse) -> None:
    application = next(a for a in house.applications if _papers(a))
    answer_with(application, project__goals="Frau Geheimrat hilft. Frau Geheimrat kocht.")
    file = enclose(application, a_pdf([(595, 842)] * 3, "Blattwort"), pages=3)
    office = house.user("office")
    with transaction():
        redacting.hide_passage(application, "Frau Geheimrat", reason="Name", by=office)
        redacting.hide_file(application, file.id, page=2, reason="Unterschrift", by=office)
    binder = make_binder(house, "paula")
    text = words_of(binder)
    assert "Geheimrat" not in text
    assert "█" in text
    assert "Blattwort1" in text
    assert "Blattwort2" not in text
    assert "Das Büro hält Seite 2 zurück." in text
    with ZipFile(BytesIO(bytes_of(binder, "zip"))) as packed:
        for name in packed.namelist():
            pages = pypdf.PdfReader(BytesIO(packed.read(name))).pages
            single = " ".join(page.extract_text() for page in pages)
            assert "Geheimrat" not in single
            assert "Blattwort2" not in single


def _papers(application: Application) -> list[Any]:
    files = application.versions[-1].files
    return [one for one in files if one.file.media_type == "application/pdf"]


def test_files_that_are_not_there_are_told(house: JuryHouse) -> None:
    application = next(a for a in house.applications if _papers(a))
    with transaction():
        _papers(application)[0].file.state = FileState.CHECKING
    text = words_of(make_binder(house, "paula"))
    assert "Eine Datei wird noch geprüft." in text


def test_the_second_time_nothing_is_made(house: JuryHouse) -> None:
    first = make_binder(house, "paula")
    before = made_at()
    assert len(before) == 3
    assert make_binder(house, "paula").id == first.id
    house.free("chair")
    assert make_binder(house, "chair").state is BinderState.READY
    assert made_at() == before


def test_only_what_changed_is_made_anew(house: JuryHouse) -> None:
    first = make_binder(house, "paula")
    before = made_at()
    with transaction():
        office = house.user("office")
        redacting.hide_passage(house.applications[1], "Projekt", reason="x", by=office)
    standing = binders.standing(house.juror("paula"), first)
    assert (standing.added, standing.changed, standing.gone) == (0, 1, 0)
    assert not standing.may_be_read
    second = make_binder(house, "paula")
    after = made_at()
    changed = {number for number, stamp in after.items() if before[number] != stamp}
    assert changed == {str(house.applications[1].reference)}
    assert second.id != first.id
    rows = db.session.scalars(db.select(Dossier)).all()
    assert len(rows) == 3  # the outdated one is gone


def test_a_conflict_keeps_an_application_out_of_everything(house: JuryHouse) -> None:
    house.answer("ifeoma", 1, Tie.EMPLOYED, "Arbeitgeber")
    house.free("ifeoma")
    binder = make_binder(house, "ifeoma")
    text = words_of(binder)
    for n in (0, 2):
        assert f"Titelmarke{n}" in text
    for word in ("Titelmarke1", "Namensmarke1", str(house.applications[1].reference)):
        assert word not in text
        assert word not in str(binder.parts)
    with ZipFile(BytesIO(bytes_of(binder, "zip"))) as packed:
        assert len(packed.namelist()) == 2


def test_a_later_conflict_takes_the_binder_away_and_is_not_named_in_the_next(
    house: JuryHouse,
) -> None:
    first = make_binder(house, "paula")
    _fetched(house, first)
    with transaction():
        juror, office = house.juror("paula"), house.user("office")
        row = db.session.scalar(
            db.select(Conflict).where(
                Conflict.user_id == juror.user.id,
                Conflict.application_id == house.applications[2].id,
            )
        )
        assert row is not None
        row.tie, row.declared_by = Tie.RELATIVE, office.key
    assert not binders.standing(house.juror("paula"), first).may_be_read
    second = make_binder(house, "paula")
    assert second.changes == []
    assert "Titelmarke2" not in words_of(second)
    assert db.session.get_one(Binder, first.id).files == {}


def _fetched(house: JuryHouse, binder: Binder) -> None:
    with transaction():
        audit.record(house.user("paula"), binders.DOWNLOAD, binder)


def test_the_next_binder_tells_what_changed_since_the_copy(house: JuryHouse) -> None:
    first = make_binder(house, "paula")
    _fetched(house, first)
    later = _another(house)
    with transaction():
        office = house.user("office")
        redacting.hide_passage(house.applications[0], "Projekt", reason="x", by=office)
        house.applications[1].make_move(Move.WITHDRAW, by=BY, at=now())
        house.applications[1].withdrawn_at = now()
    second = make_binder(house, "paula")
    told = {one["number"]: one["kind"] for one in second.changes}
    assert told == {
        str(house.applications[0].reference): "changed",
        str(house.applications[1].reference): "gone",
        str(later.reference): "new",
    }
    text = words_of(second)
    assert "Geändert seit Ihrem Exemplar" in text
    assert "nicht mehr in der Mappe" in text
    assert second.earlier_at == first.made_at


def _another(house: JuryHouse) -> Application:
    example = sample.complete()[5]
    application = begun(house.call, example.answers, device="f" * 64)
    send(application)
    forward(application)
    give_files(application)
    house.assign_all()
    house.free("paula")
    return application


def test_contents_lead_to_the_pages_of_each_application(house: JuryHouse) -> None:
    binder = make_binder(house, "paula")
    pages = [p.extract_text() for p in pypdf.PdfReader(BytesIO(bytes_of(binder))).pages]
    assert len(pages) == binder.pages
    for part in binder.parts:
        begin = pages[part["first_page"] - 1]
        assert part["reference"] in begin
        assert "Dossier für die Jury" in begin
        assert re.search(rf"{part['reference']}\s+{part['title']}.*?\s{part['first_page']}\b",
                         " ".join(pages[1].split()))  # fmt: skip
        assert "Für Paula Muster" in begin


def test_the_order_is_by_number_or_drawn_by_lot_for_each(app: Flask) -> None:
    house = a_dossier_house(app, 6, jury={"shuffle": True})
    orders = {}
    for name in ("paula", "chair", "ifeoma"):
        house.free(name)
        found = [a.number for a in binders.wanted(house.juror(name))]
        assert found == [a.number for a in binders.wanted(house.juror(name))]
        assert sorted(n for n in found if n) == [1, 2, 3, 4, 5, 6]
        orders[name] = found
    assert len({tuple(order) for order in orders.values()}) > 1
    binder = make_binder(house, "paula")
    assert [int(part["reference"][-4:]) for part in binder.parts] == orders["paula"]
    assert "ausgelost" in words_of(binder)


def test_a_dossier_that_fails_is_named_and_the_others_come(
    house: JuryHouse,
) -> None:
    broken = house.applications[0]
    with transaction():
        applications = binders.wanted(house.juror("paula"))
        found = dossier.states(applications, house.juror("paula").definition)
        pairs = dossier.order(applications, found)
        document = pairs[broken.id][1]
        document.state, document.tries, document.error = DocumentState.FAILED, 3, "x"
    binder = make_binder(house, "paula")
    text = words_of(binder)
    assert "Das Dossier ließ sich nicht erstellen." in text
    part = next(one for one in binder.parts if one["application"] == str(broken.id))
    assert (part["first_page"], part["pages"]) == (0, 0)
    assert binder.state is BinderState.READY


def test_the_juror_gets_a_letter_with_the_way_to_the_page(house: JuryHouse) -> None:
    make_binder(house, "paula")
    letter = db.session.scalars(
        db.select(mail.Letter).where(mail.Letter.name == "dossier_ready")
    ).one()
    assert letter.to_address == "paula@example.org"
    assert f"/{house.call.slug}/jury/dossier" in letter.body
    assert "3 Bewerbungen" in letter.body
    assert ".pdf" not in letter.body


def test_what_waits_for_an_answer_is_counted_and_comes_later(house: JuryHouse) -> None:
    house.answer("chair", 0)
    binder = make_binder(house, "chair")
    assert len(binder.parts) == 1
    assert "2 weitere Bewerbungen fehlen hier" in words_of(binder)


def test_what_jurors_share_is_bound_once_and_goes_with_the_last_of_them(
    house: JuryHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = counted(monkeypatch)
    for name in ("chair", "paula"):
        house.free(name)
    first, second = make_binder(house, "paula"), make_binder(house, "chair")
    assert first.files["body"] == second.files["body"]
    assert len(bound) == 1
    assert "Paula Muster" not in words_of(second)
    assert words_of(second).count("Für Chair Muster") == second.pages
    with transaction():
        binders.drop(db.session.get_one(Binder, first.id))
    later = now() + timedelta(hours=2)
    with time_machine.travel(later):
        assert binders.sweep() == 2  # the files of one, not what the other was made from
    key = second.files["body"]["key"]
    assert storage.store().stat(key).size
    assert make_binder(house, "paula").files["body"]["key"] == key
    storage.store().delete(key)
    house.free("ifeoma")
    assert make_binder(house, "ifeoma").files["body"]["key"] != key  # lost bytes are made again
    assert len(bound) == 2


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that gets each order to bind what jurors share."""
    given, keep = [], renderer().keep

    def told(order: Any, *, seconds: float) -> None:
        given.append(order)
        keep(order, seconds=seconds)

    monkeypatch.setattr(renderer(), "keep", told)
    return given


def test_who_reads_less_shares_nothing_with_the_others(house: JuryHouse) -> None:
    house.answer("ifeoma", 1, Tie.EMPLOYED, "Arbeitgeber")
    house.free("ifeoma")
    all_of_them, fewer = make_binder(house, "paula"), make_binder(house, "ifeoma")
    assert all_of_them.files["body"]["digest"] != fewer.files["body"]["digest"]
    with ZipFile(storage.store().path(fewer.files["body"]["key"])) as kept:
        books = [name for name in kept.namelist() if name.endswith(".pdf")]
        texts = [page.extract_text() for name in books
                 for page in pypdf.PdfReader(BytesIO(kept.read(name))).pages]  # fmt: skip
    assert "Titelmarke0" in " ".join(texts)
    assert "Titelmarke1" not in " ".join(texts)


@pytest.mark.parametrize("step", ["keep", "bind"])
def test_a_child_killed_while_it_binds_leaves_no_file(
    house: JuryHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str
) -> None:
    work = getattr(renderer(), step)
    stuck = tmp_path / "stuck"  # who reads or writes it waits for ever, in the middle of the work
    os.mkfifo(stuck)

    def killed(order: Any, *, seconds: float) -> None:
        if step == "keep":
            order["parts"][1]["path"] = str(stuck)
        else:
            order["archive"] = str(stuck)
        pid = renderer().pid
        assert pid
        Timer(1, os.kill, (pid, signal.SIGKILL)).start()
        work(order, seconds=seconds)

    monkeypatch.setattr(renderer(), step, killed)
    with pytest.raises(RenderFailed):
        make_binder(house, "paula")
    monkeypatch.undo()
    juror = house.juror("paula")
    binder = binders.newest(juror)
    assert binder
    assert (binder.state, binder.files, binder.tries) == (BinderState.RUNNING, {}, 1)
    assert list(storage.store().keys(binders.AREA)) == []
    do_the_job(binder)
    assert binders.ready(juror) is not None


def test_after_the_close_nothing_is_offered_and_the_files_go(house: JuryHouse) -> None:
    binder = make_binder(house, "paula")
    key = binder.files["pdf"]["key"]
    with transaction():
        for application in house.applications:
            application.make_move(Move.CLOSE_SCORING, by=BY, at=now())
    binders.sweep()
    assert db.session.get_one(Binder, binder.id, populate_existing=True).state is BinderState.GONE
    assert storage.store().stat(key).size  # younger than an hour
    with time_machine.travel(now() + timedelta(hours=2)):
        assert binders.sweep() == 3  # both files, and the body
    with pytest.raises(FileNotFoundError):
        storage.store().stat(key)


def test_a_dossier_goes_with_its_application(house: JuryHouse) -> None:
    make_binder(house, "paula")
    number = str(house.applications[0].reference)
    with transaction():
        row = db.session.scalar(
            db.select(Dossier).where(Dossier.application_id == house.applications[0].id)
        )
        db.session.delete(row)
    binders.sweep()
    kept = db.session.scalars(db.select(Document.number).where(Document.kind == dossier.KIND))
    left = set(kept)
    assert number not in left
    assert len(left) == 2
