"""Flask-Mail made safe: verified TLS, a time limit, one recipient, headers that keep their line."""

import contextlib
import smtplib
import ssl
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate, parseaddr
from types import TracebackType

from flask_mail import BadHeaderError, Connection, Mail, Message

from portal.mail.addresses import greeting
from portal.settings import Settings

SECONDS = 20.0
LINES = compat32.clone(linesep="\r\n")
TEXT = Charset("utf-8")
TEXT.body_encoding = QP  # no line grows longer than a mail server takes


class SafeMessage(Message):
    """A message whose every header stands on its line; file names and texts of any script.

    `sender`, `reply_to` and the one recipient are pairs of name and address.
    """

    def has_bad_headers(self) -> bool:
        """Return whether a line break stands in any header, or not exactly one goes out."""
        texts = [self.subject, self.msgId, *(self.extra_headers or {}).values()]
        for pair in (self.sender, self.reply_to, *self.recipients):
            texts += pair if isinstance(pair, tuple) else [pair or ""]
        texts += [attachment.filename or "" for attachment in self.attachments]
        texts += [attachment.content_type for attachment in self.attachments]
        broken = any(len(text.splitlines()) > 1 or "\0" in text for text in texts)
        return broken or len(self.send_to) != 1 or bool(self.cc or self.bcc)

    def as_bytes(self) -> bytes:
        """Return the message as it goes over the wire; `BadHeaderError` if a header is bad."""
        if self.has_bad_headers():
            raise BadHeaderError
        return self._message().as_bytes(policy=LINES)

    def _message(self) -> MIMEBase:
        message: MIMEBase = MIMEMultipart("alternative")
        message.attach(MIMEText(self.body or "", "plain", TEXT))  # type: ignore[arg-type]
        message.attach(MIMEText(self.html or "", "html", TEXT))  # type: ignore[arg-type]
        if self.attachments:
            parts, message = message, MIMEMultipart("mixed")
            message.attach(parts)
        for attachment in self.attachments:
            message.attach(_file(attachment))
        for name, value in self._headers().items():
            message[name] = value  # type: ignore[assignment]  # a Header is taken too
        return message

    def _headers(self) -> dict[str, str | Header]:
        headers: dict[str, str | Header] = {
            "Subject": Header(self.subject, "utf-8", header_name="Subject"),
            "From": mailbox_header(self.sender),
            "To": mailbox_header(self.recipients[0]),
            "Date": formatdate(self.date, localtime=True),
            "Message-ID": self.msgId,
        }
        if self.reply_to:
            headers["Reply-To"] = mailbox_header(self.reply_to)
        return headers | dict(self.extra_headers or {})


def _file(attachment: "object") -> MIMEBase:
    data, name = attachment.data, attachment.filename  # type: ignore[attr-defined]
    part = MIMEBase(*attachment.content_type.split("/", 1))  # type: ignore[attr-defined]
    part.set_payload(data)
    encode_base64(part)
    kept: str | tuple[str, str, str] = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "attachment", filename=kept)
    return part


def mailbox_header(pair: str | tuple[str, str]) -> str:
    """Return `name <address>` for a header: quoted or encoded so that it stays one mailbox."""
    name, address = parseaddr(pair) if isinstance(pair, str) else pair
    if name.isascii():
        return formataddr((name, wire_address(address)))
    words = Header(name, "utf-8", header_name="Reply-To").encode().replace("\n", "")
    return f"{words} <{wire_address(address)}>"


def wire_address(address: str) -> str:
    """Return an address with its domain in the ASCII form of the DNS."""
    box, _, domain = address.rpartition("@")
    return f"{box}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


class VerifiedConnection(Connection):
    """A connection that believes only right certificates and waits for nobody for long."""

    def __init__(self, mail: "SafeMail") -> None:
        super().__init__(mail)
        self.safe = mail

    def configure_host(self) -> smtplib.SMTP:
        """Return an open, verified, signed-in connection; anything else raises."""
        safe, context = self.safe, ssl.create_default_context()
        host: smtplib.SMTP
        if safe.use_ssl:
            host = smtplib.SMTP_SSL(
                safe.server, safe.port, safe.greeting, timeout=SECONDS, context=context
            )
        else:
            host = smtplib.SMTP(safe.server, safe.port, safe.greeting, timeout=SECONDS)
        try:
            if safe.use_tls:
                host.starttls(context=context)
            if safe.username and safe.password:
                host.login(safe.username, safe.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say good-bye; a server that does not answer this changes nothing about the letter."""
        if self.host is None:
            return
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if exc_type is None:
                self.host.quit()
        self.host.close()


class SafeMail(Mail):
    """The way to the mail server of the settings; it needs no Flask app to know them."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        server = settings.mail_server
        if server is None:
            raise ValueError("PORTAL_MAIL_URL is not set")
        self.greeting = greeting(settings)
        self.state = self.init_mail(
            {
                "MAIL_SERVER": server.host,
                "MAIL_PORT": server.port,
                "MAIL_USE_SSL": server.ssl,
                "MAIL_USE_TLS": server.starttls,
                "MAIL_USERNAME": server.user,
                "MAIL_PASSWORD": server.password,
                "MAIL_SUPPRESS_SEND": False,
            }
        )

    def connect(self) -> VerifiedConnection:
        """Return a connection, opened by `with`."""
        return VerifiedConnection(self)

    def probe(self) -> None:
        """Connect, verify and sign in, then leave; raises `OSError` or `SMTPException`."""
        with self.connect():
            pass
