"""Beginning, coming back and leaving, page by page, as a browser does it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.applications import keys
from portal.applications.models import AccessKey, Application, Purpose
from portal.calls.models import Call
from portal.calls.queries import call_by_slug
from portal.core.db import db, transaction
from portal.mail import Letter
from portal.settings import Settings
from portal.web.models import Throttle
from tests.drafts import NOMINATION, SLUG, begun, complete, post_letters, send
from tests.strict import StrictClient, text_of

ADDRESS = "garten@example.org"
OWNED = {"application_type": "self", "contact.email": ADDRESS, "project.title": "Sprachcafé"}
START, FIND, CODE, LEAVE = (f"/{SLUG}/{p}" for p in ("start", "continue", "continue/code", "leave"))
New = Callable[[], StrictClient]


def of_all(site: Flask, model: Any) -> int:
    with site.app_context():
        return int(db.session.scalar(db.select(db.func.count()).select_from(model)) or 0)


def owned_draft(site: Flask, **more: Any) -> str:
    """Begin a draft of `ADDRESS` in some other browser; return its id."""
    with site.app_context():
        return str(begun(_call(), OWNED | more).id)


def _call() -> Call:
    return call_by_slug(SLUG)


def mailed_link(site: Flask, purpose: Purpose = Purpose.LINK) -> str:
    """Make a link to the one application there is; return its path."""
    with site.app_context(), transaction():
        application = db.session.scalars(db.select(Application)).one()
        key = keys.make_link(application, application.owner_email, purpose=purpose)
        room = "nominee" if purpose is Purpose.NOMINEE else "open"
        return f"/{SLUG}/{room}/{keys.token(key)}"


def mailed_code(site: Flask) -> str:
    with site.app_context():
        post_letters()
        query = db.select(AccessKey).where(AccessKey.purpose == Purpose.CODE)
        return keys.code(db.session.scalars(query.order_by(AccessKey.created_at.desc())).first())


def head(browser: StrictClient, path: str) -> int:
    """Ask for the headers only, as mail scanners do; there is no page to read strictly."""
    answer = FlaskClient.open(browser, path, method="HEAD", base_url="https://127.0.0.1")
    return int(answer.status_code)


def state(site: Flask) -> list[Any]:
    """Return everything that a page which only reads must leave alone."""
    with site.app_context():
        rows = db.session.execute(
            db.select(AccessKey.id, AccessKey.used_at, AccessKey.tries, AccessKey.expires_at)
        )
        drafts = db.session.execute(db.select(Application.id, Application.owner_confirmed_at))
        counts = db.session.execute(db.select(Throttle.key, Throttle.count))
        return [*sorted(map(tuple, rows)), *map(tuple, drafts), *map(tuple, counts)]


def test_the_page_before_the_first_question_says_all_and_writes_nothing(
    site: Flask, browser: StrictClient
) -> None:
    before = state(site)
    page = text_of(browser.get(START))
    assert head(browser, START) == 200
    for words in ("45 Minuten", "10 Minuten lang absenden", "(Stand ", "30 Tage nach"):
        assert words in page
    assert (state(site), of_all(site, Application)) == (before, 0)


def test_one_button_begins_a_draft_that_this_browser_finds_again(
    site: Flask, browser: StrictClient, new_browser: New
) -> None:
    answer = browser.post_form(START)
    assert answer.status_code == 303
    assert re.fullmatch(rf"/{SLUG}/application/[0-9a-f-]{{36}}", answer.location)
    assert answer.location in text_of(browser.get(START))
    assert answer.location in text_of(browser.get(FIND))
    stranger = new_browser()
    assert answer.location not in text_of(stranger.get(START))
    assert stranger.get(answer.location).status_code == 404


def test_the_draft_speaks_the_language_of_the_page(site: Flask, browser: StrictClient) -> None:
    browser.post_form(f"{START}?l=ar")
    with site.app_context():
        assert db.session.scalars(db.select(Application.locale)).all() == ["ar"]


def test_a_program_that_fills_every_field_begins_nothing(
    site: Flask, browser: StrictClient
) -> None:
    answer = browser.post_form(START, {"homepage": "https://spam.example"})
    assert (answer.status_code, of_all(site, Application)) == (422, 0)


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [(2, 9, "Sie können sich noch nicht bewerben"), (-9, -0.05, "noch absenden, bis"),
     (-9, -2, "Der Bewerbungsschluss ist vorbei")],
)  # fmt: skip
def test_outside_of_its_time_the_call_takes_nobody_and_says_what_to_do(
    site: Flask, browser: StrictClient, move: Any, opens: float, closes: float, words: str
) -> None:
    move(opens, closes)
    assert words in text_of(browser.get(START))
    answer = browser.post_form(START, page=FIND)
    assert (answer.status_code, of_all(site, Application)) == (409, 0)
    assert words in text_of(answer)


def test_a_browser_without_cookies_is_told_so(site: Flask, new_browser: New) -> None:
    token = new_browser().token(START)
    bare = new_browser()
    answer = bare.post(START, data={"csrf_token": token})
    assert (answer.status_code, of_all(site, Application)) == (400, 0)
    assert "Dieser Browser behält keine Cookies" in text_of(answer)


def test_starts_are_braked_per_address(site: Flask, settings: Settings, new_browser: New) -> None:
    browser = new_browser()
    browser.post_form(START)
    with site.app_context(), transaction():
        db.session.execute(db.update(Throttle).values(count=settings.starts_per_hour))
    answer = browser.post_form(START)
    assert (answer.status_code, of_all(site, Application)) == (429, 1)


def test_known_and_unknown_addresses_get_the_same_answer(site: Flask, new_browser: New) -> None:
    owned_draft(site)
    pages = []
    for address in (ADDRESS, "nobody1@example.org"):
        browser = new_browser()
        answer = browser.post_form(FIND, {"email": address})
        assert (answer.status_code, answer.location) == (303, CODE)
        with site.app_context():
            post_letters()
        wrong = browser.post_form(CODE, {"code": "000000"})
        page = text_of(browser.get(CODE)) + text_of(wrong)
        pages.append(re.sub(r'value="[\w=-]{40,}"', "", page).replace(address, "X"))
        assert wrong.status_code == 422
    assert pages[0] == pages[1]


def test_the_code_opens_in_the_browser_that_asked_only(
    site: Flask, browser: StrictClient, new_browser: New
) -> None:
    draft = owned_draft(site)
    browser.post_form(FIND, {"email": f" {ADDRESS} "})
    code = mailed_code(site)
    other = new_browser()
    other.get(CODE)
    assert other.post_form(CODE, {"code": code}).status_code == 422
    answer = browser.post_form(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, answer.location) == (303, f"/{SLUG}/application/{draft}")
    assert browser.get(answer.location).status_code == 200
    assert ADDRESS not in text_of(browser.get(CODE))


def test_an_address_that_is_none_is_told_and_kept(browser: StrictClient) -> None:
    answer = browser.post_form(FIND, {"email": "garten"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#email"' in page
    assert 'value="garten"' in page


def test_no_more_than_three_mails_an_hour_go_to_one_address(
    site: Flask, settings: Settings, new_browser: New
) -> None:
    owned_draft(site)
    for _time in range(5):
        answer = new_browser().post_form(FIND, {"email": ADDRESS})
        assert answer.status_code == 303
        with site.app_context():
            post_letters()
    assert of_all(site, Letter) == settings.links_per_address == 3


def test_scanners_change_nothing_and_the_person_still_gets_in(
    site: Flask, browser: StrictClient, new_browser: New
) -> None:
    draft = owned_draft(site)
    path = mailed_link(site)
    before = state(site)
    for _visit in range(2):
        scanner = new_browser()
        assert head(scanner, path) == scanner.get(path).status_code == 200
    assert state(site) == before
    answer = browser.post_form(path)
    assert (answer.status_code, answer.location) == (303, f"/{SLUG}/application/{draft}")
    assert browser.get(answer.location).status_code == 200


def test_a_link_page_shows_no_data_and_never_its_own_address(
    site: Flask, browser: StrictClient
) -> None:
    owned_draft(site)
    path = mailed_link(site)
    answer = browser.get(path)
    page = text_of(answer)
    assert path.rpartition("/")[2] not in page
    assert "Sprachcafé" not in page
    assert ADDRESS not in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_used_link_opens_nothing_elsewhere_but_mails_a_new_one(
    site: Flask, browser: StrictClient, new_browser: New
) -> None:
    draft = owned_draft(site)
    path = mailed_link(site)
    browser.post_form(path)
    again = browser.post_form(path, page=START)
    assert again.location == f"/{SLUG}/application/{draft}"  # a double click
    assert f"/{SLUG}/application/{draft}" in text_of(browser.get(path))
    thief = new_browser()
    answer = thief.get(path)
    assert answer.status_code == 410
    assert ADDRESS not in text_of(answer)
    assert thief.post_form(path).location == path
    assert thief.get(path).status_code == 410
    assert thief.get(f"/{SLUG}/application/{draft}").status_code == 404
    answer = thief.post_form(path, {"again": "1"})
    assert (answer.status_code, answer.location) == (303, f"/{SLUG}/continue/sent")
    assert ADDRESS not in text_of(thief.get(answer.location))
    with site.app_context():
        letters = db.session.scalars(db.select(Letter.to_address)).all()
    assert letters == [ADDRESS]


def test_damaged_links_lead_to_help_and_never_to_a_fault(
    site: Flask, browser: StrictClient
) -> None:
    owned_draft(site)
    path = mailed_link(site)
    word = path.rpartition("/")[2]
    head, _, tail = word.partition(".")
    damaged = (word[:-1], word + "0", head, f"{head}.", f".{tail}", word[::-1], "x", "%C3%A4" * 9,
               f"{head}.{'%D9%A3' * 64}", "0" * 500, word.upper())  # fmt: skip
    for broken in damaged:
        answer = browser.get(f"/{SLUG}/open/{broken}")
        assert answer.status_code == 404, broken
        assert FIND in text_of(answer)
    assert browser.get(path.replace(SLUG, "heimat-preis-2027")).status_code == 404
    assert browser.get(path.replace("/open/", "/nominee/")).status_code == 404


def test_a_link_in_another_language_keeps_it(site: Flask, browser: StrictClient) -> None:
    draft = owned_draft(site)
    path = mailed_link(site)
    assert 'href="?l=ar"' in text_of(browser.get(path))
    answer = browser.post_form(f"{path}?l=ar")
    assert answer.location == f"/language/ar?next=/{SLUG}/application/{draft}"


def test_leaving_takes_keys_cookie_and_local_copies(site: Flask, browser: StrictClient) -> None:
    there = browser.post_form(START).location
    page = text_of(browser.get(LEAVE))
    assert "noch keine E-Mail-Adresse" in page
    answer = browser.post_form(LEAVE)
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert browser.get(there).status_code == 404
    assert of_all(site, AccessKey) == 0
    assert "kennt Sie nicht mehr" in text_of(browser.get(answer.location))
    assert not [c for c in browser._cookies.values() if c.key == "__Host-device"]


def test_a_qr_code_opens_the_draft_on_the_phone_once(
    site: Flask, browser: StrictClient, new_browser: New
) -> None:
    there = browser.post_form(START).location
    elsewhere = f"{there}/elsewhere"
    assert "E-Mail-Adresse" in text_of(browser.get(elsewhere))
    page = text_of(browser.post_form(f"{there}/phone", page=elsewhere))
    found = re.search(rf"http://127\.0\.0\.1:8000(/{SLUG}/open/\S+?)<", page)
    assert found
    assert "data:image/svg+xml" in page
    phone, second = new_browser(), new_browser()
    assert phone.post_form(found.group(1)).location == there
    assert phone.get(there).status_code == 200
    assert second.get(found.group(1)).status_code == 410


def test_the_owner_sends_a_link_for_another_device(site: Flask, browser: StrictClient) -> None:
    there = browser.post_form(START).location
    with site.app_context(), transaction():
        db.session.scalars(db.select(Application)).one().owner_email = ADDRESS
    answer = browser.post_form(f"{there}/link", page=f"{there}/elsewhere")
    assert "Der Link ist unterwegs" in text_of(browser.get(answer.location))
    with site.app_context():
        assert db.session.scalars(db.select(Letter.to_address)).all() == [ADDRESS]


def test_a_nominee_reads_confirms_and_changes_the_answer(
    site: Flask, browser: StrictClient
) -> None:
    with site.app_context():
        send(complete(_call(), NOMINATION))
    path = mailed_link(site, Purpose.NOMINEE)
    page = text_of(browser.get(path))
    assert "Vera Vorschlag" in page
    assert path.rpartition("/")[2] not in page
    sure = f"{path}?answer=no"
    browser.get(sure)
    assert answer_in(site) is None
    answer = browser.post_form(path, {"answer": "no"}, page=sure)
    assert (answer.location, answer_in(site)) == (path, "no")
    assert "Sie haben widersprochen" in text_of(browser.get(path))
    browser.post_form(path, {"answer": "yes"}, page=f"{path}?answer=yes")
    assert answer_in(site) == "yes"
    browser.post_form(path, {"answer": "maybe"}, page=sure)
    assert answer_in(site) == "yes"
    assert browser.get(path + "0").status_code == 404


def answer_in(site: Flask) -> str | None:
    with site.app_context():
        found: str | None = db.session.scalars(db.select(Application.nominee_answer)).one()
        return found


def test_an_unknown_device_is_told_how_to_get_a_link_and_whom_to_ask(
    site: Flask, browser: StrictClient
) -> None:
    of_others = f"/{SLUG}/application/{owned_draft(site)}"
    of_nobody = f"/{SLUG}/application/00000000-0000-4000-8000-000000000000"
    pages = [text_of(browser.get(path)) for path in (of_others, of_nobody)]
    told = [page.split("<main")[1].split("</main>")[0] for page in pages]

    assert told[0] == told[1]
    assert f'<a href="{FIND}">Link zuschicken lassen</a>' in told[0]
    assert "0231 555-0100" in told[0]
    assert f'<a href="/{SLUG}">Zur Ausschreibung</a>' in told[0]
