"""`portal call load` and `portal demo`: put calls and applications into the portal."""

import argparse

import sqlalchemy as sa

from portal.calls.crosschecks import ceilings
from portal.calls.faults import CallFaults
from portal.calls.loading import load_file
from portal.calls.models import Call
from portal.calls.usecases import Loaded
from portal.cli import Stopped
from portal.cli.opening import opened
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import in_language
from portal.demo.build import build
from portal.demo.people import code_now
from portal.settings import load


def load_call(given: argparse.Namespace) -> None:
    """Load a call file, or say every fault in it."""
    if not given.file.is_file():
        raise Stopped(f"There is no file {given.file}.")
    settings = load()
    with opened(settings).app_context(), in_language("en"):
        try:
            with transaction():
                loaded = load_file(given.file, ceilings(settings))
        except CallFaults as error:
            raise Stopped(str(error)) from error
        print(_news(loaded, f"{settings.origin}/{loaded.call.slug}"))


def _news(loaded: Loaded, address: str) -> str:
    """Return in sentences what became of the call."""
    if not loaded.new:
        return f"Nothing has changed: {address}"
    lines = [f"Version {loaded.version.n} of the form is in use: {address}"]
    return "\n".join([*lines, *(f"- {line}" for line in loaded.difference)])


def demo(given: argparse.Namespace) -> None:
    """Build the example; only in a rehearsal, because its people do not exist."""
    settings = load()
    if settings.production:
        raise Stopped("The example is for a rehearsal; PORTAL_BASE_URL names a real address.")
    with opened(settings).app_context(), in_language("en"):
        if given.code:
            print(_code(given.code))
            return
        if given.if_empty and db.session.scalar(sa.select(sa.func.count()).select_from(Call)):
            print("There is a call already; the example was not added.")
            return
        db.session.rollback()
        try:
            with transaction():
                print(*build(given.stage, given.seed, _say), sep="\n")
        except DomainError as error:
            raise Stopped(error.message) from error


def _say(sentence: str) -> None:
    """Print at once: some stages take half a minute."""
    print(sentence, flush=True)


def _code(email: str) -> str:
    try:
        return code_now(email)
    except LookupError as error:
        raise Stopped(f"{email} is nobody of the example.") from error
