"""What is kept of a PDF can be read, clicked and printed, and cannot do anything."""

import io
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from portal.storage import Code, Refused
from portal.storage.child import run
from portal.storage.jpeg import without_notes
from portal.storage.pdfs import clean_pdf
from tests.storage import makers
from tests.storage.acting import CHANGES, form_field

FORBIDDEN = {
    "/AA",
    "/OpenAction",
    "/JS",
    "/JavaScript",
    "/XFA",
    "/AcroForm",
    "/EmbeddedFiles",
    "/EF",
    "/AF",
    "/Filespec",
    "/EmbeddedFile",
    "/Launch",
    "/GoToR",
    "/GoToE",
    "/SubmitForm",
    "/ImportData",
    "/Rendition",
    "/RichMedia",
    "/RichMediaContent",
    "/3D",
    "/3DD",
    "/Movie",
    "/Sound",
    "/Ref",
    "/OPI",
    "/FFilter",
    "/PieceInfo",
    "/Metadata",
    "/FileAttachment",
    "/Author",
    "/Collection",
    "/Encrypt",
    "/PS",
}


def cleaned(folder: Path, data: bytes, most: int = 500) -> Any:
    """Clean `data` in the child; return the facts."""
    return run("pdf", makers.write(folder, "source", data), folder, {"max_pages": most})


def refused(folder: Path, data: bytes, most: int = 500) -> Refused:
    with pytest.raises(Refused) as refusal:
        cleaned(folder, data, most)
    return refusal.value


def words_in(path: Path) -> tuple[set[str], bytes]:
    """Return all names in a PDF and all its strings and streams, read by another library."""
    reader = pypdf.PdfReader(path, strict=False)
    names: set[str] = set()
    data = bytearray()
    seen: set[int] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pypdf.generic.IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        if isinstance(thing, pypdf.generic.StreamObject):
            data += thing.get_data()
        if isinstance(thing, pypdf.generic.DictionaryObject):
            names |= {str(key) for key in thing}
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, list):
            waiting += list.__iter__(thing)
        elif isinstance(thing, pypdf.generic.NameObject):
            names.add(str(thing))
        else:
            data += str(thing).encode()
    return names, bytes(data) + path.read_bytes()


def text_of(path: Path) -> str:
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_that_acts_is_left(tmp_path: Path, name: str) -> None:
    source = makers.write(tmp_path, "source", makers.pdf_of(2, CHANGES[name]))
    facts = asdict(clean_pdf(source, tmp_path, max_pages=9))
    names, data = words_in(tmp_path / "clean.pdf")
    assert names & FORBIDDEN == set()
    assert b"EVIL" not in data
    assert facts["pages"] == 2
    assert facts["copies"] == {"page1": "page1.jpg", "page2": "page2.jpg"}
    if name != "external stream":
        assert "Seite 1 lesbar" in text_of(tmp_path / "clean.pdf")
    assert "Seite 2 lesbar" in text_of(tmp_path / "clean.pdf")


