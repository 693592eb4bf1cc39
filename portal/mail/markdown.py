"""The Markdown of letters: what people typed stays text, what we wrote becomes text and HTML alike.

The subset: paragraphs, lists, `##` headings, `>` quotes, `**bold**`, `[links](…)`, `---`. No HTML,
no pictures.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from portal.core.text import normalise, one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

RULES = ["heading", "list", "blockquote", "hr", "emphasis", "link", "escape", "newline"]
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
JOINER = "\u2060"
# Mail programs turn these into links by themselves; an invisible joiner keeps them words.
LOOKS_LIKE_LINK = re.compile(r":(?=//)|(?<=\w)\.(?=[^\W\d_]{2})", re.IGNORECASE)
ALLOWED_LINK = re.compile(r"(https?://|mailto:|tel:)[^\s<>\"]+")


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # slow import: letters are sent by the worker

    reader = MarkdownIt("zero").enable(RULES)
    # A link of another kind stays the text it is.
    reader.validateLink = lambda url: bool(ALLOWED_LINK.fullmatch(url))  # type: ignore[method-assign]
    return reader


def escaped(text: str) -> str:
    """Return one line of Markdown that shows `text` and can make nothing: no link, no heading."""
    return PUNCTUATION.sub(r"\\\1", one_line(text))


def escaped_lines(text: str) -> str:
    """Return Markdown that shows `text` line by line; an empty line parts two paragraphs."""
    lines = (escaped(line) for line in normalise(text).strip().split("\n"))
    return re.sub(r"(?<!\n)\n(?!\n)", "\\\\\n", re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))


# Backslashes that nobody needs: not before what makes emphasis, links, placeholders or lists.
NEEDLESS = re.compile(r"(?<=[^\n\\])\\([!\"#$%&'()+,./:;<=>?@^`|~-])")


def softened(source: str) -> str:
    """Return the Markdown without the backslashes that change nothing, for people who edit it.

    Where any of them does change something, the source comes back as it is.
    """
    plain = NEEDLESS.sub(r"\1", source)
    return plain if _tokens(plain) == _tokens(source) else source


def _tokens(source: str) -> list[tuple[str, str]]:
    found = []
    for token in _reader().parse(source):
        words = to_html_bare(token.children or []) if token.type == "inline" else token.content
        found.append((token.type, words))
    return found


def to_html_bare(children: "Sequence[Token]") -> str:
    """Return the inline parts as HTML without any look."""
    return "".join(_part_html(token, "") for token in children)


def unlinked(text: str) -> str:
    """Return `text` with an invisible joiner where a mail program would see an address."""
    return LOOKS_LIKE_LINK.sub(lambda match: match.group() + JOINER, text)


def quoted(text: str) -> str:
    """Return what somebody typed as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in escaped_lines(text).split("\n"))


def as_answers(pairs: Iterable[tuple[str, str]]) -> str:
    """Return questions and answers, both as people typed them, as Markdown for a letter."""
    return "\n\n".join(f"**{escaped(ask)}**\n\n{quoted(answer)}" for ask, answer in pairs)


def to_text(source: str) -> str:
    """Return the plain text of a letter: links behind their words, no marks of Markdown."""
    out = ""
    marks: list[str] = []
    was_item = False
    for token in _reader().parse(source):
        _open_or_close(token, marks)
        if token.type not in ("inline", "hr"):
            continue
        is_item = any(mark != "> " for mark in marks)
        words = _inline_text(token.children or []) if token.type == "inline" else "-" * 24
        out += ("\n" if is_item and was_item else "\n\n") + _indented(words, marks)
        was_item = is_item
    return out.strip("\n")


def _open_or_close(token: "Token", marks: list[str]) -> None:
    """Keep in `marks` what stands before each line here: quotes, and dash or number in lists."""
    if token.type == "blockquote_open":
        marks.append("> ")
    elif token.type == "list_item_open":
        marks.append(f"{token.info}. " if token.info else "- ")
    elif token.type in ("blockquote_close", "list_item_close"):
        marks.pop()


def _indented(text: str, marks: Sequence[str]) -> str:
    first = "".join(marks)
    later = "".join(mark if mark == "> " else " " * len(mark) for mark in marks)
    return first + text.replace("\n", f"\n{later}")


def _inline_text(children: "Sequence[Token]") -> str:
    gap = ":\n" if _button_end(children) else ": "
    out: list[str] = []
    start, url = 0, ""
    for token in children:
        if token.type == "link_open":
            start, url = len(out), str(token.attrGet("href"))
        elif token.type == "link_close":
            out[start:] = [_linked_text("".join(out[start:]), url, gap)]
        else:
            out.append("\n" if token.type.endswith("break") else token.content)
    return "".join(out)


def _linked_text(words: str, url: str, gap: str) -> str:
    """Return the words of a link with its address behind, unless they are the address."""
    bare = url.removeprefix("mailto:")
    return words if words in (url, bare) or url.startswith("tel:") else f"{words}{gap}{bare}"


def _button_end(children: "Sequence[Token]") -> int | None:
    """Return where the link ends that alone fills the first line of a paragraph, else None."""
    kinds = [token.type for token in children]
    if not kinds or kinds[0] != "link_open" or str(children[0].attrGet("href"))[:4] != "http":
        return None
    end = kinds.index("link_close")
    return end if end + 1 == len(kinds) or kinds[end + 1].endswith("break") else None


def to_html(source: str, style: dict[str, str]) -> str:
    """Return the HTML of a letter; `style` says how an element looks, inline as mails need it.

    Keys: p h2 ul li blockquote hr a button address. A link that fills a line is a button, with
    its address below for those whose program shows none.
    """
    return "".join(_block_html(token, style) for token in _reader().parse(source))


TAGS = {
    "paragraph": "p",
    "heading": "h2",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
}


def _block_html(token: "Token", style: dict[str, str]) -> str:
    kind, _, part = token.type.rpartition("_")
    if token.type == "inline":
        return _inline_html(token.children or [], style)
    if token.type == "hr":
        return f'<hr style="{style["hr"]}">'
    if token.hidden or kind not in TAGS:
        return ""
    tag = TAGS[kind]
    return f"</{tag}>" if part == "close" else f'<{tag} style="{style[tag]}">'


def _inline_html(children: "Sequence[Token]", style: dict[str, str]) -> str:
    end = _button_end(children)
    look = style["a" if end is None else "button"]
    parts = [_part_html(token, look) for token in children]
    if end is not None:
        url = escape(str(children[0].attrGet("href")))
        parts.insert(end + 1, f'<br><span dir="ltr" style="{style["address"]}">{url}</span>')
    return "".join(parts)


def _part_html(token: "Token", look: str) -> str:
    if token.type == "link_open":
        return f'<a href="{escape(str(token.attrGet("href")))}" style="{look}">'
    if token.nesting:
        tag = "a" if token.type == "link_close" else token.tag
        return f"<{tag}>" if token.nesting == 1 else f"</{tag}>"
    return "<br>" if token.type.endswith("break") else escape(token.content)
