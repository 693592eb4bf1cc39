"""A whole application as a PDF for the office."""

from collections.abc import Mapping

from portal.core.i18n import gettext as _
from portal.documents.contents import ApplicationContent, Content, values


def application(content: ApplicationContent, blobs: Mapping[str, tuple[bytes, str]]) -> Content:
    """Return the document, in the present language; blobs: bytes and media type of pictures."""
    title = _("Application %(number)s", number=content.number)
    return Content(template="application", context=values(content), title=title, blobs=blobs)
