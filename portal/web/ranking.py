"""The ranking for jury and office alike: what the address asks for, the page, the download."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, send_file

from portal import storage
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.calls.queries import definition_of
from portal.calls.reading import option_words
from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.core.text import one_line
from portal.scoring.rank import ranking_table, ranking_words, sight
from portal.scoring.rank.ranking import Reader
from portal.scoring.rank.standing import Line, Report, Wish, report
from portal.web.doors import person
from portal.web.headers import seal
from portal.web.touch import witness

HEAVIEST = 100
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def wish_of(args: Mapping[str, str], definition: Definition) -> tuple[Wish, str]:
    """Return what the address asks for, and what is wrong with the weights that were typed."""
    page = args.get("page", "")
    chosen = {key: args[key] for key in sight.filter_keys(definition) if args.get(key)}
    weights, fault = _weights(args, definition)
    at = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    wish = Wish(one_line(args.get("q", ""))[:200], chosen, max(1, at), weights)
    return wish, fault


def _weights(args: Mapping[str, str], definition: Definition) -> tuple[dict[str, int] | None, str]:
    keys = [criterion.key for criterion in definition.criteria]
    typed = {key: args[f"w.{key}"].strip() for key in keys if f"w.{key}" in args}
    if definition.jury.mode != "weighted" or not typed:
        return None, ""
    if not all(_is_weight(typed.get(key, "")) for key in keys):
        return None, _("Weights are whole numbers from 0 to %(most)s.", most=HEAVIEST)
    weights = {key: int(typed[key]) for key in keys}
    if not any(weights.values()):
        return None, _("Give at least one criterion a weight.")
    return weights, ""


def _is_weight(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= HEAVIEST


def values_of(call: Call, reader: Reader) -> dict[str, Any]:
    """Return what the page of the ranking is made of; raises what `ranking.of` raises."""
    definition = definition_of(call.newest_version_id)
    wish, fault = wish_of(request.args, definition)
    told = report(call, reader, wish)
    typed = {c.key: request.args.get(f"w.{c.key}", "") for c in definition.criteria}
    return {
        "report": told,
        "found": told.ranking,
        "words": ranking_words,
        "picture": picture,
        "fault": fault,
        "errors": [(f"w.{definition.criteria[0].key}", fault)] if fault else [],
        "typed": typed,
        "equal": {f"w.{c.key}": 1 for c in definition.criteria},
        "query": f"?{urlencode({**kept(), 'page': ''})}",
        "narrowed": urlencode(kept()),
        "choices": [(q, [(o.value, option_words(q, o.value)) for o in q.options])
                    for q in told.filters if q.type in ("choice", "choices")],
    }  # fmt: skip


def kept() -> dict[str, str]:
    """Return what the address asks for beside the page."""
    return {key: value for key, value in request.args.items() if value and key != "page"}


def picture(told: Report, line: Line) -> dict[str, Any]:
    """Return where the parts of the two bars of a line lie, in per cent of their length."""
    low, high = told.ranking.scale
    if told.ranking.mode == "points":
        high = max((max(row.values(), default=0) for row in told.ranking.marks.rows), default=0)
    length = max(1, high - low)

    def place(value: float) -> float:
        return round(min(100.0, max(0.0, 100 * (value - low) / length)), 2)

    mean, spread = float(line.entry.mean or 0), line.entry.spread or 0.0
    count, span = max(1, told.ranked), line.span
    return {
        "mean": place(mean),
        "from": place(mean - spread),
        "wide": round(place(mean + spread) - place(mean - spread), 2),
        "marks": sorted({place(float(mark)) for _juror, mark in line.marks}),
        "low": round(100 * ((span.low if span else 1) - 1) / count, 2),
        "long": round(100 * (span.high - span.low + 1) / count, 2) if span else 0,
        "at": round(100 * ((line.entry.rank or 1) - 1) / count, 2),
        "step": round(100 / count, 2),
    }


def download(call: Call, reader: Reader, kind: str) -> Response:
    """Hand out the table of what the reader may see; it stands in the log."""
    definition = definition_of(call.newest_version_id)
    wish, _fault = wish_of(request.args, definition)
    told = report(call, reader, wish)
    content = ranking_table.as_xlsx(told) if kind == "xlsx" else ranking_table.as_csv(told)
    witness(person(), "ranking_export", call, kind=kind, applications=len(told.found))
    word = _("ranking")
    name = f"{definition.prefix}-{word}-{now():%Y-%m-%d-%H%M}.{kind}"
    response = send_file(BytesIO(content), mimetype=MEDIA[kind])
    response.headers["Content-Disposition"] = storage.content_disposition(name)
    seal()
    return response
