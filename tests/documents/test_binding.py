"""A binder of dossiers is one document: tags, links, bookmarks, layers, stamps, page numbers."""

import re
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
from pikepdf import Array, Dictionary, Name, NameTree, Pdf

from portal.core.i18n import in_language
from portal.documents import binding
from portal.documents import dossier as pages
from portal.documents.binding import pages_of
from portal.documents.dossier import BinderContent, BinderLine, Stamps
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
        (folder / "front.pdf").write_bytes(child.render(self._front(), "de"))
        with in_language("de"):
            words = tuple(f"Für {NAME} · Nummer{n}, Fassung {n + 1}" for n in range(COUNT))
            (folder / "stamps.pdf").write_bytes(
                child.render(pages.stamps(Stamps(SENDER, words)), "de")
            )
        self.sources = [folder / "front.pdf", *[Path(part["path"]) for part in parts]]
        self.parts = parts
        self.pdf, self.zip = folder / "binder.pdf", folder / "binder.zip"
        child.bind(
            {"front": str(folder / "front.pdf"), "stamps": str(folder / "stamps.pdf"),
             "parts": parts, "target": str(self.pdf), "archive": str(self.zip)},
            seconds=60,
        )  # fmt: skip

    def _part(self, child: Renderer, n: int) -> dict[str, str]:
        given = {"plan.pdf": a_pdf([(1191, 842)] * 2, f"Plan{n}")} if n == 1 else None
        path = self.folder / f"part{n}.pdf"
        made = content(self.folder, given, number=f"IP-2027-000{n}", title=f"Titel{n}")
        path.write_bytes(child.render(made, "de"))
        return {"path": str(path), "title": f"IP-2027-000{n} Titel{n}", "name": f"00{n} T.pdf"}

    def _front(self) -> Any:
        lines = tuple(
            BinderLine(f"IP-2027-000{n}", f"Titel{n}", "Verein", n + 1, self.firsts[n], count)
            for n, count in enumerate(self.counts)
        )
        made = datetime(2027, 10, 1, 8, tzinfo=UTC)
        with in_language("de"):
            return pages.binder(
                BinderContent(SENDER, "Integrationspreis 2027", NAME, made, "Europe/Berlin",
                              lines, 2 + sum(self.counts))
            )  # fmt: skip


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
    waiting = [pdf.Root.StructTreeRoot.K]
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
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    return {int(k): v for k, v in zip(numbers[::2], numbers[1::2], strict=True)}


def orphans(pdf: Pdf) -> list[Any]:
    """Return the elements of pages that no way from the root leads to: those of running lines."""
    reached, by_number = {one.objgen for one in elements(pdf)}, parents(pdf)
    held = [one for page in pdf.pages for one in by_number[int(page.obj.StructParents)]]
    return [one for one in held if one.objgen not in reached]


def len_of_orphans(path: Path) -> int:
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
        with Pdf.open(bound.sources[0]) as front:
            before = len(next(elements(front)).K)
        below = list(document.K)[before:]
        assert [str(one.S) for one in [document, *below]] == ["/Document"] + ["/Part"] * COUNT
        assert all(one.P.objgen == document.objgen for one in below)
        assert [str(one.S) for one in elements(pdf)].count("/Document") == 1


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
    titles = [str(one.title) for one in top[1:]]
    assert titles == [f"IP-2027-000{n} Titel{n}" for n in range(COUNT)]
    begins = [reader.get_destination_page_number(one) + 1 for one in top[1:]]
    assert begins == bound.firsts
    below = [one for one in reader.outline if isinstance(one, list)]
    assert [str(one.title) for one in below[2]][:2] == ["Auf einen Blick", "Die Bewerbung"]
    chapter = reader.get_destination_page_number(below[2][0]) + 1
    assert chapter == bound.firsts[1] + 1


def test_the_contents_name_the_pages_on_which_the_applications_stand(bound: Bound) -> None:
    texts = [page.extract_text() for page in pypdf.PdfReader(bound.pdf).pages]
    for n, first in enumerate(bound.firsts):
        assert re.search(rf"Titel{n}\s+Verein\s+{n + 1}\s+{first}\b", texts[1])
        assert f"IP-2027-000{n}" in texts[first - 1]
        assert "Dossier für die Jury" in texts[first - 1]
    assert f"Seite 2 von {len(texts)}" in texts[1]


def test_each_page_bears_name_version_and_its_own_number(bound: Bound) -> None:
    texts = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(bound.pdf).pages]
    starts = [*bound.firsts, len(texts) + 1]
    for n in range(COUNT):
        for page in range(starts[n], starts[n + 1]):
            assert f"Für {NAME} · Nummer{n}, Fassung {n + 1}" in texts[page - 1]
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
            assert all(f"Nummer{n}" in text for text in texts)
            assert not any("Mappe" in text for text in texts)


def test_a_binder_in_several_steps_is_the_same(
    bound: Bound, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(binding, "AT_ONCE", 1)
    front, helper = str(bound.folder / "front.pdf"), str(bound.folder / "stamps.pdf")
    target = tmp_path / "stepwise.pdf"
    binding.bind(front=front, stamps=helper, parts=bound.parts, target=str(target))
    once, stepwise = pypdf.PdfReader(bound.pdf), pypdf.PdfReader(target)
    assert [p.extract_text() for p in once.pages] == [p.extract_text() for p in stepwise.pages]
    assert titles_of(once.outline) == titles_of(stepwise.outline)
    assert faults(target) == faults(bound.pdf)
    with Pdf.open(bound.pdf) as one, Pdf.open(target) as other:
        assert [str(e.S) for e in elements(one)] == [str(e.S) for e in elements(other)]
        assert parents(one).keys() == parents(other).keys()
        assert len(list(NameTree(one.Root.Names.Dests))) == len(
            list(NameTree(other.Root.Names.Dests))
        )


def titles_of(outline: Any) -> list[Any]:
    return [titles_of(one) if isinstance(one, list) else one.title for one in outline]


def test_lines_are_held_by_their_paragraphs(bound: Bound) -> None:
    with Pdf.open(bound.sources[1]) as pdf:
        inside = [one for one in elements(pdf) if one.S == Name.P]
        kids = [kid for one in inside for kid in (one.K if isinstance(one.K, Array) else [one.K])]
        assert kids
        assert not any(isinstance(k, Dictionary) and k.get("/S") == Name.Span for k in kids)
