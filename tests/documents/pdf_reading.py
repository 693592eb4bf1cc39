"""What the tests read from a PDF: its words and where they stand, its structure, its rules."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pikepdf import Array, Dictionary, Name, Pdf


class Word(NamedTuple):
    """A word and its box in points, from the top left of its page."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float


def text_of(pdf: bytes, folder: Path) -> str:
    """Return the text as `pdftotext` finds it."""
    file = folder / "read.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def words_of(pdf: bytes, folder: Path) -> list[Word]:
    """Return every word with its box."""
    file = folder / "read.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, check=True)
    words, page = [], -1
    for line in done.stdout.decode().splitlines():
        page += "<page " in line
        found = re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line)
        if found:
            box = [float(number) for number in found.groups()[:4]]
            words.append(Word(page, found[5], *box))
    return words


def faults(pdf_path: Path) -> list[str]:
    """Return what breaks the rules of PDF/UA-1 that a machine can check."""
    with Pdf.open(pdf_path) as pdf:
        root = pdf.Root
        info = bytes(root.Metadata.read_bytes())
        rules = {
            "marked": root.get("/MarkInfo", Dictionary()).get("/Marked") is True,
            "language": bool(str(root.get("/Lang", ""))),
            "structure": "/StructTreeRoot" in root,
            "title shown": root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle")
            is True,
            "title": b"dc:title" in info,
            "says PDF/UA-1": b"pdfuaid:part" in info,
            "no script": "/OpenAction" not in root and "/JavaScript" not in root.get("/Names", {}),
            "no attachment": "/EmbeddedFiles" not in root.get("/Names", {}),
            "tab order": all(page.obj.get("/Tabs") == Name.S for page in pdf.pages),
            "fonts embedded": all(map(_embedded, _of_type(pdf, Name.Font))),
            "figures described": all("/Alt" in figure for figure in _elements(pdf, Name.Figure)),
            "headers have scope": all(
                "/Scope" in header.get("/A", Dictionary()) for header in _elements(pdf, Name.TH)
            ),
            "headings in steps": _in_steps(pdf),
            "links printable": all(
                int(note.get("/F", 0)) & 4
                for page in pdf.pages
                for note in page.obj.get("/Annots", Array())
            ),
        }
    return [name for name, kept in rules.items() if not kept]


def _of_type(pdf: Pdf, kind: Name) -> list[Any]:
    return [o for o in pdf.objects if isinstance(o, Dictionary) and o.get("/Type") == kind]


def _elements(pdf: Pdf, kind: Name) -> list[Any]:
    return [o for o in _of_type(pdf, Name.StructElem) if o.get("/S") == kind]


def _embedded(font: Any) -> bool:
    described = font.get("/FontDescriptor")
    if described is None:  # a composite font: its descendant carries the file
        return font.get("/Subtype") in (Name.Type0, Name.Type3)
    return any(name in described for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _in_steps(pdf: Pdf) -> bool:
    """Whether headings begin with H1 and leave no level out, in the order of reading."""
    levels: list[int] = []
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if not isinstance(element, Dictionary):
            continue
        if re.fullmatch(r"/H[1-6]", str(element.get("/S", ""))):
            levels.append(int(str(element.S)[2]))
        kids = element.get("/K", Array())
        waiting += reversed(list(kids) if isinstance(kids, Array) else [kids])
    return levels[:1] == [1] and all(b <= a + 1 for a, b in pairwise(levels))
