"""The form page by page, without script: strict pages, saving, rows, other windows, files."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, get_args
from uuid import UUID

import pytest
from flask import Flask

from portal.applications.drafts import inspecting
from portal.applications.models import Application, File, FileState
from portal.calls.definition import Definition
from portal.calls.queries import call_by_slug
from portal.calls.questions import AnyQuestion
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo.build import SLUGS
from portal.demo.sample import open_call as example
from tests.drafts import complete, loaded, send
from tests.storage.makers import jpeg, pdf_of, picture, png
from tests.strict import StrictClient, check_html, text_of

SLUG, HEIMAT = SLUGS
LANGUAGES = ("de", "en", "ar")
# What opens as many questions as possible.
OPENING: dict[str, dict[str, dict[str, Any]]] = {
    SLUG: {"type": {"application_type": "nomination"}},
    HEIMAT: {
        "proposal": {"entered_by": "own"},
        "project": {"project.category": "heritage"},
        "heritage": {"heritage.kinds": ["building"]},
    },
}


@pytest.fixture
def site(bare_app: Flask) -> Flask:
    """Return an application with both example calls."""
    bare_app.test_client_class = StrictClient
    with bare_app.app_context(), transaction():
        for slug in SLUGS:
            loaded(slug)
    return bare_app


class Writer:
    """A browser without script, with a draft of its own."""

    def __init__(self, site: Flask, slug: str = SLUG, language: str = "de") -> None:
        client: Any = site.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        self.client: StrictClient = client
        self.slug = slug
        self.address = client.post_form(f"/{slug}/start").location
        self.id = self.address.rpartition("/")[2]

    def get(self, path: str, **given: Any) -> Any:
        return self.client.get(self.address + path, **given)

    def page(self, place: str) -> str:
        return text_of(self.get(f"/section/{place}"))

    def post(self, path: str, data: dict[str, Any], **given: Any) -> Any:
        token = {"csrf_token": self.client.token(f"/{self.slug}/continue")}
        given.setdefault("headers", {"Origin": "https://127.0.0.1"})
        return self.client.post(self.address + path, data=token | data, **given)

    def save(self, place: str, data: dict[str, Any], shown: str = "", **given: Any) -> Any:
        """Fill in a page as it stands (or as it stood when it was `shown`) and press a button."""
        shown = shown or self.page(place)
        return self.post(f"/section/{place}", {"go": "next"} | hidden(shown) | data, **given)


def hidden(page: str) -> dict[str, Any]:
    """Return the hidden fields of the form, as a browser sends them."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return {name: values for name, values in found.items() if name != "csrf_token"}


def definition(slug: str) -> Definition:
    return example(slug, datetime.now(UTC).date())


def places(slug: str) -> list[str]:
    return [f"{s.key}/{n}" for s in definition(slug).sections for n in range(1, len(s.pages) + 1)]


def draft_of(site: Flask, writer: Writer) -> dict[str, Any]:
    with site.app_context():
        return dict(db.session.get_one(Application, _uuid(writer)).draft)


def files_of(site: Flask, writer: Writer) -> list[File]:
    with site.app_context():
        mine = (File.application_id == _uuid(writer), File.removed_at.is_(None))
        found = db.session.scalars(
            db.select(File).where(*mine).order_by(File.key.desc(), File.position)
        )
        return list(found)


def _uuid(writer: Writer) -> UUID:
    return UUID(writer.id)


@pytest.mark.one_database
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_of_both_forms_is_valid_in_every_language(
    site: Flask, slug: str, language: str
) -> None:
    writer = Writer(site, slug, language)
    seen: set[str] = set()
    for section, answers in OPENING[slug].items():
        writer.save(section, answers)
    for place in places(slug):
        answer = writer.get(f"/section/{place}", follow_redirects=True)
        page = text_of(answer)
        seen |= set(re.findall(r'data-question="([^"]+)"(?! hidden)', page))
        check_html(text_of(writer.get(f"/section/{place}?check=1", follow_redirects=True)))
    questions = definition(slug).questions
    types = {questions[key].type for key in seen}
    expected = {q.type for q in questions.values()}
    assert types == expected


def test_both_example_calls_together_ask_questions_of_every_type() -> None:
    union = get_args(AnyQuestion)[0]
    every = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(union)}
    assert {q.type for slug in SLUGS for q in definition(slug).questions.values()} == every


