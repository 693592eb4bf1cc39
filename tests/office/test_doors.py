"""Each page of the desk by role: strangers learn nothing, readers change nothing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from portal.applications.desk import caring, duplicates
from portal.applications.desk_models import Duplicate, SavedView
from portal.calls.models import Call
from portal.core.db import db, transaction
from tests.drafts import begun
from tests.offices import received
from tests.strict import StrictClient, check_page

OFFICE = "/integrationspreis-2027/office"
IDS = ("case", "draft", "file", "tag", "note", "pair", "view", "run")
PAGES = (
    "", "/applications", "/applications?q=projekt&late=1", "/applications/views/{view}",
    "/applications/{case}", "/applications/{case}/files/{file}/pages", "/duplicates",
    "/duplicates/{pair}",
)  # fmt: skip
ACTIONS = {  # whether a reader may do it
    "/applications/views": True,
    "/applications/views/{view}/delete": False,  # a colleague's
    "/applications/{case}/mentions/seen": True,
    "/applications/{case}/clerk": False,
    "/applications/{case}/tags": False,
    "/applications/{case}/tags/{tag}/delete": False,
    "/applications/{case}/notes": False,
    "/applications/{case}/notes/{note}/delete": False,
    "/duplicates/{pair}/dismiss": False,
    "/duplicates/{pair}/again": False,
    "/drafts/{draft}/link": False,
    "/bulk": False,
    "/bulk/run": False,
    "/bulk/{run}/undo": False,
}
NOBODY_HERE = ("juror", "admin", "stranger", "nobody")


@pytest.fixture
def addresses(call: Call, people: Any) -> dict[str, str]:
    """Return the ids that stand in the addresses, of things that exist."""
    by = people("office").user
    case, twin = received(call), received(call)
    draft = begun(call, {"contact.email": "draft@example.org"})
    with transaction():
        view = SavedView(call_id=call.id, owner_id=by.id, name="Alle", query="", shared=True)
        tag = caring.tag_called(call.id, "Jugend")
        note = caring.write_note(case, "Eine Notiz", by=by)
        db.session.add(view)
    duplicates.find(str(case.id))
    pair = db.session.scalars(db.select(Duplicate)).one()
    assert {pair.first_id, pair.second_id} == {case.id, twin.id}
    file = case.versions[0].files[0].file
    made = (case.id, draft.id, file.id, tag.id, note.id, pair.id, view.id, uuid4())
    return {name: str(one) for name, one in zip(IDS, made, strict=True)}


def test_office_and_reader_read_every_page(
    browser: Callable[[str], StrictClient], addresses: dict[str, str]
) -> None:
    for role in ("office", "reader"):
        here = browser(role)
        for page in PAGES:
            assert here.get(OFFICE + page.format(**addresses)).status_code == 200, (role, page)


def test_everybody_else_learns_nothing(
    browser: Callable[[str], StrictClient], addresses: dict[str, str]
) -> None:
    for role in ("", *NOBODY_HERE):
        here = browser(role)
        token = here.token("/account") if role else here.token("/sign-in")
        for page in PAGES:
            status = here.get(OFFICE + page.format(**addresses)).status_code
            assert status == (404 if role else 303), (role, page)
        for action in ACTIONS:
            status = _post(here, OFFICE + action.format(**addresses), token)
            assert status == (404 if role else 303), (role, action)


def test_a_reader_changes_nothing_but_the_own_things(
    browser: Callable[[str], StrictClient], addresses: dict[str, str]
) -> None:
    reader = browser("reader")
    token = reader.token("/account")
    for action, may in ACTIONS.items():
        status = _post(reader, OFFICE + action.format(**addresses), token)
        assert (status in (303, 409)) is may, (action, status)
        assert may or status in (403, 404), (action, status)


def test_a_draft_is_read_by_nobody_here(
    browser: Callable[[str], StrictClient], addresses: dict[str, str]
) -> None:
    office = browser("office")

    assert office.get(f"{OFFICE}/applications/{addresses['draft']}").status_code == 404
    answer = office.get(OFFICE)
    assert b"draft@example.org" not in answer.data


def test_the_office_sends_the_link_of_a_draft_again(
    browser: Callable[[str], StrictClient], addresses: dict[str, str]
) -> None:
    from portal.mail.models import Letter

    sent = browser("office").post_form(f"{OFFICE}/drafts/{addresses['draft']}/link", page=OFFICE)

    assert sent.status_code == 303
    letter = db.session.scalars(db.select(Letter).where(Letter.name == "link")).one()
    assert letter.to_address == "draft@example.org"


def _post(here: StrictClient, path: str, token: str) -> int:
    answer = here.post(path, data={"csrf_token": token}, headers={"Origin": "https://127.0.0.1"})
    return int(answer.status_code)


def test_of_another_call_nothing_can_be_addressed_here(
    browser: Callable[[str], StrictClient], addresses: dict[str, str]
) -> None:
    stranger = browser("stranger")
    token = stranger.token("/account")
    elsewhere = "/heimat-preis-2027/office"
    for page in PAGES:
        if "{" in page:
            path = elsewhere + page.format(**addresses)
            assert stranger.get(path).status_code == 404, page
    for action in ACTIONS:
        if "{" in action and "views" not in action:
            path = elsewhere + action.format(**addresses)
            assert _post(stranger, path, token) == 404, action


def test_rooms_of_staff_speak_german_or_english_as_a_whole(
    browser: Callable[[str], StrictClient], call: Call
) -> None:
    anna, jury = browser("office"), browser("juror")
    for one in (anna, jury):
        one.get("/language/ar")

    found = [
        (room.get("lang"), room.get("dir"), {n.get("hreflang") for n in room.iter("a")} - {None})
        for room in (
            check_page(anna.get(OFFICE, headers={"Accept-Language": "ar, en;q=0.5"})),
            check_page(anna.get(OFFICE, headers={"Accept-Language": "ar"})),
            check_page(jury.get(f"/{call.slug}/jury/rules", headers={"Accept-Language": "ar"})),
            check_page(anna.get(f"/{call.slug}")),
        )
    ]

    staff = {"de", "en"}
    assert found == [("en", "ltr", staff), ("de", "ltr", staff), ("de", "ltr", staff),
                     ("ar", "rtl", {"de", "en", "ar"})]  # fmt: skip
