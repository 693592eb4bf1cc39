"""Bytes of files: checked, cleaned, scanned, stored durably. Knows nothing of whose they are.

The cleaning child imports this package too, so nothing here may import flask: the sentences are
fetched when one is wanted.
"""

from typing import Any

from portal.storage.cleaning import Cleaned, clean
from portal.storage.keys import new_key
from portal.storage.kinds import Kind, accept, kinds_here, look
from portal.storage.names import content_disposition, display_name, safe_name
from portal.storage.notes import Note
from portal.storage.refusals import ChildDied, Code, Refused, StorageFull, TooLarge
from portal.storage.scanning import Clean, Infected, NotScanned
from portal.storage.stores import Stat, Store, Stored
from portal.storage.wiring import batches, free_percent, require_room, scan, store, use

__all__ = [
    "ChildDied",
    "Clean",
    "Cleaned",
    "Code",
    "Infected",
    "Kind",
    "NotScanned",
    "Note",
    "Refused",
    "Stat",
    "StorageFull",
    "Store",
    "Stored",
    "TooLarge",
    "accept",
    "batches",
    "clean",
    "content_disposition",
    "display_name",
    "free_percent",
    "kinds_here",
    "look",
    "new_key",
    "note_sentence",
    "require_room",
    "safe_name",
    "scan",
    "sentence",
    "store",
    "use",
]


def sentence(code: Code | str, filename: str, **facts: Any) -> str:
    """Return why `filename` was refused and what helps, see `portal.storage.wording`."""
    from portal.storage import wording

    return wording.sentence(code, filename, **facts)


def note_sentence(note: Note | str, filename: str) -> str:
    """Return what was taken out of `filename`, see `portal.storage.wording`."""
    from portal.storage import wording

    return wording.note_sentence(note, filename)
