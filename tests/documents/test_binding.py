"""A binder of dossiers is one document: tags, links, bookmarks, layers, stamps, page numbers."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask
from pdfua import validate
from pikepdf import Array, Dictionary, Name, NameTree, NumberTree, Pdf

from portal.core.i18n import in_language
from portal.documents import dossier as pages
from portal.documents.binding import pages_of
from portal.documents.contents import Content
from portal.documents.dossier import BinderContent, BinderContents, BinderLine, Stamps
from portal.documents.merging import Part, merge
from portal.documents.renderer import Renderer
from tests.documents.contents_of_samples import SENDER
from tests.documents.dossiers import content
from tests.documents.pdf_reading import faults, words_of
from tests.dossier_house import a_pdf

pytestmark = pytest.mark.pdf
NAME = "Zoë Åström-Öztürk"
COUNT = 3


class Bound:
    """A binder of three dossiers, the second with a page that lies on its side."""

    def __init__(self, child: Renderer, folder: Path) -> None:
        self.folder = folder
        parts = [self._part(child, n) for n in range(COUNT)]
        self.counts = [pages_of(Path(part["path"])) for part in parts]
        self.firsts = [3 + sum(self.counts[:n]) for n in range(COUNT)]
        self.parts = parts
        for name, made in self._around().items():
            (folder / f"{name}.pdf").write_bytes(child.render(made, "de"))
        self.sources = [self._path("front"), self._path("contents"), *[p["path"] for p in parts]]
        self.pdf, self.zip = folder / "binder.pdf", folder / "binder.zip"
        child.keep(self.order(folder / "kept.zip"), seconds=60)
        self.bind(child, "own", self.pdf, self.zip)

    def _path(self, name: str) -> str:
        return str(self.folder / f"{name}.pdf")

    def order(self, target: Path) -> dict[str, Any]:
        """Return the order for what many share."""
        return {"contents": self._path("contents"), "stamps": self._path("blank"),
                "parts": self.parts, "first": 2, "target": str(target)}  # fmt: skip

    def bind(self, child: Renderer, stamps: str, pdf: Path, archive: Path) -> None:
        """Make a binder of what is kept."""
        child.bind(
            {"front": self._path("front"), "stamps": self._path(stamps),
             "kept": str(self.folder / "kept.zip"), "target": str(pdf), "archive": str(archive)},
            seconds=60,
        )  # fmt: skip

    def _part(self, child: Renderer, n: int) -> dict[str, str]:
        given = {"plan.pdf": a_pdf([(1191, 842)] * 2, f"Plan{n}")} if n == 1 else None
        path = self.folder / f"part{n}.pdf"
        made = content(self.folder, given, number=f"IP-2027-000{n}", title=f"Titel{n}")
        path.write_bytes(child.render(made, "de"))
        return {"path": str(path), "title": f"IP-2027-000{n} Titel{n}", "name": f"00{n} T.pdf"}

    def _around(self) -> dict[str, Content]:
        """Return what stands around the dossiers: for all, for one juror, and for another."""
        lines = tuple(
            BinderLine(f"IP-2027-000{n}", f"Titel{n}", "Verein", n + 1, self.firsts[n], count)
            for n, count in enumerate(self.counts)
        )
        made = datetime(2027, 10, 1, 8, tzinfo=UTC)
        call = "Integrationspreis 2027"
        cover = BinderContent(SENDER, call, NAME, made, "Europe/Berlin", COUNT, 2)
        with in_language("de"):
            return {
                "front": pages.binder(cover),
                "contents": pages.contents(BinderContents(SENDER, call, lines)),
                "blank": pages.stamps(Stamps(SENDER)),
                "own": pages.stamps(Stamps(SENDER, f"Für {NAME} · 1. Oktober 2027")),
                "other": pages.stamps(Stamps(SENDER, "Für Vera Zweit · 2. Oktober 2027")),
            }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bound")


@pytest.fixture
def bound(app: Flask, child: Renderer, folder: Path) -> Bound:
    """Return one binder for all tests here."""
    if not _made:
        _made.append(Bound(child, folder))
    return _made[0]


_made: list[Bound] = []


def elements(pdf: Pdf) -> Iterator[Any]:
    """Yield every element of the structure, from the root on, in the order of reading."""
    return elements_of(pdf.Root.StructTreeRoot.K)


def elements_of(root: Any) -> Iterator[Any]:
    """Yield an element and all below it."""
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Array):
            waiting += reversed(list(one))
        elif isinstance(one, Dictionary):
            if "/S" in one:
                yield one
            if "/K" in one:
                waiting.append(one.K)


def parents(pdf: Pdf) -> dict[int, Any]:
    return dict(NumberTree(pdf.Root.StructTreeRoot.ParentTree).items())


def orphans(pdf: Pdf) -> list[Any]:
    """Return the elements of pages that no way from the root leads to: those of running lines."""
    reached, by_number = {one.objgen for one in elements(pdf)}, parents(pdf)
    held = [one for page in pdf.pages for one in by_number[int(page.obj.StructParents)]]
    return [one for one in held if one.objgen not in reached]


def len_of_orphans(path: str) -> int:
    with Pdf.open(path) as pdf:
        return len(orphans(pdf))


def test_a_binder_keeps_the_rules_that_its_parts_keep(bound: Bound) -> None:
    # The enclosed page names a font without carrying it; nothing else may be wrong.
    assert faults(bound.pdf) == ["fonts embedded"]
    assert [str(finding) for finding in validate(str(bound.pdf)).findings] == []


def test_every_tag_leads_to_a_page_of_the_binder_and_back(bound: Bound) -> None:
    with Pdf.open(bound.pdf) as pdf:
        known = {page.objgen for page in pdf.pages}
        assert len(orphans(pdf)) == sum(map(len_of_orphans, bound.sources))
        assert all(one.Pg.objgen in known for one in elements(pdf) if "/Pg" in one)
        by_number = parents(pdf)
        for page in pdf.pages:
            for element in by_number[int(page.obj.StructParents)]:
                assert element.Pg.objgen == page.objgen
        notes = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
        assert notes
        assert all(Name.Link == by_number[int(note.StructParent)].S for note in notes)
        numbers = [int(page.obj.StructParents) for page in pdf.pages]
        numbers += [int(note.StructParent) for note in notes]
        assert len(set(numbers)) == len(numbers)
        assert int(pdf.Root.StructTreeRoot.ParentTreeNextKey) > max(numbers)


def test_parts_follow_each_other_below_one_document(bound: Bound) -> None:
    with Pdf.open(bound.pdf) as pdf:
        tree = pdf.Root.StructTreeRoot.K
        [document] = list(tree) if isinstance(tree, Array) else [tree]
        below = list(document.K)
        assert [str(one.S) for one in [document, *below]] == ["/Document"] + ["/Part"] * (COUNT + 2)
        assert all(one.P.objgen == document.objgen for one in below)
        assert [str(one.S) for one in elements(pdf)].count("/Document") == 1
        with Pdf.open(bound.sources[2]) as part:
            own = [str(one.S) for one in elements(part)][1:]
        assert own == [str(one.S) for one in elements_of(below[2])][1:]


def test_links_in_a_part_lead_into_the_same_part(bound: Bound) -> None:
    with Pdf.open(bound.pdf) as pdf:
        places = dict(NameTree(pdf.Root.Names.Dests).items())
        index = {page.objgen: n for n, page in enumerate(pdf.pages, 1)}
        for n, first in enumerate(bound.firsts):
            notes = pdf.pages[first - 1].obj.Annots
            targets = {index[places[str(note.Dest)][0].objgen] for note in notes}
            assert targets
            assert all(first <= target < first + bound.counts[n] for target in targets)


def test_bookmarks_lead_to_each_application_and_its_chapters(bound: Bound) -> None:
    reader = pypdf.PdfReader(bound.pdf)
    top = [one for one in reader.outline if not isinstance(one, list)]
    titles = [str(one.title) for one in top]
    assert titles[:2] == ["Integrationspreis 2027", "Inhalt"]
    assert titles[2:] == [f"IP-2027-000{n} Titel{n}" for n in range(COUNT)]
    begins = [reader.get_destination_page_number(one) + 1 for one in top]
    assert begins == [1, 2, *bound.firsts]
    below = [one for one in reader.outline if isinstance(one, list)]
    assert [str(one.title) for one in below[1]][:2] == ["Auf einen Blick", "Die Bewerbung"]
    chapter = reader.get_destination_page_number(below[1][0]) + 1
    assert chapter == bound.firsts[1] + 1


def test_the_contents_name_the_pages_on_which_the_applications_stand(bound: Bound) -> None:
    texts = [page.extract_text() for page in pypdf.PdfReader(bound.pdf).pages]
    for n, first in enumerate(bound.firsts):
        assert re.search(rf"Titel{n}\s+Verein\s+{n + 1}\s+{first}\b", texts[1])
        assert f"IP-2027-000{n}" in texts[first - 1]
        assert "Dossier für die Jury" in texts[first - 1]


def test_each_page_bears_name_version_and_its_own_number(bound: Bound) -> None:
    texts = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(bound.pdf).pages]
    starts = [*bound.firsts, len(texts) + 1]
    assert f"Für {NAME} · 1. Oktober 2027 Mappe, Seite 2" in texts[1]
    for n in range(COUNT):
        for page in range(starts[n], starts[n + 1]):
            assert f"Für {NAME} · 1. Oktober 2027" in texts[page - 1]
            assert f"IP-2027-000{n} · Fassung" in texts[page - 1]
            assert re.search(rf"\b{page}\b", texts[page - 1].replace("Mappe, Seite", ""))
            assert "Mappe, Seite" in texts[page - 1]


def test_the_number_stands_in_line_with_its_words_also_on_wide_pages(bound: Bound) -> None:
    words = words_of(bound.pdf.read_bytes(), bound.folder)
    widths = [float(page.mediabox.width) for page in pypdf.PdfReader(bound.pdf).pages]
    assert len(set(map(round, widths))) == 2
    for page in range(bound.firsts[0] - 1, len(widths)):
        line = [w for w in words if w.page == page and w.bottom < 40]
        [number] = [w for w in line if w.text == str(page + 1)]
        [before] = [w for w in line if w.text == "Seite"]
        assert 0 < number.left - before.right < 8
        assert abs(number.bottom - before.bottom) < 0.5
        assert abs(widths[page] - number.right - 34) < 2


def test_stamps_are_no_part_of_what_is_read_aloud(bound: Bound) -> None:
    with Pdf.open(bound.pdf) as pdf:
        for page in list(pdf.pages)[bound.firsts[0] - 1 :]:
            data = b"\n".join(one.read_bytes() for one in page.obj.Contents)
            assert data.count(b"/Artifact <</Type /Pagination /Subtype /Header>> BDC") == 2
            stamp = page.obj.Resources.XObject.StampWords.read_bytes()
            assert b"BDC" not in stamp


def test_the_archive_holds_each_dossier_stamped_and_tagged(bound: Bound) -> None:
    with zipfile.ZipFile(bound.zip) as packed:
        assert packed.namelist() == [f"00{n} T.pdf" for n in range(COUNT)]
        for n, name in enumerate(packed.namelist()):
            body = packed.read(name)
            file = bound.folder / "single.pdf"
            file.write_bytes(body)
            assert set(faults(file)) <= {"fonts embedded"}
            texts = [p.extract_text() for p in pypdf.PdfReader(BytesIO(body)).pages]
            assert len(texts) == bound.counts[n]
            assert all(f"IP-2027-000{n}" in text for text in texts)
            assert all(f"Für {NAME} · 1. Oktober 2027" in " ".join(t.split()) for t in texts)
            assert not any("Mappe" in text for text in texts)


def test_another_gets_the_same_dossiers_under_their_own_name(
    bound: Bound, child: Renderer, tmp_path: Path
) -> None:
    pdf, archive = tmp_path / "other.pdf", tmp_path / "other.zip"
    bound.bind(child, "other", pdf, archive)
    texts = [words(page) for page in pypdf.PdfReader(pdf).pages]
    first = [words(page) for page in pypdf.PdfReader(bound.pdf).pages]
    old, new = f"Für {NAME} · 1. Oktober 2027", "Für Vera Zweit · 2. Oktober 2027"
    assert [text.replace(old, new) for text in first[1:]] == texts[1:]
    assert NAME not in " ".join(texts[1:])
    assert faults(pdf) == faults(bound.pdf)
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            pages_here = pypdf.PdfReader(BytesIO(packed.read(name))).pages
            assert all(new in words(page) for page in pages_here)


def words(page: pypdf.PageObject) -> str:
    return " ".join(page.extract_text().split())


def test_the_same_bytes_come_of_the_same(bound: Bound, child: Renderer, tmp_path: Path) -> None:
    child.keep(bound.order(tmp_path / "kept.zip"), seconds=60)
    assert (tmp_path / "kept.zip").read_bytes() == (bound.folder / "kept.zip").read_bytes()
    pdf, archive = tmp_path / "again.pdf", tmp_path / "again.zip"
    bound.bind(child, "own", pdf, archive)
    assert pdf.read_bytes() == bound.pdf.read_bytes()
    assert archive.read_bytes() == bound.zip.read_bytes()


def test_what_is_kept_bears_no_name(bound: Bound) -> None:
    with zipfile.ZipFile(bound.folder / "kept.zip") as kept:
        books = [name for name in kept.namelist() if name.endswith(".pdf")]
        assert len(books) == COUNT + 1
        for name in books:
            pages_here = pypdf.PdfReader(BytesIO(kept.read(name))).pages
            assert not any("Für " + NAME in words(page) for page in pages_here)


def test_other_programs_find_no_fault(bound: Bound) -> None:
    files = [bound.pdf]
    with zipfile.ZipFile(bound.zip) as packed:
        files += [Path(packed.extract(name, bound.folder / "out")) for name in packed.namelist()]
    for file in files:
        with Pdf.open(file) as pdf:
            assert pdf.check_pdf_syntax() == []
        done = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True)
        assert done.stderr == ""


def test_hidden_layers_stay_hidden_in_a_book(bound: Bound, tmp_path: Path) -> None:
    with Pdf.open(bound.sources[2]) as pdf:
        groups = [pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name)) for name in ("a", "b")]
        shown = Dictionary(OFF=Array(groups[1:]))
        pdf.Root.OCProperties = Dictionary(OCGs=Array(groups), D=shown)
        pdf.save(tmp_path / "layers.pdf")
    parts = [Part("ohne", Path(bound.sources[3])), Part("mit", tmp_path / "layers.pdf")]
    with Pdf.open(merge(parts, tmp_path / "book.pdf")) as book:
        layers = book.Root.OCProperties
        assert [str(one.Name) for one in layers.OCGs] == ["a", "b"]
        assert [one.objgen for one in layers.D.OFF] == [layers.OCGs[1].objgen]


def test_words_that_look_like_references_stay_as_they_are(bound: Bound, tmp_path: Path) -> None:
    title = "Haus (3 0 R) und \\ 4 0 R) – \N{ARABIC LETTER SEEN} 5 0 R"
    target = merge([Part(title, Path(bound.sources[2]))], tmp_path / "book.pdf")
    [mark] = [one for one in pypdf.PdfReader(target).outline if not isinstance(one, list)]
    assert str(mark.title) == title
    with Pdf.open(target) as book, Pdf.open(bound.sources[2]) as alone:
        assert str(book.docinfo["/Title"]) == str(alone.docinfo["/Title"])
    # Nothing is printed upon it.
    texts = [[page.extract_text() for page in pypdf.PdfReader(file).pages]
             for file in (target, bound.sources[2])]  # fmt: skip
    assert texts[0] == texts[1]


def test_lines_are_held_by_their_paragraphs(bound: Bound) -> None:
    with Pdf.open(bound.sources[2]) as pdf:
        inside = [one for one in elements(pdf) if one.S == Name.P]
        kids = [kid for one in inside for kid in (one.K if isinstance(one.K, Array) else [one.K])]
        assert kids
        assert not any(isinstance(k, Dictionary) and k.get("/S") == Name.Span for k in kids)