@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_of_the_error_summary_leads_to_a_field(site: Flask, slug: str) -> None:
    writer = Writer(site, slug)
    for section, answers in OPENING[slug].items():
        writer.save(section, answers)
    linked = 0
    for place in places(slug):
        page = text_of(writer.get(f"/section/{place}?check=1", follow_redirects=True))
        summary = page.partition('id="errors"')[2].partition("</div>")[0]
        for anchor in re.findall(r'href="#([^"]+)"', summary):
            assert re.search(rf'<(?:input|select|textarea|section)[^>]* id="{anchor}"', page), (
                anchor
            )
            linked += 1
    assert linked > 10


WRONG = [
    ("project", "project.since", {"project.since.day": "31", "project.since.month": "2",
                                  "project.since.year": "2019"}),
    ("project", "project.until", {"project.until.month": "13", "project.until.year": "2019"}),
    ("group", "group.address", {"group.address.street": "", "group.address.postcode": "44",
                                "group.address.city": "Ort"}),
    ("group", "group.email", {"group.email": "keine Adresse"}),
    ("group", "group.phone", {"group.phone": "ruf an"}),
    ("group", "group.website", {"group.website": "kein link"}),
    ("group", "group.active", {"group.active": "viele"}),
    ("project", "project.name", {"project.name": "x" * 121}),
    ("budget", "budget.costs", {"budget.costs.0.item": "", "budget.costs.0.amount": "teuer"}),
    ("budget", "budget.missing_sum", {"budget.missing_sum": "viel"}),
]  # fmt: skip


@pytest.mark.parametrize(("section", "key", "typed"), WRONG, ids=[one[1] for one in WRONG])
def test_a_wrong_answer_is_kept_as_typed_and_explained_at_its_field(
    site: Flask, section: str, key: str, typed: dict[str, str]
) -> None:
    writer = Writer(site, HEIMAT)
    writer.save("proposal", {"entered_by": "own"})

    answer = writer.save(section, typed)

    assert "check=1" in answer.location
    page = text_of(writer.client.get(answer.location))
    summary = page.partition('id="errors"')[2].partition("</div>")[0]
    anchors = [a for a in re.findall(r'href="#([^"]+)"', summary) if a.startswith(key)]
    assert anchors, summary
    assert re.search(rf'<(?:input|select|textarea)[^>]* id="{anchors[0]}"', page)
    for value in filter(None, typed.values()):
        assert value in page


KEPT: list[tuple[str, dict[str, Any], str, Any]] = [
    ("group", {"group.name": "  Verein & <b>Söhne</b> "}, "group.name", "Verein & <b>Söhne</b>"),
    ("group", {"group.kind": "school"}, "group.kind", "school"),
    ("group", {"group.active": "17"}, "group.active", "17"),
    ("group", {"group.email": "a@example.org"}, "group.email", "a@example.org"),
    ("group", {"group.phone": "+49 231 1"}, "group.phone", "+49 231 1"),
    ("group", {"group.website": "example.org"}, "group.website", "example.org"),
    ("project", {"project.summary": "eins\r\nzwei"}, "project.summary", "eins\nzwei"),
    ("project", {"project.category": "meeting"}, "project.category", "meeting"),
    ("budget", {"budget.missing_sum": "1.000,50"}, "budget.missing_sum", "1.000,50"),
    ("declarations", {"declarations.terms": "yes"}, "declarations.terms", "yes"),
    ("declarations", {"declarations.publish": "no"}, "declarations.publish", "no"),
    ("project", {"project.until.month": "5", "project.until.year": "2020"}, "project.until",
     {"month": "5", "year": "2020"}),
    ("project", {"project.since.day": "1", "project.since.month": "2",
                 "project.since.year": "2019"}, "project.since",
     {"day": "1", "month": "2", "year": "2019"}),
    ("group", {"group.address.street": "Weg 1", "group.address.postcode": "44135",
               "group.address.city": "Ort"}, "group.address",
     {"street": "Weg 1", "postcode": "44135", "city": "Ort"}),
    ("budget", {"budget.costs.0.item": "Kuchen", "budget.costs.0.pieces": "2",
                "budget.costs.0.amount": "9,50"}, "budget.costs",
     [{"item": "Kuchen", "pieces": "2", "amount": "9,50"}]),
]  # fmt: skip


@pytest.mark.parametrize(("section", "typed", "key", "raw"), KEPT, ids=[k[2] for k in KEPT])
def test_without_script_every_button_saves(
    site: Flask, section: str, typed: dict[str, Any], key: str, raw: Any
) -> None:
    writer = Writer(site, HEIMAT)
    writer.save("proposal", {"entered_by": "own"})

    writer.save(section, typed | {"go": "back"})

    found = draft_of(site, writer)[key]
    assert found == raw or str(found).strip() == raw
    for value in typed.values():  # the page shows it again
        assert str(value).strip().split("\r")[0].replace("&", "&amp;").replace("<", "&lt;").replace(
            ">", "&gt;"
        ) in writer.page(section)


