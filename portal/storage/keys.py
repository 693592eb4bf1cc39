"""Names of stored bytes: made by us, never from what a person typed."""

import re
from pathlib import PurePosixPath
from uuid import uuid4

AREA = re.compile(r"[a-z]{1,20}")
KEY = re.compile(r"([a-z]{1,20})/([0-9a-f]{32})")


def new_key(area: str = "files") -> str:
    """Return a fresh key. Areas keep rooms apart, so that each sweeps its own orphans only."""
    if not AREA.fullmatch(area):
        raise ValueError(f"not an area: {area!r}")
    return f"{area}/{uuid4().hex}"


def place(key: str) -> PurePosixPath:
    """Return where a key's bytes stand below a store, two folders deep; `ValueError` if foreign.

    >>> str(place("files/00ff" + 28 * "0"))
    'files/00/ff/00ff0000000000000000000000000000'
    """
    parts = KEY.fullmatch(key)
    if not parts:
        raise ValueError("not a key of this store")
    area, name = parts.groups()
    return PurePosixPath(area, name[:2], name[2:4], name)
