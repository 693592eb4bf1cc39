"""The pages of the formal check: marks, moves, asking back, messages, corrections, paper, jury."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdf
import pytest
from flask import Flask

from portal import jobs, mail
from portal.accounts.models import User
from portal.applications.check import marking, screening
from portal.applications.correspondence import messages
from portal.applications.drafts.renewing import newest
from portal.applications.jury import redacting
from portal.applications.models import Application, Channel
from portal.applications.onpaper import paper
from portal.applications.workflow import Status
from portal.calls.memberships import Role
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from tests.drafts import SLUG, open_call
from tests.offices import LATER, received, staff
from tests.people import a_browser, a_person, signed_in
from tests.strict import StrictClient, text_of

BASE = f"/{SLUG}/office/applications"


class Site:
    """A call with one received application, and browsers of people with roles."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            self.call_id = open_call().id
            self.id = received(self.call).id
            office = staff(self.call)
            self.browser = signed_in(app, office)
            self.clerk_id = office.user.id
            self.owner = self._owner()

    @property
    def call(self) -> Call:
        return db.session.get_one(Call, self.call_id)

    @property
    def clerk(self) -> User:
        return db.session.get_one(User, self.clerk_id)

    @property
    def it(self) -> Application:
        db.session.expire_all()
        return db.session.get_one(Application, self.id)

    def _owner(self) -> StrictClient:
        """Return a browser that holds the key to the application."""
        from portal.applications import keys

        browser = a_browser(self.app)
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
        with transaction():
            key = keys.make_link(self.it, self.it.owner_email)
        link = str(keys.link_of(key.id)).split("8000", 1)[-1]
        answer = browser.post_form(link)
        assert answer.status_code == 303, text_of(answer)
        return browser

    def way(self, rest: str = "") -> str:
        return f"{BASE}/{self.id}{rest}"

    def own(self, rest: str) -> str:
        return f"/{SLUG}/application/{self.id}{rest}"

    def move(self, name: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send the form of a move with the lock of now."""
        more.setdefault("page", self.way("/check"))
        with self.app.app_context():
            lock = self.it.lock
        return self.browser.post_form(self.way(f"/{name}"), {"lock": lock} | (data or {}), **more)


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return Site(bare_app)


def test_the_checklist_is_marked_with_one_click(site: Site) -> None:
    shown = text_of(site.browser.get(site.way("/check")))
    assert "Formale Prüfung" in shown or "Formal check" in shown
    answer = site.browser.post_form(
        site.way("/check/running"), {"verdict": "ok", "seen": 0, "note": "seit 2016"},
        page=site.way("/check"),
    )  # fmt: skip

    assert answer.status_code == 303
    assert answer.location.endswith("#check-running")
    with site.app.app_context():
        (mark,) = marking.marks_of(site.it)
        assert (mark.verdict, mark.note, mark.by_key) == (
            "ok", "seit 2016", str(site.clerk_id)
        )  # fmt: skip


def test_the_second_clerk_sees_both_marks(site: Site) -> None:
    form = {"verdict": "ok", "seen": 0}
    site.browser.post_form(site.way("/check/running"), form, page=site.way("/check"))
    answer = site.browser.post_form(
        site.way("/check/running"), {"verdict": "no", "seen": 0, "note": "mein Text"},
        page=site.way("/check"),
    )  # fmt: skip

    assert answer.status_code == 409
    assert "mein Text" in text_of(answer)
    with site.app.app_context():
        assert marking.marks_of(site.it)[0].verdict == "ok"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("start_screening", {}),
        ("find_eligible", {}),
        ("find_ineligible", {"reason": "mein Grund"}),
        ("withdraw", {"reason": "mein Grund"}),
        ("return_for_completion", {"text": "mein Grund", "due": "2099-01-01", "go": "send"}),
        ("contact", {"email": "x@example.org", "reason": "mein Grund"}),
        ("correct/applicant.name", {"applicant.name": "Neu", "reason": "mein Grund"}),
    ],
)
def test_a_stale_form_changes_nothing_and_gives_back_what_was_typed(
    site: Site, name: str, data: dict[str, str]
) -> None:
    answer = site.browser.post_form(
        site.way(f"/{name}"), {"lock": "0", **data}, page=site.way("/check")
    )

    assert answer.status_code == 409
    assert "reason" not in data or "mein Grund" in text_of(answer)
    with site.app.app_context():
        assert (site.it.status, len(site.it.versions)) == (Status.SUBMITTED, 1)


def test_a_note_is_saved_by_its_own_button_and_leaves_the_mark_as_it_is(site: Site) -> None:
    with site.app.app_context(), transaction():
        first, second = [line.item.key for line in marking.panel(site.it).lines][:2]
        marking.mark(site.it, first, marking.Verdict.NO, by=site.clerk)
    shown = site.browser.get(site.way()).text
    buttons = re.findall(r'name="verdict" value="(\w*)">Notiz', shown)
    for item, seen, verdict in ((first, 1, buttons[0]), (second, 0, buttons[1])):
        data = {"verdict": verdict, "note": "Fehlt noch.", "seen": seen}
        site.browser.post_form(site.way(f"/check/{item}"), data, page=site.way())

    with site.app.app_context():
        kept = {mark.item: (mark.verdict, mark.note) for mark in marking.marks_of(site.it)}
    assert kept == {first: ("no", "Fehlt noch."), second: (None, "Fehlt noch.")}


def test_open_points_are_named_before_an_application_is_eligible(site: Site) -> None:
    asked = site.move("find_eligible")

    assert asked.status_code == 200
    with site.app.app_context():
        assert site.it.status is Status.SUBMITTED
        wanted = [str(line.item.text["de"]) for line in marking.panel(site.it).open]
    assert wanted
    assert [words for words in wanted if words not in text_of(asked)] == []


def test_nobody_is_asked_where_everything_is_fulfilled(site: Site) -> None:
    with site.app.app_context(), transaction():
        for line in marking.panel(site.it).open:
            marking.mark(site.it, line.item.key, marking.Verdict.OK, by=site.clerk)

    assert site.move("find_eligible").status_code == 303


def test_what_is_not_fulfilled_stands_beside_an_eligible_application(site: Site) -> None:
    warning = "Zugelassen, obwohl nicht erfüllt"
    site.move("find_eligible", {"sure": "yes"})
    assert warning not in text_of(site.browser.get(site.way()))
    with site.app.app_context(), transaction():
        key = marking.panel(site.it).lines[0].item.key
        marking.mark(site.it, key, marking.Verdict.NO, by=site.clerk)

    assert warning in text_of(site.browser.get(site.way()))


def test_eligible_and_back_again(site: Site) -> None:
    assert site.move("find_eligible", {"sure": "yes"}).status_code == 303
    with site.app.app_context():
        assert site.it.status is Status.ELIGIBLE
    assert site.move("reopen", {"reason": ""}).status_code == 422
    assert site.move("reopen", {"reason": "Irrtum"}).status_code == 303
    with site.app.app_context():
        assert site.it.status is Status.IN_SCREENING


def test_not_eligible_with_a_twin(site: Site) -> None:
    assert site.browser.get(site.way("/find_ineligible")).status_code == 200
    assert site.move("find_ineligible", {"reason": "x", "twin": "999"}).status_code == 422
    assert site.move("find_ineligible", {"reason": " "}).status_code == 422
    with site.app.app_context():
        twin = received(site.call, LATER).reference
    form = {"reason": "passt nicht", "twin": twin}
    assert site.move("find_ineligible", form).status_code == 303
    with site.app.app_context():
        assert site.it.status is Status.INELIGIBLE
    shown = text_of(site.browser.get(site.way("/check")))
    assert "passt nicht" in shown
    assert str(twin) in shown


def ask(site: Site, *keys: str) -> None:
    due = (now() + timedelta(days=7)).date().isoformat()
    data = {"text": "Seit wann läuft es?", "due": due, "keys": list(keys)}
    seen = site.move("return_for_completion", data | {"go": "preview"})
    assert seen.status_code == 200
    assert "Seit wann läuft es" in text_of(seen)
    assert site.move("return_for_completion", data | {"go": "send"}).status_code == 303


def test_asked_seen_answered_and_shown_to_the_office(site: Site) -> None:
    ask(site, "project.goals", "project.start", "photos")
    status = text_of(site.owner.get(site.own("/status")))
    assert "Seit wann läuft es?" in status
    shown = text_of(site.owner.get(site.own("/answer")))
    assert set(re.findall(r'name="asked" value="([^"]+)"', shown)) == {
        "project.goals", "project.start", "photos",
    }  # fmt: skip
    saved = site.owner.post_form(
        site.own("/answer"), {"project.goals": "Halb", "revision": 0, "window": "w"},
        headers={"Accept": "application/json", "Origin": "https://127.0.0.1"},
    )  # fmt: skip
    assert saved.get_json()["revision"] == 1
    with site.app.app_context():
        assert len(site.it.versions) == 1
    answer = site.owner.post_form(
        site.own("/answer"),
        {"project.goals": "Neue Ziele", "project.start.month": "5", "project.start.year": "2016",
         "asked": ["project.goals", "project.start"], "note": "Siehe oben.", "go": "send"},
    )  # fmt: skip
    assert answer.location.endswith("/status")

    with site.app.app_context():
        assert site.it.status is Status.IN_SCREENING
        assert newest(site.it).answers["project.goals"] == "Neue Ziele"
        assert [m.text for m in messages.thread(site.it)] == ["Siehe oben."]
    assert "Seit wann läuft es?" in text_of(site.browser.get(site.way("/check")))


def test_a_faulty_answer_is_shown_at_its_field(site: Site) -> None:
    ask(site, "project.goals")
    answer = site.owner.post_form(
        site.own("/answer"), {"project.goals": "", "asked": "project.goals", "go": "send"}
    )

    assert answer.location.endswith("/answer?check=1")
    assert 'id="errors"' in text_of(site.owner.get(site.own("/answer?check=1")))


def test_a_message_with_a_file_answers_after_closing(site: Site) -> None:
    ask(site)
    with site.app.app_context(), transaction():
        site.call.opens_at = now() - timedelta(days=9)
        site.call.closes_at = now() - timedelta(days=1)
    pdf = BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    answer = site.owner.post_form(
        site.own("/answer"),
        {"note": "Anbei der Nachweis", "note_files": (pdf, "nachweis.pdf"), "go": "send"},
    )

    assert answer.location.endswith("/status"), text_of(answer)
    with site.app.app_context():
        (message,) = messages.thread(site.it)
        assert [f.name for f in messages.files_of(site.it, message)] == ["nachweis.pdf"]


def test_files_of_an_opened_question_can_be_added(site: Site) -> None:
    ask(site, "documents")
    pdf = BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    page = site.own("/answer")
    data = {"csrf_token": site.owner.token(page), "documents": (pdf, "plan.pdf")}
    headers = {"Accept": "application/json", "Origin": "https://127.0.0.1"}
    answer = site.owner.post(site.own("/files/documents"), data=data, headers=headers)
    assert answer.status_code == 200, answer.text
    shut = site.owner.post(
        site.own("/files/photos"), headers=headers,
        data={"csrf_token": data["csrf_token"], "photos": (BytesIO(b"x"), "x.png")},
    )  # fmt: skip
    assert shut.status_code == 403

    assert site.owner.post_form(page, {"go": "send"}).location.endswith("/status")
    with site.app.app_context():
        assert "plan.pdf" in [one.file.name for one in newest(site.it).files]


def test_both_sides_write_and_read(site: Site) -> None:
    data = {"text": "Guten Tag, passt Dienstag?"}
    assert site.browser.post_form(site.way("/messages"), data).status_code == 303
    assert "passt Dienstag?" in text_of(site.owner.get(site.own("/messages")))
    assert site.owner.post_form(site.own("/messages"), {"text": ""}).status_code == 422
    assert site.owner.post_form(site.own("/messages"), {"text": "Ja."}).status_code == 303
    with site.app.app_context():
        assert messages.unread(site.it, by_office=True) == 1
        assert messages.unread(site.it, by_office=False) == 0
        names = [one.name for one in mail.log_of(site.id)]
        assert names.count("message") == names.count("message_arrived") == 1
    site.browser.post_form(site.way("/messages/read"), page=site.way("/messages"))
    with site.app.app_context():
        assert messages.unread(site.it, by_office=True) == 0


def test_a_reply_that_came_by_mail_is_filed(site: Site) -> None:
    day = (now() - timedelta(days=1)).date().isoformat()
    data = {"way": "mail", "came_day": day, "came_time": "10:00", "reply": "Ja, gern."}
    page = site.way("/messages")
    bad = site.browser.post_form(site.way("/messages/file"), data | {"way": ""}, page=page)
    assert bad.status_code == 422
    assert "Ja, gern." in text_of(bad)
    assert site.browser.post_form(site.way("/messages/file"), data, page=page).status_code == 303
    with site.app.app_context():
        (message,) = messages.thread(site.it)
        assert (message.way, message.from_office) == ("mail", False)


def test_a_correction_shows_old_new_and_reason_to_the_applicant(site: Site) -> None:
    assert site.browser.get(site.way("/correct")).status_code == 200
    key = "correct/applicant.postcode"
    page = text_of(site.browser.get(site.way(f"/{key}")))
    assert 'name="applicant.postcode"' in page
    wrong = site.move(key, {"applicant.postcode": "441", "reason": "x"})
    assert wrong.status_code == 422
    data = {"applicant.postcode": "44139", "reason": "Zahlendreher laut Brief"}
    assert site.move(key, data).status_code == 303
    status = text_of(site.owner.get(site.own("/status")))
    assert "44139" in status
    assert "Zahlendreher laut Brief" in status


def test_another_contact_closes_the_old_browser(site: Site) -> None:
    wrong = site.move("contact", {"email": "keine", "reason": "x"})
    assert wrong.status_code == 422
    data = {"email": "neu@example.org", "reason": "Wechsel im Vorstand"}
    assert site.move("contact", data).status_code == 303
    assert site.owner.get(site.own("/status")).status_code == 404


def test_black_bars_stand_in_the_view_of_the_office(site: Site) -> None:
    page = site.way("/black-out")
    with site.app.app_context():
        word = newest(site.it).answers["project.description"].split()[3]
        photo = next(one for one in newest(site.it).files if one.file.key == "photos").file_id
    bad = site.browser.post_form(page, {"passage": "Xylophonkrokodil", "reason": "x"})
    assert bad.status_code == 422
    assert site.browser.post_form(page, {"passage": word, "reason": "Grund"}).status_code == 303
    assert site.browser.post_form(page, {"file": str(photo), "reason": "Kind"}).status_code == 303
    shown = text_of(site.browser.get(page))
    assert 'class="p-black"' in shown
    assert "p-blackbox" in shown
    with site.app.app_context():
        rows = redacting.active(site.it)
    lifted = site.browser.post_form(f"{page}/{rows[0].id}/lift", page=page)
    assert lifted.status_code == 303
    with site.app.app_context():
        assert len(redacting.active(site.it)) == 1


# --- paper --------------------------------------------------------------------------------------


def enter(site: Site) -> str:
    day = (now() - timedelta(days=2)).date().isoformat()
    form = {"channel": "paper", "came_day": day, "came_time": "09:30", "note": "Poststempel"}
    path = f"/{SLUG}/office/paper"
    assert site.browser.post_form(path, form | {"note": ""}).status_code == 422
    answer = site.browser.post_form(path, form)
    assert answer.status_code == 303
    return str(answer.location)


def fill(site: Site, application_id: str, without: str) -> None:
    """Type an example into the draft, as the pages of the form do."""
    from portal.applications.drafts import drafting

    with site.app.app_context(), transaction():
        application = db.session.get_one(Application, UUID(application_id))
        answers = {k: v for k, v in sample.complete()[0].answers.items() if k != without}
        drafting.save(application, answers, by=site.clerk, seen=0, window="w", at=now())


def test_paper_is_entered_in_the_same_pages_and_taken_in_with_gaps(site: Site) -> None:
    where = enter(site)
    application_id = re.search(r"[0-9a-f-]{36}", where)
    assert application_id
    draft = f"/{SLUG}/application/{application_id[0]}"
    assert site.browser.get(f"{draft}/tasks").status_code == 200
    saved = site.browser.post_form(
        f"{draft}/section/project",
        {"project.title": "Auf Papier", "asked": "project.title", "window": "w", "go": "leave"},
    )
    assert saved.status_code == 303
    fill(site, application_id[0], "declarations.accuracy_authority")
    shown = text_of(site.browser.get(where))
    assert "gap_note" in shown
    assert site.browser.post_form(f"{where}/send", {}, page=where).status_code == 422
    note = {"gap_note": "wird nachgefordert"}
    assert site.browser.post_form(f"{where}/send", note, page=where).status_code == 303
    with site.app.app_context():
        application = db.session.get_one(Application, UUID(application_id[0]))
        version = newest(application)
        assert application.channel is Channel.PAPER
        assert version.arrived_at == paper.entry(application).received_at
        assert (version.late, version.by_kind) == (False, "user")
        verdicts = {line.item.key: line.verdict for line in marking.panel(application).lines}
        assert verdicts["declarations"] == "question"
        assert verdicts["required"] == "ok"
    assert site.browser.get(f"{draft}/tasks").status_code == 404


@pytest.mark.pdf
def test_the_letter_with_a_code_is_a_document_that_goes_with_its_code(site: Site) -> None:
    where = enter(site)
    application_id = re.search(r"[0-9a-f-]{36}", where)[0]  # type: ignore[index]
    fill(site, application_id, "")
    site.browser.post_form(f"{where}/send", {}, page=where)
    until = (now() + timedelta(days=30)).date().isoformat()
    site.browser.post_form(f"{where}/code", {"until": until}, page=where)
    assert site.browser.get(f"{where}/letter.pdf").status_code == 404
    with site.app.app_context():
        jobs.run_due()
        key = paper.live_key(db.session.get_one(Application, UUID(application_id)), now())
        code = paper.code(key)  # type: ignore[arg-type]

    letter = site.browser.get(f"{where}/letter.pdf")

    assert letter.mimetype == "application/pdf"
    text = pypdf.PdfReader(BytesIO(letter.data)).pages[0].extract_text()
    assert code in text
    site.browser.post_form(f"{where}/code", {"until": until}, page=where)
    assert site.browser.get(f"{where}/letter.pdf").status_code == 404


def test_the_letter_with_a_code_opens_the_application(site: Site) -> None:
    where = enter(site)
    application_id = str(re.search(r"[0-9a-f-]{36}", where)[0])  # type: ignore[index]
    fill(site, application_id, "")
    assert site.browser.post_form(f"{where}/send", {}, page=where).status_code == 303
    until = (now() + timedelta(days=30)).date().isoformat()
    made = site.browser.post_form(f"{where}/code", {"until": until}, page=where)
    assert made.status_code == 303
    letter = text_of(site.browser.get(made.location))
    code = re.search(r'p-letter__code">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2})', letter)
    assert code
    person = a_browser(site.app)
    assert person.post_form(f"/{SLUG}/paper", {"code": "AAAA-AAAA-AAAA"}).status_code == 422
    opened = person.post_form(f"/{SLUG}/paper", {"code": code[1].lower().replace("-", " ")})
    assert opened.location.endswith(f"/application/{application_id}")
    assert person.get(f"/{SLUG}/application/{application_id}/status").status_code == 200


# --- more time, the jury ------------------------------------------------------------------------


def test_the_call_closes_later_for_all(site: Site) -> None:
    path = f"/{SLUG}/office/deadline"
    with site.app.app_context():
        seen = site.call.closes_at.isoformat()
        later = (site.call.closes_at + timedelta(days=7)).date().isoformat()
    form = {"seen": seen, "closes_day": later, "closes_time": "", "reason": "Sturm"}
    assert site.browser.post_form(path, form | {"reason": ""}).status_code == 422
    assert site.browser.post_form(path, form).status_code == 303
    assert site.browser.post_form(path, form).status_code == 422
    with site.app.app_context():
        assert site.call.closes_at.date().isoformat() == later


def test_a_late_link_goes_to_an_address(site: Site) -> None:
    path = f"/{SLUG}/office/deadline"
    with site.app.app_context():
        later = (site.call.closes_at + timedelta(days=7)).date().isoformat()
    form = {"email": "spaet@example.org", "until_day": later, "late_reason": "Krankenhaus"}
    assert site.browser.post_form(f"{path}/late", form, page=path).status_code == 303
    with site.app.app_context():
        drafts = db.session.query(Application).filter_by(owner_email="spaet@example.org").all()
        assert [one.late_until is not None for one in drafts] == [True]
        assert [one.name for one in mail.log_of(drafts[0].id)] == ["late_link"]


def test_chosen_and_all_go_to_the_jury(site: Site) -> None:
    path = f"/{SLUG}/office/forward"
    with site.app.app_context(), transaction():
        screening.find_eligible(site.it, by=site.clerk)
    assert site.browser.get(path).status_code == 200
    assert site.browser.get(f"{path}/all").status_code == 200
    assert site.browser.post_form(f"{path}/all").status_code == 303
    with site.app.app_context():
        assert site.it.status is Status.WITH_JURY
    assert site.move("recall", {"reason": "zu früh"}, page=site.way("/recall")).status_code == 303
    assert site.browser.post_form(path, {"ids": str(site.id)}).status_code == 303
    with site.app.app_context():
        assert site.it.status is Status.WITH_JURY


# --- who may -------------------------------------------------------------------------------------

READS = ["/messages", "/black-out"]
WORKS = [
    "/check", "/find_ineligible", "/withdraw", "/return_for_completion", "/correct",
    "/correct/applicant.name", "/contact",
]  # fmt: skip
CALL_PAGES = ["/office/paper", "/office/deadline", "/office/forward", "/office/forward/all"]
READERS_SEE = {"/office/deadline", "/office/forward"}
POSTS = [
    "/check/running", "/start_screening", "/find_eligible", "/forward_to_jury", "/find_ineligible",
    "/withdraw", "/return_for_completion", "/prolong", "/question/end", "/messages",
    "/messages/file", "/messages/read", "/correct/applicant.name", "/contact", "/black-out",
    "/paper/scan", "/paper/send", "/paper/code", "/reopen", "/recall",
]  # fmt: skip


def entering(site: Site, role: str) -> StrictClient:
    if role == "nobody":
        return a_browser(site.app)
    if role == "owner":
        return site.owner
    with site.app.app_context():
        if role == "office elsewhere":
            return signed_in(site.app, staff(open_call("heimat-preis-2027"), email="b@example.org"))
        if role == "admin":
            return signed_in(site.app, a_person("admin@example.org", admin=True))
        return signed_in(site.app, staff(site.call, Role(role), f"{role}2@example.org"))


@pytest.mark.parametrize(
    ("role", "read", "work"),
    [("office", 200, 200), ("reader", 200, 403), ("juror", 404, 404), ("admin", 404, 404),
     ("office elsewhere", 404, 404), ("owner", 303, 303), ("nobody", 303, 303)],
)  # fmt: skip
def test_each_role_sees_only_its_pages(site: Site, role: str, read: int, work: int) -> None:
    browser = entering(site, role)

    assert {page: browser.get(site.way(page)).status_code for page in READS} == dict.fromkeys(
        READS, read
    )
    assert {page: browser.get(site.way(page)).status_code for page in WORKS} == dict.fromkeys(
        WORKS, work
    )
    whole = {page: browser.get(f"/{SLUG}{page}").status_code for page in CALL_PAGES}
    if role == "reader":
        assert whole == {page: 200 if page in READERS_SEE else 404 for page in CALL_PAGES}
    else:
        assert whole == dict.fromkeys(CALL_PAGES, read)


@pytest.mark.parametrize(
    ("role", "status"),
    [("reader", 403), ("juror", 404), ("admin", 404), ("office elsewhere", 404), ("nobody", 303)],
)
def test_only_the_office_changes_anything(site: Site, role: str, status: int) -> None:
    browser = entering(site, role)
    page = "/sign-in" if role == "nobody" else "/account"
    token = browser.token(page)
    found = {
        path: browser.post(
            site.way(path), data={"csrf_token": token}, headers={"Origin": "https://127.0.0.1"}
        ).status_code
        for path in POSTS
    }

    assert found == dict.fromkeys(POSTS, status)
    with site.app.app_context():
        assert (site.it.status, len(site.it.versions)) == (Status.SUBMITTED, 1)


def test_nobody_else_opens_the_pages_of_the_owner(site: Site) -> None:
    ask(site, "project.goals")

    for browser in (a_browser(site.app), site.browser):
        assert browser.get(site.own("/answer")).status_code == 404
        assert browser.get(site.own("/messages")).status_code == 404


def test_the_office_reads_no_draft_from_the_web(site: Site) -> None:
    from tests.drafts import begun

    with site.app.app_context():
        draft = begun(site.call, {"project.title": "Geheim"}).id

    assert site.browser.get(f"/{SLUG}/application/{draft}/tasks").status_code == 404
    assert site.browser.get(f"{BASE}/{draft}/check").status_code == 404
