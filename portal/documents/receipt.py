"""The receipt: number, time, and everything a person sent."""

from io import BytesIO

from portal.core.i18n import gettext as _
from portal.documents.contents import Content, ReceiptContent, values


def receipt(content: ReceiptContent) -> Content:
    """Return the receipt with its QR code, in the present language."""
    title = _("Receipt %(number)s – %(call)s", number=content.number, call=content.call_title)
    return Content(
        template="receipt",
        context=values(content) | {"in_time": content.arrived_at <= content.closes_at},
        title=title,
        blobs={"qr.png": (qr_code(content.qr_url), "image/png")},
    )


def qr_code(address: str) -> bytes:
    """Return a QR code as PNG, eight pixels for each square, without a border of its own.

    A picture costs a tenth of the lines that a drawing would have.
    """
    import segno  # slow to import, and only where receipts are rendered

    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", border=0, scale=8)
    return picture.getvalue()