def test_names_written_in_code_are_found_as_well(tmp_path: Path) -> None:
    plain = makers.pdf_of(
        1,
        CHANGES["script at opening"],
        compress_streams=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    hidden = plain.replace(b"/OpenAction", b"/Open#41ction")
    hidden = hidden.replace(b"/JavaScript", b"/J#61v#61Script")
    assert hidden != plain
    cleaned(tmp_path, hidden)
    names, data = words_in(tmp_path / "clean.pdf")
    assert names & FORBIDDEN == set()
    assert b"EVIL" not in data


def test_pages_and_catalog_have_known_keys_only(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        page.Whatever, page.Trans, page.Dur = String("EVIL"), Dictionary(S=Name.Split), 3
        pdf.Root.Whatever = pdf.Root.PageMode = Name.FullScreen
        makers.annotated("Popup")(pdf)
        makers.annotated("Link", A=makers.script())(pdf)

    cleaned(tmp_path, makers.pdf_of(1, change))
    with pikepdf.open(tmp_path / "clean.pdf") as pdf:
        assert set(pdf.pages[0].obj.keys()) == {
            "/Type",
            "/Parent",
            "/Contents",
            "/Resources",
            "/MediaBox",
        }
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert set(pdf.trailer.keys()) - {"/ID"} <= {
            "/Root",
            "/Size",
            "/Type",
            "/W",
            "/Index",
            "/Filter",
            "/DecodeParms",
            "/Length",
        }


NOTED = {
    "script at opening": ["scripts_removed"],
    "script of a field": ["form_flattened", "scripts_removed"],
    "attached file": ["attachments_removed"],
    "launch": ["scripts_removed", "links_removed"],
    "file address": ["links_removed"],
    "metadata": [],
}


@pytest.mark.parametrize("name", NOTED)
def test_what_was_lost_is_said(tmp_path: Path, name: str) -> None:
    assert cleaned(tmp_path, makers.pdf_of(2, CHANGES[name]))["notes"] == NOTED[name]


def test_a_signature_is_said_to_be_lost(tmp_path: Path) -> None:
    def sign(pdf: pikepdf.Pdf) -> None:
        form_field(pdf)
        field = pdf.pages[0].obj.Annots[0]
        field.FT = Name.Sig
        field.V = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("x"))

    notes = cleaned(tmp_path, makers.pdf_of(1, sign))["notes"]
    assert notes == ["form_flattened", "signature_removed"]


def with_links(pdf: pikepdf.Pdf) -> None:
    for address in ("https://example.org/a?b=c", "mailto:a@example.org", "tel:+49231500"):
        action = Dictionary(S=Name.URI, URI=String(address), Next=makers.script())
        makers.annotated("Link", A=action, Contents=String("Mehr"))(pdf)
    second = pdf.pages[1].obj
    makers.annotated("Link", Dest=Array([second, Name.XYZ, 0, 700, None]))(pdf)
    makers.annotated("Link", Dest=String("ziel"))(pdf)
    pdf.Root.Names = Dictionary(
        Dests=Dictionary(Names=Array([String("ziel"), Dictionary(D=Array([second, Name.Fit]))]))
    )
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Kapitel", 1))
    pdf.docinfo["/Title"] = "Unser Konzept"
    pdf.Root.Lang = String("de-DE")


@pytest.mark.parametrize("form", [False, True])
def test_links_bookmarks_title_and_language_stay(tmp_path: Path, form: bool) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        if form:
            form_field(pdf)
        with_links(pdf)

    facts = cleaned(tmp_path, makers.pdf_of(2, change))
    assert facts["notes"] == (["form_flattened"] if form else [])
    with pikepdf.open(tmp_path / "clean.pdf") as pdf:
        links = list(pdf.pages[0].obj.Annots)
        assert [str(link.A.URI) for link in links[:3]] == [
            "https://example.org/a?b=c",
            "mailto:a@example.org",
            "tel:+49231500",
        ]
        assert [link.Dest[0].objgen for link in links[3:]] == [pdf.pages[1].obj.objgen] * 2
        assert "/Next" not in links[0].A
        assert str(links[0].Contents) == "Mehr"
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Kapitel"]
        assert str(pdf.docinfo["/Title"]) == "Unser Konzept"
        assert str(pdf.Root.Lang) == "de-DE"


def test_a_filled_form_keeps_its_words(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        form_field(pdf)
        pdf.pages[0].obj.Annots[0].V = String("Jürgen Groß")

    cleaned(tmp_path, makers.pdf_of(1, change))
    assert "Jürgen Groß" in text_of(tmp_path / "clean.pdf")
    with pikepdf.open(tmp_path / "clean.pdf") as pdf:
        assert "/Annots" not in pdf.pages[0].obj


def test_tags_for_readers_stay(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        makers.annotated(
            "Link", StructParent=1, A=Dictionary(S=Name.URI, URI=String("https://example.org/"))
        )(pdf)
        element = pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Link, Pg=page, Alt=String("Bild eines Gartens"))
        )
        element.K = Dictionary(Type=Name.OBJR, Obj=page.Annots[0], Pg=page)
        pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=Array([element]))
        pdf.Root.MarkInfo = Dictionary(Marked=True)

    cleaned(tmp_path, makers.pdf_of(1, change))
    with pikepdf.open(tmp_path / "clean.pdf") as pdf:
        element = pdf.Root.StructTreeRoot.K[0]
        link = pdf.pages[0].obj.Annots[0]
        assert str(element.Alt) == "Bild eines Gartens"
        assert element.K.Obj.objgen == link.objgen
        assert str(link.A.URI) == "https://example.org/"
        assert int(link.StructParent) == 1


def test_photos_within_lose_place_and_camera(tmp_path: Path) -> None:
    photo = makers.telling_jpeg()

    def change(pdf: pikepdf.Pdf) -> None:
        image = pdf.make_stream(
            photo,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=400,
            Height=200,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
        )
        image.Filter = Name.DCTDecode
        pdf.pages[0].Resources.XObject = Dictionary(Im=image)
        pdf.pages[0].Contents = pdf.make_stream(b"q 400 0 0 200 50 400 cm /Im Do Q")

    cleaned(tmp_path, makers.pdf_of(1, change))
    with pikepdf.open(tmp_path / "clean.pdf") as pdf:
        kept = pdf.pages[0].Resources.XObject.Im.read_raw_bytes()
    assert kept == without_notes(photo)
    assert not [mark for mark in (b"Geheim", makers.SECRET_PLACE, b"Exif") if mark in kept]


