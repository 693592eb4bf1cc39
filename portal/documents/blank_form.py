"""The blank form of a call, to be filled in by hand."""

from portal.core.i18n import gettext as _
from portal.documents.contents import BlankForm, Content, values


def blank_form(content: BlankForm) -> Content:
    """Return the form on paper, in the present language."""
    title = _("Application form on paper – %(call)s", call=content.call_title)
    return Content(template="blank_form", context=values(content), title=title)
