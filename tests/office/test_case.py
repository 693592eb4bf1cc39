"""One application: all on one page, notes, tags, clerk, files, differences, what it costs."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from portal import storage
from portal.applications.comparing import compared, lists
from portal.applications.desk import caring
from portal.applications.desk_models import Mention, Note
from portal.applications.models import Application
from portal.audit.models import AuditEntry
from portal.calls.models import Call
from portal.core.db import db, transaction
from portal.core.errors import DomainError, Forbidden
from tests.drafts import send, write
from tests.office.counting import statements
from tests.offices import received
from tests.strict import StrictClient, check_page, text_of, words_of

LIST = "/integrationspreis-2027/office/applications"


@pytest.fixture
def one(call: Call) -> Application:
    return received(call, {"project.title": "Ein Haus für alle"})


def page_of(application: Application) -> str:
    return f"{LIST}/{application.id}"


def test_everything_stands_on_one_page(
    browser: Callable[[str], StrictClient], one: Application
) -> None:
    page = words_of(check_page(browser("office").get(page_of(one))))

    version = one.versions[0]
    for key in ("project.description", "project.goals", "contact.first_name", "contact.phone"):
        assert " ".join(str(version.answers[key]).split()) in page
    for kept in version.files:
        assert kept.file.name in page


def test_who_looks_stands_in_the_log(
    browser: Callable[[str], StrictClient], one: Application, people: Any
) -> None:
    path, me = page_of(one), people("reader").user.key
    browser("reader").get(path)

    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.n.desc())).first()
    assert entry is not None
    assert (entry.what, entry.thing_key, entry.actor_key) == ("application_view", str(one.id), me)


def test_the_page_knows_the_list_it_came_from(
    browser: Callable[[str], StrictClient], call: Call, one: Application
) -> None:
    last = received(call, {"project.title": "Ein Garten für alle"})
    html = text_of(browser("office").get(f"{page_of(one)}?q=alle&sort=number"))

    assert f'href="{page_of(last)}?q=alle&amp;sort=number"' in html
    assert f'href="{LIST}?q=alle&amp;sort=number"' in html


def test_one_application_costs_always_the_same(
    browser: Callable[[str], StrictClient], one: Application, call: Call
) -> None:
    anna, path = browser("office"), page_of(one)
    anna.get(path)
    with statements() as few:
        anna.get(path)
    for _n in range(4):
        received(call)
    with transaction():
        write(one, {"project.title": "Ein anderes Haus"})
    send(one)
    with statements() as many:
        assert anna.get(path).status_code == 200

    assert len(few) == len(many) <= 8


# --- clerk, tags, notes -------------------------------------------------------------------------


def test_two_clerks_at_once_overwrite_nothing(
    browser: Callable[[str], StrictClient], one: Application, people: Any, call: Call
) -> None:
    anna, path, me = browser("office"), page_of(one), str(people("office").user.id)
    form = {"clerk": me, "seen": "", "query": "q=alle"}
    kept = anna.post_form(f"{path}/clerk", form, page=path)
    late = anna.post_form(f"{path}/clerk", {"clerk": "", "seen": "0" * 8}, page=path)

    assert kept.location == f"{path}?q=alle"
    assert late.status_code == 409
    assert "Office Vorlage" in text_of(late)
    assert str(db.session.get_one(Application, one.id).clerk_id) == me
    again = anna.post_form(f"{path}/clerk", {"clerk": "", "seen": me}, page=path)
    assert again.status_code == 303
    assert db.session.get_one(Application, one.id, populate_existing=True).clerk_id is None


def test_only_the_office_looks_after_applications(one: Application, people: Any) -> None:
    office, reader = people("office").user, people("reader").user

    with pytest.raises(DomainError):
        caring.assign(one, reader, by=office)
    with pytest.raises(Forbidden):
        caring.assign(one, office, by=reader)


def test_a_tag_is_one_word_in_any_case(
    browser: Callable[[str], StrictClient], one: Application
) -> None:
    anna, path = browser("office"), page_of(one)
    anna.post_form(f"{path}/tags", {"tag": "Jugend", "colour": "blue"}, page=path)
    anna.post_form(f"{path}/tags", {"tag": "  jugend ", "colour": "red"}, page=path)
    html = text_of(anna.get(path))

    assert html.count('<span class="p-tag p-tag--blue"><bdi>Jugend</bdi></span>') == 2
    tag = caring.tag_called(one.call_id, "JUGEND")
    anna.post_form(f"{path}/tags/{tag.id}/delete", page=path)
    assert "p-tag--blue" not in text_of(anna.get(path))


def test_a_mention_waits_on_the_desk_until_it_is_seen(
    browser: Callable[[str], StrictClient], one: Application, people: Any
) -> None:
    people("reader")
    anna, path = browser("office"), page_of(one)
    anna.post_form(f"{path}/notes", {"note": "@Reader, schau mal."}, page=path)
    desk = "/integrationspreis-2027/office"
    rita = browser("reader")

    assert "@Reader, schau mal." in text_of(rita.get(desk))
    assert "schau mal" not in text_of(browser("office").get(desk))
    rita.post_form(f"{path}/mentions/seen", page=desk)
    assert "schau mal" not in text_of(rita.get(desk))
    assert db.session.scalars(select(Mention)).one().seen_at is not None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Reader", True), ("@reader.vorlage:", True), ("@READER!", True), ("(@Vorlage)", True),
        ("reader", False), ("@Readers", False), ("mail@reader.example", False), ("@ Reader", False),
    ],
)  # fmt: skip
def test_names_after_an_at_sign_are_mentions(people: Any, text: str, named: bool) -> None:
    assert caring.is_named(people("reader").user, text) is named


def test_nobody_deletes_the_notes_of_others(one: Application, people: Any, call: Call) -> None:
    office, other = people("office").user, people("second").user
    with transaction():
        note = caring.write_note(one, "Meine Notiz", by=office)
    from portal.calls import memberships
    from portal.calls.memberships import Role

    with transaction():
        memberships.give(other, call, Role.OFFICE, by=office)
    with pytest.raises(Forbidden):
        caring.take_note_away(one, note.id, by=other)
    with transaction():
        caring.take_note_away(one, note.id, by=office)
    assert db.session.scalars(select(Note)).all() == []


# --- files ----------------------------------------------------------------------------------------


def test_files_are_served_by_this_door_and_noted(
    app: Flask, browser: Callable[[str], StrictClient], one: Application
) -> None:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    file = one.versions[0].files[0].file
    with transaction():
        for name in ("preview", "print"):
            key = storage.new_key()
            storage.store().put(key, BytesIO(picture.getvalue()), limit=10_000)
            file.copies = {**file.copies, name: key}
        file.stored_key = file.copies["print"]
    path = f"{page_of(one)}/files/{file.id}"
    anna = browser("office")
    small, large = anna.get(f"{path}/preview.jpg"), anna.get(f"{path}/print.jpg")
    whole, pages = anna.get(path), anna.get(f"{path}/pages")

    assert (small.mimetype, large.data) == ("image/jpeg", picture.getvalue())
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert f'src="{path}/print.jpg"' in text_of(pages)
    assert anna.get(f"{path}/secret.jpg").status_code == 404
    whats = db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.n)).all()
    assert [w for w in whats if w.startswith("file")] == ["file_view", "file_download"]
    assert browser("stranger").get(path).status_code == 404
    assert browser("").get(path).status_code == 303


# --- differences ------------------------------------------------------------------------------


def test_changes_are_shown_word_by_word(
    browser: Callable[[str], StrictClient], one: Application
) -> None:
    before = str(one.versions[0].answers["project.goals"])
    with transaction():
        write(one, {"project.goals": f"{before} Und noch ein Satz.",
                    "project.districts": ["eving"]})  # fmt: skip
    send(one)
    html = text_of(browser("office").get(f"{page_of(one)}/versions/2"))

    assert "</span> Und noch ein Satz.</ins>" in html
    assert "Eving</ins>" in html
    assert html.count("<dt>") == 2
    assert browser("office").get(f"{page_of(one)}/versions/1").status_code == 404
    assert browser("office").get(f"{page_of(one)}/versions/3").status_code == 404


def test_an_older_version_says_that_a_newer_one_counts(
    browser: Callable[[str], StrictClient], one: Application
) -> None:
    with transaction():
        write(one, {"project.title": "Ein Schloss"})
    send(one)
    html = text_of(browser("office").get(f"{page_of(one)}?version=1"))

    assert "Ein Haus für alle" in html
    assert f'href="{page_of(one)}"' in html


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("a b c", "a x c", [("kept", "a "), ("removed", "b"), ("added", "x"), ("kept", " c")]),
        ("eins zwei drei vier", "eins 2 3 vier",
         [("kept", "eins "), ("removed", "zwei drei"), ("added", "2 3"), ("kept", " vier")]),
        ("gleich", "gleich", [("kept", "gleich")]),
        ("", "neu", [("added", "neu")]),
        ("alt", "", [("removed", "alt")]),
        ("Straße.", "Straße!", [("kept", "Straße"), ("removed", "."), ("added", "!")]),
    ],
)  # fmt: skip
def test_two_texts_become_one_with_marks(
    before: str, after: str, parts: list[tuple[str, str]]
) -> None:
    assert [tuple(part) for part in compared(before, after)] == parts


def test_nothing_is_lost_in_a_long_comparison() -> None:
    before, after = "Wort " * 3000 + "\nEnde", "Wort " * 3000 + "\nSchluss"
    parts = compared(before, after)

    assert "".join(p.text for p in parts if p.kind != "added") == before
    assert "".join(p.text for p in parts if p.kind != "removed") == after


def test_entries_that_went_stand_first() -> None:
    parts = [tuple(part) for part in lists(["a", "b"], ["b", "c"])]

    assert parts == [("removed", "a"), ("kept", "b"), ("added", "c")]
