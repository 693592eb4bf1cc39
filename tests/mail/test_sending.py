"""Sending through a real mail server that is slow, picky, gone, or not who it says it is."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_mail import Attachment as MailAttachment
from flask_mail import BadHeaderError
from pydantic import SecretStr

from portal import jobs, mail
from portal.core.db import db, transaction
from portal.mail import LetterState, Mailbox
from portal.mail import smtp as smtp_room
from portal.mail.smtp import SafeMail, SafeMessage
from portal.settings import Settings
from tests.mail.conftest import DOCUMENT, KEY, Post, World, run_server, tls, wire, write


def served(settings: Settings, url: str, **more: Any) -> Settings:
    """Return the settings with a mail server."""
    changed = {"mail_url": SecretStr(url), "mail_from": "Preisbüro <preis@example.org>"} | more
    return settings.model_copy(update=changed)


@pytest.fixture
def at_post(app: Flask, settings: Settings, post: Post) -> World:
    """Return the other rooms, wired to a mail room with a real server."""
    found = World()
    wire(served(settings, f"smtp://127.0.0.1:{post.port}"), found)
    return found


def later(seconds: float) -> int:
    """Do what is due in `seconds`; return how many starts it took."""
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        return jobs.run_due()


def test_a_letter_goes_out_whole_and_once(at_post: World, post: Post) -> None:
    letter = write(
        attachments=[DOCUMENT],
        reply_to="preis@example.org",
        from_name="Stadt Dortmund, Integrationspreis",
    )

    jobs.run_due()
    jobs.run_due()

    (sent,) = post.letters
    assert post.envelopes == [("preis@example.org", ["birgit@example.org"])]
    assert {name: str(sent[name]) for name in ("From", "To", "Reply-To", "Subject")} == {
        "From": '"Stadt Dortmund, Integrationspreis" <preis@example.org>',
        "To": "Birgit Hellmann-Musterfrau <birgit@example.org>",
        "Reply-To": "preis@example.org",
        "Subject": "Ihre Bewerbung ist eingegangen: IP-2027-0001",
    }
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"] == letter.message_id == f"<{letter.id}@[127.0.0.1]>"
    assert sent["Date"].datetime.tzinfo is not None
    assert (sent["Cc"], sent["Bcc"]) == (None, None)
    assert [part.get_content_type() for part in sent.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    (receipt,) = sent.iter_attachments()
    assert receipt.get_filename() == "Quittung IP-2027-0001.pdf"
    assert receipt.get_content() == b"%PDF"
    text = sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"Meine Bewerbung öffnen:\n{at_post.link_of(KEY)}\n" in text.replace("\r\n", "\n")
    assert max(map(len, post.mails[0].split(b"\r\n"))) <= 998
    assert b"\n" not in post.mails[0].replace(b"\r\n", b"")
    assert (letter.state, letter.tries, letter.error) == (LetterState.SENT, 1, "")


@pytest.mark.parametrize(
    "name",
    [
        "Gülşen Yıldırım-Özçelik, Vorstand; e. V.",
        "محمد العربي",
        "ሰላም ዓለም",
        'Der "Chef" <boss@evil.example>',
        "O",
        "Ünlü " * 39,
        "",
        "evil@example.org, Ö",
    ],
)
def test_a_name_of_any_script_stays_one_mailbox(at_post: World, post: Post, name: str) -> None:
    write(to=Mailbox("a.b@müller.de", name), from_name=name)

    jobs.run_due()

    (sent,) = post.letters
    (to,), (sender,) = sent["To"].addresses, sent["From"].addresses
    raw = str(message_from_bytes(post.mails[0])["To"])
    shown, _address = parseaddr(raw)
    assert to.addr_spec == "a.b@xn--mller-kva.de"
    assert str(make_header(decode_header(shown))) == name.strip()
    assert sender.addr_spec == "preis@example.org"
    assert post.envelopes == [("preis@example.org", ["a.b@xn--mller-kva.de"])]


def test_greylisting_passes_with_the_same_message_id(at_post: World, post: Post) -> None:
    post.rcpt = lambda n: "451 4.7.1 Try again later" if n < 3 else "250 OK"
    letter = write()

    jobs.run_due()
    assert (letter.state, letter.tries) == (LetterState.WAITING, 1)
    assert letter.error == "451 4.7.1 Try again later"
    later(3)
    later(10)

    assert [str(sent["Message-ID"]) for sent in post.letters] == [letter.message_id]
    assert (letter.state, letter.tries, letter.error) == (LetterState.SENT, 3, "")


def test_a_no_for_good_fails_at_once_with_the_words_of_the_server(
    at_post: World, post: Post
) -> None:
    post.rcpt = lambda _n: "550 5.1.1 <birgit@example.org>: no such user"
    letter = write()

    jobs.run_due()
    later(4000)

    assert (post.tries, letter.state, letter.tries) == (1, LetterState.FAILED, 1)
    assert letter.error == "550 5.1.1 <birgit@example.org>: no such user"
    assert mail.counts()[LetterState.FAILED] == 1


def test_content_that_is_refused_fails_at_once(at_post: World, post: Post) -> None:
    post.data = lambda _n: "554 5.7.1 looks like spam"
    letter = write()

    jobs.run_due()

    assert (letter.state, letter.error) == (LetterState.FAILED, "554 5.7.1 looks like spam")


def test_a_line_cut_after_the_data_brings_the_same_mail_twice(at_post: World, post: Post) -> None:
    post.data = lambda n: None if n == 1 else "250 OK"
    letter = write()

    jobs.run_due()
    assert letter.state == "waiting"
    later(3)

    assert [str(sent["Message-ID"]) for sent in post.letters] == [letter.message_id] * 2
    assert letter.state is LetterState.SENT


def test_after_the_hours_of_mail_a_letter_fails_visibly(
    app: Flask, settings: Settings, post: Post
) -> None:
    post.rcpt = lambda _n: "421 4.3.2 closing"
    url = f"smtp://127.0.0.1:{post.port}"
    wire(served(settings, url, mail_hours=1), World())
    letter = write()

    jobs.run_due()
    later(1800)
    assert letter.state is LetterState.WAITING
    later(3700)

    assert (letter.state, letter.error) == (LetterState.FAILED, "421 4.3.2 closing")
    again = later(9000)
    assert again == 0


def test_a_worker_that_was_away_for_days_still_tries_for_all_hours(
    at_post: World, post: Post
) -> None:
    post.rcpt = lambda n: "451 later" if n == 1 else "250 OK"
    letter = write()

    later(3 * 86400)
    assert letter.state == "waiting"
    later(3 * 86400 + 10)

    assert letter.state is LetterState.SENT


def test_a_server_that_is_not_there_makes_the_letter_wait(app: Flask, settings: Settings) -> None:
    wire(served(settings, "smtp://127.0.0.1:1"), World())
    letter = write()

    jobs.run_due()

    assert (letter.state, letter.tries) == (LetterState.WAITING, 1)
    assert letter.error == "ConnectionRefusedError: [Errno 111] Connection refused"


def test_a_password_that_the_server_refuses_makes_the_letter_wait(
    app: Flask, settings: Settings, post: Post
) -> None:
    url = f"smtp://preis:wrong@127.0.0.1:{post.port}"
    wire(served(settings, url), World())
    letter = write()

    jobs.run_due()

    assert (letter.state, post.mails) == (LetterState.WAITING, [])


@pytest.fixture
def silent() -> Iterator[int]:
    """Return the port of a server that takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        callers: list[socket.socket] = []
        threading.Thread(target=lambda: callers.append(listener.accept()[0]), daemon=True).start()
        yield listener.getsockname()[1]
        for caller in callers:
            caller.close()


