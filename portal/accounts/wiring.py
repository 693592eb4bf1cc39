"""What the composition root gives to this room: the settings, and keys derived from the secret.

Links, second factors and recovery codes are derived from or sealed with these keys, so a stolen
copy of the database opens nothing.
"""

import hashlib
import hmac

from portal.settings import Settings

_in_use: list[Settings] = []


def use(settings: Settings) -> None:
    """Take secret, origin and names from `settings`; called once at start."""
    _in_use[:] = [settings]


def settings() -> Settings:
    """Return the settings in use; raise `RuntimeError` before `use`."""
    if not _in_use:
        raise RuntimeError("Call accounts.use(settings) at start.")
    return _in_use[0]


def derived(purpose: str, *words: str) -> bytes:
    """Return 32 bytes that only this installation can make for `purpose` and `words`."""
    key = hmac.digest(settings().secret, f"portal accounts {purpose}".encode(), hashlib.sha256)
    return hmac.digest(key, "\0".join(words).encode(), hashlib.sha256)


def hash_of(word: str) -> str:
    """Return what the database stores of a random word of at least 128 bits."""
    return hashlib.sha256(word.encode()).hexdigest()
