"""Exports opened by real readers and compared with what was sent, question by question."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pikepdf
import pypdf
import pytest
import time_machine
from babel.dates import format_date
from flask import Flask
from PIL import Image
from sqlalchemy import event, select

from portal import jobs, storage
from portal.applications.desk.export_models import Export, ExportState
from portal.applications.models import Application, File
from portal.applications.workflow import Move
from portal.audit.models import AuditEntry
from portal.calls import memberships
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.calls.questions import FILE_TYPES
from portal.core.cells import safe
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.demo import sample
from portal.mail.models import Letter, LetterState
from portal.office.export import exporting, extracts, naming, tables
from portal.office.export.choosing import chosen
from tests.drafts import SLUG, begun, open_call, send
from tests.jury_house import forward
from tests.office.rooms_of_office import ROLES, House, a_house, write_letter
from tests.people import BY, a_person, signed_in
from tests.strict import text_of

EXPORTS = f"/{SLUG}/office/exports"
FORMULA = '=HYPERLINK("https://example.org";"Klick")'


@pytest.fixture
def house(bare_app: Flask) -> House:
    return a_house(bare_app)


@pytest.fixture
def examples(bare_app: Flask) -> House:
    """All 24 complete examples, sent; the title of the last is a formula."""
    from tests.drafts import _file

    with bare_app.app_context():
        call, made = open_call(), []
        for n, example in enumerate(sample.complete()):
            title = {"project.title": FORMULA} if n == 23 else {}
            application = begun(call, {**example.answers, **title}, device=f"{n:064}")
            with transaction():
                for number, file in enumerate(example.files):
                    application.files.append(_file(file, number))
            send(application)
            made.append(application)
    return House(bare_app, call, made)


def shown_answers(house: House) -> list[dict[str, str]]:
    """Return every answer in the words of a cell, by key, worked out from the raw examples."""
    with house.app.app_context(), in_language("de"):
        definition = extracts.newest(db.session.get_one(Call, house.call.id))
        found = []
        for application in reversed(house.applications):
            answers = dict(db.session.get_one(Application, application.id).versions[-1].answers)
            found.append(
                {key: _expected(definition.questions[key], value) for key, value in answers.items()}
            )
    return found


def _expected(question: Any, value: Any) -> str:
    if question.type in ("choice", "choices"):
        chosen_ones = value if isinstance(value, list) else [value]
        words = {o.value: o.label["de"].replace("\u00ad", "") for o in question.options}
        return " · ".join(words[one] for one in chosen_ones)
    if question.type == "yes_no":
        words = {"yes": (question.yes or {}).get("de", "Ja"),
                 "no": (question.no or {}).get("de", "Nein")}  # fmt: skip
        return str(words.get(value, value))
    if question.type == "declaration":
        word, version = {"yes": "Ja", "no": "Nein"}[value["answer"]], value["version"]
        version = format_date(date.fromisoformat(version), "long", locale="de")
        ticked = question.answer == "tick"
        return f"{word}, Fassung vom {version}" if ticked else f"{word} (Fassung vom {version})"
    return str(value)


def columns_of(house: House) -> list[Any]:
    with house.app.app_context(), in_language("de"):
        call = db.session.get_one(Call, house.call.id)
        return list(extracts.extract(call, _all(house)).columns)


def _all(house: House) -> Any:
    call = db.session.get_one(Call, house.call.id)
    return chosen(call, UUID(int=0), extracts.newest(call), [])


def compare(house: House, rows: list[list[str]], *, formula: str) -> None:
    """Compare the rows of a table, heads first, with what was sent."""
    columns, told = columns_of(house), shown_answers(house)
    first = len(rows[0]) - len(columns)
    assert rows[0][first:] == [column.title for column in columns]
    assert len(rows) == 1 + len(house.applications)
    by_number = {row[0]: row for row in rows[1:]}
    for application, answers in zip(reversed(house.applications), told, strict=True):
        row = by_number[str(application.reference)]
        for n, column in enumerate(columns, first):
            if column.question.type in FILE_TYPES:
                names = [f.name for f in application.files if f.key == column.key]
                assert row[n] == " · ".join(names)
                continue
            expected = answers.get(column.key, "")
            if expected == FORMULA:
                expected = formula
            assert unmarked(row[n], formula) == expected, (application.reference, column.key)


def unmarked(cell: str, formula: str) -> str:
    """Return the cell as it was meant: a CSV has `'` before what a spreadsheet would calculate."""
    return cell if cell == formula or cell[:1] != "'" else cell[1:]


# --- tables ---------------------------------------------------------------------------------------


def test_a_csv_holds_every_answer_and_no_live_cell(examples: House) -> None:
    answer = examples.browser("office").get(f"{EXPORTS}/applications.csv",
                                            headers={"Accept-Language": "de"})  # fmt: skip

    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    compare(examples, rows, formula=f"'{FORMULA}")
    assert [c for row in rows for c in row if c[:1] in ("=", "+", "@", "-", "\t")] == []
    assert any("+49" in cell or "'" in cell[:1] for row in rows for cell in row)


def test_an_xlsx_holds_every_answer_as_text(examples: House) -> None:
    answer = examples.browser("office").get(f"{EXPORTS}/applications.xlsx",
                                            headers={"Accept-Language": "de"})  # fmt: skip

    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    compare(examples, rows, formula=FORMULA)
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr"}
    assert sheet.freeze_panes == "B2"
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_json_holds_every_answer_as_it_is_kept(examples: House) -> None:
    answer = examples.browser("office").get(f"{EXPORTS}/applications.json")

    told = json.loads(answer.data)["applications"]
    with examples.app.app_context():
        for one in told:
            version = db.session.get_one(Application, UUID(one["id"])).versions[-1]
            raw = {key: value["value"] for key, value in one["answers"].items()}
            assert raw == version.answers
            assert [f["sha256_received"] for f in one["files"]] == [
                kept.file.sha256_received for kept in version.files
            ]
    assert len(told) == 24


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 231",
        "-5",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\u00a0=1",
        "\uff1d1",
        "\uff0b1",
        "\u200b=1",
        "\r=1",
        "\n=1",
        "|x",
        "%0A",
    ],
)
def test_what_a_spreadsheet_would_calculate_gets_a_mark(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Sprachcafé", "– ein Strich", "1+1", "a=b", "", "(0231) 5", "'"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_a_view_exports_what_it_shows(house: House) -> None:
    office, only = house.browser("office"), house.applications[1]

    found = [
        json.loads(
            office.get(f"{EXPORTS}/applications.json?{query}").data or b'{"applications":[]}'
        )
        for query in (f"id={only.id}", "status=submitted", "sort=number")
    ]
    none = office.get(f"{EXPORTS}/applications.json?status=eligible")

    numbers = [[one["number"] for one in answer["applications"]] for answer in found]
    both = [str(one.reference) for one in house.applications]
    assert numbers == [[only.reference], both[::-1], both]
    assert none.status_code == 404


def test_a_draft_is_never_in_an_export(house: House) -> None:
    with house.app.app_context():
        call = db.session.get_one(Call, house.call.id)
        draft = begun(call, {"project.title": "Geheim"}, device="e" * 64)
    office = house.browser("office")

    answers = [office.get(f"{EXPORTS}/applications.json{query}").data
               for query in ("", "?status=draft")]  # fmt: skip
    alone = office.get(f"{EXPORTS}/applications.json?id={draft.id}")

    assert [b"Geheim" in one for one in answers] == [False, False]
    assert alone.status_code == 404


def test_the_log_has_an_export_before_its_first_byte(house: House) -> None:
    house.browser("office").get(f"{EXPORTS}/applications.csv")

    with house.app.app_context():
        found = select(AuditEntry).where(AuditEntry.what == "export").order_by(AuditEntry.n)
        entries = list(db.session.scalars(found))
    assert entries[0].facts == {"call": SLUG, "kind": "csv", "applications": 2}
    assert [entry.thing_key for entry in entries] == [
        str(house.call.id),
        *(str(one.id) for one in reversed(house.applications)),
    ]


def test_the_log_can_be_read_for_one_call(house: House) -> None:
    house.browser("office").get(f"{EXPORTS}/applications.csv")
    admin = house.browser("admin")
    with house.app.app_context():
        open_call("heimat-preis-2027")

    mine, others = (text_of(admin.get(f"/audit?what=export&call={slug}"))
                    for slug in (SLUG, "heimat-preis-2027"))  # fmt: skip

    assert "kind: csv" in mine
    assert "kind: csv" not in others


def test_an_export_costs_five_statements_however_large(examples: House) -> None:
    with examples.app.app_context():
        call = db.session.get_one(Call, examples.call.id)
        list(extracts.items(extracts.extract(call, _all(examples))))
        asked: list[str] = []
        engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))

        what = extracts.extract(call, _all(examples))
        what.chosen.count()
        found = list(tables.as_csv(what, extracts.items(what)))

    assert len([one for one in asked if one.startswith("SELECT")]) <= 5
    assert b"".join(found).count(b"IP-2027-") >= 24


def test_an_old_sign_in_exports_nothing(house: House) -> None:
    office = house.browser("office")

    with time_machine.travel(now() + timedelta(minutes=11)):
        answers = [office.get(page).status_code for page in (
            f"{EXPORTS}/applications.csv", f"{EXPORTS}/new/pdfs", f"{EXPORTS}/tokens")]  # fmt: skip

    assert answers == [303, 303, 303]


# --- by the worker --------------------------------------------------------------------------------


def put_files(house: House) -> None:
    """Give every file real bytes in the store."""
    with house.app.app_context(), transaction():
        for n, file in enumerate(db.session.scalars(select(File).order_by(File.created_at))):
            key = storage.new_key("files")
            stored = storage.store().put(key, BytesIO(f"content {n} of {file.name}".encode()),
                                         limit=1000)  # fmt: skip
            file.stored_key, file.size_stored = key, stored.size
            file.sha256_stored = stored.sha256
            file.media_type = {"pdf": "application/pdf"}.get(file.name[-3:].lower(), "image/jpeg")


def ordered(house: House, kind: str, query: str = "", role: str = "office", **form: str) -> UUID:
    """Order an export as a person does; return its id."""
    answer = house.browser(role).post_form(f"{EXPORTS}/new/{kind}{query}", form)
    assert answer.status_code == 303
    with house.app.app_context():
        newest = select(Export).order_by(Export.created_at.desc())
        return db.session.scalars(newest).first().id  # type: ignore[union-attr]


def made(house: House, export_id: UUID) -> Export:
    """Do the job of the export only."""
    with house.app.app_context():
        exporting.make(str(export_id))
        return db.session.get_one(Export, export_id, populate_existing=True)


def fetched(house: House, export_id: UUID, role: str = "office") -> Any:
    return house.browser(role).get(f"{EXPORTS}/{export_id}/file")


def test_all_files_come_in_one_zip_with_names_for_windows(examples: House) -> None:
    put_files(examples)
    export_id = ordered(examples, "files", pattern="{number} {organisation}/{question} {n}")

    export = made(examples, export_id)
    archive = zipfile.ZipFile(BytesIO(fetched(examples, export_id).data))

    assert (export.state, export.done) == (ExportState.READY, 24)
    names = archive.namelist()
    expected = [(str(one.reference), file) for one in reversed(examples.applications)
                for file in one.files]  # fmt: skip
    assert len(names) == len(expected)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert not set(name) & set('<>:"\\|?*'), name
        assert len(name) < 200
        assert all(part == part.strip(" .") for part in name.split("/"))
    with examples.app.app_context():
        stored = {f.sha256_stored for f in db.session.scalars(select(File)) if f.stored_key}
    assert {hashlib.sha256(archive.read(name)).hexdigest() for name in names} == stored


def test_a_pattern_never_gives_a_name_twice_or_a_reserved_one() -> None:
    names = naming.Names("{organisation}/{title}")
    values = [("CON", "aux"), ("CON", "AUX"), ("a/b\\c", "x:y?"), ("", ""), ("..", "../../etc")]

    found = [names.path({"organisation": o, "title": t}, "pdf") for o, t in values]

    assert len({one.casefold() for one in found}) == len(values)
    assert not any(part in ("CON", "..", "") for one in found for part in one.split("/"))
    assert all(one.endswith(".pdf") and not one.startswith("/") for one in found)


def test_an_unknown_placeholder_in_a_pattern_is_refused(house: House) -> None:
    answer = house.browser("office").post_form(f"{EXPORTS}/new/files", {"pattern": "{x.__class__}"})

    assert answer.status_code == 422
    assert "{x.__class__}" in text_of(answer)


def test_the_worker_makes_a_large_table(examples: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.office.export.exports.MOST_AT_ONCE", 5)
    export_id = ordered(examples, "xlsx")

    made(examples, export_id)
    sheet = openpyxl.load_workbook(BytesIO(fetched(examples, export_id).data)).active

    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 1 + len(examples.applications)
    compare(examples, rows, formula=FORMULA)


@pytest.mark.pdf
def test_each_application_becomes_a_pdf_with_all_its_answers(house: House) -> None:
    export_id = ordered(house, "pdfs")
    merged = ordered(house, "pdf")

    export = worked(house, export_id)
    worked(house, merged)
    archive = zipfile.ZipFile(BytesIO(fetched(house, export_id).data))
    one = pypdf.PdfReader(BytesIO(fetched(house, merged).data))

    assert export.state is ExportState.READY
    assert len(archive.namelist()) == 2
    texts = ["".join(page.extract_text() for page in pypdf.PdfReader(
        BytesIO(archive.read(name))).pages) for name in archive.namelist()]  # fmt: skip
    squeezed = ["".join(text.split()) for text in texts]
    with house.app.app_context():
        for application, text in zip(reversed(house.applications), squeezed, strict=True):
            row = db.session.get_one(Application, application.id)
            assert str(row.reference) in text
            for key in ("project.title", "project.description", "applicant.name", "contact.email"):
                first = "".join(str(row.versions[-1].answers[key]).split())[:40]
                assert first in text.replace("\u00ad", ""), key
    marks: list[Any] = [mark for mark in one.outline if isinstance(mark, dict)]
    assert [mark["/Title"].split()[0] for mark in marks] == [
        str(a.reference) for a in reversed(house.applications)
    ]
    with pikepdf.open(BytesIO(fetched(house, merged).data)) as tagged:
        kinds = [str(kid.S) for kid in tagged.Root.StructTreeRoot.K[0].K]
        assert kinds[-1] == "/Part"
        assert bool(tagged.Root.MarkInfo.Marked)
        assert all("/StructParents" in page.obj for page in tagged.pages)


@pytest.mark.pdf
def test_photos_and_documents_stand_behind_the_answers(house: House) -> None:
    picture = BytesIO()
    Image.new("RGB", (300, 200), "#1f45ad").save(picture, "JPEG")
    with house.app.app_context(), transaction():
        for file in db.session.scalars(select(File)):
            names = ("page1", "page2") if file.name.endswith("pdf") else ("print",)
            file.copies = {name: storage.new_key("files") for name in names}
            for key in file.copies.values():
                storage.store().put(key, BytesIO(picture.getvalue()), limit=100_000)
    count = sum(2 if f.name.endswith("pdf") else 1 for f in house.applications[0].files)
    one = f"?id={house.applications[0].id}"
    plain, with_pictures = ordered(house, "pdf", one), ordered(house, "pdf", one, pictures="yes")

    readers = []
    for export_id in (plain, with_pictures):
        worked(house, export_id)
        readers.append(pypdf.PdfReader(BytesIO(fetched(house, export_id).data)))

    assert count > 0
    assert len(readers[1].pages) == len(readers[0].pages) + count
    assert [len(reader.pages[-1].images) for reader in readers] == [0, 1]


def worked(house: House, export_id: UUID) -> Export:
    """Let the worker do what is due until the export is made."""
    for _ in range(20):
        with house.app.app_context():
            jobs.run_due()
            export = db.session.get_one(Export, export_id, populate_existing=True)
            if export.state is not ExportState.RUNNING:
                return export
        with house.app.app_context(), transaction():
            for job in db.session.scalars(select(jobs.Job).where(jobs.Job.name == exporting.JOB)):
                job.run_at = now()
    raise AssertionError("the export was never made")


def test_only_who_ordered_an_export_can_fetch_it(house: House) -> None:
    put_files(house)
    export_id = ordered(house, "files")
    made(house, export_id)
    with house.app.app_context():
        colleague = a_person("kollegin@example.org")
        with transaction():
            memberships.give(colleague.user, db.session.get_one(Call, house.call.id), Role.OFFICE,
                             by=BY)  # fmt: skip
        house.browsers["colleague"] = signed_in(house.app, colleague)

    pages = [f"{EXPORTS}/{export_id}/file", f"{EXPORTS}/{export_id}.json"]
    found = {role: [house.browser(role).get(page).status_code for page in pages]
             for role in (*ROLES, "colleague")}  # fmt: skip

    assert found == {
        "nobody": [303, 303], "office": [200, 200], "reader": [404, 404], "juror": [404, 404],
        "admin": [404, 404], "other": [404, 404], "colleague": [404, 404],
    }  # fmt: skip
    with house.app.app_context():
        logged = list(
            db.session.scalars(select(AuditEntry).where(AuditEntry.what == "export_download"))
        )
    assert [entry.thing_key for entry in logged] == [str(export_id)]


def test_after_an_hour_an_export_is_gone_with_its_bytes(house: House) -> None:
    put_files(house)
    export_id = ordered(house, "files")
    key = made(house, export_id).storage_key
    assert key is not None

    with time_machine.travel(now() + timedelta(minutes=61)):
        with house.app.app_context():
            house.browsers["office"] = signed_in(house.app, house.people["office"])
        late = fetched(house, export_id)
        with house.app.app_context():
            removed = exporting.sweep()
            state = db.session.get_one(Export, export_id, populate_existing=True).state
            with pytest.raises(FileNotFoundError):
                storage.store().open(key)

    assert (late.status_code, removed, state) == (404, 1, ExportState.GONE)


def test_an_export_that_was_given_up_is_not_made(house: House) -> None:
    export_id = ordered(house, "files")
    house.browser("office").post_form(f"{EXPORTS}/{export_id}/drop", page=EXPORTS)

    assert made(house, export_id).state is ExportState.GONE
    assert fetched(house, export_id).status_code == 404


def test_an_export_that_fails_three_times_says_so(house: House) -> None:
    put_files(house)
    export_id = ordered(house, "files")
    with house.app.app_context():
        for key in db.session.scalars(select(File.stored_key)):
            storage.store().delete(str(key))

    for _ in range(2):
        with house.app.app_context(), pytest.raises(FileNotFoundError):
            exporting.make(str(export_id))
    with house.app.app_context(), pytest.raises(jobs.GiveUp):
        exporting.make(str(export_id))

    page = text_of(house.browser("office").get(EXPORTS, headers={"Accept-Language": "de"}))
    assert "fehlgeschlagen" in page or "failed" in page


# --- who may enter --------------------------------------------------------------------------------

PAGES = {
    EXPORTS: (303, 200, 200, 404, 404, 404),
    f"{EXPORTS}/new/files": (303, 200, 200, 404, 404, 404),
    f"{EXPORTS}/applications.csv": (303, 200, 200, 404, 404, 404),
    f"{EXPORTS}/applications.xlsx": (303, 200, 200, 404, 404, 404),
    f"{EXPORTS}/tokens": (303, 200, 404, 404, 404, 404),
    f"{EXPORTS}/new/exe": (303, 404, 404, 404, 404, 404),
}


def test_only_staff_of_the_call_exports(house: House) -> None:
    found = {page: tuple(house.browser(role).get(page).status_code for role in ROLES)
             for page in PAGES}  # fmt: skip

    assert found == PAGES


# --- other tools ----------------------------------------------------------------------------------


def a_token(house: House, *, personal: bool = False) -> str:
    form = {"name": "Aktenplan"} | ({"personal": "yes"} if personal else {})
    page = text_of(house.browser("office").post_form(f"{EXPORTS}/tokens", form))
    return page.split('class="p-secret" dir="ltr">')[1].split("<")[0]


def read(house: House, path: str, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return house.browser("nobody").get(f"/api/v1{path}", headers=headers)


LIST = f"/calls/{SLUG}/applications"


def test_a_tool_reads_with_a_token_what_the_jury_may_see(house: House) -> None:
    token = a_token(house)
    personal = a_token(house, personal=True)

    some, every = (read(house, LIST, one).get_json() for one in (token, personal))

    assert [one["number"] for one in some["applications"]] == ["IP-2027-0001", "IP-2027-0002"]
    keys = set(some["applications"][0]["answers"])
    assert "project.title" in keys
    assert not {key for key in keys if key.startswith(("contact.email", "declarations"))}
    assert every["applications"][0]["answers"]["contact.email"]["value"].endswith("@example.org")
    assert "words" in every["applications"][0]["answers"]["project.fields_of_action"]


def test_one_application_and_its_files(house: House) -> None:
    token, one = a_token(house), house.applications[0]

    answer = read(house, f"{LIST}/{one.id}", token).get_json()
    files = read(house, f"{LIST}/{one.id}/files", token).get_json()["files"]

    assert answer["number"] == one.reference
    assert files == answer["files"]
    assert {file["name"] for file in files} <= {file.name for file in one.files}


def test_pages_and_status(house: House) -> None:
    token = a_token(house)

    first = read(house, f"{LIST}?size=1", token).get_json()
    path = first["next"].split("/api/v1")[1]
    second = read(house, path, token).get_json()

    assert (first["total"], first["pages"], second["next"]) == (2, 2, None)
    assert second["applications"][0]["number"] == "IP-2027-0002"
    assert read(house, f"{LIST}?status=eligible", token).get_json()["total"] == 0
    assert read(house, f"{LIST}?status=draft", token).status_code == 400


def test_a_tool_learns_a_decision_once_its_letter_has_left(house: House) -> None:
    token = a_token(house)
    with house.app.app_context():
        won = db.session.get_one(Application, house.applications[0].id)
        forward(won)
        with transaction():
            for move in (Move.CLOSE_SCORING, Move.AWARD):
                won.make_move(move, by=BY, at=now())
    letter = write_letter(house, "award", hold=True, award="1. Preis")

    def seen() -> list[Any]:
        numbers = [read(house, f"{LIST}?status={one}", token).get_json()["total"]
                   for one in ("scored", "awarded")]  # fmt: skip
        every, one = (read(house, path, token).get_json() for path in (LIST, f"{LIST}/{won.id}"))
        return [*numbers, every["applications"][0]["status"], one["status"]]

    before = seen()
    with house.app.app_context(), transaction():
        sent = db.session.get_one(Letter, letter.id)
        sent.state, sent.sent_at = LetterState.SENT, now()

    assert (before, seen()) == ([1, 0, "scored", "scored"], [0, 1, "awarded", "awarded"])


def test_without_a_valid_token_nothing_is_read(house: House) -> None:
    token = a_token(house)
    with house.app.app_context():
        open_call("heimat-preis-2027")
        call = db.session.get_one(Call, house.call.id)
        draft = begun(call, {}, device="e" * 64)

    refused = [read(house, LIST, one).status_code for one in ("", "preis_x", token + "x")]
    elsewhere = read(house, "/calls/heimat-preis-2027/applications", token).status_code
    drafts = read(house, f"{LIST}/{draft.id}", token).status_code
    house.browser("office").post_form(_revoke(house), page=f"{EXPORTS}/tokens")

    assert (refused, elsewhere, drafts) == ([401, 401, 401], 404, 404)
    assert read(house, LIST, token).status_code == 401


def _revoke(house: House) -> str:
    page = text_of(house.browser("office").get(f"{EXPORTS}/tokens"))
    return EXPORTS + page.split(f'action="{EXPORTS}')[1].split('"')[0]


def test_the_signed_in_office_is_no_token(house: House) -> None:
    assert house.browser("office").get(f"/api/v1{LIST}").status_code == 401


def test_each_reading_is_logged_and_too_many_are_refused(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.office.export.api.MOST_AN_HOUR", 3)
    token = a_token(house)

    answers = [read(house, LIST, token).status_code for _ in range(4)]

    with house.app.app_context():
        logged = list(db.session.scalars(select(AuditEntry).where(AuditEntry.what == "token_read")))
    assert answers == [200, 200, 200, 429]
    assert [entry.actor_kind for entry in logged] == ["token"] * 3
    page = text_of(house.browser("office").get(f"{EXPORTS}/tokens"))
    assert str(now().year) in page


def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    token = a_token(house)

    with house.app.app_context():
        database = db.engine.url.database
        rows = [str(list(row)) for table in db.metadata.sorted_tables
                for row in db.session.execute(table.select())] if database else []  # fmt: skip
    assert not any(token in row for row in rows)


def test_the_description_is_valid_and_tells_the_truth(house: House) -> None:
    import jsonschema  # type: ignore[import-untyped]
    from openapi_spec_validator import validate

    told = read(house, "/openapi.json").get_json()
    answer = read(house, LIST, a_token(house, personal=True)).get_json()

    validate(told)
    page = {"$ref": "#/components/schemas/Page", "components": told["components"]}
    faults = [fault.message for fault in jsonschema.Draft202012Validator(page).iter_errors(answer)]
    assert (faults, len(answer["applications"])) == ([], 2)
