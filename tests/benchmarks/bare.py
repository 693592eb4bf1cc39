"""The least that WeasyPrint can be asked for: what our documents are measured against.

Run as a program it makes a bare document, tagged and with the same fonts, for each line of its
input (`receipt` or `dossier`), and answers with the number of its pages.
"""

import sys
from collections.abc import Mapping
from io import BytesIO

from PIL import Image
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from portal.documents.assets import AssetFetcher
from portal.documents.templates import FOLDER

FACES = [one for one in (FOLDER / "document.css").read_text().splitlines() if "@font-face" in one]
STYLE = """
@page { size: A4; margin: 22mm 20mm 25mm 25mm }
html { font: 10.5pt/1.42 "Fira Sans", "Amiri", sans-serif }
h1 { font-size: 17pt }
table { width: 100%; table-layout: fixed }
th { width: 46mm; text-align: left; font-weight: 400 }
img { width: 165mm }
"""
WORDS = (
    "Nachbarinnen und Nachbarn lernen zusammen Deutsch, kochen und gärtnern; alle sind willkommen. "
)
ROWS = "".join(f"<tr><th>Angabe {n}</th><td>{WORDS[:60]}</td></tr>" for n in range(10))
HEAD = "<!doctype html><html lang=de><meta charset=utf-8><title>Beleg</title>"
RECEIPT = f"""{HEAD}
<p>Gartenzaun Scharnhorst e. V.<br>Amina Haddad<br>Buschei 1<br>44328 Dortmund</p>
<h1>Ihre Bewerbung ist eingegangen</h1>
<p>Guten Tag, vielen Dank für Ihre Bewerbung. {WORDS}</p>
<table>{ROWS}</table>
<p>Mit freundlichen Grüßen</p>"""
DOSSIER = f"""{HEAD}
<h1>Sprachcafé am Gartenzaun</h1>
<table>{ROWS * 2}</table>
<h2>Das Projekt</h2>
{f"<p>{WORDS * 6}</p>" * 11}
<h2>Fotos</h2>
<p><img src="asset:photo1" alt="Foto"></p><p><img src="asset:photo2" alt="Foto"></p>"""


def picture() -> bytes:
    """Return a photo as the portal keeps it for print: a JPEG, 1400 pixels wide."""
    target = BytesIO()
    Image.effect_noise((175, 117), 80).resize((1400, 933)).save(target, "JPEG")
    return target.getvalue()


class Bare:
    """Makes bare documents with one set of fonts."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        self.style = self._style("\n".join(FACES) + STYLE)
        body = (picture(), "image/jpeg")
        self.photos: Mapping[str, tuple[bytes, str]] = {"photo1": body, "photo2": body}

    def _style(self, text: str) -> CSS:
        fetcher = AssetFetcher({})
        return CSS(string=text, base_url="asset:", url_fetcher=fetcher, font_config=self.fonts)

    def make(self, page: str) -> int:
        """Make a document; return the number of its pages."""
        html = HTML(string=page, base_url="asset:", url_fetcher=AssetFetcher(self.photos))
        options = {"font_config": self.fonts, "pdf_variant": "pdf/ua-1"}
        document = html.render(stylesheets=[self.style], **options)
        document.write_pdf(pdf_variant="pdf/ua-1")
        return len(document.pages)


if __name__ == "__main__":
    bare = Bare()
    for line in sys.stdin:
        print(bare.make(DOSSIER if line.strip() == "dossier" else RECEIPT), flush=True)
