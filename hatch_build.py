"""Compile the translations while a wheel or an editable install is built."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface):  # type: ignore[type-arg]
    """Write `messages.mo` beside each `messages.po`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before the files are collected."""
        for source in Path(self.root, "translations").glob("*/LC_MESSAGES/messages.po"):
            catalog = read_po(source.open("rb"), locale=source.parent.parent.name)
            with source.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalog)
