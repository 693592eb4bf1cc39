"""Several windows on one draft: none overwrites what another wrote, none repeats old text."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from portal.applications.models import Application

SIZE = 6  # bytes; two answers to one question that look alike by chance are rarer than a lost line


def trace(raw: Any) -> str:
    """Return a short mark of an answer as it was shown; nothing can be read from it."""
    bare = raw or ""
    if isinstance(raw, dict):
        bare = {name: value for name, value in sorted(raw.items()) if value} or ""
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2s(text.encode(), digest_size=SIZE).hexdigest()


def written_here(
    application: Application, answers: Mapping[str, Any], shown: Mapping[str, str], window: str
) -> dict[str, Any]:
    """Return the answers without those that this window only repeats.

    A page sends all of its answers, also those nobody touched. Has another window changed one of
    these meanwhile, the old text is no wish of anybody. shown: `was.<key>` as on the page.
    """
    return {
        key: raw
        for key, raw in answers.items()
        if shown.get(f"was.{key}") != trace(raw) or _is_ours(application.marks.get(key), window)
    }


def _is_ours(mark: Any, window: str) -> bool:
    return not mark or mark[1] == window