def test_a_silent_server_is_not_waited_for_long(
    app: Flask, settings: Settings, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_room, "SECONDS", 0.3)
    wire(served(settings, f"smtp://127.0.0.1:{silent}"), World())
    letter = write()

    jobs.run_due()

    assert (letter.state, letter.tries, letter.error) == (
        LetterState.WAITING,
        1,
        "SMTPServerDisconnected: Connection unexpectedly closed: timed out",
    )


@pytest.mark.parametrize("kind", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("certificate", "trusted", "goes"),
    [("right", True, True), ("wrong", True, False), ("right", False, False)],
)
def test_only_a_server_that_is_who_it_says_gets_the_letter(
    app: Flask,
    settings: Settings,
    authority: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    certificate: str,
    trusted: bool,
    goes: bool,
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    context = tls(authority, certificate)
    how = {"tls_context": context} if kind == "starttls" else {"ssl_context": context}
    for server in run_server(Post(), "127.0.0.2", **how):
        scheme = "smtp" if kind == "starttls" else "smtps"
        url = f"{scheme}://127.0.0.2:{server.port}"
        wire(served(settings, url), World())
        letter = write()

        jobs.run_due()

        assert (letter.state is LetterState.SENT, len(server.mails)) == (goes, int(goes))
        assert goes or "certificate verify failed" in letter.error
        assert server.tls in ([True], []) or kind == "tls"


def test_a_server_without_starttls_gets_nothing(app: Flask, settings: Settings) -> None:
    for server in run_server(Post(), "127.0.0.2"):
        url = f"smtp://127.0.0.2:{server.port}"
        wire(served(settings, url), World())
        letter = write()

        jobs.run_due()

        assert (letter.state, server.mails) == (LetterState.WAITING, [])
        assert letter.error == "SMTPNotSupportedError: STARTTLS extension not supported by server."
        with pytest.raises(smtplib.SMTPNotSupportedError):
            SafeMail(served(settings, url)).probe()


def test_the_confirmation_waits_for_its_receipt(at_post: World, post: Post) -> None:
    at_post.unready = 5
    letter = write(attachments=[DOCUMENT])

    jobs.run_due()
    assert (post.mails, letter.tries) == ([], 0)
    at_post.unready = 0
    later(6)

    (sent,) = post.letters
    assert len(list(sent.iter_attachments())) == 1
    assert "hängt als PDF an dieser E-Mail" in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_receipt_that_takes_too_long_follows_with_a_second_letter(
    at_post: World, post: Post
) -> None:
    at_post.unready = 60
    letter = write(attachments=[DOCUMENT], about=KEY, call_id=DOCUMENT)

    jobs.run_due()
    later(61)
    assert post.mails == []
    later(121)
    assert letter.state is LetterState.SENT
    at_post.unready = 0
    later(300)

    first, second = post.letters
    assert list(first.iter_attachments()) == []
    assert "noch in Arbeit" in first.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert second["Subject"] == "Ihre Quittung: Ihre Bewerbung ist eingegangen: IP-2027-0001"
    assert len(list(second.iter_attachments())) == 1
    assert [entry.name for entry in mail.log_of(KEY)] == ["submit", "receipt_follows"]


def test_a_receipt_that_never_comes_fails_visibly_and_is_not_promised_again(
    at_post: World, post: Post
) -> None:
    at_post.unready = 60
    write(attachments=[DOCUMENT], about=KEY)

    later(121)
    later(130 + 86400)
    later(200 + 2 * 86400)

    assert len(post.mails) == 1
    assert [(e.name, e.state) for e in mail.log_of(KEY)] == [
        ("submit", LetterState.SENT),
        ("receipt_follows", LetterState.FAILED),
    ]


@pytest.mark.parametrize("name", ["link", "code", "invitation"])
def test_a_letter_about_a_dead_link_is_cancelled(at_post: World, post: Post, name: str) -> None:
    letter = write(name)
    at_post.dead.add(KEY)

    jobs.run_due()

    assert (letter.state, post.mails) == (LetterState.CANCELLED, [])


def test_a_confirmation_goes_out_even_if_its_link_is_dead(at_post: World, post: Post) -> None:
    letter = write(language="en")
    at_post.dead.add(KEY)

    jobs.run_due()

    text = post.letters[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert letter.state is LetterState.SENT
    assert ("Open my application" in text, "IP-2027-0001" in text) == (False, True)


def test_two_workers_and_a_second_run_send_nothing_twice(at_post: World, post: Post) -> None:
    letter = write()
    jobs.run_due()

    mail.send(str(letter.id))

    assert len(post.mails) == 1


def test_a_letter_that_was_deleted_is_no_error(at_post: World, post: Post) -> None:
    letter = write()
    with transaction():
        db.session.delete(letter)

    assert jobs.run_due() == 1
    assert post.mails == []


BREAKS = ["a\r\nBcc: x@y.de", "a\nb", "a\rb", "a\u2028b", "a\x0bb", "a\0b"]


@pytest.mark.parametrize("bad", BREAKS)
@pytest.mark.parametrize(
    "place", ["subject", "sender", "to", "reply", "extra", "file", "type", "id"]
)
def test_no_header_breaks_its_line(at_post: World, bad: str, place: str) -> None:
    message = SafeMessage(subject="S", recipients=[("N", "a@b.de")], body="b", html="h", sender="x")
    message.sender, message.reply_to = ("S", "s@b.de"), ("R", "r@b.de")
    message.extra_headers = {"X-A": "1"}
    message.attachments = [MailAttachment("f.pdf", "application/pdf", b"")]
    assert message.has_bad_headers() is False
    if place in ("file", "type"):
        attribute = "filename" if place == "file" else "content_type"
        setattr(message.attachments[0], attribute, bad)
    elif place == "to":
        message.recipients = [(bad, "a@b.de")]
    elif place == "extra":
        message.extra_headers = {"X-A": bad}
    else:
        names = {"subject": "subject", "sender": "sender", "reply": "reply_to", "id": "msgId"}
        setattr(message, names[place], bad)

    with pytest.raises(BadHeaderError):
        message.as_bytes()


def test_nobody_else_ever_gets_a_copy(at_post: World) -> None:
    one = SafeMessage(subject="S", recipients=[("N", "a@b.de")], body="b", html="h", sender="x")
    one.cc = ["c@d.de"]
    two = SafeMessage(subject="S", recipients=["a@b.de", "c@d.de"], body="b", html="h", sender="x")

    assert (one.has_bad_headers(), two.has_bad_headers()) == (True, True)
