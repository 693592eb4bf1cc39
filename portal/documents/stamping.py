"""What is printed upon finished pages: for whom, when, and the page of the binder.

All pages show one stamp, which is put into a finished book afterwards: for another person only this
one object is written anew. Its words come from a helper document that was laid out like all others,
so any script is right. Digits are set with the font of its first page, since they are different on
each page.
"""

import re
from typing import Any, NamedTuple

from pikepdf import Array, Dictionary, Name, Page, Pdf

from portal.documents.chapters import Known, stand_in
from portal.documents.foreign import picture_of
from portal.documents.merging import Book, Frame

STRINGS = re.compile(rb"\[(.*?)\]\s*TJ", re.DOTALL)
GLYPH = re.compile(rb"<([0-9a-fA-F]+)>")
FONT = re.compile(rb"/(\S+)\s+[\d.]+\s+Tf")
WORDS, PAGE_WORD, DIGITS = Name("/StampWords"), Name("/StampPage"), Name("/StampDigits")
PLACE = re.compile(rb"1 0 0 -1 [\d.]+ ([\d.]+)\s+Tm")
PX_TO_PT = 0.75
RIGHT = 34.0
SIZE = 8.0
GAP = 3.0
WIDTH_OF_DIGIT = 0.56  # of the size; all digits of Fira Sans are equally wide here
A4_WIDTH, A4_HEIGHT = 595.275591, 841.889764
GREY = b"0.317 0.341 0.478 rg"
EMPTY = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 0, 0]))


class Digits(NamedTuple):
    """A font and the glyph of each digit in it; top: of the base line, from the upper edge."""

    font: Any
    glyphs: tuple[bytes, ...]
    top: float

    def set(self, number: int) -> bytes:
        """Return a number as the string of a text operator."""
        return b"<" + b"".join(self.glyphs[int(digit)] for digit in str(number)) + b">"


class Stamper:
    """Prints the page of the binder upon pages that are put into `book`.

    given: the helper document, see `portal.documents.dossier.stamps`. first: the number of the
    first page of the book.
    """

    def __init__(self, book: Book, given: Pdf, first: int) -> None:
        known: Known = {}
        self._book, self._first = book, first
        self._digits = _digits(given.pages[0])
        self._font = book.take(given, self._digits.font, known)
        self._word = book.take(given, picture_of(given.pages[1]), known)

    def number(self, pdf: Pdf) -> Known:
        """Print their numbers behind the last page of the book upon pages with room for the stamp.

        Returns what the pages show and the book has, by its number in `pdf`.
        """
        known: Known = {stamp_of(pdf): Frame.STAMP}
        word, font = stand_in(pdf, known, self._word), stand_in(pdf, known, self._font)
        for n, page in enumerate(pdf.pages, self._first + self._book.pages):
            _resources(page, "/XObject")[PAGE_WORD] = word
            _resources(page, "/Font")[DIGITS] = font
            page.obj.Contents.append(_printed(pdf, self._number(page, n)))
        return known

    def _number(self, page: Page, number: int) -> bytes:
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        x = width - RIGHT - len(str(number)) * WIDTH_OF_DIGIT * SIZE
        return b"q 1 0 0 1 %.2f %.2f cm %s Do Q BT %s %s %.1f Tf %.2f %.2f Td %s Tj ET" % (
            x - A4_WIDTH + RIGHT - GAP, height - A4_HEIGHT, bytes(PAGE_WORD), GREY,
            bytes(DIGITS), SIZE, x, height - self._digits.top, self._digits.set(number),
        )  # fmt: skip


def leave_room(pdf: Pdf) -> None:
    """Let each page show a stamp, the same one, that is empty yet."""
    stamp, begin = pdf.make_stream(b"", EMPTY), pdf.make_stream(b"q\n")
    for page in pdf.pages:
        _resources(page, "/XObject")[WORDS] = stamp
        rise = float(page.mediabox[3]) - A4_HEIGHT
        shown = _printed(pdf, b"q 1 0 0 1 0 %.2f cm %s Do Q" % (rise, bytes(WORDS)), b"\nQ")
        given = page.obj.Contents
        own = list(given) if isinstance(given, Array) else [given]
        page.obj.Contents = Array([begin, *own, shown])


def stamp_of(pdf: Pdf) -> int:
    """Return the number of the stamp that pages with room for it show."""
    number: int = pdf.pages[0].obj.Resources.XObject[WORDS].objgen[0]
    return number


def stamp(book: Book, given: Pdf, number: int = Frame.STAMP) -> None:
    """Print the words that `given` shows upon all pages that show the stamp `number`."""
    book.take(given, picture_of(given.pages[0]), {}, number)


def _digits(page: Page) -> Digits:
    """Return font and glyphs of a page that shows 0 to 9 and nothing else."""
    data = page.Contents.read_bytes()
    name, place = FONT.search(data), PLACE.search(data)
    codes = b"".join(b"".join(GLYPH.findall(part)) for part in STRINGS.findall(data))
    size = len(codes) // 10
    if name is None or place is None or size not in (2, 4):
        raise ValueError("the helper page of the stamps shows no digits")
    glyphs = tuple(codes[n * size : (n + 1) * size] for n in range(10))
    font = page.Resources.Font[Name(f"/{name[1].decode()}")]
    return Digits(font, glyphs, float(place[1]) * PX_TO_PT)


def _resources(page: Page, kind: str) -> Any:
    resources = page.obj.Resources
    if kind not in resources:
        resources[kind] = Dictionary()
    return resources[kind]


def _printed(pdf: Pdf, operators: bytes, before: bytes = b"") -> Any:
    """Return operators as a stream that is no part of the text of its page."""
    begin = b"\n/Artifact <</Type /Pagination /Subtype /Header>> BDC q "
    return pdf.make_stream(before + begin + operators + b" Q EMC\n")
