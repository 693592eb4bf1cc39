"""Who gets what: every address, asked by everybody, against one written table (`matrix.txt`).

A new address needs a line there. To see what it gives now: `PORTAL_MATRIX=FILE pytest …` writes
a line for each address; read it, and copy it only if it is right.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr
from werkzeug.routing import Rule

from portal.app import build
from portal.core.db import db
from portal.settings import Settings
from tests.house.rows import WHO, Stage, set_up

pytestmark = pytest.mark.one_database
TABLE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STRANGERS = ("anonymous", "own", "other", "admin", "stranger")
Key = tuple[str, str]  # method, rule
# Which application an address is asked with, where it is not the one that was sent.
STANDS_FOR = (
    (re.compile(r"/jury/applications/"), "jury"),
    (re.compile(r"/office/applications/<[^>]+>/paper"), "paper"),
    (re.compile(r"/office/drafts/"), "draft"),
    (re.compile(r"/application/<[^>]+>/(answer)$"), "asked"),
    (re.compile(r"/application/<[^>]+>(/tasks|/section/.*|/check|/delete|/send|/closed)?$"),
     "draft"),
)  # fmt: skip
PARTS: dict[str, dict[str, Any]] = {
    "<name>/<language>": {"name": "submit"},
    "/files/<key>": {"key": "photos"},
    "/exports/new/<kind>": {"kind": "files"},
    "/office/jury/<any(": {"go": "remind"},
    "/page<int:number>": {"number": 1},
    "/<any(ballot": {"go": "ballot"},
    "/<any(change": {"go": "open"},
}
# What a form must say at least, where an empty one names nothing that could be refused.
FORMS = {"/office/bulk": {"action": "assign"}, "/office/bulk/run": {"action": "assign"},
         "/office/letters/many": {"action": "hold"}}  # fmt: skip


def table() -> dict[Key, tuple[str, ...]]:
    """Return the written table: by method and rule, what everybody gets, in the order of `WHO`."""
    found: dict[Key, tuple[str, ...]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            *gets, method, rule = line.split(None, len(WHO) + 1)
            assert (method, rule) not in found, f"twice in the table: {method} {rule}"
            found[method, rule] = tuple(gets)
    return found


def rules(app: Flask) -> dict[Key, Rule]:
    return {
        (method, rule.rule): rule
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
    }


def address_of(stage: Stage, rule: Rule) -> str:
    """Return the address of a rule, filled with rows that exist."""
    unknown = rule.arguments - set(stage.values)
    assert not unknown, f"{rule.rule}: say in tests/house/rows.py which row stands for {unknown}."
    values = {name: stage.values[name] for name in rule.arguments}
    for part, more in PARTS.items():
        if part in rule.rule:
            values |= more
    name = next((name for pattern, name in STANDS_FOR if pattern.search(rule.rule)), "")
    if name and "application_id" in values:
        values["application_id"] = stage.drafts[name]
    if name == "jury" and "file_id" in values:
        kind = "photo" if "<any(preview" in rule.rule else "paper_of_jury"
        values["file_id"] = stage.drafts[kind]
    if "/office/jury/people/" in rule.rule:
        values["user_id"] = stage.drafts["member"]
    adapter = stage.app.url_map.bind("127.0.0.1")
    return adapter.build(rule.endpoint, values, method=min(rule.methods or ()))


def got(stage: Stage, who: str, key: Key, rule: Rule) -> str:
    """Return what `who` gets at an address."""
    form = FORMS.get(rule.rule.removeprefix("/<slug>"), {})
    return stage.ask(who, key[0], address_of(stage, rule), form)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("matrix")
    database = str(folder / "portal.sqlite")
    address = SecretStr(f"sqlite:///{database}")
    app = build(Settings(instance=folder / "instance", database_url=address))
    with app.app_context():
        db.create_all()
        made = set_up(app, database)
    yield made
    with app.app_context():
        db.engine.dispose()


def test_every_address_has_a_line(bare_app: Flask) -> None:
    there, written = set(rules(bare_app)), set(table())
    new = [" ".join(("?  " * len(WHO), *key)) for key in sorted(there - written)]

    assert new == [], (
        "New addresses. Say in tests/house/matrix.txt what everybody gets there, one line each:\n"
        + "\n".join(new)
    )
    assert written - there == set(), "These addresses are gone. Take their lines out."


@pytest.mark.parametrize("who", WHO)
def test_what_everybody_gets(stage: Stage, who: str) -> None:
    wrong = {}
    place = WHO.index(who)
    written = table()
    for key, rule in rules(stage.app).items():
        now = got(stage, who, key, rule)
        if key in written and now != written[key][place]:
            wrong[" ".join(key)] = f"{now}, the table says {written[key][place]}"

    assert wrong == {}, f"{who} gets something else than tests/house/matrix.txt says."


def lines_below(part: str) -> Iterator[tuple[Key, dict[str, str]]]:
    for key, gets in table().items():
        if f"/{part}" in key[1] and key[1].startswith("/<slug>"):
            yield key, dict(zip(WHO, gets, strict=True))


OFFICE, JURY = ("office", "reader"), ("juror", "excluded")
MEETING = "/<slug>/jury/meeting"  # office and jury meet there; a reader looks on


@pytest.mark.parametrize(("part", "staff"), [("office", OFFICE), ("jury", JURY)])
def test_the_table_itself_keeps_strangers_out(part: str, staff: tuple[str, ...]) -> None:
    for key, gets in lines_below(part):
        if part == "jury" and "/office/" in key[1]:
            continue
        for who in WHO:
            if who not in staff and not (key[1].startswith(MEETING) and who in OFFICE):
                signed_in = WHO.index(who) >= WHO.index("office")
                assert gets[who] == ("404" if signed_in else "in"), (who, key)


READERS_MAY = re.compile(r"/exports/|/views|/mentions/seen$")  # one's own exports, views, mentions


def test_the_table_lets_a_reader_change_nothing() -> None:
    meeting = [line for line in lines_below("jury") if line[0][1].startswith(MEETING)]
    assert len(meeting) > 5
    for (method, rule), gets in [*lines_below("office"), *meeting]:
        if method == "POST" and not READERS_MAY.search(rule):
            assert gets["reader"] in ("403", "404"), rule


def test_the_table_hides_an_application_from_a_juror_with_a_conflict() -> None:
    below = [(key, gets) for key, gets in lines_below("jury") if "<uuid:application_id>" in key[1]]

    assert len(below) > 5
    assert {gets["excluded"] for key, gets in below} == {"404"}


@pytest.mark.skipif("PORTAL_MATRIX" not in os.environ, reason="only on request")
def test_write_what_is_now(stage: Stage) -> None:
    lines = []
    for key, rule in sorted(rules(stage.app).items(), key=lambda pair: pair[0][::-1]):
        gets = "".join(f"{got(stage, who, key, rule):<5}" for who in WHO)
        lines.append(f"  {gets} {key[0]:<5} {key[1]}")
    Path(os.environ["PORTAL_MATRIX"]).write_text("\n".join(lines) + "\n", "utf-8")
