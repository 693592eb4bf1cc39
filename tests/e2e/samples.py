"""What people hand in: answers by the names of the fields, and real files."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

from portal.calls.definition import Definition
from portal.demo.sample import complete, form_data, open_call

SLUG = "integrationspreis-2027"
HEIMAT = "heimat-preis-2027"


def definition(slug: str = SLUG) -> Definition:
    """Return an example call."""
    return open_call(slug, datetime.now(UTC).date())


def pages(slug: str = SLUG) -> list[str]:
    """Return all pages of the form as `section/number`."""
    sections = definition(slug).sections
    return [f"{s.key}/{n}" for s in sections for n in range(1, len(s.pages) + 1)]


def answers(number: int = 0, **more: str) -> dict[str, list[str]]:
    """Return the answers of an example application; `more` with `__` for the dot."""
    example = complete()[number]
    given = form_data(example, definition())
    return given | {name.replace("__", "."): [value] for name, value in more.items()}


def photo(folder: Path, name: str = "Gartenzaun.jpg", colour: str = "#3a7bd5") -> Path:
    """Write a JPEG and return it."""
    image = Image.new("RGB", (1200, 800), colour)
    ImageDraw.Draw(image).rectangle((60, 60, 400, 300), fill="red")
    image.save(folder / name, "JPEG")
    return folder / name


def pdf(folder: Path, name: str = "Faltblatt.pdf", pages: int = 2) -> Path:
    """Write a PDF and return it."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    made.save(out)
    (folder / name).write_bytes(out.getvalue())
    return folder / name


HEIMAT_ANSWERS: dict[str, list[str]] = {
    "in_town": ["yes"],
    "by_volunteers": ["yes"],
    "won_lately": ["no"],
    "entered_by": ["own"],
    "group.kind": ["association"],
    "group.name": ["Heimatverein Musterstadt"],
    "group.contact": ["Hans Heimat"],
    "group.address.street": ["Alter Markt 3"],
    "group.address.postcode": ["44135"],
    "group.address.city": ["Musterstadt"],
    "group.email": ["hans-heimat@example.org"],
    "group.active": ["17"],
    "project.name": ["Platt am Küchentisch"],
    "project.category": ["heritage"],
    "project.since.day": ["1"],
    "project.since.month": ["4"],
    "project.since.year": ["2019"],
    "project.summary": ["Wir erzählen auf Platt."],
    "project.story": ["Es begann mit einer Großmutter und einem Tonband."],
    "heritage.kinds": ["dialect", "building"],
    "heritage.oldest_year": ["1890"],
    "heritage.owner_agrees": ["yes"],
    "heritage.passing_on": ["Jeden Freitag in der Schule."],
    "budget.costs.0.item": ["Tonbandgerät"],
    "budget.costs.0.pieces": ["2"],
    "budget.costs.0.amount": ["149,90"],
    "budget.costs.1.item": ["Kuchen"],
    "budget.costs.1.amount": ["1.200"],
    "declarations.terms": ["yes"],
    "declarations.true_own": ["yes"],
    "declarations.images": ["yes"],
    "declarations.privacy": ["yes"],
    "declarations.publish": ["no"],
}
