"""The full-text search finds every word in every script, the same on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.applications.desk import finding
from portal.applications.desk.listing import Filters
from portal.applications.desk.narrowing import Scope
from portal.applications.drafts import sending
from portal.applications.models import Application
from portal.applications.search import indexing, searching
from portal.applications.search.search_tables import search_doc, statements
from portal.calls.models import Call
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db, transaction
from tests.drafts import complete, do_jobs, open_call, send, write
from tests.people import a_person

TEXTS = {
    "Tanz in der Straße": "Wir tanzen jeden Freitag. Die Mütter kochen, die Väter lesen vor.",
    "Голос мосту": "Український хор співає разом із сусідами.",
    "بيت الحكاية": "نقرأ الحكايات للأطفال كل مساء.",
    "ቡና Runde": "Drei Tassen bis zur Freundschaft, sagt man in Addis Abeba.",
    "Tết im Hinterhof": 'Das Fest des neuen Jahres; O\'Brien & Söhne spenden "alles" (100 %).',
    "北京大学校友会": "我们一起学习德语。",
}


SEARCHES: dict[str, list[str]] = {
    "strasse tanz": ["Tanz in der Straße"],
    "STRAẞE": ["Tanz in der Straße"],
    "vat": ["Tanz in der Straße"],
    "Vater Mutter": ["Tanz in der Straße"],
    "mosty": [],
    "ГОЛОС": ["Голос мосту"],
    "укра": ["Голос мосту"],
    "حكاية": [],
    "الحكايات": ["بيت الحكاية"],
    "بيت": ["بيت الحكاية"],
    "ቡና": ["ቡና Runde"],
    "tet": ["Tết im Hinterhof"],
    "o'brien": ["Tết im Hinterhof"],
    "100 %": ["Tết im Hinterhof"],
    "大学": ["北京大学校友会"],
    "tanz hinterhof": [],
    "anz": [],
    '"tanz" NOT freitag': [],
    "tanz* NEAR(freitag)": [],
    "tanz & ! freitag:*": ["Tanz in der Straße"],
    "0003": ["بيت الحكاية"],
    "…": list(TEXTS),
    "' OR xyzzy=1 --": [],
}


@pytest.fixture
def call(app: Flask) -> Call:
    return open_call()


@pytest.fixture
def scope(call: Call) -> Scope:
    return Scope(call.id, a_person().user.id, "Europe/Berlin")


@pytest.fixture
def found(call: Call, scope: Scope) -> Any:
    """Return a function: the titles that a search finds, in the order of their numbers."""
    for title, text in TEXTS.items():
        send(complete(call, {"project.title": title, "project.description": text}))

    def search(q: str, **more: Any) -> list[str]:
        listed = finding.page_of(scope, Filters(q=q, sort="number", descending=False, **more))
        return [row.title for row in listed.rows]

    return search


def test_the_same_words_find_the_same_on_both_databases(found: Any) -> None:
    assert {q: found(q) for q in SEARCHES} == SEARCHES


def test_what_was_found_is_shown_with_its_words_marked(found: Any, scope: Scope) -> None:
    row = finding.page_of(scope, Filters(q="mutter frei")).rows[0]

    assert "".join(piece.text for piece in row.hit) == (
        "Wir tanzen jeden Freitag. Die Mütter kochen, die Väter lesen vor."
    )
    assert [piece.text for piece in row.hit if piece.hit] == ["Freitag", "Mütter"]


def test_a_long_passage_is_cut_around_the_hit() -> None:
    before, after = "vorher " * 60, " nachher" * 60
    pieces = searching.passage(
        f"x\n{before}Treffer{after}", f"x | {before}treffer{after}", ["treff"]
    )

    text = "".join(piece.text for piece in pieces)
    assert text.startswith("… vorher")
    assert text.endswith("nachher …")
    assert len(text) < 180


def test_a_new_version_replaces_what_was_found_before(call: Call, scope: Scope) -> None:
    application = complete(call, {"project.title": "Xylofonquark"})
    send(application)
    with transaction():
        write(application, {"project.title": "Zebraflausch"})
    send(application)

    assert finding.count(scope, Filters(q="zebraf")) == 1
    assert finding.count(scope, Filters(q="xylofon")) == 0
    assert db.session.scalar(select(sa.func.count()).select_from(search_doc)) == 1


def test_what_was_just_sent_is_in_the_list_at_once_and_found_when_the_worker_has_read_it(
    call: Call, scope: Scope
) -> None:
    draft = complete(call, {"project.title": "Xylofon"})
    with transaction():
        sending.send(draft, by=Applicant(draft.id), arrived_at=now())
    listed = [row.title for row in finding.page_of(scope, Filters()).rows]
    before = finding.page_of(scope, Filters(q="xylofon")).rows
    do_jobs(indexing.READ)

    later = Scope(call.id, scope.user_id, scope.zone)  # of another request
    after = [row.title for row in finding.page_of(later, Filters(q="xylofon")).rows]
    assert (listed, before, after) == (["Xylofon"], [], ["Xylofon"])


def test_what_is_deleted_is_found_no_more(call: Call, scope: Scope) -> None:
    application = complete(call, {"project.title": "Einzigartigkeit"})
    send(application)
    with transaction():
        db.session.execute(sa.delete(search_doc))

    assert finding.count(scope, Filters(q="einzigartigkeit")) == 0


def test_drafts_and_other_calls_are_not_found(call: Call, scope: Scope) -> None:
    complete(call, {"project.title": "Ungesendetes"})
    send(complete(call, {"project.title": "Gesendetes"}))
    other = Scope(open_call("heimat-preis-2027").id, scope.user_id, scope.zone)

    assert finding.count(scope, Filters(q="ungesendetes")) == 0
    assert finding.count(other, Filters(q="gesendetes")) == 0
    assert finding.count(scope, Filters(q="gesendetes")) == 1


def test_the_statements_of_a_migration_make_the_same_tables(app: Flask) -> None:
    with db.engine.begin() as connection:
        search_doc.drop(connection)
        for statement in statements(db.engine.dialect.name):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    call = open_call()
    user = a_person("zoe@example.org").user
    send(complete(call, {"project.title": "Migriert"}))

    assert isinstance(user, User)
    scope = Scope(call.id, user.id, "Europe/Berlin")
    assert finding.count(scope, Filters(q="migr")) == 1
    assert db.session.scalar(select(Application.title)) == "Migriert"
