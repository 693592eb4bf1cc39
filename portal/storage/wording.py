"""The sentence for each refusal and note: what is wrong with which file, and what to do."""

from collections.abc import Callable
from typing import Any

from portal.core.i18n import format_number, ngettext
from portal.core.i18n import gettext as _
from portal.storage.notes import Note
from portal.storage.refusals import Code

MIB = 1024 * 1024
PHOTOS = {"jpeg", "png", "webp", "heic"}
NAMES = {"pdf": "PDF", "jpeg": "JPG", "png": "PNG", "webp": "WebP", "heic": "HEIC"}


def sentence(code: Code | str, filename: str, **facts: Any) -> str:
    """Return why `filename` was refused and what helps, in the present language.

    facts: those of the `Refused`; `limit` (bytes) for too_large, `allowed` (kinds) for a wrong
    type, `pages` and `max_pages`, `pixels` and `max_pixels`, `found` and `ending`.
    """
    return " ".join(part for part in SENTENCES[Code(code)](filename, facts) if part)


def note_sentence(note: Note | str, filename: str) -> str:
    """Return what was taken out of `filename`, in the present language."""
    return NOTES[Note(note)](filename)


def size_in_words(size: int) -> str:
    """Return a size for people, for example `15 MB` or `300 KB`."""
    if size >= MIB:
        return f"{format_number(round(size / MIB, 1))} MB"
    return f"{format_number(max(1, round(size / 1024)))} KB"


def remedy(allowed: tuple[str, ...] | list[str]) -> str:
    """Return which kinds to choose instead."""
    photos, pdf = bool(PHOTOS & set(allowed)), "pdf" in allowed
    if photos and not pdf:
        return _("Choose a photo as JPG, PNG or WebP.")
    if pdf and not photos:
        return _("Save it as a PDF and choose the PDF.")
    return _("Choose a PDF, or a photo as JPG, PNG or WebP.")


def _empty(file: str, _facts: dict[str, Any]) -> list[str]:
    return [_("“%(file)s” is empty. Choose the file again, or another one.", file=file)]


def _too_large(file: str, facts: dict[str, Any]) -> list[str]:
    limit = facts.get("limit")
    if limit is None:
        return [_("“%(file)s” is too large. Make it smaller and choose it again.", file=file)]
    return [
        _(
            "“%(file)s” is larger than %(limit)s. Make it smaller and choose it again.",
            file=file,
            limit=size_in_words(limit),
        ),
        _(
            "A photo gets smaller when you send it to yourself by mail in medium size; a PDF when "
            "you save it with smaller pictures."
        ),
    ]


def _wrong_type(file: str, facts: dict[str, Any]) -> list[str]:
    return [_("We cannot take “%(file)s”: it is another kind of file.", file=file), _other(facts)]


def _mismatch(file: str, facts: dict[str, Any]) -> list[str]:
    found = NAMES.get(str(facts.get("found")), "")
    return [
        _(
            "“%(file)s” is really a %(found)s file, but its name ends in .%(ending)s.",
            file=file,
            found=found,
            ending=facts.get("ending", ""),
        ),
        _("Save it once more as %(found)s and choose the new file.", found=found),
    ]


def _heic(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _("“%(file)s” is a HEIC photo, which we cannot read here.", file=file),
        _(
            "On the iPhone: Settings, Camera, Formats, “Most Compatible”, then "
            "take the photo again; "
            "or send the photo to yourself by mail: it then arrives as JPG."
        ),
    ]


def _gif(file: str, facts: dict[str, Any]) -> list[str]:
    return [_("“%(file)s” is a GIF picture, which we cannot take.", file=file), _other(facts)]


def _svg(file: str, facts: dict[str, Any]) -> list[str]:
    return [
        _("“%(file)s” is an SVG drawing, which can hold programs. We cannot take it.", file=file),
        _other(facts),
    ]


def _web_page(file: str, facts: dict[str, Any]) -> list[str]:
    return [
        _("“%(file)s” is a web page, which can hold programs. We cannot take it.", file=file),
        _("Print the page into a PDF and choose the PDF.")
        if "pdf" in facts.get("allowed", ("pdf",))
        else _other(facts),
    ]


def _archive(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _(
            "“%(file)s” is an archive with other files in it. Unpack it and choose the files "
            "one by one.",
            file=file,
        )
    ]


