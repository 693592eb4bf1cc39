"""Finding one application of a call by a number or a word of its title, for samples."""

from sqlalchemy import or_, select

from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.models import Call
from portal.core.db import db


def found_by(call: Call, q: str) -> Application | None:
    """Return the newest received application whose number or title has all words of `q`.

    Nothing typed: the newest of all. Drafts are never found.
    """
    wanted = select(Application).where(
        Application.call_id == call.id, Application.status != Status.DRAFT
    )
    for word in q.split()[:8]:
        has = (
            c.icontains(word, autoescape=True) for c in (Application.reference, Application.title)
        )
        wanted = wanted.where(or_(*has))
    return db.session.scalar(wanted.order_by(Application.number.desc()).limit(1))
