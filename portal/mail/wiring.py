"""What the composition root gives to this room: settings, and the keys and documents of others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.settings import Settings


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter; `filename` is shown to the person, never a path."""

    filename: str
    content_type: str
    data: bytes


def _no_key(_key: UUID) -> str | None:
    return None


def _no_files(_ids: list[str]) -> Sequence[Attachment]:
    return ()


@dataclass(frozen=True)
class Wiring:
    """See `use`."""

    settings: Settings
    link_of: Callable[[UUID], str | None] = _no_key
    code_of: Callable[[UUID], str | None] = _no_key
    attachments_of: Callable[[list[str]], Sequence[Attachment]] = _no_files


_in_use: list[Wiring] = []


def use(settings: Settings, **ways: Callable[..., object]) -> None:
    """Take settings and the ways to other rooms; called once at start.

    link_of, code_of: from the id of an access key to the absolute link or the six digits; None if
    the key lives no more. attachments_of: from ids of documents (text) to their files; raises
    `jobs.Later` while one is not ready. All three run inside a transaction.
    """
    _in_use[:] = [Wiring(settings, **ways)]  # type: ignore[arg-type]


def wired() -> Wiring:
    """Return what is in use; raise `RuntimeError` before `use`."""
    if not _in_use:
        raise RuntimeError("Call mail.use(settings, …) at start.")
    return _in_use[0]
