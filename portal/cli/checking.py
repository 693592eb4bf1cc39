"""`portal check`: look at each part as the portal will use it, and say one line about each."""

import argparse
import io
import smtplib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal import create_app, jobs
from portal.cli.database import current
from portal.core.db import db
from portal.core.i18n import LANGUAGES
from portal.core.resources import resource_dir
from portal.core.schema import SchemaState, schema_state
from portal.entrance import legal
from portal.mail.smtp import SafeMail
from portal.settings import Settings, load
from portal.storage import scanning, wiring

PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
WORKER_SECONDS = 300.0


class Fault(Exception):
    """A part is not in order; `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def check(_given: argparse.Namespace) -> int:
    """Print one line for each part; return 1 if one of them is not in order."""
    settings = load()
    app = create_app(settings)
    with app.app_context():
        faults = [_tell(name, look, settings, app) for name, look in PARTS.items()]
    return int(any(faults))


def _tell(name: str, look: Callable[[Settings, Flask], str], *given: Any) -> bool:
    """Print what `look` finds; return whether it is a fault."""
    try:
        print(f"ok     {name}: {look(*given)}")
    except Fault as fault:
        print(f"fault  {name}: {fault}\n       → {fault.remedy}")
        return True
    return False


def _settings(settings: Settings, _app: Flask) -> str:
    kind = "production" if settings.production else "a rehearsal on this machine"
    return f"{kind} at {settings.origin}, instance {settings.instance.resolve()}"


def _database(_settings: Settings, _app: Flask) -> str:
    try:
        state, revision = schema_state(db.engine), current(db.engine)
    except SQLAlchemyError as error:
        fault = f"does not answer ({type(error).__name__})"
        raise Fault(fault, "Is PORTAL_DATABASE_URL right, and does the server run?") from error
    if state is SchemaState.NEWER:
        raise Fault("was changed by a newer version", "Install that version of the portal.")
    if state is not SchemaState.CURRENT:
        raise Fault("the tables are missing or old", "portal db upgrade")
    return f"{db.engine.dialect.name}, revision {revision}"


def _storage(settings: Settings, _app: Flask) -> str:
    try:
        with tempfile.TemporaryFile(dir=settings.instance) as file:
            file.write(b"portal")
            file.flush()
        free = wiring.free_percent()
    except OSError as error:
        raise Fault(
            f"nothing can be written into {settings.instance.resolve()} ({error.strerror})",
            "Give the folder to the user who runs the portal, or make room on the disk.",
        ) from error
    if free < settings.free_space_percent:
        raise Fault(f"only {free:.0f} % of the disk is free", "Make room; uploads are refused.")
    return f"can be written, {free:.0f} % of the disk is free"


def _scanner(settings: Settings, _app: Flask) -> str:
    result = scanning.scan(io.BytesIO(b"portal"), settings.scanner, seconds=5)
    if isinstance(result, scanning.Clean):
        return "answers"
    if isinstance(result, scanning.NotScanned) and not result.retry:
        return "none is set; files count as not scanned"
    raise Fault("does not answer", "Is PORTAL_SCANNER right, and does clamd run?")


def _mail(settings: Settings, _app: Flask) -> str:
    if settings.mail_server is None:
        return "no server is set; letters go to the local mailbox of the rehearsal"
    try:
        SafeMail(settings).probe()
    except (OSError, smtplib.SMTPException) as error:
        fault = f"{settings.mail_server.host} cannot be used ({type(error).__name__})"
        raise Fault(fault, "Are host, port, user and password in PORTAL_MAIL_URL right?") from error
    return f"{settings.mail_server.host} takes letters"


def _documents(_settings: Settings, _app: Flask) -> str:
    from portal.documents import assets

    try:
        import weasyprint  # noqa: F401  (half a second, and it needs Pango)
    except OSError as error:
        raise Fault("Pango is missing, so no PDF can be made", PANGO) from error
    fonts = sorted((Path(assets.__file__).parent / "fonts").glob("*.ttf"))
    if not fonts:
        raise Fault("the fonts are missing", "Install the portal anew.")
    return f"PDF can be made, {len(fonts)} fonts"


def _words(_settings: Settings, _app: Flask) -> str:
    folder = resource_dir("translations")
    missing = [
        code for code in LANGUAGES if not (folder / code / "LC_MESSAGES" / "messages.mo").exists()
    ]
    if missing:
        raise Fault(f"not compiled: {', '.join(missing)}", "python tools/words.py compile")
    return ", ".join(LANGUAGES.values())


def _legal(settings: Settings, _app: Flask) -> str:
    if not settings.production:
        return "examples stand in where the instance has none"
    missing = legal.missing(settings)
    if missing:
        names = ", ".join(path.name for path in missing)
        raise Fault(f"not there: {names}", f"Write them into {settings.instance.resolve()}/legal.")
    return "all there"


def _worker(_settings: Settings, _app: Flask) -> str:
    try:
        state = jobs.health()
    except SQLAlchemyError as error:
        raise Fault("unknown without the database", "See database.") from error
    seen = state["worker_seen"]
    if seen is None or seen > WORKER_SECONDS:
        raise Fault("none is at work", "Start `portal serve`, or `portal worker`.")
    return f"seen {seen:.0f} s ago, {state['due']} jobs are due, {state['dead']} were given up"


PARTS = {
    "settings": _settings,
    "database": _database,
    "storage": _storage,
    "scanner": _scanner,
    "mail": _mail,
    "documents": _documents,
    "words": _words,
    "legal pages": _legal,
    "worker": _worker,
}
