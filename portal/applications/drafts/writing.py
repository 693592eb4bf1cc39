"""May the files of a question be changed: in an open draft, or since the office asks for them."""

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


def is_asked_for(application: Application, key: str, *, by: Actor, at: datetime) -> bool:
    """Return whether the office has opened the question `key` and `by` may answer it now."""
    if application.status not in (Status.RETURNED, Status.IN_SCREENING):
        return False
    opened = {one for find in OPENED for one in find(application, at)}
    return key in opened and POLICY.allows(by, Action.ANSWER, application)


def require_allowed(application: Application, key: str, *, by: Actor, at: datetime) -> None:
    """Raise `Forbidden` if `by` can never change the files of `key`, open call or not."""
    if not is_asked_for(application, key, by=by, at=at):
        POLICY.require(by, Action.EDIT, application)


def require_writable(application: Application, key: str, *, by: Actor, at: datetime) -> None:
    """Raise `Forbidden`, `Closed` or `NotOpenYet` if the files of question `key` are shut."""
    if is_asked_for(application, key, by=by, at=at):
        return
    if key.startswith("@"):
        raise Forbidden
    POLICY.require(by, Action.EDIT, application)
    require_open(application, at)
