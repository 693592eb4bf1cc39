"""How the jury of a call works: mode, secrecy, conflicts, readings. All of it has a default."""

from typing import Annotated, Literal

from pydantic import Field

from portal.calls.questions import Key, Part
from portal.calls.wording import Text

Mode = Literal["weighted", "ranking", "points", "yes_no"]

PLEDGE = {
    "de": """\
## Verschwiegenheit

Was Sie über Bewerbungen, Personen und Beratungen erfahren, bleibt in der Jury – auch nach der
Entscheidung (§§ 30, 43 GO NRW, entsprechend). Geben Sie Unterlagen und Zugang nicht weiter.
Vernichten oder löschen Sie Ihre Kopien nach der Preisverleihung.

## Befangenheit

Wer befangen ist, liest, bewertet und berät nicht mit (§§ 20, 21 VwVfG; §§ 31, 43 GO NRW,
entsprechend). Das gilt zum Beispiel, wenn Sie selbst, Angehörige oder Ihr Arbeitgeber an einer
Bewerbung beteiligt sind oder einen Vorteil davon haben. Sie sagen das von sich aus, bevor Sie
eine Bewerbung öffnen. Im Zweifel fragen Sie den Vorsitz.

## Fairness

Sie bewerten nach den Kriterien der Ausschreibung und nur danach.
""",
    "en": """\
## Secrecy

What you learn about applications, people and discussions stays in the jury, also after the
decision (GO NRW §§ 30, 43 by analogy). Do not pass on papers or your access. Destroy or delete
your copies after the ceremony.

## Conflict of interest

Whoever is biased neither reads nor scores nor discusses (VwVfG §§ 20, 21; GO NRW §§ 31, 43 by
analogy). This holds, for example, if you, relatives or your employer take part in an
application or gain from it. You say so of your own accord before you open an application. If in
doubt, ask the chair.

## Fairness

You judge by the criteria of the call, and by nothing else.
""",
}  # fmt: skip
CONFLICT = {
    "de": (
        "Prüfen Sie, bevor Sie lesen: Stehen Sie, Angehörige von Ihnen oder Ihr Arbeitgeber mit"
        " dieser Organisation oder ihren Partnern in Verbindung?"
    ),
    "en": (
        "Check before you read: are you, relatives of yours or your employer connected with this"
        " organisation or its partners?"
    ),
}


class Jury(Part):
    """What the call says about its jury.

    mode: what a juror gives: weighted criteria, an order, points out of a budget, or yes, no,
    maybe. blind: jurors read without the answers in `blind_hides`. organisation, partners: answers
    shown when a juror is asked about conflicts. fields: the choice by which readings are mixed.
    see_others_after_own: other sheets of an application open with one's own. ranking_for_members:
    members see the ranking when scoring is closed. readings: how many read each application, None
    for everybody. quorum: members who must be present, None for more than half. shuffle: the binder
    of each juror has an order of its own. shared_places: the jury may give one place to several
    applications, with its sum divided or whole for each.
    """

    pledge_version: str = "1"
    pledge_text: Text = PLEDGE
    conflict_text: Text = CONFLICT
    mode: Mode = "weighted"
    points: Annotated[int, Field(ge=1, le=10_000)] = 100
    blind: bool = False
    blind_hides: tuple[Key, ...] = ()
    organisation: tuple[Key, ...] = ()
    partners: tuple[Key, ...] = ()
    fields: Key | None = None
    see_others_after_own: bool = True
    ranking_for_members: bool = False
    readings: Annotated[int, Field(ge=1, le=50)] | None = None
    quorum: Annotated[int, Field(ge=1, le=99)] | None = None
    chair_breaks_ties: bool = True
    shared_places: bool = False
    shuffle: bool = False
    second_factor_by_mail: bool = False
