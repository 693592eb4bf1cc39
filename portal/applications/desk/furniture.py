"""What stands around a list or an application: views, tags, clerks, doubles: one statement.

The statements are made once, since making them costs more than asking them.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from portal.accounts.models import User
from portal.applications.correspondence.messages import Message
from portal.applications.desk.narrowing import Scope
from portal.applications.desk_models import ApplicationTag, Duplicate, SavedView, Tag
from portal.applications.models import Application
from portal.calls.memberships import Membership, Role
from portal.core.db import rows_of


@dataclass(frozen=True)
class View:
    """A saved view: its address's query, whether others see it, and whose it is."""

    id: UUID
    name: str
    query: str
    shared: bool
    owner_id: UUID


@dataclass(frozen=True)
class TagWord:
    """A tag to be shown."""

    id: UUID
    name: str
    colour: str


@dataclass(frozen=True)
class Clerk:
    """A member of the office; `role` tells readers apart."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True)
class Twin:
    """Another application that may be the same."""

    pair_id: UUID
    id: UUID
    reference: str
    title: str
    dismissed: bool


@dataclass
class Furniture:
    """Everything around.

    tags_on: the ids of the tags of the application in question; unread: its messages that nobody of
    the office has read.
    """

    views: list[View] = field(default_factory=list)
    tags: dict[str, TagWord] = field(default_factory=dict)
    staff: dict[UUID, Clerk] = field(default_factory=dict)
    twins: list[Twin] = field(default_factory=list)
    tags_on: list[str] = field(default_factory=list)
    unread: int = 0

    @property
    def clerks(self) -> list[Clerk]:
        """The members who can look after applications."""
        return [clerk for clerk in self.staff.values() if clerk.role == Role.OFFICE]

    @property
    def its_tags(self) -> list[TagWord]:
        """The tags of the application in question."""
        return [self.tags[one] for one in self.tags_on if one in self.tags]


def around_list(scope: Scope) -> Furniture:
    """Return views, tags and clerks of a call."""
    return _read(_AROUND_LIST, {"call": scope.call_id, "me": scope.user_id})


def around_application(scope: Scope, application_id: UUID) -> Furniture:
    """Return tags and clerks of the call, and tags and possible doubles of one application."""
    return _read(_AROUND_APPLICATION, {"call": scope.call_id, "application": application_id})


def _line(kind: str, key: Any, **columns: Any) -> Any:
    """One kind of rows in the form that all kinds share."""
    return select(
        sa.literal(kind).label("kind"),
        sa.cast(key, sa.Uuid).label("key"),
        sa.cast(columns["name"], sa.String).label("name"),
        sa.cast(columns["extra"], sa.String).label("extra"),
        sa.cast(columns["flag"], sa.Boolean).label("flag"),
        sa.cast(columns["other"], sa.Uuid).label("other"),
    )


_CALL = bindparam("call", type_=sa.Uuid())
_APPLICATION = bindparam("application", type_=sa.Uuid())


def _views() -> Any:
    mine = SavedView.owner_id == bindparam("me", type_=sa.Uuid())
    return _line(
        "view",
        SavedView.id,
        name=SavedView.name,
        extra=SavedView.query,
        flag=SavedView.shared,
        other=SavedView.owner_id,
    ).where(SavedView.call_id == _CALL, sa.or_(mine, SavedView.shared))


def _tags() -> Any:
    line = _line("tag", Tag.id, name=Tag.name, extra=Tag.colour, flag=sa.false(), other=sa.null())
    return line.where(Tag.call_id == _CALL)


def _staff() -> Any:
    name = sa.func.coalesce(sa.func.nullif(User.name, ""), User.email)
    line = _line("staff", User.id, name=name, extra=Membership.role, flag=User.active,
                 other=sa.null())  # fmt: skip
    return line.join(Membership, Membership.user_id == User.id).where(
        Membership.call_id == _CALL, Membership.role.in_((Role.OFFICE, Role.READER))
    )


def _tags_on() -> Any:
    line = _line("on", ApplicationTag.tag_id, name="", extra="", flag=sa.false(), other=sa.null())
    return line.where(ApplicationTag.application_id == _APPLICATION)


def _unread() -> Any:
    line = _line("unread", Message.id, name="", extra="", flag=sa.false(), other=sa.null())
    return line.where(
        Message.application_id == _APPLICATION,
        Message.from_office.is_(False),
        Message.read_at.is_(None),
    )


def _twins() -> Any:
    first = Duplicate.first_id == _APPLICATION
    twin = sa.case((first, Duplicate.second_id), else_=Duplicate.first_id)
    line = _line("twin", Duplicate.id, name=Application.title, extra=Application.reference,
                 flag=Duplicate.dismissed_at.is_not(None), other=Application.id)  # fmt: skip
    return line.join(Application, Application.id == twin).where(
        sa.or_(first, Duplicate.second_id == _APPLICATION)
    )


_AROUND_LIST = sa.union_all(_views(), _tags(), _staff())
_AROUND_APPLICATION = sa.union_all(_tags(), _staff(), _tags_on(), _twins(), _unread())


def _read(lines: Any, given: dict[str, UUID]) -> Furniture:
    found = Furniture()
    for row in sorted(rows_of(lines, given), key=lambda one: (one.kind, str(one.name).casefold())):
        _put(found, row)
    return found


def _put(found: Furniture, row: Any) -> None:
    if row.kind == "view":
        found.views.append(View(row.key, row.name, row.extra, row.flag, row.other))
    elif row.kind == "tag":
        found.tags[row.key.hex] = TagWord(row.key, row.name, row.extra)
    elif row.kind == "staff":
        known = found.staff.get(row.key)
        if known is None or known.role != Role.OFFICE:
            found.staff[row.key] = Clerk(row.key, row.name, row.extra)
    elif row.kind == "on":
        found.tags_on.append(row.key.hex)
    elif row.kind == "unread":
        found.unread += 1
    else:
        found.twins.append(Twin(row.key, row.other, row.extra, row.name, row.flag))
