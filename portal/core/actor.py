"""Who acts: a user of the house, an applicant by the key of one application, or a job."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class Actor(Protocol):
    """Whoever does something; `kind` and `key` are written into histories, never a name.

    kind: `user`, `applicant`, `visitor` or `system`. key: a user's id, the id of the application,
    or the name of the job.
    """

    @property
    def kind(self) -> str:
        """What sort of actor this is."""

    @property
    def key(self) -> str:
        """Which one of its sort."""


@dataclass(frozen=True)
class Applicant:
    """Whoever holds a key to one application. There is no account behind it."""

    application_id: UUID
    kind: str = "applicant"

    @property
    def key(self) -> str:
        """The id of the application."""
        return str(self.application_id)


@dataclass(frozen=True)
class System:
    """The portal itself, in the job of this name."""

    job: str
    kind: str = "system"

    @property
    def key(self) -> str:
        """The name of the job."""
        return self.job


@dataclass(frozen=True)
class Visitor:
    """Somebody of whom nothing is known."""

    kind: str = "visitor"
    key: str = ""
