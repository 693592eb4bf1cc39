"""Which applications an action or export is about: those that were ticked, or a whole view."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from portal.accounts.models import User
from portal.applications.desk import finding, narrowing
from portal.applications.desk.listing import Filters, Pairs, parse
from portal.applications.desk.narrowing import Scope
from portal.applications.desk_models import Digest
from portal.applications.models import Application
from portal.applications.workflow import Status
from portal.calls.definition import Definition
from portal.calls.models import Call
from portal.core.db import db
from portal.core.text import one_line

MOST_TICKED = 1000


@dataclass(frozen=True)
class Chosen:
    """A choice of received applications of a call; `ids` win over `filters`. Never drafts."""

    scope: Scope
    filters: Filters
    ids: tuple[UUID, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the choice as names and values of an address or of hidden fields."""
        if self.ids:
            return [("id", str(one)) for one in self.ids]
        return self.filters.pairs(paged=False)

    @property
    def query(self) -> str:
        """Return the choice as the query of an address."""
        return urlencode(self.pairs)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what rows of `Application`, joined with `Digest`, have to fulfil."""
        if self.ids:
            return [
                Application.call_id == self.scope.call_id,
                Application.status != Status.DRAFT,
                Application.id.in_(self.ids),
            ]
        return narrowing.conditions(self.scope, self.filters)

    def count(self) -> int:
        """Return how many applications are chosen."""
        counted = select(func.count(Application.id)).join(
            Digest, Digest.application_id == Application.id
        )
        return int(db.session.scalar(counted.where(*self.conditions())) or 0)

    def ids_in_order(self) -> list[UUID]:
        """Return the ids of everything chosen, in the order of the list."""
        rows = (
            select(Application.id)
            .join(Digest, Digest.application_id == Application.id)
            .outerjoin(User, User.id == Application.clerk_id)
            .where(*self.conditions())
            .order_by(*finding.ordered(self.filters))
        )
        return list(db.session.scalars(rows))

    def applications(self, most: int) -> list[Application]:
        """Return the chosen applications by number, at most `most`."""
        rows = select(Application).join(Digest, Digest.application_id == Application.id)
        rows = rows.where(*self.conditions()).order_by(Application.number).limit(most)
        return list(db.session.scalars(rows))


def chosen(call: Call, user_id: UUID, definition: Definition, pairs: Pairs) -> Chosen:
    """Return what an address or form chooses: `id` several times, else the filters of the list."""
    given = list(pairs)
    scope = Scope(call_id=call.id, user_id=user_id, zone=definition.zone)
    ids = [found for name, text in given if name == "id" and (found := _uuid(one_line(text)))]
    return Chosen(scope, parse(given, definition), tuple(dict.fromkeys(ids))[:MOST_TICKED])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
