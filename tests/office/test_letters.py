"""Letters of the office: words, outbox, one letter to many."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import mail
from portal.applications import keys, reactions
from portal.applications.models import Application
from portal.audit.models import AuditEntry
from portal.calls import letterwords
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.mail.local import opened
from portal.mail.models import Letter, LetterState, LocalMail
from tests.drafts import SLUG, begun, open_call
from tests.office.rooms_of_office import ROLES, House, a_house, write_letter
from tests.people import signed_in
from tests.strict import text_of

LETTERS = f"/{SLUG}/office/letters"


@pytest.fixture
def house(bare_app: Flask) -> House:
    return a_house(bare_app)


def letters(name: str | None = None) -> list[Letter]:
    rows = select(Letter).order_by(Letter.created_at)
    return list(db.session.scalars(rows.where(Letter.name == name) if name else rows))


def a_letter(house: House, name: str = "find_ineligible", **terms: Any) -> UUID:
    """Write a letter of the office to the first applicant; return its id."""
    return write_letter(house, name, **terms).id


def post(*ids: UUID) -> None:
    """Send letters as the worker does, without waiting for receipts of others."""
    for letter_id in ids:
        mail.send(str(letter_id))


def stored(house: House, letter_id: UUID) -> Letter:
    with house.app.app_context():
        return db.session.get_one(Letter, letter_id)


def the_lock(page: str) -> str:
    return page.split('name="lock" value="')[1].split('"', maxsplit=1)[0]


# --- who may enter ------------------------------------------------------------------------------

PAGES = {
    f"{LETTERS}": (303, 200, 200, 404, 404, 404),
    f"{LETTERS}/templates": (303, 200, 200, 404, 404, 404),
    f"{LETTERS}/templates/submit/de": (303, 200, 200, 404, 404, 404),
    f"{LETTERS}/many/write": (303, 200, 404, 404, 404, 404),
    f"{LETTERS}/{{letter}}": (303, 200, 200, 404, 404, 404),
}
ACTS = {
    f"{LETTERS}/many": (303, 404, 404, 404, 404, 404),
    f"{LETTERS}/rule": (303, 303, 404, 404, 404, 404),
    f"{LETTERS}/templates/submit/de": (303, 422, 404, 404, 404, 404),
    f"{LETTERS}/{{letter}}": (303, 409, 404, 404, 404, 404),
    f"{LETTERS}/{{letter}}/release": (303, 409, 404, 404, 404, 404),
}


def test_only_staff_of_the_call_reads_letters(house: House) -> None:
    letter = a_letter(house)

    found = {page: tuple(house.browser(role).get(page.format(letter=letter)).status_code
                         for role in ROLES) for page in PAGES}  # fmt: skip

    assert found == PAGES


def test_only_the_office_steers_letters(house: House) -> None:
    letter = a_letter(house)

    found = {page: tuple(status_of(house, role, page.format(letter=letter)) for role in ROLES)
             for page in ACTS}  # fmt: skip

    assert found == ACTS


def status_of(house: House, role: str, address: str) -> int:
    """Return the status of a form sent to `address` by somebody with this role."""
    page = "/sign-in" if role == "nobody" else "/account"
    status: int = house.browser(role).post_form(address, page=page).status_code
    return status


def test_a_letter_of_another_call_does_not_exist(house: House) -> None:
    letter = a_letter(house)
    other = house.browser("other")

    assert other.get(f"/heimat-preis-2027/office/letters/{letter}").status_code == 404
    assert other.get("/heimat-preis-2027/office/letters").status_code == 200


# --- the outbox ---------------------------------------------------------------------------------


def test_letters_of_the_office_wait_and_confirmations_do_not(house: House) -> None:
    letter = stored(house, a_letter(house))
    with house.app.app_context():
        confirmations = letters("submit")

    assert letter.state is LetterState.HELD
    assert {one.state for one in confirmations} == {LetterState.WAITING}


def test_the_call_can_let_letters_of_the_office_go_at_once(house: House) -> None:
    house.browser("office").post_form(f"{LETTERS}/rule", page=LETTERS)

    assert stored(house, a_letter(house)).state is LetterState.WAITING


def test_a_released_letter_is_sent_and_the_log_knows_who_released_it(house: House) -> None:
    letter = a_letter(house)
    office = house.browser("office")

    page = text_of(office.get(f"{LETTERS}/{letter}"))
    answer = office.post_form(f"{LETTERS}/{letter}/release", {"lock": the_lock(page)},
                              page=f"{LETTERS}/{letter}")  # fmt: skip
    with house.app.app_context():
        post(letter)
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.what == "letter_release")
        ).one()

    assert answer.status_code == 303
    assert stored(house, letter).state is LetterState.SENT
    assert (entry.actor_key, entry.thing_key) == (house.people["office"].user.key, str(letter))
    assert entry.facts["call"] == SLUG


def test_a_changed_letter_leaves_with_its_new_words(house: House) -> None:
    letter = a_letter(house)
    office = house.browser("office")
    address = f"{LETTERS}/{letter}"
    typed = {"subject": "Ein {{7*7}} Wort", "body": "Guten Tag,\n\nneu & *wichtig* <b>\n\n{link}"}

    office.post_form(address, typed | {"lock": the_lock(text_of(office.get(address)))})
    office.post_form(f"{address}/release", {"lock": the_lock(text_of(office.get(address)))},
                     page=address)  # fmt: skip
    with house.app.app_context():
        post(letter)
        kept = db.session.scalars(select(LocalMail).where(LocalMail.letter_id == letter)).one()
        told = opened(kept.id)

    assert told is not None
    assert kept.subject == "Ein {{7*7}} Wort"
    assert "neu & wichtig <b>" in told.text
    assert f"/{SLUG}/open/" in told.text


def test_a_stale_form_shows_both_and_keeps_what_was_typed(house: House) -> None:
    letter = a_letter(house)
    office, address = house.browser("office"), f"{LETTERS}/{letter}"
    old = the_lock(text_of(office.get(address)))
    office.post_form(address, {"subject": "Der andere", "body": "war schneller", "lock": old})

    late = office.post_form(address, {"subject": "Meins", "body": "Mein Text", "lock": old})

    page = text_of(late)
    assert late.status_code == 409
    assert "Der andere" in page
    assert "Mein Text" in page
    assert stored(house, letter).subject == "Der andere"


def test_nobody_can_put_the_link_of_somebody_else_into_a_letter(house: House) -> None:
    letter = a_letter(house)
    office, address = house.browser("office"), f"{LETTERS}/{letter}"
    typed = {"subject": "x", "body": f"{{link:{uuid4()}}} {{code}}"}

    answer = office.post_form(address, typed | {"lock": the_lock(text_of(office.get(address)))})

    assert answer.status_code == 422
    assert "{code}" not in stored(house, letter).body


def test_a_letter_that_waited_for_days_has_a_link_that_works(house: House) -> None:
    with house.app.app_context(), transaction():
        application = db.session.get_one(Application, house.applications[0].id)
        earlier = keys.make_link(application, application.owner_email).id
    letter = a_letter(house)
    with house.app.app_context():
        lived = keys.link_of(earlier) is not None
    house.browser("office")

    with time_machine.travel(now() + timedelta(days=3)):
        with house.app.app_context():
            office = signed_in(house.app, house.people["office"])
        page = text_of(office.get(f"{LETTERS}/{letter}"))
        office.post_form(f"{LETTERS}/{letter}/release", {"lock": the_lock(page)},
                         page=f"{LETTERS}/{letter}")  # fmt: skip
        with house.app.app_context():
            post(letter)
            kept = db.session.scalars(select(LocalMail).where(LocalMail.letter_id == letter)).one()
            told = opened(kept.id)

    assert lived, "a letter that waits must not end the link in one that left"
    assert told is not None
    assert f"/{SLUG}/open/" in told.text


def test_a_letter_sent_again_is_a_new_one(house: House) -> None:
    letter = a_letter(house, hold=False)
    office, address = house.browser("office"), f"{LETTERS}/{letter}"
    with house.app.app_context():
        post(letter)

    office.post_form(f"{address}/again", {"lock": the_lock(text_of(office.get(address)))},
                     page=address)  # fmt: skip
    with house.app.app_context():
        again = db.session.scalars(select(Letter).where(Letter.again_of == letter)).one()

    assert (again.state, again.subject) == (LetterState.WAITING, stored(house, letter).subject)


def test_the_letters_of_an_application_tell_what_the_mail_server_said(house: House) -> None:
    failed, other = a_letter(house), a_letter(house)
    with house.app.app_context(), transaction():
        letter = db.session.get_one(Letter, failed)
        letter.state, letter.error, letter.tries = LetterState.FAILED, "550 5.1.1 unknown", 3
    office = house.browser("office")

    pages = [text_of(office.get(f"{LETTERS}/{one}", headers={"Accept-Language": "de"}))
             for one in (failed, other)]  # fmt: skip

    assert [page.count("550 5.1.1 unknown") for page in pages] == [2, 1]
    assert "3 Versuche" in pages[1]


@pytest.mark.parametrize(
    ("action", "page"), [("mail", "letters/many/write"), ("export", "exports")]
)
def test_the_list_hands_its_choice_on(house: House, action: str, page: str) -> None:
    office, one = house.browser("office"), house.applications[1].id
    bulk, there = f"/{SLUG}/office/bulk", f"/{SLUG}/office/{page}"

    ticked = office.post_form(bulk, {"action": action, "id": str(one)}, page=LETTERS)
    whole = office.post_form(bulk, {"action": action, "all": "yes", "query": "status=submitted"},
                             page=LETTERS)  # fmt: skip

    assert ticked.headers["Location"] == f"{there}?id={one}"
    assert whole.headers["Location"] == f"{there}?of=list&status=submitted"
    told = [text_of(office.get(found.headers["Location"], headers={"Accept-Language": "de"}))
            for found in (ticked, whole)]  # fmt: skip
    assert ["2 Bewerbungen" in text for text in told] == [False, True]


def test_many_letters_are_released_at_once_but_only_those_of_the_call(house: House) -> None:
    mine = [a_letter(house) for _ in range(3)]
    office = house.browser("office")

    office.post_form(f"{LETTERS}/many", {"action": "release", "id": [str(one) for one in mine[:2]]},
                     page=LETTERS)  # fmt: skip

    states = [stored(house, one).state for one in mine]
    assert states == [LetterState.WAITING, LetterState.WAITING, LetterState.HELD]


def test_the_words_of_a_draft_are_nobody_elses(house: House) -> None:
    with house.app.app_context():
        call = db.session.get_one(Call, house.call.id)
        draft = begun(call, {"project.title": "Geheimer Entwurf"}, device="e" * 64)
        with transaction():
            draft.owner_email, draft.title = "geheim@example.org", "Geheimer Entwurf"
            written = reactions.write(
                draft, "reminder", lambda _: {"title": draft.title, "closes": "morgen"}
            )
    assert written is not None
    office = house.browser("office")

    pages = [
        text_of(office.get(f"{LETTERS}{more}"))
        for more in ("", f"/{written.id}", "?q=Geheimer", "?q=geheim@example.org")
    ]

    assert "Erinnerung" in pages[0] or "Reminder" in pages[0]
    assert [
        part
        for page in pages
        for part in ("Geheimer Entwurf", "geheim@")
        if part in page.replace('value="Geheimer"', "").replace('geheim@example.org"', "")
    ] == []
    assert [str(written.id) in page for page in pages] == [True, True, False, False]
    answer = office.post_form(f"{LETTERS}/{written.id}", {"subject": "x", "body": "y"})
    assert answer.status_code == 404


def test_the_list_costs_the_same_however_many_letters_there_are(house: House) -> None:
    from sqlalchemy import event

    office, asked = house.browser("office"), []
    with house.app.app_context():
        engine = db.engine

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    office.get(LETTERS)
    few = len([one for one in asked if one.startswith("SELECT")])
    for _ in range(20):
        a_letter(house)
    asked.clear()
    office.get(LETTERS)

    assert len([one for one in asked if one.startswith("SELECT")]) == few <= 8


# --- words of letters -----------------------------------------------------------------------------

VECTORS = (
    "{{1787560+9}}", "{{ 1787560 + 9 }}", "{% print(1787560+9) %}", "${1787560+9}", "#{1787560+9}",
    "{number.__class__}", "{number[0]}", "{number!r}", "{0.__init__.__globals__}", "{{config}}",
    "{{ self.__init__ }}", "{{''.__class__.__mro__}}", "{{request.application}}",
    "<%= 1787560+9 %>",
    "{{ [].__class__ }}", "{title.__globals__[db]}", "{name|safe}", "{{name|attr('x')}}", "{Title}",
    "{ title }", "{link:11111111-1111-4111-8111-111111111111}", "{code}", "{{7*'7'}}", "{settings}",
    "{% include 'frame.txt' %}", "{# 1787560+9 #}", "{{ cycler.__init__ }}", "{lipsum}",
)  # fmt: skip


def test_words_are_never_a_template(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/templates/find_ineligible/de"
    refused: list[str] = []
    kept: dict[str, str] = {}
    for vector in VECTORS:
        typed = {"subject": "Nummer {number}", "body": f"Vorher {vector} nachher."}
        answer = office.post_form(address, typed | {"seen": str(len(kept))})
        assert answer.status_code in (303, 422), vector
        if answer.status_code == 422:
            refused.append(vector)
            continue
        letter = stored(house, a_letter(house))
        with house.app.test_request_context():
            shown = mail.preview(letter)
        kept[vector] = shown.text
        assert "1787569" not in shown.text, vector
        assert vector in shown.text, "what is no placeholder stays as it was typed"

    assert len(refused) + len(kept) == len(VECTORS) == 28
    assert set(kept) <= {vector for vector in VECTORS if not vector.startswith("{{")}


def test_most_strange_placeholders_are_refused_and_named(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/templates/find_ineligible/de"

    answer = office.post_form(address, {"subject": "x", "body": "{Number} {due} {number}"})

    assert answer.status_code == 422
    assert "{Number}, {due}" in text_of(answer)


def test_own_words_win_and_the_default_comes_back(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/templates/find_ineligible/de"
    typed = {"subject": "Leider: {number}", "body": "Für {name}.\n\n{link}", "seen": "0"}

    office.post_form(address, typed)
    mine = stored(house, a_letter(house))
    office.post_form(address, {"action": "default", "seen": "1"})
    default = stored(house, a_letter(house))
    with house.app.app_context():
        history = letterwords.history(house.call, "find_ineligible", "de")

    assert mine.subject == f"Leider: {house.applications[0].reference}"
    assert default.subject != mine.subject
    assert [row.version for row in history] == [2, 1]


def test_two_clerks_do_not_overwrite_each_others_words(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/templates/find_ineligible/de"
    office.post_form(address, {"subject": "Erste", "body": "Erster Text", "seen": "0"})

    late = office.post_form(address, {"subject": "Zweite", "body": "Zweiter Text", "seen": "0"})

    assert late.status_code == 409
    assert "Erster Text" in text_of(late)
    assert "Zweiter Text" in text_of(late)


def test_words_in_english_only_leave_the_german_letter_alone(house: House) -> None:
    with house.app.app_context(), transaction():
        letterwords.change_words(
            house.call, ("find_ineligible", "en"), letterwords.Words("English {number}", "Text."),
            seen=0, by=house.people.setdefault("x", _somebody(house)).user,
        )  # fmt: skip
    german = stored(house, a_letter(house))

    assert (german.language, "English" in german.subject) == ("de", False)


def _somebody(house: House) -> Any:
    house.browser("office")
    return house.people["office"]


def test_a_letter_about_its_link_must_have_it(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/templates/link/de"

    assert office.post_form(address, {"subject": "x", "body": "Ohne."}).status_code == 422
    fine = office.post_form(address, {"subject": "x", "body": "Mit {link}.", "seen": "0"})
    assert fine.status_code == 303


def test_every_letter_of_a_call_can_be_tried_on_a_real_application(house: House) -> None:
    office, number = house.browser("office"), str(house.applications[1].reference)

    for name in [name for name, kind in mail.LETTERS.items() if kind.of_call]:
        page = text_of(office.get(f"{LETTERS}/templates/{name}/de?with={number}"))
        assert (number in page, 'class="p-mailtext p-box"' in page) == (True, True), name


def test_the_sample_warns_of_an_empty_placeholder(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/templates/submit/de"
    typed = {"subject": "{number}", "body": "Hier: {late}", "action": "preview"}

    assert ": late" in text_of(office.post_form(address, typed))


# --- one letter to many ---------------------------------------------------------------------------


def test_one_letter_to_many_waits_and_is_released_with_one_button(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/many/write"
    typed = {"subject": "Einladung {number}", "body": "Guten Tag {name}, zu „{title}“.\n\n{link}"}

    shown = text_of(office.post_form(address, typed | {"action": "preview", "n": "2"}))
    answer = office.post_form(address, typed | {"action": "write"})
    with house.app.app_context():
        written = letters("circular")
        post(*[one.id for one in written])
        sent_before = [one.state for one in letters("circular")]
    office.post_form(f"{LETTERS}/many", {"action": "release", "batch": str(written[0].batch)},
                     page=LETTERS)  # fmt: skip
    with house.app.app_context():
        post(*[one.id for one in written])
        told = [one.subject for one in letters("circular") if one.state is LetterState.SENT]

    assert "Einladung IP-2027-0002" in shown or "Einladung IP-2027-0001" in shown
    assert answer.headers["Location"].endswith(f"batch={written[0].batch}")
    assert sent_before == [LetterState.HELD, LetterState.HELD]
    assert sorted(told) == ["Einladung IP-2027-0001", "Einladung IP-2027-0002"]


def test_a_letter_to_some_goes_to_no_other(house: House) -> None:
    office, address = house.browser("office"), f"{LETTERS}/many/write"
    typed = {"subject": "Nur", "body": "Text", "action": "write",
             "id": str(house.applications[1].id)}  # fmt: skip

    office.post_form(address, typed)
    with house.app.app_context():
        about = [one.about for one in letters("circular")]

    assert about == [house.applications[1].id]


def test_letters_speak_german_in_the_office(house: House) -> None:
    with house.app.app_context(), in_language("de"):
        assert letterwords.office_letters_wait(open_call()) is True
