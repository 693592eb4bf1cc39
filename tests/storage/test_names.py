"""Names are shown as people wrote them, and never lead anywhere."""

import unicodedata

import pytest

from portal.storage import content_disposition, display_name, safe_name
from portal.storage.names import claimed

HARMLESS = {
    "Gruppenfoto.JPG": "Gruppenfoto.JPG",
    unicodedata.normalize("NFD", "Müller Grüße.pdf"): "Müller Grüße.pdf",
    "  zwei   Blanks .pdf": "zwei Blanks.pdf",
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "C:\\Fotos\\a.jpg": "a.jpg",
    "/etc/shadow": "shadow",
    "a\r\nSet-Cookie: x.pdf": "a Set-Cookie: x.pdf",
    "harmlos\u202efdp.exe": "harmlosfdp.exe",
    "\u2066x\u2069.pdf": "x.pdf",
    "a\u2028b\u2029c.pdf": "a b c.pdf",
    "nul\x00.pdf": "nul.pdf",
    "\ufefftext.pdf": "text.pdf",
    "صورة.jpg": "صورة.jpg",
    "👩\u200d👧 Familie.png": "👩\u200d👧 Familie.png",
    "": "file",
    "...": "file",
    ".": "file",
    "..": "file",
    "/": "file",
    "\u202e\u200b": "file",
    ".htaccess": "htaccess",
    "lone\ud800.pdf": "lone.pdf",
    "Ø’Hara & Söhne <b>.pdf": "Ø’Hara & Söhne <b>.pdf",
}


@pytest.mark.parametrize("given", HARMLESS)
def test_a_name_is_shown_in_one_harmless_line(given: str) -> None:
    assert display_name(given) == HARMLESS[given]


def test_a_long_name_is_cut_before_its_ending() -> None:
    name = display_name("ä" * 500 + ".pdf")
    assert len(name) == 120
    assert name == "ä" * 116 + ".pdf"


@pytest.mark.parametrize(
    ("given", "extension", "shown"),
    [
        ("Foto.JPEG", "jpg", "Foto.JPEG"),
        ("Foto.png", "jpg", "Foto.jpg"),
        ("Foto", "jpg", "Foto.jpg"),
        ("Konzept v1.2", "pdf", "Konzept v1.2.pdf"),
        ("IMG_1.heif", "heic", "IMG_1.heif"),
        ("a.php.exe", "pdf", "a.php.pdf"),
        ("", "pdf", "file.pdf"),
        (".pdf", "pdf", "pdf.pdf"),
    ],
)
def test_the_content_decides_on_the_ending(given: str, extension: str, shown: str) -> None:
    assert display_name(given, extension=extension) == shown


def test_an_ending_is_only_what_looks_like_one() -> None:
    assert [claimed(name) for name in ("a.JPG", "a.tar.gz", "v1.2", "Dr. Müller", "a.pdf ")] == [
        "jpg",
        "gz",
        None,
        None,
        "pdf",
    ]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        (
            'Müller "groß".pdf',
            'attachment; filename="Mueller _gross_.pdf"; '
            "filename*=UTF-8''M%C3%BCller%20%22gro%C3%9F%22.pdf",
        ),
        (
            "صورة.jpg",
            "attachment; filename=\"file.jpg\"; filename*=UTF-8''%D8%B5%D9%88%D8%B1%D8%A9.jpg",
        ),
        ("a\r\nX: y.pdf", "attachment; filename=\"a X: y.pdf\"; filename*=UTF-8''a%20X%3A%20y.pdf"),
    ],
)
def test_the_header_of_a_download_says_the_name_twice(name: str, header: str) -> None:
    assert content_disposition(name) == header


@pytest.mark.parametrize("given", [*HARMLESS, 'a";x=1.pdf', "%2e%2e%2f.pdf", "\\.pdf"])
def test_no_name_breaks_out_of_the_header(given: str) -> None:
    header = content_disposition(given, inline=True)
    assert header.isascii()
    assert header.count('"') == 2
    assert not set(header) & set("\r\n\0\\")
    assert header.startswith('inline; filename="')


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ("CON.pdf", "_CON.pdf"),
        ("com1.jpg", "_com1.jpg"),
        ("LPT¹", "_LPT¹"),
        ("nul", "_nul"),
        ("Konto.pdf", "Konto.pdf"),
        ("trail. . .", "trail"),
        ('a<b>c:d"e|f?g*h.pdf', "a-b-c-d-e-f-g-h.pdf"),
        ("../../x.pdf", "-..-x.pdf"),
        ("", "file"),
    ],
)
def test_a_saved_name_suits_every_system(given: str, saved: str) -> None:
    assert safe_name(given) == saved


def test_saved_names_are_short_and_unlike_each_other() -> None:
    taken: list[str] = []
    for _again in range(3):
        taken.append(safe_name("Ü" * 300 + ".pdf", taken=taken))
    assert len(set(taken)) == 3
    assert all(len(name) <= 100 and len(name.encode()) <= 200 for name in taken)
    assert safe_name("foto.JPG", taken=["FOTO.jpg"]) == "foto (2).JPG"