def test_boxes_can_be_ticked_and_emptied_again(site: Flask) -> None:
    writer = Writer(site)
    writer.save("project/4", {"project.districts": ["eving", "brackel"]})
    assert draft_of(site, writer)["project.districts"] == ["eving", "brackel"]

    writer.save("project/4", {})

    assert draft_of(site, writer)["project.districts"] == []


def test_a_row_is_added_and_what_stands_in_the_others_stays(site: Flask) -> None:
    writer = Writer(site, HEIMAT)
    writer.save("proposal", {"entered_by": "own"})

    answer = writer.save(
        "budget",
        {"budget.costs.0.item": "Kuchen", "budget.costs.0.amount": "9,50",
         "add_row": "budget.costs"},
    )  # fmt: skip

    assert answer.location.endswith("/section/budget#q-budget.costs")
    page = writer.page("budget")
    assert 'id="budget.costs.1.item"' in page
    assert 'value="Kuchen"' in page
    assert re.search(r'data-sum="budget.costs.amount"[^>]*>9,50', page)


def test_a_later_window_is_told_and_a_person_decides(site: Flask) -> None:
    writer = Writer(site)
    first, second = writer.page("project"), writer.page("project")
    writer.save("project", {"project.title": "Erster"}, first)

    answer = writer.save("project", {"project.title": "Zweiter"}, second)

    assert "/section/project" in answer.location
    page = writer.page("project")
    assert "Zweiter" in page.partition('class="p-note"')[2][:80]
    writer.save("project", {"project.title": "Erster", "take": "project.title"})
    assert draft_of(site, writer)["project.title"] == "Zweiter"
    assert "Erster" in writer.page("project").partition('class="p-note"')[2][:80]
    writer.save("project", {"project.title": "Zweiter", "drop": "project.title"})
    assert 'class="p-note"' not in writer.page("project")
    assert draft_of(site, writer)["project.title"] == "Zweiter"


def test_what_was_set_aside_stays_until_somebody_decides(site: Flask) -> None:
    writer = Writer(site)
    first, second = writer.page("project"), writer.page("project")
    writer.save("project", {"project.title": "Erster"}, first)
    writer.save("project", {"project.title": "Zweiter"}, second)

    writer.save("project", {"project.title": "Erster", "project.short_description": "Kurz"})
    writer.save("project", {"project.title": "Erster und mehr"})

    assert "Zweiter" in writer.page("project").partition('class="p-note"')[2][:80]


def test_a_window_that_repeats_old_text_changes_nothing(site: Flask) -> None:
    writer = Writer(site)
    old = writer.page("project")
    writer.save("project", {"project.title": "Neu"})

    writer.save("project", {"project.title": "", "project.short_description": "Kurz"}, old)

    found = draft_of(site, writer)
    assert (found["project.title"], found["project.short_description"]) == ("Neu", "Kurz")
    assert 'class="p-note"' not in writer.page("project")


def test_a_no_leads_to_an_explanation_and_back(site: Flask) -> None:
    writer = Writer(site)
    yes = {"eligibility_dortmund": "yes", "eligibility_nonpartisan": "yes"}

    answer = writer.save("check", yes | {"eligibility_running": "no"})

    assert answer.location.endswith("/not-eligible/eligibility_running")
    page = text_of(writer.client.get(answer.location))
    assert "/section/check#eligibility_running" in page
    assert writer.get("/not-eligible/project.title").status_code == 404
    assert writer.get("/not-eligible/nothing").status_code == 404


def test_from_the_check_one_comes_back_to_the_check(site: Flask) -> None:
    writer = Writer(site)
    page = writer.page("type?back=check")
    assert "Speichern und zurück zur Prüfung" in page

    answer = writer.save("type", {"application_type": "self"}, page)

    assert answer.location.endswith("/check")
    answer = writer.save("contact", {"contact.first_name": "Ada", "back": "check"})
    assert "check=1" in answer.location
    assert "back=check" in answer.location


def test_a_section_that_is_not_asked_leads_to_the_overview(site: Flask) -> None:
    writer = Writer(site, HEIMAT)
    assert writer.get("/section/budget").location.endswith("/tasks")
    assert writer.get("/section/nothing").status_code == 404
    assert writer.get("/section/group/2").status_code == 404
    assert writer.get("/section/group/0").status_code == 404


