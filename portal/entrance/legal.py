"""Legal pages of the installation: Markdown files of the instance, in a rehearsal our examples."""

from pathlib import Path
from typing import NamedTuple

from portal.core.i18n import BINDING
from portal.core.resources import PACKAGE
from portal.mail import escaped
from portal.settings import Settings

# Address of the page → name of its file: `instance/legal/<name>.<language>.md`.
PAGES = {
    "impressum": "imprint",
    "datenschutz": "privacy",
    "barrierefreiheit": "accessibility",
    "leichte-sprache": "easy-language",
    "gebaerdensprache": "sign-language",
}
EXAMPLES = PACKAGE / "demo" / "legal"


class LegalText(NamedTuple):
    """A legal page: its title, its text (Markdown) and the language it is in."""

    title: str
    text: str
    language: str


def legal_text(settings: Settings, page: str, language: str) -> LegalText | None:
    """Return a page in `language`, else in German; None if the operator wrote none.

    `page` is a key of `PAGES`. The first line of a file is its title (`# …`). Operator and origin
    stand in braces and are filled in; a line of a list without its value is left out.
    """
    for folder in _folders(settings):
        for code in dict.fromkeys((language, BINDING)):
            path = folder / f"{PAGES[page]}.{code}.md"
            if path.is_file():
                return _read(path.read_text(encoding="utf-8"), code, settings)
    return None


def missing(settings: Settings) -> list[Path]:
    """Return the German files that an installation in production still needs."""
    own = _own(settings)
    files = [own / f"{name}.{BINDING}.md" for name in PAGES.values()]
    return [path for path in files if not path.is_file()]


def _own(settings: Settings) -> Path:
    return settings.instance / "legal"


def _folders(settings: Settings) -> list[Path]:
    return [_own(settings)] if settings.production else [_own(settings), EXAMPLES]


def _read(source: str, language: str, settings: Settings) -> LegalText:
    lines = _filled(source, settings).strip().splitlines()
    title = lines[0].removeprefix("#").strip() if lines else ""
    return LegalText(title, "\n".join(lines[1:]).strip(), language)


def _filled(source: str, settings: Settings) -> str:
    values = {
        "{operator_name}": settings.operator_name,
        "{operator_address}": settings.operator_address,
        "{operator_email}": settings.operator_email,
        "{operator_phone}": settings.operator_phone,
        "{origin}": settings.origin,
    }
    kept = []
    for line in source.splitlines():
        names = [name for name in values if name in line]
        if names and not any(values[name] for name in names):
            continue
        for name in names:
            line = line.replace(name, escaped(values[name]))  # noqa: PLW2901
        kept.append(line)
    return "\n".join(kept)
