"""Refusals that have a meaning for a person. `web/errors.py` turns them into pages."""


class DomainError(Exception):
    """A rule of the domain says no; the message is a sentence for the person (HTTP 409)."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Forbidden(DomainError):
    """The person sees the thing but may not do this with it (HTTP 403)."""


class NotFound(DomainError):
    """The thing does not exist, or the person may not know that it does (HTTP 404)."""


class NoRoom(DomainError):
    """Nothing can be stored just now, and it is not the person's fault (HTTP 507)."""


class TooManyRequests(DomainError):
    """A rate limit was met (HTTP 429); `seconds` says when to try again."""

    def __init__(self, message: str = "", seconds: int = 60) -> None:
        super().__init__(message)
        self.seconds = seconds
