"""What a call file must fulfil beyond its form: texts, dates, weights, limits, patterns."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from portal.calls.checklist import checklist_faults
from portal.calls.definition import Definition
from portal.calls.faults import Complaint, Place
from portal.calls.jurychecks import jury_faults
from portal.calls.patterns import pattern_fault
from portal.calls.questions import AnyQuestion, Part
from portal.calls.wiring import wiring
from portal.core.email import email_of
from portal.core.i18n import BINDING, LANGUAGES
from portal.core.i18n import gettext as _
from portal.mail.letters import LETTERS, placeholders_of, unknown_placeholders
from portal.settings import Settings

# First parts of paths that belong to the portal itself, now or soon. A test compares them with the
# addresses that there are.
TAKEN_SLUGS = {
    "impressum",
    "datenschutz",
    "barrierefreiheit",
    "barriere-melden",
    "leichte-sprache",
    "gebaerdensprache",
    "static",
    "office",
    "jury",
    "account",
    "sign-in",
    "sign-out",
    "signed-out",
    "password-reset",
    "invitation",
    "welcome",
    "areas",
    "people",
    "audit",
    "calls",
    "api",
    "language",
    "health",
    "check",
    "mailbox",
    "link",
    "admin",
    "archive",
    "gallery",
    "help",
    "metrics",
    "robots",
    "search",
    "settings",
    "winners",
}
MB = 1_048_576


class Ceilings(NamedTuple):
    """The limits of the installation below which a call sets its own (bytes, number)."""

    file_bytes: int
    application_bytes: int
    application_files: int


def ceilings(settings: Settings | None = None) -> Ceilings:
    """Return the limits of `settings`, or those of an installation that changed nothing."""
    names = Ceilings._fields
    if settings:
        return Ceilings(*(getattr(settings, name) for name in names))
    return Ceilings(*(Settings.model_fields[name].default for name in names))


def crosschecks(call: Definition, limits: Ceilings) -> Iterator[Complaint]:
    """Yield everything in `call` that fits its form but would not work."""
    languages = list(_languages(call))
    yield from languages
    if not languages:
        yield from _texts(call, call.languages)
    yield from _head(call)
    yield from _dates(call)
    yield from _criteria(call)
    yield from _files(call, limits)
    yield from _letters(call)
    for place, question in placed(call):
        yield from _question(question, place)
        yield from _legal_version(call, question, place)
    yield from wiring(call)
    yield from checklist_faults(call.checklist or (), call.questions)
    yield from jury_faults(call)


def placed(call: Definition) -> Iterator[tuple[Place, AnyQuestion]]:
    """Yield every question with the path to it."""
    for s, section in enumerate(call.sections):
        for q, question in enumerate(section.questions):
            yield ("sections", s, "questions", q), question


def _languages(call: Definition) -> Iterator[Complaint]:
    for n, code in enumerate(call.languages):
        if code not in LANGUAGES:
            yield Complaint(
                ("languages", n),
                _(
                    "“%(code)s” is no language of the portal. It speaks: %(known)s.",
                    code=code,
                    known=", ".join(LANGUAGES),
                ),
            )
    if call.languages[:1] != (BINDING,):
        yield Complaint(("languages",), _("must begin with de. German is the binding language."))


def _texts(part: Any, languages: Iterable[str], place: Place = ()) -> Iterator[Complaint]:
    """Look at every text inside `part`: German must be there, other languages must be known."""
    if isinstance(part, Part):
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            yield from _texts(value, languages, (*place, field.alias or name))
    elif isinstance(part, tuple):
        for n, item in enumerate(part):
            yield from _texts(item, languages, (*place, n))
    elif isinstance(part, dict) and place == ("letters",):
        for name, letter in part.items():
            yield from _texts(letter, languages, (*place, name))
    elif isinstance(part, dict):
        yield from _text(part, languages, place)


def _text(text: dict[str, str], languages: Iterable[str], place: Place) -> Iterator[Complaint]:
    if not text.get(BINDING, "").strip():
        yield Complaint(place, _("has no German text. Add “de: …”."))
    for code in text:
        if code not in languages:
            yield Complaint(
                (*place, code),
                _(
                    "“%(code)s” is not among the languages of the call. Remove it, or add it to "
                    "“languages”.",
                    code=code,
                ),
            )


def _head(call: Definition) -> Iterator[Complaint]:
    if call.slug in TAKEN_SLUGS:
        yield Complaint(("slug",), _("is an address of the portal itself. Choose another one."))
    if email_of(call.contact.email) is None:
        yield Complaint(("contact", "email"), _("is no e-mail address. Write name@example.org."))


def _dates(call: Definition) -> Iterator[Complaint]:
    if call.closes_at <= call.opens_at:
        yield Complaint(
            ("closes_at",), _("lies before the opening. Write a later moment than “opens_at”.")
        )
    for n, step in enumerate(call.steps):
        place = ("steps", n, "at")
        if n and step.at < call.steps[n - 1].at:
            yield Complaint(place, _("lies before the step above. Put the steps in order."))
        own = {"opens": call.opens_at, "closes": call.closes_at}.get(step.name, step.at)
        if step.at != own:
            yield Complaint(
                place,
                _("differs from “%(name)s_at” of the call. Write the same moment.", name=step.name),
            )


def _criteria(call: Definition) -> Iterator[Complaint]:
    least, most = call.scale
    if least >= most:
        yield Complaint(("scale",), _("must rise. Write the lowest and the highest score, [0, 5]."))
    total = sum(criterion.weight for criterion in call.criteria)
    if call.criteria and total != 100:
        yield Complaint(
            ("criteria",),
            _("the weights add up to %(total)s. Change them until they make 100.", total=total),
        )
    for n, criterion in enumerate(call.criteria):
        needed = most - least + 1
        if criterion.anchors and len(criterion.anchors) != needed:
            yield Complaint(
                ("criteria", n, "anchors"),
                _(
                    "are %(given)s words for %(needed)s scores. Give one word for each score.",
                    given=len(criterion.anchors),
                    needed=needed,
                ),
            )


def _files(call: Definition, limits: Ceilings) -> Iterator[Complaint]:
    number = total = 0
    for place, question in placed(call):
        if question.type not in ("photos", "documents"):
            continue
        number += question.max_files
        total += question.max_files * question.max_bytes
        if question.max_bytes > limits.file_bytes:
            yield Complaint(
                (*place, "max_bytes"),
                _(
                    "is more than the portal takes for one file. Write at most %(most)s.",
                    most=limits.file_bytes,
                ),
            )
        elif total > limits.application_bytes:
            yield Complaint(
                (*place, "max_bytes"),
                _(
                    "makes all files together %(total)s MB; the portal takes %(most)s MB. "
                    "Allow fewer or smaller files.",
                    total=total // MB,
                    most=limits.application_bytes // MB,
                ),
            )
        if number > limits.application_files:
            yield Complaint(
                (*place, "max_files"),
                _(
                    "makes %(total)s files; the portal takes %(most)s. Allow fewer files.",
                    total=number,
                    most=limits.application_files,
                ),
            )


def _letters(call: Definition) -> Iterator[Complaint]:
    for name, letter in call.letters.items():
        if name not in LETTERS:
            yield Complaint(
                ("letters", name),
                _("is no letter of the portal. There are: %(names)s.", names=", ".join(LETTERS)),
            )
            continue
        for part in ("subject", "paragraphs"):
            for code, text in (getattr(letter, part) or {}).items():
                for word in unknown_placeholders(name, text):
                    yield Complaint(
                        ("letters", name, part, code),
                        _(
                            "{%(word)s} means nothing in this letter. Possible are: %(known)s.",
                            word=word,
                            known=", ".join(sorted(placeholders_of(name))),
                        ),
                    )


def _question(question: Any, place: Place) -> Iterator[Complaint]:
    for least, most in (("min", "max"), ("min_year", "max_year"), ("min_rows", "max_rows")):
        low, high = getattr(question, least, None), getattr(question, most, None)
        if low is not None and high is not None and low > high:
            yield Complaint(
                (*place, least),
                _("is more than “%(most)s”. Write a number up to %(high)s.", most=most, high=high),
            )
    if question.type == "text" and question.pattern:
        yield from _pattern(question, place)
    if question.type == "yes_no" and question.must_be and not question.otherwise:
        yield Complaint(
            place,
            _(
                "has “must_be” but no “otherwise”. Say there what people can do who "
                "cannot take part."
            ),
        )
    limit = question.most if question.type == "choices" else None
    if limit is not None and not 1 <= limit <= len(question.options):
        yield Complaint(
            (*place, "most"),
            _(
                "does not fit the options. Write a number from 1 to %(most)s.",
                most=len(question.options),
            ),
        )
    if question.type == "rows":
        yield from _totals(question, place)


def _pattern(question: Any, place: Place) -> Iterator[Complaint]:
    if fault := pattern_fault(question.pattern, question.max):
        yield Complaint((*place, "pattern"), fault)
    elif question.prefill and not re.fullmatch(question.pattern, question.prefill):
        yield Complaint((*place, "prefill"), _("does not fit the pattern. Change one of them."))
    if not question.wrong:
        yield Complaint(
            place, _("has a pattern but no “wrong”. Say there how the answer must be written.")
        )


def _totals(question: Any, place: Place) -> Iterator[Complaint]:
    numbers = {column.key for column in question.columns if column.type != "text"}
    for n, key in enumerate(question.total):
        if key not in numbers:
            yield Complaint(
                (*place, "total", n),
                _("“%(key)s” cannot be added up. Name columns with numbers or amounts.", key=key),
            )


def _legal_version(call: Definition, question: Any, place: Place) -> Iterator[Complaint]:
    link = question.link if question.type == "declaration" else None
    if link and question.version != getattr(call, link).version:
        yield Complaint(
            (*place, "version"),
            _(
                "differs from the version of “%(link)s” (%(version)s). Write the same one.",
                link=link,
                version=getattr(call, link).version,
            ),
        )
