"""Which jobs there are, how they are run, and what they may say: "later" or "never"."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from portal.settings import Settings


class Later(Exception):
    """The job cannot be done yet; try again in `seconds`. Counts as no failed try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class GiveUp(Exception):
    """The job can never be done; `reason` is kept with it, so it names no person."""


class Terms(TypedDict, total=False):
    """How a kind of job is run.

    tries: failed tries until the job is dead; None means that the job itself gives up.
    lease: seconds after which another worker may take the job; None means `lease_seconds`.
    every: seconds between two runs of a job that repeats itself.
    counts_lost: whether the death of the worker in mid-job counts as a failed try.
    """

    tries: int | None
    lease: float | None
    every: float | None
    counts_lost: bool


@dataclass(frozen=True)
class Kind:
    """A kind of job; see `Terms`."""

    name: str
    run: Callable[..., object]
    tries: int | None = 8
    lease: float | None = None
    every: float | None = None
    counts_lost: bool = True


KINDS: dict[str, Kind] = {}
_in_use: list[Settings] = []


def register(name: str, run: Callable[..., Any], **terms: Unpack[Terms]) -> None:
    """Let jobs called `name` be done by `run(**args)`, by default with eight tries.

    `run` is called inside an app context and outside of any transaction; it opens its own short
    ones and must bear being run twice.
    """
    KINDS[name] = Kind(name, run, **terms)


def use(settings: Settings) -> None:
    """Take lease, poll and retry times from `settings`; called once at start."""
    _in_use[:] = [settings]


def settings() -> Settings:
    """Return the settings in use; raise `RuntimeError` before `use`."""
    if not _in_use:
        raise RuntimeError("Call jobs.use(settings) at start.")
    return _in_use[0]


def lease_of(kind: Kind) -> float:
    """Return for how many seconds a job of this kind belongs to its worker."""
    return kind.lease if kind.lease is not None else settings().lease_seconds
