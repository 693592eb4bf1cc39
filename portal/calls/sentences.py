"""The faults that pydantic finds in a call file, as sentences that say what to write."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import ValidationError

from portal.calls.definition import Definition
from portal.calls.faults import Complaint, Place
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext


@cache
def _schema() -> dict[str, Any]:
    return Definition.model_json_schema()


def complaints_of(error: ValidationError, data: Any) -> Iterator[Complaint]:
    """Yield what pydantic found in `data` as sentences."""
    for fault in error.errors(include_url=False):
        path, schema = _follow(fault["loc"], data)
        tell = SENTENCES.get(fault["type"], _as_pydantic_says)
        if fault["type"] == "union_tag_invalid":
            path = (*path, "type")
        yield Complaint(path, tell(fault, schema))


def _follow(loc: Place, data: Any) -> tuple[Place, dict[str, Any]]:
    """Return the path as it stands in the file, and the JSON schema of what should stand there.

    Pydantic puts the type of a question into its path; the file has no such level.
    """
    schema = _schema()
    path: list[str | int] = []
    here, spot = schema, data
    for place, part in enumerate(loc):
        here = _resolved(here, spot, schema)
        last = place == len(loc) - 1
        if isinstance(spot, dict) and part not in spot and not last:
            continue
        path.append(part)
        here = (
            here.get("properties", {}).get(part)
            or here.get("items")
            or here.get("prefixItems", [{}])[0]
        )
        spot = _inside(spot, part)
    return tuple(path), _resolved(here, spot, schema)


def _inside(spot: Any, part: str | int) -> Any:
    try:
        return spot[part]
    except (KeyError, IndexError, TypeError):
        return None


def _resolved(here: dict[str, Any], spot: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references, the alternatives of a question's type, and "or nothing"."""
    if "discriminator" in here:
        kind = spot.get("type") if isinstance(spot, dict) else None
        here = {"$ref": here["discriminator"]["mapping"].get(kind, "")}
    for choice in here.get("anyOf", ()):
        if choice.get("type") != "null":
            here = {**here, **choice}
    name = here.get("$ref", "").removeprefix("#/$defs/")
    return schema["$defs"].get(name, {}) if "$ref" in here else here


Tell = Callable[[Any, dict[str, Any]], str]


def _as_pydantic_says(fault: Any, schema: dict[str, Any]) -> str:
    return f"{fault['msg']}."


def _missing(fault: Any, schema: dict[str, Any]) -> str:
    return _("is missing. Add “%(name)s:” here.", name=fault["loc"][-1])


def _unknown(fault: Any, schema: dict[str, Any]) -> str:
    near = get_close_matches(str(fault["loc"][-1]), _names(), n=1)
    if near:
        return _("is not known here. Did you mean “%(name)s”?", name=near[0])
    return _("is not known here. Remove it or correct its name.")


def _names() -> list[str]:
    schema = _schema()
    return sorted(
        {
            name
            for part in (schema, *schema["$defs"].values())
            for name in part.get("properties", {})
        }
    )


def _range(fault: Any, schema: dict[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is None:
        return _("must be at least %(least)s. Write a whole number from %(least)s on.", least=least)
    if least is None:
        return _("must be at most %(most)s. Write a smaller whole number.", most=most)
    if fault["type"].startswith("less"):
        return _(
            "must be at most %(most)s. Write a whole number from %(least)s to %(most)s.",
            least=least,
            most=most,
        )
    return _(
        "must be at least %(least)s. Write a whole number from %(least)s to %(most)s.",
        least=least,
        most=most,
    )


def _number(fault: Any, schema: dict[str, Any]) -> str:
    return _("is no whole number. Write digits only, without quotes and points.")


def _one_of(fault: Any, schema: dict[str, Any]) -> str:
    values = schema.get("enum") or [schema.get("const")]
    return _("is not possible. Write one of: %(values)s.", values=", ".join(map(str, values)))


def _bool(fault: Any, schema: dict[str, Any]) -> str:
    return _("must be true or false, without quotes.")


def _text(fault: Any, schema: dict[str, Any]) -> str:
    return _("must be a text. Put it in quotes.")


def _texts(fault: Any, schema: dict[str, Any]) -> str:
    return _("must be a German text or texts by language. Write “de: …” and “en: …” under it.")


def _part(fault: Any, schema: dict[str, Any]) -> str:
    return _("must have entries of its own. Write “name: value” lines under it.")


def _list(fault: Any, schema: dict[str, Any]) -> str:
    return _("must be a list. Begin each entry with “- ”.")


def _too_few(fault: Any, schema: dict[str, Any]) -> str:
    return _("has too few entries. Give at least %(least)s.", least=fault["ctx"].get("min_length"))


def _too_many(fault: Any, schema: dict[str, Any]) -> str:
    return _("is too long. Give at most %(most)s.", most=fault["ctx"].get("max_length"))


def _moment(fault: Any, schema: dict[str, Any]) -> str:
    return _("is no moment. Write day, time and zone like “2027-09-15T23:59:59+02:00”.")


def _spelling(fault: Any, schema: dict[str, Any]) -> str:
    pattern = fault["ctx"]["pattern"]
    for mark, sentence in SPELLINGS.items():
        if mark in pattern:
            return str(sentence)
    return _as_pydantic_says(fault, schema)


# By what only this pattern contains.
SPELLINGS = {
    "^[A-Z0-9]+": lazy_gettext("cannot be used. Write capitals, digits and hyphens, like IP-2027."),
    "^[A-Za-z": lazy_gettext("cannot be used. Write letters, digits, _ and -, like verein_2."),
    "_": lazy_gettext(
        "cannot be used. Write small letters, digits, _ and dots, like project.title."
    ),
    "-": lazy_gettext("cannot be used. Write small letters, digits and hyphens, like preis-2027."),
}


def _kind(fault: Any, schema: dict[str, Any]) -> str:
    kinds = _schema()["$defs"]["Section"]["properties"]["questions"]
    names = ", ".join(sorted(kinds["items"]["discriminator"]["mapping"]))
    return _("is no kind of question that exists. Give “type:” one of: %(kinds)s.", kinds=names)


def _own(fault: Any, schema: dict[str, Any]) -> str:
    if fault["loc"] == ("zone",):
        return _("is no time zone. Write one like Europe/Berlin.")
    return f"{fault['ctx']['error']}."


SENTENCES: dict[str, Tell] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _range),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _number),
    **dict.fromkeys(("literal_error", "enum"), _one_of),
    **dict.fromkeys(("bool_type", "bool_parsing"), _bool),
    "string_type": _text,
    "dict_type": _texts,
    **dict.fromkeys(("model_type", "model_attributes_type"), _part),
    **dict.fromkeys(("tuple_type", "list_type"), _list),
    "too_short": _too_few,
    **dict.fromkeys(("too_long", "string_too_long"), _too_many),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"),
        _moment,
    ),
    "string_pattern_mismatch": _spelling,
    **dict.fromkeys(("union_tag_invalid", "union_tag_not_found"), _kind),
    "value_error": _own,
}
