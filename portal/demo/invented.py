"""Two more invented applications for the formal check: a near-duplicate, and one not eligible."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.demo.sample import SampleApplication, complete

TWIN_OF = "IP-2025-0005"
TWIN, OUTSIDE = "twin", "outside"
TWIN_CHANGES = {
    "applicant.name": "Sprachcafé-Gruppe im Gartenzaun Scharnhorst (fiktiv)",
    "applicant.register_no": "",
    "contact.first_name": "Wilfried",
    "contact.last_name": "Doppelt-Beispiel",
    "contact.role": "Gastgeber im Sprachcafé",
    "contact.email": "sprachcafe.gruppe@example.org",
    "contact.phone": "0231 555-0191",
    "project.title": "Sprachcafé am Gartenzaun – Deutsch zwischen Hochbeeten",
    "impact.participants": "190",
    "impact.prize_money_use": "Ein Pavillon gegen den Regen und neue Gartenschilder.",
}
OUTSIDE_CHANGES = {
    "applicant.name": "Suppenkessel Musterhausen e. V. (fiktiv)",
    "applicant.register_no": "VR 90099 (fiktiv), Amtsgericht Musterhausen",
    "applicant.founded_year": "2020",
    "applicant.street": "Musterhauser Weg 3",
    "applicant.postcode": "99999",
    "applicant.city": "Musterhausen",
    "applicant.website": "https://suppenkessel.example.org",
    "contact.first_name": "Irma",
    "contact.last_name": "Auswärts-Beispiel",
    "contact.role": "Kassenwartin",
    "contact.email": "suppenkessel@example.org",
    "contact.phone": "0231 555-0192",
    "project.title": "Suppe für alle in Musterhausen",
    "project.short_description": (
        "Einmal in der Woche kochen Menschen aus zehn Ländern auf dem Marktplatz von Musterhausen."
    ),
    "project.description": (
        "Unser Kessel fasst achtzig Liter. Jeden Samstag steht er auf dem Marktplatz von"
        " Musterhausen, und wer Hunger hat, bekommt einen Teller. Gekocht wird nach Rezepten, die"
        " jemand aus der Runde mitbringt; vorher erzählt sie oder er, woher das Gericht kommt.\n\n"
        "Im Augenblick gibt es uns nur in Musterhausen. Aus Dortmund waren schon Gäste da, und wir"
        " können uns gut vorstellen, den Kessel auch einmal dorthin zu bringen."
    ),
    "project.goals": "Niemand soll in Musterhausen am Samstag allein essen.",
    "impact.volunteers": "8",
    "impact.participants": "80",
    "impact.participation": "Wer kocht, entscheidet, was es gibt. Der Plan hängt am Kessel.",
    "impact.innovation": "Ein Kessel, ein Platz, keine Anmeldung.",
    "impact.sustainability": "Der Wochenmarkt gibt uns, was übrig ist. Der Kessel hält noch lange.",
    "impact.partners": "Wochenmarkt Musterhausen",
    "impact.funding": "Spenden",
    "impact.prize_money_use": "Ein Anhänger, mit dem der Kessel auch in andere Orte fahren kann.",
}


def invented() -> list[SampleApplication]:
    """Return both in the order in which they arrive, on the last evening of the call."""
    twin_of = next(sample for sample in complete() if sample.ref == TWIN_OF)
    return [
        _changed(twin_of, OUTSIDE, OUTSIDE_CHANGES, files=()),
        _changed(twin_of, TWIN, TWIN_CHANGES, files=twin_of.files),
    ]


def _changed(
    sample: SampleApplication, ref: str, changes: Mapping[str, Any], files: tuple[Any, ...]
) -> SampleApplication:
    answers = {**sample.answers, **changes}
    if not files:
        answers.pop("declarations.image_rights", None)
    kept = {key: value for key, value in answers.items() if value != ""}
    return replace(sample, ref=ref, answers=kept, files=files, submitted_at=None)
