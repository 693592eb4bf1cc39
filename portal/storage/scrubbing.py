"""Everything that acts, reaches out or carries other files goes out of a PDF's objects.

ISO 32000-2 names the dangers: 12.6 actions, 7.11 file specifications, 12.7 forms, 13 multimedia,
8.10.4 reference XObjects. Catalog and pages are cut down to a list of harmless keys by the caller;
this is for what hangs below them.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from portal.storage.jpeg import without_notes

KEYS = {
    "/AA",
    "/OpenAction",
    "/JS",
    "/JavaScript",
    "/XFA",
    "/AcroForm",
    "/EmbeddedFiles",
    "/EF",
    "/RF",
    "/AF",
    "/Collection",
    "/RichMediaContent",
    "/RichMediaSettings",
    "/RichMedia",
    "/3DD",
    "/3DA",
    "/3DV",
    "/3DI",
    "/Renditions",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/OPI",
    "/PieceInfo",
    "/Metadata",
    "/Alternates",
    "/WebCapture",
    "/SpiderInfo",
    "/PhoneticAlphabet",
    "/Schema",
    "/Associated",
    "/PresSteps",
    "/Perms",
    "/Legal",
    "/Extensions",
}
STREAM_KEYS = {"/F", "/FFilter", "/FDecodeParms", "/Ref", "/PS", "/Subtype2", "/LastModified"}
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/GoToR",
    "/GoToE",
    "/GoToDp",
    "/GoTo3DView",
    "/SubmitForm",
    "/ResetForm",
    "/ImportData",
    "/Rendition",
    "/RichMediaExecute",
    "/Movie",
    "/Sound",
    "/Hide",
    "/Named",
    "/SetOCGState",
    "/Thread",
    "/URI",
}
TYPES = {"/Filespec", "/EmbeddedFile", "/Action", "/Sig", "/DocTimeStamp"}
IMAGE_KEYS = {
    "/Type",
    "/Subtype",
    "/Width",
    "/Height",
    "/ColorSpace",
    "/BitsPerComponent",
    "/Intent",
    "/ImageMask",
    "/Mask",
    "/Decode",
    "/Interpolate",
    "/SMask",
    "/SMaskInData",
    "/Matte",
    "/OC",
    "/StructParent",
    "/Filter",
    "/DecodeParms",
    "/Length",
}
FORM_KEYS = {
    "/Type",
    "/Subtype",
    "/FormType",
    "/BBox",
    "/Matrix",
    "/Resources",
    "/Group",
    "/OC",
    "/StructParent",
    "/StructParents",
    "/Filter",
    "/DecodeParms",
    "/Length",
}
ALLOWED = {"/Image": IMAGE_KEYS, "/Form": FORM_KEYS}


def scrub(pdf: pikepdf.Pdf) -> None:
    """Remove what is dangerous from every object of `pdf`, wherever it hangs.

    Actions of links that are kept have to be put in afterwards.
    """
    for thing in pdf.objects:
        for part in _parts(thing):
            _scrub_one(part)


def _parts(thing: Any) -> Iterator[Any]:
    """Yield an object and what stands directly in it; indirect ones come by themselves."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (Dictionary, Stream)):
            yield part
            waiting += [value for value in part.values() if _inside(value)]
        elif isinstance(part, Array):
            waiting += [value for value in part if _inside(value)]


def _inside(value: Any) -> bool:
    return isinstance(value, (Dictionary, Array)) and not value.is_indirect


def _scrub_one(part: Any) -> None:
    keys = set(part.keys())
    unwanted = keys & KEYS
    if isinstance(part, Stream):
        unwanted |= keys & STREAM_KEYS
        allowed = ALLOWED.get(str(part.get("/Subtype")))
        unwanted |= keys - allowed if allowed else set()
    elif _acts(part):
        unwanted = keys
    for key in unwanted:
        del part[key]
    if isinstance(part, Stream):
        _scrub_stream(part)


def _acts(part: Any) -> bool:
    return str(part.get("/S")) in ACTIONS or str(part.get("/Type")) in TYPES


def _scrub_stream(stream: Any) -> None:
    """Empty PostScript and carried files; take place and camera out of photos."""
    if str(stream.get("/Subtype")) == "/PS" or str(stream.get("/Type")) in TYPES:
        stream.write(b"")
        for key in set(stream.keys()) - {"/Length"}:
            del stream[key]
    if str(stream.get("/Subtype")) == "/Image" and _filters(stream) == ["/DCTDecode"]:
        before = stream.read_raw_bytes()
        after = without_notes(before)
        if after != before:
            parms = stream.get("/DecodeParms")
            stream.write(after, filter=Name.DCTDecode, decode_parms=parms)


def _filters(stream: Any) -> list[str]:
    given = stream.get("/Filter")
    if isinstance(given, Array):
        return [str(name) for name in given]
    return [str(given)] if given is not None else []
