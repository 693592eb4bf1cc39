"""What the office checks before an application goes to the jury, item by item."""

from collections.abc import Container, Iterable, Iterator
from typing import Literal

from portal.calls.faults import Complaint
from portal.calls.questions import Key, Part
from portal.calls.wording import Text
from portal.core.i18n import gettext as _

Automatic = Literal["in_time", "required", "declarations", "files", "duplicate", "none"]


class CheckItem(Part):
    """One item of the formal check.

    evidence: the questions whose answers stand beside it. automatic: what the portal finds out by
    itself; a person's mark counts more. only_with: the item applies where this question was
    answered.
    """

    key: Key
    text: Text
    help: Text | None = None
    evidence: tuple[Key, ...] = ()
    automatic: Automatic = "none"
    only_with: Key | None = None


DEFAULT = (
    CheckItem(
        key="in_time", automatic="in_time", text={"de": "In der Frist eingegangen",
                                                  "en": "Arrived in time"}),
    CheckItem(
        key="required", automatic="required", text={"de": "Pflichtangaben vollständig",
                                                    "en": "Required answers complete"}),
    CheckItem(
        key="declarations", automatic="declarations", text={"de": "Erklärungen abgegeben",
                                                            "en": "Declarations given"}),
    CheckItem(
        key="files", automatic="files", text={"de": "Dateien lesbar und sauber",
                                              "en": "Files readable and clean"}),
    CheckItem(
        key="conditions", text={"de": "Teilnahmebedingungen erfüllt",
                                "en": "Conditions of the call are met"}),
    CheckItem(
        key="duplicate", automatic="duplicate", text={"de": "Keine Dublette",
                                                      "en": "No duplicate"}),
)  # fmt: skip


def checklist_faults(items: Iterable[CheckItem], questions: Container[str]) -> Iterator[Complaint]:
    """Yield what would not work in a checklist; questions: the keys that a call asks."""
    seen: set[str] = set()
    for n, item in enumerate(items):
        if item.key in seen:
            yield Complaint(
                ("checklist", n, "key"),
                _("“%(key)s” stands here a second time. Choose another name.", key=item.key),
            )
        seen.add(item.key)
        for k, key in enumerate(item.evidence):
            if key not in questions:
                yield Complaint(
                    ("checklist", n, "evidence", k),
                    _("there is no question “%(key)s”. Name a key of a question below.", key=key),
                )
        if item.only_with and item.only_with not in questions:
            yield Complaint(
                ("checklist", n, "only_with"),
                _(
                    "there is no question “%(key)s”. Name a key of a question below.",
                    key=item.only_with,
                ),
            )
