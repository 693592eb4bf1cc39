"""What may be said on the command line, and which function does it."""

import argparse
from pathlib import Path
from typing import Any

ROLES = ("office", "reader", "juror")
FUNCTIONS = ("chair", "member", "deputy", "secretary")
STAGES = ("open", "submitted", "screening", "jury")


def parser(version: str) -> argparse.ArgumentParser:
    """Return the parser; each command's namespace has `run="module:function"`."""
    root = argparse.ArgumentParser(
        prog="portal", description="A public submission portal for prize applications."
    )
    root.add_argument("--version", action="version", version=f"portal {version}")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    _serving(commands)
    _database(commands)
    _content(commands)
    _people(commands)
    _log(commands)
    _command(commands, "check", "checking:check", "say of each part whether it is in order")
    return root


def _command(commands: Any, name: str, run: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _group(commands: Any, name: str, text: str) -> Any:
    return commands.add_parser(name, help=text).add_subparsers(required=True, metavar="COMMAND")


def _serving(commands: Any) -> None:
    serve = _command(commands, "serve", "serving:serve", "serve the pages, with a worker beside")
    serve.add_argument("--port", type=int, help="listen here instead of PORTAL_PORT")
    serve.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")
    work = _command(commands, "worker", "working:work", "make documents and send mail")
    # The server holds the other end of our input; when it dies, however it dies, we end too.
    work.add_argument("--until-input-ends", action="store_true", help=argparse.SUPPRESS)


def _database(commands: Any) -> None:
    db = _group(commands, "db", "look after the tables of the database")
    _command(db, "upgrade", "tables:upgrade", "bring the tables to this version")
    down = _command(db, "downgrade", "tables:downgrade", "take migrations back")
    down.add_argument("revision", help="for example 20261125_1030, or -1 for the last one")
    _command(db, "current", "tables:current", "say which migration the database has seen")
    new = _command(db, "new", "tables:new", "write a migration from a change of the models")
    new.add_argument("subject", help='a sentence, for example "Add due date"')


def _content(commands: Any) -> None:
    call = _group(commands, "call", "look after the calls for applications")
    load = _command(call, "load", "content:load_call", "load a call, or a change of one")
    load.add_argument("file", type=Path, help="a call file (YAML)")
    demo = _command(commands, "demo", "content:demo", "fill the portal with an example")
    demo.add_argument("--stage", choices=STAGES, default=STAGES[0], help="how far it has come")
    demo.add_argument("--seed", type=int, default=1, help="the same seed, the same example")
    text = "print the code of the second step for a person of the example"
    demo.add_argument("--code", metavar="ADDRESS", help=text)
    demo.add_argument("--if-empty", action="store_true", help="only where there is no call yet")


def _people(commands: Any) -> None:
    user = _group(commands, "user", "look after the accounts of office and jury")
    add = _command(user, "add", "people:add", "invite a person; prints a link for one use")
    add.add_argument("--email", required=True)
    add.add_argument("--admin", action="store_true", help="looks after people, calls, settings")
    add.add_argument("--call", metavar="SLUG", help="the call in which the person gets a role")
    add.add_argument("--role", choices=ROLES)
    add.add_argument("--function", choices=FUNCTIONS, help="of a juror")
    text = "let a person set up the second factor anew"
    reset = _command(user, "reset-factor", "people:reset_factor", text)
    reset.add_argument("--email", required=True)


def _log(commands: Any) -> None:
    log = _group(commands, "audit", "look after the log of who did what")
    verify = _command(log, "verify", "auditing:verify", "say whether the log is as it was written")
    text = "the line that an earlier run printed; finds a log that was set back as a whole"
    verify.add_argument("--anchor", default="", metavar="NUMBER:HASH", help=text)
