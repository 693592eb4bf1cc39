"""For each excluded juror every page is fetched and searched for the hidden application."""

import contextlib
import gzip
import io
import itertools
import re
import subprocess
import zipfile
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Rule

from portal import jobs
from portal.accounts.models import User
from portal.applications.jury.judging import Tie
from portal.applications.workflow import Move
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.mail.models import Letter
from portal.scoring import arrivals, letters
from portal.scoring.meeting import agenda, meetings, presence, tallying, voting
from portal.scoring.meeting.meeting_models import Choice, Meeting, Motion
from portal.scoring.meeting.voting import Wish
from portal.scoring.sheet.progress import overview
from tests.dossier_house import a_dossier_house, make_binder
from tests.jury_house import JuryHouse, a_jury_house, score
from tests.people import BY
from tests.strict import StrictClient

MAILBOX = "/mailbox"  # of a rehearsal: there it shows the letters to everybody, on purpose


def marks_of(house: JuryHouse, n: int) -> list[str]:
    """Return every word that gives the application away."""
    application = house.applications[n]
    return [f"Titelmarke{n}", f"Namensmarke{n}", str(application.reference), str(application.id)]


def every_page(browser: StrictClient, start: str, *more: str) -> dict[str, str]:
    """Return all pages below `start` that links lead to, searches, and `more`, by their address."""
    waiting, found = deque([start, f"{start}/next", f"{start}/rules", f"{start}/chair"]), {}
    waiting.extend(f"{start}?q={word}" for word in ("Titelmarke", "Namensmarke", "000", "IP"))
    waiting.extend(f"{start}/ranking?q={word}" for word in ("Titelmarke", "Namensmarke", "000"))
    waiting.extend(f"{start}?state={word}" for word in ("ask", "open", "sent", "begun"))
    waiting.extend(more)
    while waiting:
        page = waiting.popleft()
        if page in found or page.startswith(MAILBOX) or not page.startswith((start, *more)):
            continue
        answer = browser.get(page)
        assert answer.status_code < 500, page
        found[page] = text_of(answer)
        waiting.extend(re.findall(r'(?:href|src|action)="([^"#]+)"', found[page]))
        if answer.location:
            waiting.append(answer.location)
    return found


def text_of(answer: Any) -> str:
    """Return what an answer says: of a workbook or an archive all its parts, of a PDF its words."""
    packed_text = answer.headers.get("Content-Encoding") == "gzip"
    content = gzip.decompress(answer.data) if packed_text else answer.data
    return words_of(content) + str(answer.headers)


