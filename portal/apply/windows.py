"""Several windows on one draft: none overwrites what another wrote, none repeats old text."""

from collections.abc import Mapping
from typing import Any

from portal.applications.models import Application
from portal.web.fields import trace


def written_here(
    application: Application, answers: Mapping[str, Any], shown: Mapping[str, str], window: str
) -> dict[str, Any]:
    """Return the answers without those that this window only repeats.

    A page sends all of its answers, also those nobody touched. Has another window changed one of
    these meanwhile, the old text is no wish of anybody. shown: `was.<key>` as on the page.
    """
    marks = application.marks
    return {
        key: raw
        for key, raw in answers.items()
        if _is_ours(marks.get(key), window) or shown.get(f"was.{key}") != trace(raw)
    }


def _is_ours(mark: Any, window: str) -> bool:
    return not mark or mark[1] == window
