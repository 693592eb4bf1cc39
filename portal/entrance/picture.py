"""A QR code as a picture that stands in the page itself."""


def qr_code(text: str) -> str:
    """Return `text` as a QR code: a `data:` address of an SVG, dark on light in any mode."""
    import segno  # slow to import, and needed once per account

    return segno.make(text, error="m").svg_data_uri(
        scale=4, border=4, dark="#000", light="#fff", omitsize=False
    )
