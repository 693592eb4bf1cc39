"""From received bytes to those we keep: cleaned in a child, put into the store."""

from pathlib import Path
from typing import Any, NamedTuple

from portal.storage import child, wiring
from portal.storage.keys import new_key
from portal.storage.stores import Stored

# What the cleaned file and its copies may weigh: page pictures and photos are far below.
MOST_BYTES = 200 * 1024 * 1024


class Cleaned(NamedTuple):
    """What is kept of a file; `copies` are keys of pictures by purpose, `notes` what was lost.

    Photos have the copies `preview` (480 px) and `print` (1400 px), PDFs `page1` … `page20`
    (900 px); all are JPEG. `notes` are values of `portal.storage.notes.Note`.
    """

    key: str
    size: int
    sha256: str
    media_type: str
    extension: str
    width: int | None
    height: int | None
    pages: int | None
    copies: dict[str, str]
    notes: tuple[str, ...]


def clean(key: str, kind: str, *, max_pages: int, max_pixels: int, area: str = "files") -> Cleaned:
    """Rewrite the stored file `key` of this `kind` (as from `look`) and store what came out.

    The file itself stays. Raises `Refused` (`ChildDied` is worth another try), `StorageFull`. If
    the caller is killed in between, the sweep of the area takes what no row names.
    """
    store = wiring.store()
    task = "pdf" if kind == "pdf" else "photo"
    limits = {"max_pages": max_pages, "max_pixels": max_pixels, "kind": kind}
    kept: list[str] = []
    with wiring.scratch() as folder:
        made = child.run(task, store.path(key), folder, limits)
        try:
            main = _keep(folder / made["file"], area, kept)
            copies = {
                name: _keep(folder / file, area, kept).key for name, file in made["copies"].items()
            }
        except BaseException:
            for half in kept:
                store.delete(half)
            raise
    return _cleaned(main, copies, made)


def _keep(file: Path, area: str, kept: list[str]) -> Stored:
    with file.open("rb") as opened:
        stored = wiring.store().put(new_key(area), opened, limit=MOST_BYTES)
    kept.append(stored.key)
    return stored


def _cleaned(main: Stored, copies: dict[str, str], made: dict[str, Any]) -> Cleaned:
    pdf = made["file"].endswith(".pdf")
    return Cleaned(
        *main,
        media_type="application/pdf" if pdf else "image/jpeg",
        extension="pdf" if pdf else "jpg",
        width=made.get("width"),
        height=made.get("height"),
        pages=made.get("pages"),
        copies=copies,
        notes=tuple(made.get("notes", ())),
    )
