"""The example data in typed form: 29 applications of 2025, the jury, and calls open today."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from portal.calls.answers import is_asked
from portal.calls.definition import Definition
from portal.calls.posted import PARTS
from portal.calls.questions import AnyQuestion
from portal.demo.shifting import open_call, shifted, source

DATA = Path(__file__).parent / "data" / "applications-2025.json"
IMAGE_RIGHTS = "declarations.image_rights"

__all__ = [
    "SampleApplication",
    "SampleFile",
    "SampleJuror",
    "applications",
    "complete",
    "criteria",
    "files",
    "form_data",
    "jury",
    "legacy",
    "open_call",
    "shifted",
    "source",
    "without_image_rights",
]


class SampleFile(NamedTuple):
    """One file of an application; the bytes come from `portal.demo.samples`.

    `key` is the file question, `size` is in bytes, `persons` tells whether somebody can be
    recognised (None: not stated, as for documents).
    """

    key: str
    filename: str
    mime: str
    size: int
    caption: str
    credit: str
    alt: str
    persons: bool | None


@dataclass(frozen=True)
class SampleApplication:
    """One application as a person would fill it in; `answers` are raw answers of the form.

    `fictional` is False for the real prize-winners, of whom we know the press release only;
    `derived` names the answers that we assigned to them. `notes` says what is odd on purpose.
    """

    ref: str
    fictional: bool
    source: str
    locale: str
    answers: Mapping[str, Any]
    files: tuple[SampleFile, ...]
    submitted_at: datetime | None = None
    notes: str | None = None
    screening_hint: str | None = None
    full_name: str | None = None
    award: Mapping[str, Any] | None = None
    public_persons: tuple[str, ...] = ()
    facts_from_press: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()

    @property
    def file_counts(self) -> dict[str, int]:
        """How many files each file question has."""
        keys = [file.key for file in self.files]
        return {key: keys.count(key) for key in keys}


@dataclass(frozen=True)
class SampleJuror:
    """An invented juror; `function` is chair, member, deputy or secretary.

    `conflicts` gives the reason by the `ref` of the application the juror must keep out of.
    """

    id: str
    name: str
    role: str
    function: str
    votes: bool
    conflicts: Mapping[str, str] = field(default_factory=dict)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return data


def _file(given: Mapping[str, Any]) -> SampleFile:
    return SampleFile(
        key=given["key"],
        filename=given["filename"],
        mime=given["mime"],
        size=given["size_bytes"],
        caption=given["caption"] or "",
        credit=given["credit"] or "",
        alt=given["alt_text"] or "",
        persons=given["persons_recognisable"],
    )


def _application(given: Mapping[str, Any]) -> SampleApplication:
    as_it_is = (
        "ref",
        "fictional",
        "source",
        "locale",
        "answers",
        "notes",
        "screening_hint",
        "full_name",
        "award",
    )
    kept: dict[str, Any] = {name: given[name] for name in as_it_is}
    for name in ("public_persons", "facts_from_press", "derived"):
        kept[name] = tuple(given[name])
    moment = given["submitted_at"]
    return SampleApplication(
        **kept,
        files=tuple(_file(file) for file in given["files"]),
        submitted_at=datetime.fromisoformat(moment) if moment else None,
    )


def applications() -> list[SampleApplication]:
    """Return all 29 applications in the order of their numbers."""
    return [_application(given) for given in _data()["applications"]]


def legacy() -> list[SampleApplication]:
    """Return the four real prize-winners (0001–0004): never through the form."""
    return [sample for sample in applications() if not sample.fictional]


def without_image_rights() -> SampleApplication:
    """Return 0006: it has files, but the rights in the images are not confirmed."""
    [sample] = [s for s in applications() if s.fictional and _lacks_image_rights(s)]
    return sample


def complete() -> list[SampleApplication]:
    """Return the 24 invented applications that the form must accept."""
    return [s for s in applications() if s.fictional and not _lacks_image_rights(s)]


def _lacks_image_rights(sample: SampleApplication) -> bool:
    return bool(sample.files) and IMAGE_RIGHTS not in sample.answers


def jury() -> list[SampleJuror]:
    """Return the invented jury: seven who vote, the secretary and one deputy."""
    given = _data()["jury"]
    return [
        SampleJuror(
            **member,
            conflicts={
                conflict["ref"]: conflict["reason"]
                for conflict in given["conflicts"]
                if conflict["juror"] == member["id"]
            },
        )
        for member in given["members"]
    ]


def criteria() -> dict[str, int]:
    """Return the weights in per cent by the key of the criterion."""
    return {item["id"]: item["weight"] for item in _data()["criteria"]["items"]}


def files(sample: SampleApplication) -> tuple[SampleFile, ...]:
    """Return the files of one application in the order in which they would be chosen."""
    return sample.files


def form_data(sample: SampleApplication, definition: Definition) -> dict[str, list[str]]:
    """Return what a browser would post for all asked and answered questions, by field name.

    A choice of several repeats its field, parts have fields of their own
    (`project.start.month`), boxes are `yes`, yes/no questions `yes` or `no`. Files are not in it.
    """
    posted: dict[str, list[str]] = {}
    for question in definition.questions.values():
        if question.key in sample.answers and is_asked(
            question, definition, sample.answers, sample.file_counts
        ):
            posted |= _fields(question, sample.answers[question.key])
    return posted


def _fields(question: AnyQuestion, raw: Any) -> dict[str, list[str]]:
    if question.type in PARTS:
        return {f"{question.key}.{part}": [raw.get(part, "")] for part in PARTS[question.type]}
    if question.type == "rows":
        return {
            f"{question.key}.{number}.{name}": [cell]
            for number, row in enumerate(raw)
            for name, cell in row.items()
        }
    return {question.key: list(raw) if question.type == "choices" else [str(raw)]}
