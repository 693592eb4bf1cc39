"""May the files of a question be changed now: in an open draft, or since the office asks for them."""

from collections.abc import Callable
from datetime import datetime

from portal.applications.deadline import require_open
from portal.applications.models import Application
from portal.applications.policy import POLICY, Action
from portal.applications.workflow import Status
from portal.core.actor import Actor
from portal.core.errors import Forbidden

# Given the application and the moment: the keys of questions that are open for an answer.
Opened = Callable[[Application, datetime], set[str]]
OPENED: list[Opened] = []


def require_writable(application: Application, key: str, *, by: Actor, at: datetime) -> None:
    """Raise `Forbidden`, `Closed` or `NotOpenYet` if the files of question `key` are shut."""
    if application.status in (Status.RETURNED, Status.IN_SCREENING):
        opened = {one for find in OPENED for one in find(application, at)}
        if key in opened and POLICY.allows(by, Action.ANSWER, application):
            return
    if key.startswith("@"):
        raise Forbidden
    POLICY.require(by, Action.EDIT, application)
    require_open(application, at)
