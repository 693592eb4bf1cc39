"""Cut KERN to the parts, icons and properties that our pages use."""

import re
from collections.abc import Iterable
from typing import Any

import tinycss2  # type: ignore[import-untyped]

# Beginnings of the class names that stay.
PARTS = (
    "kern-sr-only",
    "kern-btn",
    "kern-form-input",
    "kern-form-check",
    "kern-fieldset",
    "kern-label",
    "kern-hint",
    "kern-error",
    "kern-alert",
    "kern-title",
    "kern-progress",
)
EXACT = {
    "kern-body",
    "kern-body--bold",
    "kern-body--small",
    "kern-body--muted",
    "kern-icon",
    "kern-icon--small",
    "kern-icon--default",
    "kern-icon--large",
    "kern-light",
    "kern-dark",
}
ICONS = {
    "account-circle",
    "add",
    "arrow-back",
    "arrow-down",
    "arrow-forward",
    "arrow-up",
    "calendar-today",
    "check",
    "close",
    "danger",
    "delete",
    "download",
    "draft",
    "drive-folder-upload",
    "easy-language",
    "edit",
    "info",
    "language",
    "mail",
    "open-in-new",
    "search",
    "sign-language",
    "success",
    "visibility",
    "warning",
}
# Properties that our own style sheets use.
OWN_PROPERTIES = (
    "--kern-color-layout-",
    "--kern-color-action-",
    "--kern-color-feedback-",
    "--kern-typography-font-family-",
)


def wanted(selector: str) -> bool:
    """Return whether every class of KERN in a selector is one that stays."""
    names = re.findall(r"\.(kern-[\w-]+)", re.sub(r":not\([^)]*\)", "", selector))
    return all(
        name in EXACT
        or (name.startswith("kern-icon--") and name.removeprefix("kern-icon--") in ICONS)
        or any(name == part or name.startswith((f"{part}-", f"{part}_")) for part in PARTS)
        for name in names
    )


def split(prelude: list[Any]) -> list[str]:
    """Return the selectors of a rule, divided at its outer commas."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def parse(content: Any) -> list[Any]:
    """Return the rules of a style sheet or of the inside of an at-rule."""
    read = tinycss2.parse_stylesheet if isinstance(content, str) else tinycss2.parse_rule_list
    return list(read(content, skip_whitespace=True, skip_comments=True))


def cut(rules: Iterable[Any]) -> str:
    """Return the rules that style something we use."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in split(rule.prelude) if wanted(one)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.at_keyword in ("media", "supports"):
            inside = cut(parse(rule.content))
            if inside:
                head = tinycss2.serialize(rule.prelude).strip()
                kept.append(f"@{rule.at_keyword} {head}{{{inside}}}")
    return "".join(kept)


def needed(css: str) -> set[str]:
    """Return the custom properties that a style sheet needs, also by way of others."""
    definitions: dict[str, set[str]] = {}
    uses = re.compile(r"var\(\s*(--[\w-]+)")
    for name, value in re.findall(r"(--[\w-]+)\s*:([^;}]*)", css):
        definitions.setdefault(name, set()).update(uses.findall(value))
    plain = re.sub(r"(--[\w-]+)\s*:[^;}]*", "", css)
    todo = set(uses.findall(plain)) | {n for n in definitions if n.startswith(OWN_PROPERTIES)}
    found: set[str] = set()
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= definitions.get(name, set()) - found
    return found


def subset(css: str) -> str:
    """Return KERN without the parts, icons and properties that we do not use."""
    kept = cut(parse(css))
    names = needed(kept)

    def keep(found: re.Match[str]) -> str:
        return found.group(0) if found.group(1) in names else ""

    kept = re.sub(r"(--[\w-]+)\s*:(?:[^;{}])*(?:;|(?=\}))", keep, kept)
    return re.sub(r"[^{}]+\{\}", "", kept)