def test_a_new_draft_counts_only_the_sections_it_needs(site: Flask) -> None:
    shown = text_of(Writer(site, HEIMAT).get("/tasks"))

    assert "0 von 5 nötigen Abschnitten sind fertig." in shown
    assert re.search(r"Freiwillig\W+Freiwillig", re.sub(r"<[^>]+>", " ", shown)) is None


def picked(*files: tuple[bytes, str]) -> list[tuple[BytesIO, str]]:
    return [(BytesIO(data), name) for data, name in files]


def test_files_come_with_the_page_and_keep_what_is_typed(site: Flask) -> None:
    writer = Writer(site)

    answer = writer.save(
        "attachments",
        {
            "video_link": "https://example.org/film",
            "photos": picked((jpeg(), "a.jpg"), (b"no picture", "b.jpg"), (png(), "c.png")),
            "documents": picked((pdf_of(), "d.pdf")),
            "go": "upload",
        },
    )

    assert answer.status_code == 303
    page = text_of(writer.client.get(answer.location))
    assert [file.name for file in files_of(site, writer)] == ["a.jpg", "c.png", "d.pdf"]
    assert "„b.jpg“" in page
    assert "https://example.org/film" in page
    first, second, _third = files_of(site, writer)
    told = {f"file-{first.id}.caption": "Am Zaun", f"file-{first.id}.persons": "no"}
    writer.save("attachments", told | {"remove": str(second.id)})
    assert [(f.name, f.caption, f.persons) for f in files_of(site, writer)] == [
        ("a.jpg", "Am Zaun", "no"), ("d.pdf", "", ""),
    ]  # fmt: skip


def test_a_removed_file_comes_back_with_the_button_beside_it(site: Flask) -> None:
    writer = Writer(site)
    chosen = {"photos": picked((jpeg(), "Sommerfest.jpg")), "go": "upload"}
    writer.save("attachments", chosen)
    [file] = files_of(site, writer)
    fields = {f"file-{file.id}.caption": "Am Zaun", "remove": str(file.id)}
    answer = writer.save("attachments", fields)
    assert "„Sommerfest.jpg“ wurde entfernt" in text_of(writer.client.get(answer.location))
    assert files_of(site, writer) == []
    assert f'name="undo" value="{file.id}"' in writer.page("attachments")  # also after a reload

    back = writer.save("attachments", {"undo": str(file.id)})

    assert "„Sommerfest.jpg“ ist wieder da" in text_of(writer.client.get(back.location))
    assert [(f.name, f.caption) for f in files_of(site, writer)] == [("Sommerfest.jpg", "Am Zaun")]
    assert 'name="undo"' not in writer.page("attachments")


def test_the_button_without_a_file_says_what_to_do(site: Flask) -> None:
    writer = Writer(site)
    answer = writer.save("attachments", {"go": "upload"})
    assert "Wählen Sie erst eine Datei aus" in text_of(writer.client.get(answer.location))


def upload(writer: Writer, key: str, *files: tuple[bytes, str]) -> Any:
    headers = {"Accept": "application/json", "Origin": "https://127.0.0.1"}
    return writer.post(f"/files/{key}", {key: picked(*files)}, headers=headers)


def test_the_script_uploads_and_is_told_in_json(site: Flask) -> None:
    writer = Writer(site)
    taken = upload(writer, "photos", (jpeg(), "a.jpg"))
    (file,) = files_of(site, writer)
    assert taken.json == {"files": [str(file.id)]}
    assert upload(writer, "photos", (jpeg(), "a.jpg")).json == taken.json  # a lost answer
    assert writer.get("/files.json").json == {str(file.id): "checking"}
    refused = upload(writer, "photos", (b"<svg/>", "x.svg"))
    assert refused.status_code == 422
    assert "x.svg" in refused.json["error"]
    assert upload(writer, "photos").status_code == 422
    assert upload(writer, "project.title", (jpeg(), "a.jpg")).status_code == 404


def test_a_file_alone_is_taken_under_the_name_of_its_header(site: Flask) -> None:
    writer = Writer(site)
    headers = {
        "Accept": "application/json",
        "Origin": "https://127.0.0.1",
        "Content-Type": "application/octet-stream",
        "X-CSRF-Token": writer.client.token(f"/{SLUG}/continue"),
        "X-File-Name": "Stra%C3%9Fen%2Ffest%0A.jpg",
    }
    path = f"{writer.address}/files/photos"
    taken = writer.client.post(path, data=jpeg(), headers=headers)
    empty = writer.client.post(path, data=b"", headers=headers)
    nameless = writer.client.post(path, data=jpeg(), headers={**headers, "X-File-Name": ""})
    forged = writer.client.post(path, data=jpeg(), headers={**headers, "X-CSRF-Token": "x"})

    (file,) = files_of(site, writer)
    assert (taken.status_code, taken.json) == (200, {"files": [str(file.id)]})
    assert (file.name, file.size_received) == ("fest.jpg", len(jpeg()))
    assert [one.status_code for one in (empty, nameless, forged)] == [422, 422, 400]


