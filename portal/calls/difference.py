"""What a new version of a call changes, in sentences for the person who loads it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from portal.calls.definition import Definition
from portal.calls.questions import AnyQuestion
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _

# Told on their own, or not told at all.
ELSEWHERE = {"sections", "opens_at", "closes_at", "steps", "format", "slug", "prize"}
TEXTS = {"label", "short", "help", "missing", "wrong", "text", "yes", "no", "neither", "otherwise"}
LIMITS = {
    "max",
    "min",
    "max_files",
    "max_bytes",
    "most",
    "max_rows",
    "min_rows",
    "min_year",
    "max_year",
}


def difference(old: Definition, new: Definition) -> list[str]:
    """Return what `new` changes, the gravest first: dates, questions, the rest."""
    return [*_dates(old, new), *_questions(old, new), *_rest(old, new)]


def _dates(old: Definition, new: Definition) -> Iterator[str]:
    names = {"opens_at": _("Opening"), "closes_at": _("Closing")}
    for name, word in names.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield _(
                "%(what)s: %(before)s → %(after)s",
                what=word,
                before=_moment(before, new.zone),
                after=_moment(after, new.zone),
            )
    if old.steps != new.steps:
        yield _("The steps of the call have changed.")


def _moment(moment: datetime, zone: str) -> str:
    return format_moment(moment, "d. MMMM y HH:mm", zone)


def _questions(old: Definition, new: Definition) -> Iterator[str]:
    for key, question in new.questions.items():
        if key not in old.questions:
            yield _("New question: %(key)s (%(label)s)", key=key, label=question.label["de"])
    for key, question in old.questions.items():
        if key not in new.questions:
            yield _(
                "No longer asked: %(key)s (%(label)s). Answers given so far are kept.",
                key=key,
                label=question.label["de"],
            )
    for key, question in new.questions.items():
        before = old.questions.get(key)
        if before is not None and before != question:
            yield _(
                "Changed: %(key)s (%(what)s)", key=key, what=", ".join(_aspects(before, question))
            )
    if _order(old) != _order(new):
        yield _("Questions stand in another order or section.")


def _order(call: Definition) -> list[tuple[str, str]]:
    return [(call.section_of[key].key, key) for key in call.questions]


def _aspects(old: AnyQuestion, new: AnyQuestion) -> list[str]:
    """Return in words what changed in one question."""
    if old.type != new.type:
        return [_("type: %(before)s → %(after)s", before=old.type, after=new.type)]
    names = [n for n in type(new).model_fields if getattr(old, n) != getattr(new, n)]
    said = [_aspect(name, getattr(old, name), getattr(new, name)) for name in names]
    return list(dict.fromkeys(said))


def _aspect(name: str, before: Any, after: Any) -> str:
    if name == "required":
        return _("now required") if after else _("now optional")
    if name in LIMITS:
        return _("%(limit)s: %(before)s → %(after)s", limit=name, before=before, after=after)
    if name in TEXTS:
        return _("wording")
    words = {
        "options": _("options"),
        "asked_if": _("condition"),
        "sees": _("who sees it"),
        "version": _("version of the text"),
        "columns": _("columns"),
    }
    return words.get(name, name)


def _rest(old: Definition, new: Definition) -> Iterator[str]:
    changed = [
        name
        for name in Definition.model_fields
        if name not in ELSEWHERE and getattr(old, name) != getattr(new, name)
    ]
    sections = [[s.title, s.intro, s.asked_if] for s in old.sections]
    if sections != [[s.title, s.intro, s.asked_if] for s in new.sections]:
        changed.append("sections")
    if changed:
        yield _("Also changed: %(names)s", names=", ".join(changed))
    elif old.steps == new.steps and old.prize != new.prize:
        yield _("Also changed: %(names)s", names="prize")
