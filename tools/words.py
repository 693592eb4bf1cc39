"""Keep the catalogues of words: collect, translate, check and compile them.

    tools/words.py update            collect the words of code and templates
    tools/words.py set FILE.json     put translations in, then update
    tools/words.py missing LANGUAGE  list what has no translation yet
    tools/words.py check             fail if a catalogue is stale, incomplete or wrong
    tools/words.py compile           write the .mo files

FILE.json: {"msgid": {"de": "…", "ar": "…"}, "one|||many": {"de": ["…", "…"], "ar": [six forms]}}.
A `.mo` file is written after each change; it is never committed.
"""

import argparse
import fcntl
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
WORDS = ROOT / "translations"
LANGUAGES = ("de", "en", "ar")
KEYWORDS: dict[str, Any] = dict.fromkeys(("_", "gettext", "lazy_gettext"))
KEYWORDS |= {"ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
SOURCES = (
    ("python", "portal", "*.py"),
    ("jinja2", "templates", "*.html"),
    ("jinja2", "templates", "*.txt"),
)
# What a person meets before and while applying has to be there in Arabic as well.
ARABIC = ("templates/base.html", "templates/components/", "templates/apply/", "templates/errors/")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)  # fixed, so that only words change a catalogue
PLACEHOLDER = re.compile(r"%\((\w+)\)")


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time change the catalogues."""
    WORDS.mkdir(exist_ok=True)
    handle = os.open(WORDS, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@cache
def collect() -> Catalog:
    """Return every msgid of code and templates, with the files where it stands."""
    found = new_catalog(None)
    for method, folder, pattern in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            for _, words, _, context in extract_from_file(method, path, keywords=KEYWORDS):
                found.add(words, locations=[(name, 1)], context=context)
    return found


def new_catalog(language: str | None) -> Catalog:
    """Return an empty catalogue of `language` (None: the template)."""
    return Catalog(
        locale=language,
        project="portal",
        version="1",
        creation_date=SINCE,
        revision_date=SINCE,
        last_translator="portal",
        language_team="portal",
        msgid_bugs_address="portal",
        header_comment=f"# Words of the portal: {language or 'template'}.",
        fuzzy=False,
    )


def path_of(language: str) -> Path:
    """Return the file of a language's catalogue."""
    return WORDS / language / "LC_MESSAGES" / "messages.po"


def stored(language: str) -> dict[Any, Message]:
    """Return what is translated so far, also words that stand nowhere at present."""
    path = path_of(language)
    if not path.exists():
        return {}
    catalog = read_po(io.BytesIO(path.read_bytes()), locale=language)
    kept = {key_of(message): message for message in catalog.obsolete.values()}
    return kept | {key_of(message): message for message in catalog if message.id}


def key_of(message: Message) -> tuple[str | None, Any]:
    """Return what tells one message from another."""
    return message.context, message.id[0] if message.pluralizable else message.id


def merge(language: str, found: Catalog, old: dict[Any, Message]) -> Catalog:
    """Return `found` with the translations of `old`; the rest of `old` is kept as unused."""
    catalog = new_catalog(language)
    rest = dict(old)
    for message in found:
        if not message.id:
            continue
        known = rest.pop(key_of(message), None)
        fits = known is not None and known.pluralizable == message.pluralizable
        words = known.string if known is not None and fits else None
        catalog.add(
            message.id,
            message.id if language == "en" else words,
            locations=message.locations,
            context=message.context,
        )
    for message in rest.values():
        if any(forms(message)) and language != "en":
            message.locations = []
            catalog.obsolete[message.id] = message
    return catalog


def forms(message: Message) -> tuple[str, ...]:
    """Return every translated form of a message, also the empty ones."""
    said = message.string
    return tuple(said) if isinstance(said, (tuple, list)) else (said or "",)