def test_more_files_than_asked_for_are_refused_by_name(site: Flask) -> None:
    writer = Writer(site)
    for n in range(5):
        upload(writer, "photos", (jpeg(picture((200 + n, 100))), f"{n}.jpg"))
    refused = upload(writer, "photos", (jpeg(picture((300, 100))), "6.jpg"))
    assert refused.status_code == 422
    assert "„6.jpg“" in refused.json["error"]
    assert len(files_of(site, writer)) == 5
    assert 'type="file" id="photos-input"' not in writer.page("attachments")


def test_a_checked_file_is_served_as_an_attachment_only_to_its_owner(site: Flask) -> None:
    writer, stranger = Writer(site), Writer(site)
    upload(writer, "photos", (jpeg(), "a.jpg"))
    (file,) = files_of(site, writer)
    assert writer.get(f"/files/{file.id}").status_code == 404  # not checked yet
    with site.app_context():
        inspecting.check_file(str(file.id))
    given = writer.get(f"/files/{file.id}")
    assert given.status_code == 200
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert given.mimetype == "image/jpeg"
    preview = writer.get(f"/files/{file.id}/preview")
    assert preview.status_code == 200
    assert preview.headers["Content-Disposition"].startswith("inline")
    assert f"/files/{file.id}/preview" in writer.page("attachments")
    assert stranger.get(f"/files/{file.id}").status_code == 404
    assert stranger.client.get(f"{writer.address}/files/{file.id}").status_code == 404
    with site.app_context(), transaction():
        found = db.session.get_one(File, file.id)
        found.state, found.refusal = FileState.REFUSED, "password"
    assert "p-file--bad" in writer.page("attachments")


def test_a_closed_call_keeps_nothing_and_gives_the_text_back(site: Flask) -> None:
    writer = Writer(site)
    writer.save("project", {"project.title": "Vorher"})
    shown = writer.page("project")
    with site.app_context(), transaction():
        call = call_by_slug(SLUG)
        call.opens_at, call.closes_at = now() - timedelta(days=9), now() - timedelta(days=2)

    answer = writer.save("project", {"project.title": "Nachher"}, shown)

    assert answer.status_code == 409
    assert "Nachher" in text_of(answer)
    assert "Die Ausschreibung ist beendet" in text_of(answer)
    assert draft_of(site, writer)["project.title"] == "Vorher"
    page = text_of(writer.get("/closed"))
    assert "Vorher" in page
    assert "nicht mehr ändern" in writer.page("project")
    assert writer.post("/send", {}).location.endswith("/closed")


def routes(site: Flask) -> list[tuple[str, str]]:
    """Return every way into somebody's application: method and path."""
    values = {"slug": SLUG, "section_key": "project", "page": 2, "key": "photos", "n": 1,
              "file_id": "11111111-1111-4111-8111-111111111111"}  # fmt: skip
    found = []
    for rule in site.url_map.iter_rules():
        if "application_id" in rule.arguments and rule.rule.startswith("/<slug>/application/"):
            for method in (rule.methods or set()) & {"GET", "POST"}:
                path = re.sub(r"<(?:\w+:)?application_id>", "{id}", rule.rule)
                path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), path)
                found.append((method, path))
    return found


def test_nobody_else_comes_in_by_any_route(site: Flask) -> None:
    with site.app_context():
        application = complete(call_by_slug(SLUG))
        send(application)
        sent = str(application.id)
    stranger = Writer(site)
    nobody = "22222222-2222-4222-8222-222222222222"
    ways = routes(site)
    assert len(ways) > 25
    for method, path in ways:
        for target in (sent, nobody):
            place = path.format(id=target).removeprefix(stranger.address)
            if method == "GET":
                answer = stranger.client.get(place)
            else:
                token = stranger.client.token(f"/{SLUG}/continue")
                answer = stranger.client.post(
                    place, data={"csrf_token": token}, headers={"Origin": "https://127.0.0.1"}
                )
            assert answer.status_code == 404, f"{method} {place}: {answer.status_code}"
