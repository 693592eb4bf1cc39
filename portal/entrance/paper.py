"""The empty form of a call on paper."""

from portal.calls.standing import Standing
from portal.core.i18n import BINDING, language
from portal.documents import usecases as documents
from portal.documents.models import Document, DocumentState


def blank_form(call: Standing) -> Document | None:
    """Return the form on paper in the present language, else in German, if it is made."""
    for code in dict.fromkeys((language(), BINDING)):
        form = documents.find(
            "blank_form", about=call.version_id, version_n=call.version_n, language=code
        )
        if form is not None and form.state is DocumentState.MADE:
            return form
    return None
