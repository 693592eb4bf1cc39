"""Dossiers for tests: everything in them is a marker, enclosures are given as bytes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.core.i18n import in_language
from portal.documents import dossier as pages
from portal.documents.contents import Content, Entry
from portal.documents.dossier import DossierContent, Enclosure, Measure, Photo
from tests.documents.contents_of_samples import SENDER

SENT = datetime(2027, 8, 24, 12, 52, 8, tzinfo=UTC)
MEASURE = Measure("Wirkung", "Was hat sich verändert?", 60, 0, 5, ("nichts", "wenig", "etwas"))


def entry(label: str, text: str, kind: str = "short") -> Entry:
    """Return an answer."""
    return Entry(label, {"kind": kind, "text": text})


def content(
    folder: Path,
    papers: Mapping[str, bytes] | None = None,
    pictures: Mapping[str, bytes] | None = None,
    **changes: Any,
) -> Content:
    """Return a dossier with these enclosures by name; changes: of the values."""
    given, paths = papers or {}, {}
    for n, (name, body) in enumerate(given.items(), 1):
        paths[f"key{n}"] = folder / f"{name}.source"
        paths[f"key{n}"].write_bytes(body)
    hidden = changes.pop("hidden", ())
    said: dict[str, Any] = {
        "sender": SENDER,
        "call_title": "Integrationspreis 2027",
        "number": "IP-2027-0005",
        "title": "Sprachcafé am Gartenzaun",
        "organisation": "Gartenzaun Scharnhorst e. V.",
        "version_n": 1,
        "sent_at": SENT,
        "zone": "Europe/Berlin",
        "lead": "Nachbarinnen und Nachbarn lernen zusammen Deutsch.",
        "glance": (entry("Gründungsjahr", "2016"),),
        "entries": (entry("Beschreibung", "Ein Absatz.\n\nNoch einer.", "long"),
                    entry("Funktion", "Vorsitz")),
        "photos": (),
        "enclosures": tuple(
            Enclosure(n, f"key{n}", name, 1, tuple(hidden)) for n, name in enumerate(given, 1)
        ),
        "missing": (),
        "measures": (MEASURE, MEASURE),
    }  # fmt: skip
    with in_language("de"):
        made = pages.dossier(DossierContent(**(said | changes)), dict(pictures or {}))
    return Content(made.template, made.context, made.title, made.blobs, paths)


def photo(n: int = 1, **changes: Any) -> Photo:
    """Return a photo called `photoN`."""
    said = {"number": n, "picture": f"photo{n}", "alt": "Ein Tisch mit Menschen", "credit": "M. M.",
            "caption": "Der Tisch im Juni", "is_tall": False}  # fmt: skip
    return Photo(**(said | changes))
