"""The command line `portal`: it reads arguments, does one thing, and says what came out.

Modules that take long to import are named as text and loaded when their command runs, so that
`portal --version` answers at once. The command line speaks English, like the log.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from portal import __version__
from portal.cli.arguments import parser


class Stopped(Exception):
    """The command cannot be done; the message is a sentence that says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 if it was done, 1 if not, 2 if the settings do not allow it."""
    given = parser(__version__).parse_args(argv)
    from portal.settings import SettingsError  # slow import: `--version` is done by now

    try:
        return _run(given)
    except SettingsError as error:
        _complain("The settings do not allow a start:", *(f"- {line}" for line in error.reasons))
        return 2
    except Stopped as error:
        _complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _run(given: argparse.Namespace) -> int:
    module, name = given.run.split(":")
    done = getattr(_imported(f"portal.cli.{module}"), name)(given)
    return int(done or 0)


def _imported(name: str) -> ModuleType:
    """Import without looking for garbage: what modules make stays, and the looking is a tenth."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def _complain(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr)