def words_of(content: bytes) -> str:
    """Return the words in bytes of any kind."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            return "".join(name + words_of(packed.read(name)) for name in names)
    if content[:4] == b"%PDF":
        told = subprocess.run(
            ["pdftotext", "-", "-"], input=content, capture_output=True, check=False
        )
        return told.stdout.decode() + content.decode("latin-1")
    return content.decode(errors="replace")


# --- every address --------------------------------------------------------------------------------


def rooms_of_jury(app: Flask) -> list[Rule]:
    """Return every address that can be read in the rooms of the jury."""
    return [
        rule for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and app.view_functions[rule.endpoint].__module__.startswith("portal.jury")
    ]  # fmt: skip


def for_everybody(app: Flask) -> list[Rule]:
    """Return the addresses of all other rooms that name nothing but a call."""
    return [
        rule for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments - {"slug"}
        and not rule.rule.startswith(("/health", "/static", MAILBOX))
    ]  # fmt: skip


def addresses(house: JuryHouse, rule: Rule, n: int) -> list[str]:
    """Return the addresses of a rule for the application with this index.

    What no link leads to and no row stands for is none: the test says then that it was not seen.
    """
    application = house.applications[n]
    known: dict[str, Any] = {
        "slug": [house.call.slug],
        "application_id": [application.id],
        "file_id": [file.id for file in application.files],
        "number": [1, 2],
        "copy": ["preview", "print"],
        "kind": ["pdf", "zip", "xlsx", "csv"],
        "meeting_id": [one.id for one in meetings.all_of(house.call)],
    }
    if rule.arguments - set(known):
        return []
    names = sorted(rule.arguments)
    adapter, found = house.app.url_map.bind("127.0.0.1"), []
    for chosen in itertools.product(*(known[name] for name in names)):
        with contextlib.suppress(BuildError, ValueError):
            found.append(adapter.build(rule.endpoint, dict(zip(names, chosen, strict=True))))
    return [one for one in found if endpoint_of(house.app, one) == rule.endpoint]


def endpoint_of(app: Flask, address: str) -> str:
    """Return the endpoint behind an address, empty where there is none."""
    try:
        endpoint, _values = app.url_map.bind("127.0.0.1").match(
            urlsplit(address).path, method="GET"
        )
    except HTTPException:
        return ""
    return str(endpoint)


def walk(house: JuryHouse, name: str, hidden: int = 0) -> dict[str, str]:
    """Return everything that somebody can read, by address; each room of the jury is seen."""
    rules = rooms_of_jury(house.app)
    more = [one for rule in rules for n in range(len(house.applications)) if n != hidden
            for one in addresses(house, rule, n)]  # fmt: skip
    more += [one for rule in for_everybody(house.app) for one in addresses(house, rule, 0)]
    browser = house.browser(name)
    pages = every_page(browser, house.path, *(one for one in more if one != "/"))
    direct = {one: text_of(browser.get(one)).replace(str(house.applications[hidden].id), "")
              for rule in rules if "application_id" in rule.arguments
              for one in addresses(house, rule, hidden)}  # fmt: skip

    seen = {endpoint_of(house.app, page) for page in pages}
    assert {rule.endpoint for rule in rules} - seen == set(), "No test reads these pages."
    return pages | direct


def mailed(house: JuryHouse, name: str) -> str:
    """Return all that was written to somebody."""
    db.session.rollback()
    rows = db.session.scalars(select(Letter).where(Letter.to_address == f"{name}@example.org"))
    return "\n".join(f"{row.subject}\n{row.body}\n{row.binding}" for row in rows)


@transaction()
def close(house: JuryHouse) -> None:
    """Close scoring."""
    for one in house.applications:
        one.make_move(Move.CLOSE_SCORING, by=BY, at=now())


@transaction()
def a_meeting(house: JuryHouse) -> Meeting:
    """Return a meeting that is called."""
    return meetings.call_meeting(house.call, starts_at=now(), place="Rathaus", by=BY)


@transaction()
def discuss(house: JuryHouse) -> Meeting:
    """Return a meeting that votes on the first application and has given it the first place."""
    meeting = meetings.call_meeting(house.call, starts_at=now(), place="Rathaus", by=BY)
    for name in ("chair", "paula", "ifeoma", "secretary"):
        presence.arrive(meeting, house.juror(name), by=BY)
    meetings.open_meeting(meeting, by=BY)
    ids = {item.application_id: item for item in meeting.items}
    item = ids[house.applications[0].id]
    meetings.begin(item, by=BY)
    given = voting.open_vote(item, Wish(Motion.PLACE, award=0), by=BY)
    out = presence.out_of(item)
    for one in presence.voters(meeting, item):
        assert one.user_id not in out
        voting.cast(given, db.session.get_one(User, one.user_id), Choice.YES)
    tallying.close_vote(given, by=BY)
    voting.open_vote(item, Wish(Motion.OTHER, words="Soll Titelmarke0 reden?"), by=BY)
    agenda.write_reasons(item, "Titelmarke0: Grundmarke.", seen=item.reasons_n, by=BY)
    return meeting


@transaction()
def adjourn(house: JuryHouse) -> None:
    """Annul the vote that is open, and close the meeting."""
    meeting = next(iter(meetings.all_of(house.call)))
    for item in meeting.items:
        if item.vote:
            tallying.annul(item.vote, reason="Zu spät", by=BY)
    meetings.close(meeting, by=BY)


def hide_and_score(house: JuryHouse, name: str) -> None:
    """Keep somebody out of the first application; let all others score all."""
    house.answer(name, 0, Tie.RELATIVE, "Schwester")
    for one in ("chair", "paula", "ifeoma", "secretary"):
        house.free(one)
    for one in ("ifeoma", "paula", "chair"):
        for n in range(len(house.applications)):
            if (one, n) != (name, 0):
                score(house, one, n)


def leaks(house: JuryHouse, told: dict[str, str]) -> set[tuple[str, str]]:
    """Return page and mark of everything that gives the first application away."""
    return {(page, mark) for page, text in told.items() for mark in marks_of(house, 0)
            if mark in text}  # fmt: skip


@pytest.mark.parametrize("name", ["chair", "paula", "secretary"])
def test_an_excluded_juror_meets_the_application_nowhere(house: JuryHouse, name: str) -> None:
    hide_and_score(house, name)
    a_meeting(house)
    with transaction():
        person = next(one for one in overview(house.call).people
                      if one.juror.user.id == house.user(name).id)  # fmt: skip
        letters.remind(person, by=BY)
    call_id = str(house.call.id)
    db.session.rollback()
    arrivals.tell(call_id)

    pages = walk(house, name)
    pages["letters"] = mailed(house, name)

    assert len(pages) > 40
    assert house.path in pages["letters"]
    assert leaks(house, pages) == set()
    for n in (1, 2):  # the others are really there, so that the search can find something
        assert any(marks_of(house, n)[0] in text for text in pages.values())


def test_an_excluded_juror_meets_it_nowhere_after_the_close(app: Flask) -> None:
    house = a_jury_house(app, 3, {"ranking_for_members": True})
    hide_and_score(house, "paula")
    a_meeting(house)
    close(house)

    pages = walk(house, "paula")

    assert leaks(house, pages) == set()
    assert "Titelmarke1" in pages[f"{house.path}/ranking"]
    assert "Titelmarke1" in pages[f"{house.path}/ranking/table.xlsx"]


@pytest.mark.pdf
def test_no_binder_archive_or_letter_about_it_tells_of_it(app: Flask) -> None:
    house = a_dossier_house(app, 2)
    house.answer("paula", 0, Tie.EMPLOYED)
    house.free("paula")
    house.free("ifeoma")
    make_binder(house, "ifeoma")
    make_binder(house, "paula")
    a_meeting(house)

    pages = walk(house, "paula")
    pages["letters"] = mailed(house, "paula")

    assert leaks(house, pages) == set()
    for kind in ("pdf", "zip"):
        assert "Titelmarke1" in pages[f"{house.path}/dossier/binder.{kind}"]
    assert "eine Bewerbung" in pages["letters"]
    assert "%PDF" in pages[house.at(1, "/dossier.pdf")]


@pytest.mark.parametrize("name", ["chair", "paula", "secretary"])
def test_in_the_meeting_there_is_only_an_item_without_a_name(app: Flask, name: str) -> None:
    house = a_jury_house(app, 3, {"quorum": 2, "ranking_for_members": True})
    hide_and_score(house, name)
    close(house)
    discuss(house)

    pages = walk(house, name)

    assert leaks(house, pages) == set()
    shown = pages[f"{house.path}/meeting"]
    assert "Titelmarke1" in shown
    assert "Grundmarke" not in "".join(pages.values())
    adjourn(house)
    assert leaks(house, walk(house, name)) == set()


@pytest.mark.pdf
def test_the_minutes_of_an_excluded_juror_leave_it_out(app: Flask) -> None:
    house = a_jury_house(app, 3, {"quorum": 2})
    hide_and_score(house, "paula")
    close(house)
    meeting_id = discuss(house).id
    adjourn(house)
    address = f"{house.path}/meetings/{meeting_id}/minutes"
    for name in ("paula", "ifeoma"):
        house.browser(name).post_form(address, {}, page="/account")
    jobs.run_due()
    pages = walk(house, "paula")

    assert "Niederschrift" in pages[f"{address}.pdf"]
    assert leaks(house, pages) == set()
    assert "Titelmarke0" in text_of(house.browser("ifeoma").get(f"{address}.pdf"))


@pytest.mark.parametrize("name", ["chair", "secretary"])
def test_no_count_tells_of_it(app: Flask, name: str) -> None:
    house = a_jury_house(app, 4)
    hide_and_score(house, name)
    a_meeting(house)

    pages = walk(house, name)

    counts = re.compile(r"\b(?:von 4|4 Bewerbungen|4 Dossiers|4 Bögen)\b")
    told = {page: counts.findall(text) for page, text in pages.items()
            if page.startswith(house.path)}  # fmt: skip
    assert {page: found for page, found in told.items() if found} == {}


def test_counts_and_progress_do_not_tell_of_it(house: JuryHouse) -> None:
    house.answer("paula", 0, Tie.EMPLOYED)
    house.free("paula")

    hall = house.browser("paula").get(house.path).text

    assert "0 von 2 bewertet" in hall
    assert "3" not in re.findall(r'max="(\d+)"', hall)


def test_a_blind_jury_never_sees_a_name_beside_a_number(app: Flask) -> None:
    keys = {"blind": True, "blind_hides": ["applicant.website", "contact.first_name",
                                           "contact.last_name", "contact.role"]}  # fmt: skip
    house = a_jury_house(app, 3, keys)
    browser = house.browser("paula")
    before = every_page(browser, house.path)
    asked = before.pop(house.path + "/conflicts")

    assert all(f"Namensmarke{n}" in asked for n in range(3))
    assert not [mark for n in range(3) for mark in marks_of(house, n)
                if mark in asked and not mark.startswith("Namensmarke")]  # fmt: skip
    told = {page: re.findall(r".{60}marke\d", text) for page, text in before.items()}
    assert {page: hits for page, hits in told.items() if hits} == {}

    house.free("paula")
    after = every_page(browser, house.path)

    assert sum("Titelmarke0" in text for text in after.values()) > 1
    assert not [page for page, text in after.items() if re.search(r"Namensmarke\d", text)]


def test_the_list_of_a_blind_jury_is_sorted_by_name_not_by_number(app: Flask) -> None:
    from portal.applications.jury import tiequestion

    house = a_jury_house(app, 3, {"blind": True})
    asked = [one.organisation for one in tiequestion.open_questions(house.juror("paula"))]

    assert asked == sorted(asked)


def test_a_sheet_of_an_excluded_juror_is_frozen_and_leaves_the_others_view(
    house: JuryHouse,
) -> None:
    for one in ("paula", "ifeoma"):
        house.free(one)
        score(house, one, 0)
    seen = house.browser("ifeoma").get(house.at(0)).text
    house.answer("paula", 0, Tie.ADVANTAGE)

    later = house.browser("ifeoma").get(house.at(0)).text

    assert "Kommentar von paula" in seen
    assert "Kommentar von paula" not in later