def _office(file: str, facts: dict[str, Any]) -> list[str]:
    return [
        _("“%(file)s” is a text or table of an office program, which we cannot take.", file=file),
        _("In Word or LibreOffice choose “Save as” or “Export”, then PDF, and choose the PDF here.")
        if "pdf" in facts.get("allowed", ("pdf",))
        else _other(facts),
    ]


def _video(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _(
            "“%(file)s” is a film or sound, which we cannot take. Put it on the internet and "
            "give us the link.",
            file=file,
        )
    ]


def _broken(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _("“%(file)s” cannot be opened. It seems to be damaged.", file=file),
        _("Open the file on your device. If that works, save it anew and choose the new file."),
    ]


def _password(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _(
            "“%(file)s” is locked with a password. Save it without the password and choose it "
            "again.",
            file=file,
        )
    ]


def _pages(file: str, facts: dict[str, Any]) -> list[str]:
    most = int(facts.get("max_pages", 0))
    return [
        _("“%(file)s” has %(pages)s pages.", file=file, pages=format_number(facts.get("pages", 0))),
        ngettext(
            "%(num)s page is the limit. Choose a shorter version.",
            "%(num)s pages are the limit. Choose a shorter version.",
            most,
        ),
    ]


def _many_pixels(file: str, facts: dict[str, Any]) -> list[str]:
    return [
        _(
            "“%(file)s” has more pixels than we can handle: %(pixels)s million; "
            "%(most)s million are "
            "the limit.",
            file=file,
            pixels=_millions(facts.get("pixels", 0)),
            most=_millions(facts.get("max_pixels", 0)),
        ),
        _("Save the picture smaller, for example 4000 pixels wide, and choose it again."),
    ]


def _active(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _("“%(file)s” is a form that only one program can show.", file=file),
        _("Open it there, print it into a PDF and choose that PDF."),
    ]


def _portfolio(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _(
            "“%(file)s” is a bundle of several files. Save each of them as a PDF of its own and "
            "choose them one by one.",
            file=file,
        )
    ]


def _infected(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _("Our virus scanner found something in “%(file)s”. We did not keep the file.", file=file),
        _("Check your device for viruses. Then choose a clean file."),
    ]


def _full(file: str, _facts: dict[str, Any]) -> list[str]:
    return [
        _(
            "“%(file)s” could not be stored, because we have no room at the moment. It is not "
            "your fault. Everything else is kept; try again in an hour.",
            file=file,
        )
    ]


def _other(facts: dict[str, Any]) -> str:
    return remedy(facts.get("allowed", ()))


def _millions(pixels: int) -> str:
    return format_number(round(pixels / 1_000_000))


SENTENCES: dict[Code, Callable[[str, dict[str, Any]], list[str]]] = {
    Code.EMPTY: _empty,
    Code.TOO_LARGE: _too_large,
    Code.WRONG_TYPE: _wrong_type,
    Code.TYPE_MISMATCH: _mismatch,
    Code.HEIC_HERE: _heic,
    Code.GIF: _gif,
    Code.SVG: _svg,
    Code.WEB_PAGE: _web_page,
    Code.ARCHIVE: _archive,
    Code.OFFICE: _office,
    Code.VIDEO: _video,
    Code.BROKEN: _broken,
    Code.PASSWORD: _password,
    Code.TOO_MANY_PAGES: _pages,
    Code.TOO_MANY_PIXELS: _many_pixels,
    Code.ACTIVE_CONTENT: _active,
    Code.PORTFOLIO: _portfolio,
    Code.INFECTED: _infected,
    Code.STORAGE_FULL: _full,
}

NOTES: dict[Note, Callable[[str], str]] = {
    Note.FORM_FLATTENED: lambda file: _(
        "The form fields of “%(file)s” are now fixed text.", file=file
    ),
    Note.SIGNATURE_REMOVED: lambda file: _(
        "The digital signature of “%(file)s” is not kept. Its page looks the same.", file=file
    ),
    Note.SCRIPTS_REMOVED: lambda file: _(
        "We took programs out of “%(file)s”. Its pages look the same.", file=file
    ),
    Note.ATTACHMENTS_REMOVED: lambda file: _(
        "We took files out that were hidden in “%(file)s”. Send them one by one if they matter.",
        file=file,
    ),
    Note.LINKS_REMOVED: lambda file: _(
        "Some links in “%(file)s” lead to other files or programs. They no longer work.", file=file
    ),
}
