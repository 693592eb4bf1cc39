"""A plain PDF of two pages with a title, of an exact size; written by hand, word for word."""

from itertools import accumulate

LINES = (
    "Dieses Dokument ist ein Beispiel.",
    "Es gehört zu einer erfundenen Bewerbung und wurde vom Portal selbst erzeugt.",
    "",
    "Seite für Seite steht hier, was in einer echten Bewerbung stehen könnte:",
    "wer mitmacht, wie oft man sich trifft und was sich dadurch verändert hat.",
)
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {0} 0 R /Resources 7 0 R >>"
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /{0} /Encoding /WinAnsiEncoding >>"


def paper(title: str, size: int) -> bytes:
    """Return a PDF with `title` on it, `size` bytes long (longer only if its words need it).

    The missing bytes are white space in the document's metadata, where such padding is usual.
    """
    short = _document(title, 0)
    missing = size - len(short)
    if missing <= 0:
        return short
    # The number that states the padding's length may itself become longer.
    for spare in range(12):
        made = _document(title, missing - spare)
        if len(made) == size:
            return made
    return made


def _document(title: str, padding: int) -> bytes:
    notes = b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>' + b" " * padding
    notes += b'<?xpacket end="w"?>'
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (de-DE) /Metadata 8 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        PAGE.format(5).encode(),
        PAGE.format(6).encode(),
        _stream(_page(title, 1)),
        _stream(_page(title, 2)),
        b"<< /Font << /F1 9 0 R /F2 10 0 R >> >>",
        _stream(notes, " /Type /Metadata /Subtype /XML"),
        FONT.format("Helvetica").encode(),
        FONT.format("Helvetica-Bold").encode(),
    ]
    parts = [b"%PDF-1.7\n%\xe4\xf6\xfc\xdf\n"]
    parts += [b"%d 0 obj\n%s\nendobj\n" % (n, body) for n, body in enumerate(bodies, 1)]
    return b"".join(parts) + _table(parts)


def _table(parts: list[bytes]) -> bytes:
    starts = list(accumulate(map(len, parts)))
    rows = b"".join(b"%010d 00000 n \n" % start for start in starts[:-1])
    count = len(parts)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, starts[-1])
    return head + rows + tail


def _stream(data: bytes, more: str = "") -> bytes:
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), more.encode(), data)


def _page(title: str, number: int) -> bytes:
    """Return what is drawn: a bar of colour, the title, the lines, the number of the page."""
    lines = "".join(f"({_escaped(line)}) Tj T*\n" for line in LINES)
    return (
        "0.13 0.35 0.45 rg 0 800 595 42 re f\n0.93 0.62 0.2 rg 0 794 595 6 re f\n"
        f"0.1 g BT /F2 24 Tf 60 720 Td ({_escaped(title[:42])}) Tj ET\n"
        f"BT /F1 12 Tf 18 TL 60 670 Td\n{lines}ET\n"
        f"BT /F1 9 Tf 60 40 Td (Seite {number} von 2) Tj ET"
    ).encode("cp1252", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
