"""Somebody of every kind, and a real row for every part of an address: the stage of the matrix."""

import hashlib
import io
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from portal import storage
from portal.accounts import links, sessions
from portal.accounts.models import Purpose as LinkPurpose
from portal.accounts.models import User
from portal.accounts.usecases import get_or_add
from portal.applications.check import inquiries
from portal.applications.check.inquiries import Question
from portal.applications.desk import caring
from portal.applications.desk.export_models import ApiToken, Export
from portal.applications.desk_models import BulkRun, Duplicate, SavedView
from portal.applications.jury import assigning, conflicts, judging
from portal.applications.jury.judging import Tie
from portal.applications.jury.redacting import Kind, Redaction
from portal.applications.models import Application, Channel
from portal.applications.onpaper import paper
from portal.applications.workflow import Move
from portal.calls import memberships
from portal.calls.memberships import Function, Role
from portal.calls.models import Call
from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo import sample
from portal.mail.models import Letter, LetterState, LocalMail
from portal.scoring.binder.binders import Binder
from portal.scoring.meeting import meetings
from portal.scoring.sheet import pledging
from portal.web import csrf
from portal.web.assets import assets
from tests.drafts import SLUG, _file, begun, complete, open_call, send
from tests.people import BY, a_person

OTHER_CALL = "heimat-preis-2027"
WHO = ("anonymous", "own", "other", "office", "reader", "juror", "excluded", "admin", "stranger")
KEYS = {"own": "o" * 43, "other": "x" * 43}  # of browsers that hold applications
TO_JURY = (Move.START_SCREENING, Move.FIND_ELIGIBLE, Move.FORWARD_TO_JURY)


@dataclass
class Stage:
    """The application, its rows by the name they have in an address, and a cookie for everybody."""

    app: Flask
    database: str
    values: dict[str, Any] = field(default_factory=dict)
    drafts: dict[str, UUID] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    _kept: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))

    def keep(self) -> None:
        """Remember the database as it is now."""
        with sqlite3.connect(self.database) as here:
            here.backup(self._kept)

    def restore(self) -> None:
        """Bring the database back to what was kept, whatever a request did."""
        with sqlite3.connect(self.database) as here:
            self._kept.backup(here)

    def ask(self, who: str, method: str, address: str, form: Mapping[str, str]) -> str:
        """Return what `who` gets: the status, or `in` where the way leads to the sign-in page."""
        browser = self.app.test_client(use_cookies=False)
        answer = browser.open(
            address, method=method, base_url="https://127.0.0.1",
            headers={"Cookie": self.cookies[who], "Accept": "text/html"},
            data={**self.form, **form} if method == "POST" else None,
        )  # fmt: skip
        answer.close()
        if method == "POST" and answer.status_code not in (403, 404, 405):
            self.restore()
        signs_in = answer.status_code == 303 and answer.location.startswith("/sign-in?")
        return "in" if signs_in else str(answer.status_code)


def set_up(app: Flask, database: str) -> Stage:
    """Return the stage; call it inside of an app context."""
    stage = Stage(app, database)
    call, other = open_call(), open_call(OTHER_CALL)
    people = _people(call, other)
    _applications(stage, call, people)
    _desk(stage, call, people["office"])
    _jury(stage, call, people)
    _accounts(stage, people)
    stage.values |= {
        "slug": SLUG, "n": 1, "number": 0, "page": 1, "code": "de", "fingerprint": "old",
        "path": "icon.svg", "name": "submit", "language": "de", "kind": "csv", "action": "hold",
        "go": "found", "copy": "preview", "item": "E1", "token": "t" * 60, "word": _word(),
        "section_key": "contact", "key": "project.title",
    }  # fmt: skip
    assert "icon.svg" in assets().files
    _cookies(stage, people)
    db.session.remove()
    stage.keep()
    return stage


def _people(call: Call, other: Call) -> dict[str, User]:
    people = {who: a_person(f"{who}@example.org", name=who.title(), admin=who == "admin").user
              for who in WHO[3:]}  # fmt: skip
    with transaction():
        memberships.give(people["office"], call, Role.OFFICE, by=BY)
        memberships.give(people["reader"], call, Role.READER, by=BY)
        memberships.give(people["juror"], call, Role.JUROR, by=BY, function=Function.CHAIR)
        memberships.give(people["excluded"], call, Role.JUROR, by=BY)
        memberships.give(people["stranger"], other, Role.OFFICE, by=BY)
    return people


def _sent(call: Call, device: str, more: Mapping[str, Any] | None = None) -> Application:
    application = complete(call, more, device=device)
    document = next(one for one in sample.complete()[1].files if one.key == "documents")
    with transaction():
        application.files.append(_file(document, 9))
        for file in application.files:
            file.stored_key = f"files/{uuid4().hex}"
            file.copies = dict.fromkeys(("preview", "print", "page1"), file.stored_key)
            storage.store().put(file.stored_key, io.BytesIO(b"a file"), limit=100)
    send(application)
    return application


