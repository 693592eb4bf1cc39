"""What is printed upon finished pages: for whom, when, which version, and the page of the binder.

The words come from a helper document that was laid out like all others, so any script is right.
Digits are set with the font of its first page, since they are different on each page.
"""

import re
from typing import Any, NamedTuple

from pikepdf import Dictionary, Name, Page, Pdf

from portal.documents.foreign import picture_of

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
BEFORE_PARTS = 2


class Digits(NamedTuple):
    """A font and the glyph of each digit in it; top: of the base line, from the upper edge."""

    font: Any
    glyphs: tuple[bytes, ...]
    top: float

    def set(self, number: int) -> bytes:
        """Return a number as the string of a text operator."""
        return b"<" + b"".join(self.glyphs[int(digit)] for digit in str(number)) + b">"


class Stamper:
    """Stamps pages with the helper document `given`, see `portal.documents.dossier.stamps`."""

    def __init__(self, given: Pdf) -> None:
        self._given = given
        self.digits = _digits(given.pages[0])
        self._page_word = picture_of(given.pages[1])

    def words(self, pdf: Pdf, part: int) -> None:
        """Print the words of a part upon all pages of its document."""
        form = pdf.copy_foreign(picture_of(self._given.pages[BEFORE_PARTS + part]))
        for page in pdf.pages:
            _pictures(page)[WORDS] = form
            rise = float(page.mediabox[3]) - A4_HEIGHT
            _print(page, b"q 1 0 0 1 0 %.2f cm %s Do Q" % (rise, bytes(WORDS)))

    def numbers(self, pdf: Pdf, first: int) -> None:
        """Print the page of the binder upon each page of `pdf` from the index `first` on."""
        word = pdf.copy_foreign(self._page_word)
        font = pdf.copy_foreign(self.digits.font)
        for n in range(first, len(pdf.pages)):
            page = pdf.pages[n]
            _pictures(page)[PAGE_WORD] = word
            _resource(page, "/Font")[DIGITS] = font
            _print(page, self._number(page, n + 1))

    def _number(self, page: Page, number: int) -> bytes:
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        x = width - RIGHT - len(str(number)) * WIDTH_OF_DIGIT * SIZE
        return b"q 1 0 0 1 %.2f %.2f cm %s Do Q BT %s %s %.1f Tf %.2f %.2f Td %s Tj ET" % (
            x - A4_WIDTH + RIGHT - GAP, height - A4_HEIGHT, bytes(PAGE_WORD), GREY,
            bytes(DIGITS), SIZE, x, height - self.digits.top, self.digits.set(number),
        )  # fmt: skip


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


def _pictures(page: Page) -> Any:
    return _resource(page, "/XObject")


def _resource(page: Page, kind: str) -> Any:
    resources = page.obj.Resources
    if kind not in resources:
        resources[kind] = Dictionary()
    return resources[kind]


def _print(page: Page, operators: bytes) -> None:
    """Put operators above the page as something that is no part of its text."""
    page.contents_add(b"q\n", prepend=True)
    begin = b"\nQ\n/Artifact <</Type /Pagination /Subtype /Header>> BDC q "
    page.contents_add(begin + operators + b" Q EMC\n")
