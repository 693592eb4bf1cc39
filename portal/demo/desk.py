"""The office of the example at work: its people, the days, and one step at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from portal import mail
from portal.accounts.models import User
from portal.applications.check import inquiries, marking, screening
from portal.applications.check.inquiries import Question
from portal.applications.check.marking import Verdict
from portal.applications.correspondence import outbox
from portal.applications.desk import caring
from portal.applications.models import Application
from portal.calls.models import Call
from portal.core.clock import stopped_at
from portal.core.db import transaction
from portal.core.i18n import in_language
from portal.demo.closed import Days, work_at

PAUSE = timedelta(minutes=3)  # what people let go leaves a little later
SEEN = {
    "files": "Angesehen, alle lassen sich öffnen.",
    "duplicate": "Verglichen, es sind zwei verschiedene.",
    "image_rights": "Erklärung liegt vor.",
}


@dataclass
class Desk:
    """The call, what came in by its `ref` of the sample data, and who works on it."""

    call: Call
    found: dict[str, Application]
    selma: User
    jonas: User
    days: Days = field(init=False)

    def __post_init__(self) -> None:
        self.days = Days(self.call)

    def __getitem__(self, number: str) -> Application:
        """Return the application with these last four digits in the sample data, or this name."""
        return self.found.get(f"IP-2025-{number}") or self.found[number]

    @contextmanager
    def at(self, day: int, clock: str) -> Iterator[None]:
        """Let something happen at a time of a working day, committed; then the worker comes."""
        moment = self.days.at(day, clock)
        with stopped_at(moment), in_language("de"), transaction():
            yield
        work_at(moment + PAUSE)

    def check(
        self, number: str, *, by: User, most: int = 99, but: tuple[str, ...] = ()
    ) -> Application:
        """Go through the checklist of an application as far as its first `most` open points."""
        application = self[number]
        caring.assign(application, by, by=by)
        if application.status is not application.status.IN_SCREENING:
            screening.start(application, by=by)
        keys = [line.item.key for line in marking.panel(application).open]
        for key in [key for key in keys if key not in but][:most]:
            marking.mark(application, key, Verdict.OK, by=by, note=SEEN.get(key, ""))
        return application

    def pass_on(self, day: int, clock: str, number: str, by: User) -> None:
        """Check an application to the end and find it eligible."""
        with self.at(day, clock):
            screening.find_eligible(self.check(number, by=by), by=by)

    def ask(self, number: str, keys: tuple[str, ...], *, by: User, days: int, text: str) -> None:
        """Ask the owner of an application back, and let the letter go at once."""
        application = self[number]
        due = inquiries.today_in(application) + timedelta(days=days)
        caring.assign(application, by, by=by)
        inquiries.ask(application, Question(keys, text, due), by=by)
        for letter in mail.log_of(application.id):
            if letter.state is mail.LetterState.HELD:
                outbox.release(letter)

    def tag(self, application: Application, name: str, colour: str) -> None:
        """Stick a tag on an application."""
        caring.tag(application, caring.tag_called(self.call.id, name, colour), by=self.selma)