def _applications(stage: Stage, call: Call, people: dict[str, User]) -> None:
    own, other = (hashlib.sha256(KEYS[who].encode()).hexdigest() for who in ("own", "other"))
    office = people["office"]
    begun(call, {}, device=other)
    stage.drafts["draft"] = begun(call, {"contact.email": "a@example.org"}, device=own).id
    sent = _sent(call, own)
    second = _sent(call, other, {"project.title": "Noch eins"})
    asked = _sent(call, own, {"project.title": "Gefragt"})
    due = inquiries.first_due(asked)
    with transaction():
        inquiries.ask(asked, Question(["project.title"], "Warum?", due), by=office)
        came = now() - timedelta(hours=1)
        entered = paper.enter(call, Channel.PAPER, received_at=came, note="Stempel", by=office)
        pair = Duplicate(call_id=call.id, first_id=sent.id, second_id=second.id, signals=[])
        db.session.add(pair)
    stage.drafts |= {"asked": asked.id, "paper": entered.id}
    stage.values |= {"application_id": sent.id, "file_id": sent.files[0].id, "pair_id": pair.id}


def _desk(stage: Stage, call: Call, office: User) -> None:
    application = db.session.get(Application, stage.values["application_id"])
    assert application
    letter = db.session.scalars(db.select(Letter).where(Letter.about == application.id)).one()
    with transaction():
        tag = caring.tag_called(call.id, "wichtig")
        caring.tag(application, tag, by=office)
        note = caring.write_note(application, "Eine Notiz", by=office)
        rows: dict[str, Any] = {
            "view_id": SavedView(call_id=call.id, owner_id=office.id, name="Meine", query=""),
            "run_id": BulkRun(call_id=call.id, by_id=office.id, name="assign"),
            "redaction_id": Redaction(application_id=application.id, kind=Kind.TEXT, reason="x",
                                      passage="Deutschkurs", by_key=office.key),
            "token_id": ApiToken(call_id=call.id, name="x", hash="0" * 64,
                                 scopes="read:applications"),
            "export_id": Export(call_id=call.id, requested_by_id=office.id, kind="files",
                                language="de", chosen=[]),
        }  # fmt: skip
        db.session.add_all(rows.values())
        letter.state = LetterState.HELD
        db.session.flush()
        mail = LocalMail(letter_id=letter.id, to_address="a@example.org", subject="x",
                         folded="x", content=b"Subject: x\n\nx")  # fmt: skip
        db.session.add(mail)
    stage.values |= {name: row.id for name, row in rows.items()}
    stage.values |= {"tag_id": tag.id, "note_id": note.id, "mail_id": mail.id,
                     "letter_id": letter.id}  # fmt: skip


def _jury(stage: Stage, call: Call, people: dict[str, User]) -> None:
    own = hashlib.sha256(KEYS["own"].encode()).hexdigest()
    application = _sent(call, own, {"project.title": "Vor der Jury"})
    with transaction():
        for move in TO_JURY:
            application.make_move(move, by=BY, at=now())
    with transaction():
        for juror in judging.jurors(call):
            pledging.pledge(juror, juror.definition.jury.pledge_version)
        assigning.carry_out(call, assigning.plan_all(call), by=BY)
    with transaction():
        for juror in judging.jurors(call):
            is_tied = juror.user.id == people["excluded"].id
            tie = next(one for one in Tie if one is not Tie.NONE) if is_tied else Tie.NONE
            words = "Ich bin im Vorstand." if is_tied else ""
            conflicts.answer(juror, application, tie, by=juror.user, words=words)
        binder = Binder(call_id=call.id, user_id=people["juror"].id, ordered_by="test")
        db.session.add(binder)
        meeting = meetings.call_meeting(call, starts_at=now(), place="Rathaus", by=BY)
    stage.values |= {"binder_id": binder.id, "meeting_id": meeting.id}
    stage.drafts["jury"] = application.id
    photo = next(file for file in application.files if file.media_type.startswith("image/"))
    paper = next(file for file in application.files if file.media_type == "application/pdf")
    stage.drafts["member"] = people["juror"].id
    stage.drafts |= {"photo": photo.id, "paper_of_jury": paper.id}


def _accounts(stage: Stage, people: dict[str, User]) -> None:
    """Add somebody of whom the pages about people speak."""
    with transaction():
        user = get_or_add("somebody@example.org", by=BY, name="Somebody")
        membership = memberships.give(user, call_by_slug(SLUG), Role.READER, by=BY)
    stage.values |= {"user_id": user.id, "membership_id": membership.id,
                     "session_id": UUID(int=1), "passkey_id": UUID(int=1)}  # fmt: skip


def _word() -> str:
    with transaction():
        user = get_or_add("invited@example.org", by=BY)
        return links.word_of(links.make(user, LinkPurpose.INVITE))


def _cookies(stage: Stage, people: dict[str, User]) -> None:
    key = csrf.new_key()
    with stage.app.test_request_context(headers={"Cookie": f"__Host-form={key}"}):
        stage.form = {"csrf_token": csrf.csrf_token()}
    for who in WHO:
        parts = [f"__Host-form={key}"]
        if who in KEYS:
            parts.append(f"__Host-device={KEYS[who]}")
        if who in people:
            with transaction():
                parts.append(f"__Host-staff={sessions.open_full(people[who], sessions.Browser())}")
        stage.cookies[who] = "; ".join(parts)
