"""Do the parts of a call find each other? Keys that are named, conditions, doubles."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from portal.calls.definition import Definition
from portal.calls.faults import Complaint, Place
from portal.calls.posted import PARTS
from portal.calls.questions import FILE_TYPES, Condition
from portal.core.i18n import gettext as _

# Names of fields that the form itself posts.
TAKEN_KEYS = {"asked", "csrf_token", "action", "revision", "go"}
CHOOSING = ("choice", "choices", "yes_no", "declaration")


def wiring(call: Definition) -> Iterator[Complaint]:
    """Yield every key that names nothing, stands twice or names something unfit."""
    yield from _doubles(call)
    yield from _named(call)
    order = {key: place for place, key in enumerate(call.questions)}
    for s, section in enumerate(call.sections):
        here: Place = ("sections", s)
        if section.asked_if:
            first = order[section.questions[0].key]
            yield from _Conditions(call, order, first).look(section.asked_if, (*here, "asked_if"))
        for q, question in enumerate(section.questions):
            place: Place = (*here, "questions", q)
            if question.asked_if:
                own = _Conditions(call, order, order[question.key])
                yield from own.look(question.asked_if, (*place, "asked_if"))
            if question.type == "month" and question.not_before:
                yield from _must_be(call, question.not_before, ("month",), (*place, "not_before"))


def _doubles(call: Definition) -> Iterator[Complaint]:
    yield from _twice(("sections",), (s.key for s in call.sections), "key")
    yield from _twice(("criteria",), (c.key for c in call.criteria), "key")
    seen: set[str] = set()
    for s, section in enumerate(call.sections):
        for q, question in enumerate(section.questions):
            place: Place = ("sections", s, "questions", q)
            if question.key in seen:
                yield _double((*place, "key"), question.key)
            if question.key in TAKEN_KEYS:
                yield Complaint(
                    (*place, "key"),
                    _(
                        "“%(key)s” is a name of the form itself. Choose another one.",
                        key=question.key,
                    ),
                )
            seen.add(question.key)
            if question.type in ("choice", "choices"):
                yield from _twice((*place, "options"), (o.value for o in question.options), "value")
            if question.type == "rows":
                yield from _twice((*place, "columns"), (c.key for c in question.columns), "key")
    yield from _hidden_by_parts(call)


def _twice(place: Place, names: Iterable[str], field: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            yield _double((*place, n, field), name)
        seen.add(name)


def _double(place: Place, name: str) -> Complaint:
    return Complaint(
        place, _("“%(name)s” stands here a second time. Choose another name.", name=name)
    )


def _hidden_by_parts(call: Definition) -> Iterator[Complaint]:
    """A month `start` posts `start.month`; no other question may be called that."""
    parts = {
        f"{q.key}.{part}": q.key for q in call.questions.values() for part in PARTS.get(q.type, ())
    }
    for s, section in enumerate(call.sections):
        for q, question in enumerate(section.questions):
            if question.key in parts:
                yield Complaint(
                    ("sections", s, "questions", q, "key"),
                    _(
                        "“%(key)s” is a part of the answer to “%(other)s”. Choose another name.",
                        key=question.key,
                        other=parts[question.key],
                    ),
                )


def _named(call: Definition) -> Iterator[Complaint]:
    texts = ("text", "long_text")
    for n, key in enumerate(call.owner):
        yield from _must_be(call, key, ("email",), ("owner", n))
    yield from _must_be(call, call.title_key, texts, ("title_key",))
    for n, key in enumerate(call.name_keys):
        yield from _must_be(call, key, texts, ("name_keys", n))
    for n, line in enumerate(call.recipient_keys):
        for k, key in enumerate(line):
            yield from _must_be(call, key, (*texts, "address"), ("recipient_keys", n, k))
    if call.nominee_agrees_key:
        place = ("nominee_agrees_key",)
        yield from _must_be(call, call.nominee_agrees_key, ("yes_no", "choice"), place)
    if call.nominee_email_key:
        yield from _must_be(call, call.nominee_email_key, ("email",), ("nominee_email_key",))


def _must_be(
    call: Definition, key: str, types: tuple[str, ...], place: Place
) -> Iterator[Complaint]:
    question = call.questions.get(key)
    if question is None:
        yield _unknown(call, key, place)
    elif question.type not in types:
        yield Complaint(
            place,
            _(
                "“%(key)s” is a question of type %(type)s. Name one of type %(types)s.",
                key=key,
                type=question.type,
                types=" / ".join(types),
            ),
        )


def _unknown(call: Definition, key: str, place: Place) -> Complaint:
    near = get_close_matches(key, call.questions, n=1)
    if near:
        return Complaint(
            place,
            _("there is no question “%(key)s”. Did you mean “%(near)s”?", key=key, near=near[0]),
        )
    return Complaint(
        place, _("there is no question “%(key)s”. Name a key of a question below.", key=key)
    )


class _Conditions:
    """Looks through the condition of what stands at `place` in the order of the form."""

    def __init__(self, call: Definition, order: dict[str, int], place: int) -> None:
        self.call = call
        self.order = order
        self.place = place

    def look(self, condition: Condition, at: Place) -> Iterator[Complaint]:
        if not any((condition.key, condition.has_files, condition.all_of, condition.any_of)):
            yield Complaint(at, _("says nothing. Write {key: …, is: […]}."))
        if condition.key:
            yield from self.answer(condition, at)
        for n, key in enumerate(condition.has_files):
            yield from self.reference(key, FILE_TYPES, (*at, "has_files", n))
        for name, parts in (("all", condition.all_of), ("any", condition.any_of)):
            for n, part in enumerate(parts):
                yield from self.look(part, (*at, name, n))

    def answer(self, condition: Condition, at: Place) -> Iterator[Complaint]:
        key = condition.key or ""
        faults = list(self.reference(key, CHOOSING, (*at, "key")))
        yield from faults
        if not condition.one_of:
            yield Complaint(at, _("names no answer. Add “is: [answer]”."))
        known = [] if faults else _values(self.call.questions[key])
        for n, value in enumerate(condition.one_of):
            if known and value not in known:
                yield Complaint(
                    (*at, "is", n),
                    _(
                        "“%(value)s” is no answer to “%(key)s”. Write one of: %(known)s.",
                        value=value,
                        key=key,
                        known=", ".join(known),
                    ),
                )

    def reference(self, key: str, types: tuple[str, ...], at: Place) -> Iterator[Complaint]:
        faults = list(_must_be(self.call, key, types, at))
        yield from faults
        # Whoever fills in the form must meet the reason first; this also keeps out circles.
        if not faults and self.order[key] >= self.place:
            yield Complaint(
                at,
                _(
                    "“%(key)s” does not stand before what depends on it. Move it further up.",
                    key=key,
                ),
            )


def _values(question: Any) -> list[str]:
    """Return the answers a condition can ask for."""
    if question.type in ("choice", "choices"):
        return [option.value for option in question.options]
    return ["yes", "no", *(["neither"] if getattr(question, "neither", None) else [])]
