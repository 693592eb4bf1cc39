"""Full-text search in all answers: folded words, conditions, and marked passages."""

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from portal.applications.desk_models import Digest
from portal.applications.search.search_tables import search_doc
from portal.core.db import db
from portal.core.text import fold

LONGEST_WORD = 100
FEW = 500
MOST_WORDS = 12
AROUND = 70
BREAK = " | "  # between passages; no word of a search ever contains it
# Scripts that write no blanks between words: each letter counts as a word.
UNDIVIDED = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])")
WORD = re.compile(r"[^\W_][\w\u0300-\u036f]*|\w+")


class Piece(NamedTuple):
    """A part of a passage; `hit` marks what was looked for."""

    text: str
    hit: bool


def words_of(text: str) -> list[str]:
    """Return the words of `text` as the search knows them: folded, none very long.

    >>> words_of("Tết im Hinterhof, Straße 5")
    ['tet', 'im', 'hinterhof', 'strasse', '5']
    """
    return [word[:LONGEST_WORD] for word in fold(UNDIVIDED.sub(r" \1 ", text)).split()]


def digest_of(application_id: UUID) -> Digest | None:
    """Return the narrow row of an application; None before its first sending."""
    return db.session.scalar(select(Digest).where(Digest.application_id == application_id))


def note_checks(application_id: UUID, *, undecided: int, total: int) -> None:
    """Keep for lists how many points of the formal check are still open."""
    digest = digest_of(application_id)
    if digest is not None:
        digest.checks_open, digest.checks_total = undecided, total


def query_words(q: str) -> list[str]:
    """Return the words that a search asks for; empty if there is nothing to look for."""
    return list(_query_words(q))


@lru_cache(maxsize=64)
def _query_words(q: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words_of(q)))[:MOST_WORDS]


def hits(words: list[str]) -> sa.CTE:
    """Return the documents in which every word begins some word, found once for a statement."""
    found: sa.CTE = _docs_with(words).cte("hits")
    return found


def among(docs: list[int], digest: Any = Digest) -> sa.ColumnElement[bool]:
    """Return the condition on `digest` that its document is one of `docs`: one value for them all.

    As many values as there are documents would make another statement of each search.
    """
    if db.engine.dialect.name == "postgresql":
        listed = sa.bindparam("docs", docs, sa.ARRAY(sa.Integer))
        found: sa.ColumnElement[bool] = digest.doc == sa.any_(listed)
    else:
        each = sa.func.json_each(sa.bindparam("docs", str(docs))).table_valued("value")
        found = digest.doc.in_(select(each.c.value))
    return found


def few_docs(words: list[str]) -> list[int] | None:
    """Return the documents in which all `words` stand, None if they are more than `FEW`."""
    if db.engine.dialect.name == "postgresql":
        docs = list(db.session.scalars(_docs_with(words).limit(FEW + 1)))
    else:
        docs = list(db.session.scalars(_few(), {"wanted": _wanted(words)}))
    return docs if len(docs) <= FEW else None


def bound(words: list[str], docs: list[int] | None) -> dict[str, Any]:
    """Return the values for `hits` or `among` in a statement that was made for other words."""
    if docs is None:
        return {"wanted": _wanted(words)}
    return {"docs": docs if db.engine.dialect.name == "postgresql" else str(docs)}


def _docs_with(words: list[str]) -> Any:
    if db.engine.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR  # 5 MB; SQLite does without

        asked = sa.cast(sa.bindparam("wanted", _wanted(words), sa.String()), TSQUERY)
        column = sa.column("words", TSVECTOR)
        return select(search_doc.c.n).where(column.op("@@")(asked))
    return select(_MATCH.bindparams(wanted=_wanted(words)).columns(_N).subquery().c.n)


_N = sa.column("n", sa.Integer)
_MATCH = sa.text("SELECT rowid AS n FROM search_fts WHERE search_fts MATCH :wanted")


def _wanted(words: list[str]) -> str:
    """Return the words as the search of the database in use asks for them."""
    if db.engine.dialect.name == "postgresql":
        return " & ".join(f"'{word}':*" for word in words)
    return " AND ".join(f'"{word}"*' for word in words)


@cache
def _few() -> Any:
    """Return the statement for some documents on SQLite, made once."""
    return select(_MATCH.columns(_N).subquery().c.n).limit(FEW + 1)


def passage(body: str, folded: str, words: list[str]) -> list[Piece]:
    """Return the passage of `body` in which most of `words` stand, the hits marked.

    body: passages divided by line feeds; folded: the same, divided by `BREAK`.
    """
    best = _best_line(f" {folded}", words)
    lines = body.split("\n")
    return _cut(marked(lines[best], words)) if best is not None and best < len(lines) else []


def _best_line(text: str, words: list[str]) -> int | None:
    """Return the first passage of `text` with most of `words`; only the hits are looked at."""
    best, most = None, 0
    line, counted, there = 0, 0, set[str]()
    for match in _pattern(tuple(words)).finditer(text):
        if breaks := text.count(BREAK, counted, match.start() + 1):
            line, there = line + breaks, set()
        counted = match.start()
        there.add(match.group(1))
        if len(there) > most:
            best, most = line, len(there)
        if most == len(words):
            break
    return best


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(" (" + "|".join(map(re.escape, longest_first)) + ")")


def marked(text: str, words: list[str]) -> list[Piece]:
    """Return `text` in pieces; words that begin like one of `words` are hits."""
    pieces: list[Piece] = []
    end, begins = 0, tuple(words)
    for match in WORD.finditer(text):
        if any(word.startswith(begins) for word in _known(match.group())):
            pieces += [Piece(text[end : match.start()], False), Piece(match.group(), True)]
            end = match.end()
    pieces.append(Piece(text[end:], False))
    return [piece for piece in pieces if piece.text]


@lru_cache(maxsize=4096)
def _known(word: str) -> tuple[str, ...]:
    """Return a word of a text as the search knows it; the same ones stand in many texts."""
    return tuple(words_of(word))


def _cut(pieces: list[Piece]) -> list[Piece]:
    """Leave out what stands far from a hit, at a blank."""
    kept = []
    for n, piece in enumerate(pieces):
        first, last = n == 0, n == len(pieces) - 1
        kept.append(piece if piece.hit else Piece(_short(piece.text, first, last), False))
    return kept


def _short(text: str, first: bool, last: bool) -> str:
    room = AROUND if first or last else 2 * AROUND
    if len(text) <= room:
        return text
    before = "" if first else text[:AROUND].rpartition(" ")[0]
    after = "" if last else text[-AROUND:].partition(" ")[2]
    return f"{before} … {after}" if before and after else f"… {after}" if after else f"{before} …"
