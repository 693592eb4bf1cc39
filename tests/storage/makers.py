"""Real files for the tests: photos with notes of a camera, PDFs with everything that acts."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

SECRET_PLACE = b"GEHEIMER-ORT-51.514"


def picture(size: tuple[int, int] = (400, 200), mode: str = "RGB") -> Image.Image:
    """Return a picture whose left upper corner is red, so that a turn can be seen."""
    image = Image.new("RGB", size, "#3a7bd5")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    return image.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF data with camera, person and place."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "Geheimkamera"
    data[0x013B] = "Erika Mustermann"
    data[0x8298] = SECRET_PLACE.decode()
    gps = data.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (51.0, 30.0, 50.0), "E", (7.0, 27.0, 0.0)
    gps[29] = "2026:06:01"
    return data


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    """Return a JPEG; without options a small plain one."""
    out = io.BytesIO()
    (image or picture()).save(out, "JPEG", **options)
    return out.getvalue()


def telling_jpeg(orientation: int = 1) -> bytes:
    """Return a JPEG with EXIF, GPS, XMP, IPTC and a comment."""
    xmp = b"<x:xmpmeta><rdf:li>Geheimkamera XMP</rdf:li></x:xmpmeta>"
    data = jpeg(exif=exif(orientation), comment=b"Geheimkommentar", xmp=xmp)
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\x12" + b"\x1c\x02\x50\0\x0dGeheimeIPTC12"
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:]


def png(image: Image.Image | None = None, **options: Any) -> bytes:
    """Return a PNG."""
    out = io.BytesIO()
    (image or picture()).save(out, "PNG", **options)
    return out.getvalue()


def telling_png() -> bytes:
    """Return a PNG with text chunks and EXIF."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "Geheimkommentar")
    info.add_itxt("XML:com.adobe.xmp", "<x>Geheimkamera XMP</x>")
    return png(pnginfo=info, exif=exif(6))


def webp(image: Image.Image | None = None, **options: Any) -> bytes:
    """Return a WebP."""
    out = io.BytesIO()
    (image or picture()).save(out, "WEBP", **options)
    return out.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, *, before: bytes = b"", rows: bytes | None = None) -> bytes:
    """Return a PNG of one colour that says to be this large, cheaply compressed."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    if rows is None:
        rows = packed_zeros((width + 1) * height)
    tail = png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + before + tail


def packed_zeros(size: int) -> bytes:
    """Return what zlib makes of `size` zeros: one packed block, repeated, at no cost.

    A full flush forgets what came before, so equal blocks are packed into equal bytes. The sum at
    the end is Adler-32 (RFC 1950).
    """
    block, left = 2**20, size % 2**20
    once = zlib.compressobj(9, wbits=-15)
    again = once.compress(bytes(block)) + once.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, wbits=-15)
    end = last.compress(bytes(left)) + last.flush()
    total = (size % 65521) << 16 | 1
    return b"\x78\xda" + again * (size // block) + end + struct.pack(">I", total)


def swapped_profile() -> bytes:
    """Return a colour profile in which red and green are exchanged (from sRGB)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = {bytes(profile[n : n + 4]): n for n in range(128, 400, 4)}
    red, green = at[b"rXYZ"], at[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def pdf_of(
    pages: int = 2, change: Callable[[pikepdf.Pdf], None] | None = None, **save: Any
) -> bytes:
    """Return a PDF with a line of text on each page; `change` may put more in."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 24 Tf 72 700 Td (Seite %d lesbar) Tj ET" % number)
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def script() -> Dictionary:
    """Return an action that runs a program."""
    return Dictionary(S=Name.JavaScript, JS=String("app.alert('EVIL')"))


def annotated(subtype: str, **more: Any) -> Callable[[pikepdf.Pdf], None]:
    """Return a change that puts an annotation of this kind on the first page."""

    def change(pdf: pikepdf.Pdf) -> None:
        values: dict[str, Any] = {
            "Type": Name.Annot,
            "Subtype": Name("/" + subtype),
            "Rect": Array([9, 9, 99, 99]),
        }
        note = pdf.make_indirect(Dictionary(**values, **more))
        page = pdf.pages[0].obj
        page.Annots = Array([*page.get("/Annots", []), note])

    return change


def evil_file(pdf: pikepdf.Pdf) -> Any:
    """Return a file that the PDF carries."""
    data = pdf.make_stream(b"EVIL attached", Type=Name.EmbeddedFile)
    return pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F=String("evil.exe"), EF=Dictionary(F=data))
    )


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write bytes to a file and return it."""
    path = folder / name
    path.write_bytes(data)
    return path