POLYGLOTS = {
    "zip behind": makers.pdf_of() + b"PK\x03\x04 EVIL PK\x05\x06",
    "html before": b"\n \n" + makers.pdf_of() + b"<script>EVIL</script>",
    "update behind": makers.pdf_of() + b"\n99 0 obj\n(EVIL)\nendobj\n",
    "free object": makers.pdf_of().replace(b"xref", b"88 0 obj (EVIL) endobj\nxref", 1),
    "comment in the header": makers.pdf_of().replace(b"\n", b"\n% <html>EVIL</html>\n", 1),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_nothing_foreign_survives_in_a_polyglot(tmp_path: Path, name: str) -> None:
    cleaned(tmp_path, POLYGLOTS[name])
    kept = (tmp_path / "clean.pdf").read_bytes()
    assert b"EVIL" not in kept
    assert kept.startswith(b"%PDF-")
    assert kept.rstrip().endswith(b"%%EOF")
    assert "Seite 2 lesbar" in text_of(tmp_path / "clean.pdf")


def test_a_password_is_refused(tmp_path: Path) -> None:
    locked = makers.pdf_of(encryption=pikepdf.Encryption(user="geheim", owner="chef"))
    assert refused(tmp_path, locked).code is Code.PASSWORD


@pytest.mark.parametrize("strength", [3, 4, 6])
def test_what_can_be_read_without_a_password_is_taken(tmp_path: Path, strength: int) -> None:
    old = {"metadata": False} if strength < 4 else {}
    locked = makers.pdf_of(
        encryption=pikepdf.Encryption(user="", owner="chef", R=strength, aes=strength >= 4, **old)
    )  # type: ignore[arg-type]
    assert cleaned(tmp_path, locked)["pages"] == 2
    assert words_in(tmp_path / "clean.pdf")[0] & FORBIDDEN == set()


def test_the_number_of_pages_has_a_limit(tmp_path: Path) -> None:
    assert cleaned(tmp_path, makers.pdf_of(5), 5)["pages"] == 5
    refusal = refused(tmp_path, makers.pdf_of(6), 5)
    assert (refusal.code, refusal.facts) == (Code.TOO_MANY_PAGES, {"pages": 6, "max_pages": 5})


REPAIRABLE = {
    "no table of objects": makers.pdf_of()[:-200],
    "wrong start": makers.pdf_of().replace(b"startxref\n", b"startxref\n9"),
    "junk behind": makers.pdf_of() + bytes(5000),
}


@pytest.mark.parametrize("name", REPAIRABLE)
def test_a_damaged_pdf_is_repaired(tmp_path: Path, name: str) -> None:
    plain = makers.pdf_of(object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = plain[:-200] if name == "no table of objects" else REPAIRABLE[name]
    assert cleaned(tmp_path, data)["pages"] == 2


def no_pages(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids = Array([])
    pdf.Root.Pages.Count = 0


def ring(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def deep(pdf: pikepdf.Pdf) -> None:
    field: Any = pdf.make_indirect(Dictionary())
    field.Kids = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"Unsinn" * 1000,
        makers.pdf_of()[:300],
        makers.pdf_of(1, no_pages),
        b"%PDF-1.4\n1 0 obj " + b"[" * 60_000 + b"]" * 60_000,
    ],
)
def test_what_cannot_be_repaired_is_broken(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data).code is Code.BROKEN


@pytest.mark.parametrize("change", [ring, deep])
def test_rings_come_to_an_end(tmp_path: Path, change: Any) -> None:
    start = time.monotonic()
    try:
        assert cleaned(tmp_path, makers.pdf_of(2, change))["pages"] == 2
    except Refused as refusal:
        assert refusal.code is Code.BROKEN
    assert time.monotonic() - start < 30


def test_a_hundred_thousand_pages_are_refused_in_time(tmp_path: Path) -> None:
    def many(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Kids = Array([pdf.pages[0].obj] * 100_000)
        pdf.Root.Pages.Count = 100_000

    start = time.monotonic()
    assert refused(tmp_path, makers.pdf_of(1, many)).code in (Code.TOO_MANY_PAGES, Code.BROKEN)
    assert time.monotonic() - start < 30


def test_a_bomb_in_a_stream_stays_packed_or_is_refused(tmp_path: Path) -> None:
    def bomb(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Contents = pdf.make_stream(b"q Q " * 2**24)

    start = time.monotonic()
    data = makers.pdf_of(2, bomb)
    try:
        assert cleaned(tmp_path, data)["pages"] == 2
    except Refused as refusal:
        assert refusal.code is Code.BROKEN
    assert time.monotonic() - start < 60


def test_a_form_of_one_program_only_is_refused(tmp_path: Path) -> None:
    def dynamic(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))

    assert refused(tmp_path, makers.pdf_of(1, dynamic)).code is Code.ACTIVE_CONTENT


def test_a_bundle_of_files_is_refused(tmp_path: Path) -> None:
    def bundle(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Collection = Dictionary(Type=Name.Collection)

    assert refused(tmp_path, makers.pdf_of(1, bundle)).code is Code.PORTFOLIO


def test_pictures_are_made_of_the_first_twenty_pages(tmp_path: Path) -> None:
    facts = cleaned(tmp_path, makers.pdf_of(23))
    assert list(facts["copies"]) == [f"page{n}" for n in range(1, 21)]
    with Image.open(io.BytesIO((tmp_path / "page20.jpg").read_bytes())) as image:
        assert image.size == (900, 1274)
        assert min(image.convert("L").tobytes()) < 60  # the text is on it
