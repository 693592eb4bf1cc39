"""A call file read with its line numbers: YAML 1.2 becomes plain data that remembers its place."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from portal.calls.faults import CallFaults, Complaint, Place
from portal.core.i18n import gettext as _

MOST_BYTES = 2 * 1024 * 1024
# Aliases are written out when a call is stored, so their number is bounded (the example calls
# have about 3,000 nodes).
MOST_NODES = 100_000
MOST_DEPTH = 40
TAG = "tag:yaml.org,2002:"


class Source:
    """The content of a call file; `data` is plain (dicts, lists, texts, numbers)."""

    def __init__(self, name: str, data: dict[str, Any], node: Node | None = None) -> None:
        self.name = name
        self.data = data
        self._node = node

    def faults(self, complaints: Iterator[Complaint] | list[Complaint]) -> list[str]:
        """Return each complaint as a sentence with the place where it has to be mended."""
        placed = sorted(
            ((self._line(c.path), c) for c in dict.fromkeys(complaints)), key=lambda pair: pair[0]
        )
        return [
            ": ".join(filter(None, (self._place(line), _spoken(c.path), c.message)))
            for line, c in placed
        ]

    def _place(self, line: int) -> str:
        return f"{self.name}:{line}" if line else self.name

    def _line(self, path: Place) -> int:
        """Return the line of the last part of `path` that exists, 0 if there are no lines."""
        node, line = self._node, 1
        for part in path:
            found = _step(node, part)
            if found is None:
                break
            node, line = found
        return line if self._node else 0


def _step(node: Node | None, part: str | int) -> tuple[Node, int] | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
        return child, child.start_mark.line + 1
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line + 1
    return None


def _spoken(path: Place) -> str:
    """Return a path as people count: the first entry of a list is number 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def read(path: Path) -> Source:
    """Return the content of the call file at `path`; raise `CallFaults` if it cannot be read."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise _unreadable(path.name, 0, _("cannot be opened. Check the path.")) from error
    if raw is None:
        raise _unreadable(path.name, 0, _("is larger than 2 MB. Shorten the texts."))
    try:
        return parse(raw.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _unreadable(path.name, line, _("is not UTF-8. Save the file as UTF-8.")) from error


def parse(text: str, name: str) -> Source:
    """Return the content of a call file given as text; `name` stands before every fault."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = _(
            "is not YAML here (%(problem)s). Check indentation, colons and quotes.",
            problem=error.problem or error.context,
        )
        raise _unreadable(name, mark.line + 1 if mark else 0, message) from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise _unreadable(name, 0, _("is not YAML. Check for odd characters.")) from error
    if not isinstance(node, MappingNode):
        raise _unreadable(name, 1, _("holds no call. Begin with “format: 1”."))
    return Source(name, _Reader(name).mapping(node, 0), node)


def _unreadable(name: str, line: int, message: str) -> CallFaults:
    return CallFaults([": ".join((f"{name}:{line}" if line else name, message))])


class _Reader:
    """Turns nodes into plain data and counts them, so that aliases cannot explode."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def value(self, node: Node, depth: int) -> Any:
        self.count += 1
        if self.count > MOST_NODES or depth > MOST_DEPTH:
            raise self.fault(node, _("is too large or too deep. Use fewer aliases (*name)."))
        if isinstance(node, MappingNode):
            return self.mapping(node, depth)
        if isinstance(node, SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return self.scalar(node)

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = self.key(key)
            if name in found:
                raise self.fault(key, _("“%(key)s” stands here twice. Remove one.", key=name))
            found[name] = self.value(value, depth + 1)
        return found

    def key(self, node: Node) -> str:
        if isinstance(node, ScalarNode) and node.tag == f"{TAG}str":
            return str(node.value)
        raise self.fault(node, _("is no name. Write a word before the colon, or put it in quotes."))

    def scalar(self, node: Node) -> Any:
        read = SCALARS.get(str(node.tag).removeprefix(TAG))
        try:
            return read(node.value) if read else self._refuse(node)
        except ValueError:
            return self._refuse(node)

    def _refuse(self, node: Node) -> None:
        text = _(
            "cannot be read (%(value)s). Write plain text, put it in quotes.", value=node.value[:40]
        )
        raise self.fault(node, text)

    def fault(self, node: Node, message: str) -> CallFaults:
        return _unreadable(self.name, node.start_mark.line + 1, message)


def _whole(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if re.match(r"[-+]?0[xo]", digits) else int(digits)


SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "timestamp": str,  # days and moments stay as they are written; the definition reads them
    "int": _whole,
    "float": float,
    "bool": lambda text: text.lower() == "true",
    "null": lambda _text: None,
}
