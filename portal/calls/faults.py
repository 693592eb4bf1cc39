"""What is wrong with a call file: complaints about places, and the refusal that carries them."""

from typing import NamedTuple

from portal.core.errors import DomainError

# Names of entries and places in lists (from 0), from the top of the file to the fault.
Place = tuple[str | int, ...]


class Complaint(NamedTuple):
    """One fault: where it stands and what to do."""

    path: Place
    message: str


class CallFaults(DomainError):
    """The call cannot be used; `faults` are sentences with file, line and remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
