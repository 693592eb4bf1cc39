"""The question about conflicts: what a juror sees of an application before it opens."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from portal.applications.jury import jurysight
from portal.applications.jury.judging import Juror, all_of, asked_of, seats
from portal.applications.models import Application
from portal.calls.definition import Definition
from portal.calls.questions import AnyQuestion
from portal.calls.reading import Shown, show
from portal.core.i18n import gettext as _
from portal.core.text import one_line

# Words that stand in many names and prove nothing.
PLAIN_WORDS = frozenset(
    "dortmund dortmunder stadt verein vereine verband initiative fiktiv schule schulen gesamtschule"
    " grundschule grundschulen projekt jugend frauen integration ausschuss vertretung deutsch"
    " eine einer eines drei zwei sieben alle deren sowie nebenan stadtbezirk association".split()
)
SHORTEST = 4


@dataclass(frozen=True)
class Asked:
    """What a juror sees of an application before answering: who it is, never how to reach them.

    token stands for the application in a form without telling its number.
    """

    application: Application
    token: str
    organisation: str
    facts: list[tuple[AnyQuestion, Shown]]
    partners: list[tuple[AnyQuestion, Shown]]
    hints: list[str]


def token_of(juror: Juror, application_id: UUID) -> str:
    """Return a word for an application that tells nothing and means it to this juror only."""
    key = f"{juror.call.id}:{juror.user.id}".encode()
    return hmac.digest(_key(), key + application_id.bytes, sha256).hex()[:32]


def _key() -> bytes:
    if not _secret:
        raise RuntimeError("Call tiequestion.use(settings) at start.")
    return _secret[0]


_secret: list[bytes] = []


def use(settings: Any) -> None:
    """Derive the key of the tokens from the secret of `settings`; called once at start."""
    _secret[:] = [hmac.digest(settings.secret, b"jury conflict tokens", sha256)]


def open_questions(juror: Juror) -> list[Asked]:
    """Return what the juror has to answer, by the name of the organisation."""
    found = _asked(juror, list(all_of(asked_of(juror))))
    return sorted(found, key=lambda asked: (_folded(asked.organisation), asked.token))


def question_about(juror: Juror, application: Application) -> Asked:
    """Return the question about one application; a blind jury is told nothing beside a number."""
    if juror.definition.jury.blind:
        return Asked(application, token_of(juror, application.id), "", [], [], [])
    return _asked(juror, [application])[0]


def _asked(juror: Juror, applications: list[Application]) -> list[Asked]:
    definition = juror.definition
    seen = jurysight.answers_of([a.id for a in applications], asked_keys(definition))
    seat = seats(juror.call).get(juror.user.id)
    own = words_in(f"{juror.user.name} {seat.words if seat else ''}")
    return [_one(juror, a, seen[a.id].answers, own) for a in applications if a.id in seen]


def _one(juror: Juror, application: Application, answers: dict[str, Any], own: set[str]) -> Asked:
    definition = juror.definition
    name = " · ".join(one_line(str(answers[k])) for k in definition.name_keys if answers.get(k))
    facts = _shown(definition, answers, definition.jury.organisation)
    partners = _shown(definition, answers, definition.jury.partners)
    told = f"{name} {' '.join(shown.text for _q, shown in [*facts, *partners])}"
    return Asked(
        application=application,
        token=token_of(juror, application.id),
        organisation=name or _("without a name"),
        facts=[] if definition.jury.blind else facts,
        partners=partners,
        hints=sorted(own & words_in(told)),
    )


def asked_keys(definition: Definition) -> list[str]:
    """Return the answers that the question shows: name, facts about the organisation, partners."""
    keys = [*definition.name_keys, *definition.jury.organisation, *definition.jury.partners]
    return list(dict.fromkeys(keys))


def _shown(
    definition: Definition, answers: dict[str, Any], keys: Iterable[str]
) -> list[tuple[AnyQuestion, Shown]]:
    """Return questions and answers; the name is told above them, so it is left out here."""
    wanted = [k for k in keys if answers.get(k) and k not in definition.name_keys]
    return [(definition.questions[k], show(definition.questions[k], answers[k])) for k in wanted]


def words_in(text: str) -> set[str]:
    """Return the telling words of a text, folded.

    >>> sorted(words_in("Verein für Köprü-Bildung in Dortmund"))
    ['bildung', 'köprü']
    """
    found = {_folded(word) for word in re.findall(r"[^\W\d_]+", text)}
    return {word for word in found if len(word) >= SHORTEST} - PLAIN_WORDS


def _folded(text: str) -> str:
    return text.casefold()