def save(path: Path, catalog: Catalog) -> None:
    """Write a catalogue, unless it is there already; a reader never meets half of it."""
    text = io.BytesIO()
    write_po(text, catalog, width=100, sort_output=True, include_lineno=False)
    replace(path, text.getvalue())


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file in one step, unless it is the same."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def update(added: dict[str, dict[Any, Message]] | None = None) -> None:
    """Collect the words, write template and catalogues, compile them."""
    found = collect()
    save(WORDS / "messages.pot", found)
    for language in LANGUAGES:
        known = stored(language) | (added or {}).get(language, {})
        save(path_of(language), merge(language, found, known))
    compile_all()


def compile_all() -> None:
    """Write the `.mo` file of each language."""
    for language in LANGUAGES:
        content = io.BytesIO()
        write_mo(content, read_po(io.BytesIO(path_of(language).read_bytes()), locale=language))
        replace(path_of(language).with_suffix(".mo"), content.getvalue())


def read_given(path: Path) -> dict[str, dict[Any, Message]]:
    """Return the translations in a JSON file by language; exit with a sentence if one is wrong."""
    given: dict[str, dict[Any, Message]] = {language: {} for language in LANGUAGES}
    for key, by_language in json.loads(path.read_text("utf-8")).items():
        words = tuple(key.split("|||")) if "|||" in key else key
        for language, text in by_language.items():
            message = Message(words, tuple(text) if isinstance(text, list) else text)
            wrong = faults(message, new_catalog(language))
            if wrong:
                sys.exit(f"{language}: {key!r}: {'; '.join(wrong)}")
            given[language][key_of(message)] = message
    return given


def faults(message: Message, catalog: Catalog) -> list[str]:
    """Return what is wrong with a translation: missing forms, fuzzy, placeholders."""
    said = forms(message)
    wanted = catalog.num_plurals if message.pluralizable else 1
    if len(said) != wanted or not all(said):
        return [f"{wanted} form(s) wanted, {len([text for text in said if text])} there"]
    wrong = ["fuzzy"] if message.fuzzy else []
    wrong += [str(error) for error in message.check(catalog)]
    if not message.pluralizable:
        lost = set(PLACEHOLDER.findall(str(message.id))) - set(PLACEHOLDER.findall(said[0]))
        wrong += [f"%({name})s is lost" for name in sorted(lost)]
    return wrong


def missing(language: str) -> list[str]:
    """Return the msgids without a full translation that `language` has to have."""
    catalog = merge(language, collect(), stored(language))
    return [
        f"{json.dumps(message.id, ensure_ascii=False)}: {'; '.join(wrong)}"
        for message in catalog
        if message.id and (wrong := faults(message, catalog)) and needed(language, message)
    ]


def needed(language: str, message: Message) -> bool:
    """Return whether this message has to be there: in Arabic only what applicants meet."""
    if language != "ar" or any(forms(message)):
        return True
    return any(name.startswith(ARABIC) for name, _ in message.locations)


def check() -> list[str]:
    """Return every reason why the catalogues are not fit to be shipped."""
    found = {key_of(message) for message in collect() if message.id}
    reasons = []
    for language in LANGUAGES:
        catalog = read_po(io.BytesIO(path_of(language).read_bytes()), locale=language)
        if {key_of(message) for message in catalog if message.id} != found:
            reasons.append(f"{language}: stale, run tools/words.py update")
        reasons += [f"{language}: {line}" for line in missing(language)]
    return reasons


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("update", "check", "compile"):
        commands.add_parser(name)
    commands.add_parser("set").add_argument("file", type=Path)
    commands.add_parser("missing").add_argument("language", choices=LANGUAGES)
    given = parser.parse_args()
    with alone():
        if given.command in ("update", "set"):
            update(read_given(given.file) if given.command == "set" else None)
        elif given.command == "compile":
            compile_all()
        else:
            lines = check() if given.command == "check" else missing(given.language)
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.exit(bool(lines) and given.command == "check")


if __name__ == "__main__":
    main()
