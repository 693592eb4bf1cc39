"""PDFs with everything that acts, asks, plays, sends or carries; each holds the word EVIL."""

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.storage.makers import annotated, evil_file, script

Change = Callable[[pikepdf.Pdf], None]
TARGET = String("EVIL.exe")


def _root(**values: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in values.items():
            pdf.Root["/" + key] = value() if callable(value) else value

    return change


def _names(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("EVIL"), script()])))


def _stream_script(pdf: pikepdf.Pdf) -> None:
    code = pdf.make_stream(b"app.alert('EVIL')" * 40)
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=code)


def _chain(pdf: pikepdf.Pdf) -> None:
    goto = Dictionary(S=Name.GoTo, D=Array([pdf.pages[1].obj, Name.Fit]), Next=script())
    annotated("Link", A=goto)(pdf)


def _page_actions(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=script(), C=script())


def _attached(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(
        EmbeddedFiles=Dictionary(Names=Array([String("EVIL"), evil_file(pdf)]))
    )


def _associated(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF = Array([evil_file(pdf)])
    pdf.pages[0].obj.AF = Array([evil_file(pdf)])


def _attached_note(pdf: pikepdf.Pdf) -> None:
    annotated("FileAttachment", FS=evil_file(pdf))(pdf)


def form_field(pdf: pikepdf.Pdf, **values: Any) -> None:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("feld"),
            V=String("Eintrag"),
            DA=String("/Helv 12 Tf 0 g"),
            Rect=Array([50, 50, 250, 80]),
            **values,
        )
    )
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]),
        DR=Dictionary(Font=Dictionary(Helv=font)),
        DA=String("/Helv 12 Tf 0 g"),
        NeedAppearances=True,
    )


def _field_actions(pdf: pikepdf.Pdf) -> None:
    form_field(pdf, AA=Dictionary(K=script(), F=script(), V=script(), C=script()))


def _xfa(pdf: pikepdf.Pdf) -> None:
    form_field(pdf)
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp><script>EVIL</script></xdp>")


def _outline(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("gut", 1))
        bad = pikepdf.OutlineItem("schlecht", action=script())
        bad.children.append(pikepdf.OutlineItem("darunter", 0))
        outline.root.append(bad)


def _external_stream(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Contents.F = Dictionary(Type=Name.Filespec, F=TARGET)
    pdf.pages[0].Contents.FFilter = Name.FlateDecode


def _reference_form(pdf: pikepdf.Pdf) -> None:
    form = pdf.make_stream(b"q Q", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
    form.Ref = Dictionary(F=Dictionary(Type=Name.Filespec, F=TARGET), Page=0)
    form.OPI = Dictionary({"/2.0": Dictionary(F=TARGET)})
    form.Metadata = pdf.make_stream(b"EVIL")
    pdf.pages[0].Resources.XObject = Dictionary(X=form)


def _postscript(pdf: pikepdf.Pdf) -> None:
    code = pdf.make_stream(b"(EVIL) run", Type=Name.XObject, Subtype=Name.PS)
    pdf.pages[0].Resources.XObject = Dictionary(X=code)


def _hidden(pdf: pikepdf.Pdf) -> None:
    font = pdf.pages[0].Resources.Font.F1
    font.PieceInfo = Dictionary(X=Dictionary(Private=evil_file(pdf)))
    font.Whatever = Array([Array([Dictionary(Deep=script())])])
    pdf.pages[0].Resources.Evil = evil_file(pdf)


def _tags(pdf: pikepdf.Pdf) -> None:
    annotated("Link", A=script())(pdf)
    note = pdf.pages[0].obj.Annots[0]
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, AF=evil_file(pdf)))
    element.K = Dictionary(Type=Name.OBJR, Obj=note, Pg=pdf.pages[0].obj)
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=Array([element]))


def _metadata(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = pdf.make_stream(b"<x>EVIL author</x>", Type=Name.Metadata)
    pdf.docinfo["/Author"] = "EVIL author"


def _trailer(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.Evil = evil_file(pdf)


def _link(kind: str, **values: Any) -> Change:
    return annotated("Link", A=Dictionary(S=Name("/" + kind), **values))


def _address(address: str) -> Change:
    return annotated("Link", A=Dictionary(S=Name.URI, URI=String(address)))


def _media(pdf: pikepdf.Pdf) -> None:
    content = Dictionary(Assets=Dictionary(Names=Array([String("EVIL"), evil_file(pdf)])))
    annotated("RichMedia", RichMediaContent=content, RichMediaSettings=Dictionary())(pdf)


def _three_d(pdf: pikepdf.Pdf) -> None:
    model = pdf.make_stream(b"U3D EVIL", Type=Name("/3D"), Subtype=Name.U3D)
    model.OnInstantiate = pdf.make_stream(b"EVIL")
    annotated("3D", **{"3DD": model})(pdf)


CHANGES: dict[str, Change] = {
    "script at opening": _root(OpenAction=script),
    "script in a stream": _stream_script,
    "script by name": _names,
    "script of the document": _root(AA=lambda: Dictionary(WC=script(), DS=script())),
    "script of a page": _page_actions,
    "script behind a link": _link("JavaScript", JS=String("EVIL()")),
    "script in a chain": _chain,
    "script of a field": _field_actions,
    "script in an outline": _outline,
    "xfa": _xfa,
    "launch": _link("Launch", F=TARGET, Win=Dictionary(F=TARGET)),
    "launch at opening": _root(OpenAction=lambda: Dictionary(S=Name.Launch, F=TARGET)),
    "other document": _link("GoToR", F=TARGET, D=Array([0, Name.Fit])),
    "embedded document": _link("GoToE", F=TARGET, T=Dictionary(R=Name.C, N=TARGET)),
    "send form": _link("SubmitForm", F=Dictionary(FS=Name.URL, F=String("http://EVIL"))),
    "import data": _link("ImportData", F=TARGET),
    "rendition": _link("Rendition", JS=String("EVIL")),
    "sound": _link("Sound", Sound=Dictionary(F=TARGET)),
    "movie": annotated("Movie", Movie=Dictionary(F=TARGET)),
    "screen": annotated("Screen", A=Dictionary(S=Name.Rendition, JS=String("EVIL"))),
    "rich media": _media,
    "three dimensions": _three_d,
    "attached file": _attached,
    "associated file": _associated,
    "attached note": _attached_note,
    "external stream": _external_stream,
    "reference to a document": _reference_form,
    "postscript": _postscript,
    "hidden in resources": _hidden,
    "hidden in tags": _tags,
    "hidden in the trailer": _trailer,
    "metadata": _metadata,
    "file address": _address("file:///etc/EVIL"),
    "script address": _address("javascript:EVIL()"),
    "data address": _address("data:text/html,EVIL"),
    "network share": _address("\\\\EVIL\\share"),
    "address with a break": _address("http://x\r\nEVIL"),
}
