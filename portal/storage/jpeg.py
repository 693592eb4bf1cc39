"""A JPEG without the notes of its camera, its picture untouched (for photos within PDFs)."""

# Kept: JFIF (APP0), colour profile (APP2 "ICC_PROFILE") and Adobe's colour transform (APP14).
COMMENT = 0xFE
START_OF_SCAN = 0xDA


def without_notes(data: bytes) -> bytes:
    """Return `data` without EXIF, XMP, IPTC and comments; as it is if it is no orderly JPEG."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == START_OF_SCAN:
            return b"".join(kept) + data[at:]
        if length < 2 or not 0xC0 <= marker <= 0xFE:
            return data
        segment = data[at : at + 2 + length]
        if not _is_note(marker, segment[4:]):
            kept.append(segment)
        at += 2 + length
    return data


def _is_note(marker: int, body: bytes) -> bool:
    if marker == 0xE2:
        return not body.startswith(b"ICC_PROFILE\0")
    return marker == COMMENT or (0xE1 <= marker <= 0xEF and marker != 0xEE)
