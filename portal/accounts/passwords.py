"""Passwords: which are good enough, how they are kept, how they are compared.

Length counts, composition does not. Common passwords, also with usual changes, are recognised
offline by zxcvbn (over 30 000 passwords, names and words), together with words of this place.
"""

import re
import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from portal.accounts.wiring import settings
from portal.core.i18n import gettext as _

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 1000  # far above any passphrase; only a brake on work
ENOUGH = 9.0  # decimal digits of the number of guesses
AT_ONCE = 2  # each hashing takes 19 MiB for a moment
CONTEXT = (
    "passwort kennwort geheim stadt verwaltung rathaus preis wettbewerb bewerbung jury portal"
    " integration integrationspreis heimatpreis ehrenamt dortmund borussia sommer winter fruehling"
    " frühling herbst januar februar märz april juni juli august september oktober november"
    " dezember willkommen hallo"
).split()
_slots = BoundedSemaphore(AT_ONCE)


@cache
def hasher() -> "PasswordHasher":
    """Return the hasher: argon2id with the parameters that new hashes get."""
    from argon2 import PasswordHasher, Type  # a library in C, loaded where somebody signs in

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


def normal(password: str) -> str:
    """Return the password in the form that is hashed: NFC, otherwise as typed."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    """Return what the database keeps of a password."""
    with _slots:
        return hasher().hash(normal(password))


def matches(stored: str, password: str) -> bool:
    """Return whether `password` belongs to the hash `stored`.

    Takes as long for an account without a password, or for none at all (`stored` empty). Call it
    outside of a transaction: it is slow on purpose.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    with _slots:
        try:
            right = hasher().verify(stored or _nobodys(), normal(password)[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return right and bool(stored)


def is_outdated(stored: str) -> bool:
    """Return whether the hash was made with weaker parameters than today's."""
    return hasher().check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return hasher().hash("a password that nobody has")


def fault_of(password: str, *, email: str = "", name: str = "") -> str:
    """Return what is wrong with a new password as a sentence, empty if nothing is."""
    word = normal(password)
    if len(word) < SHORTEST:
        return _("Use at least %(num)s characters. Several words in a row are easy to remember.",
                 num=SHORTEST)  # fmt: skip
    if len(word) > LONGEST:
        return _("Use at most %(num)s characters.", num=LONGEST)
    if _digits_of_guesses(word, email, name) < ENOUGH:
        return _("This password is easy to guess. Take several words that do not belong together.")
    return ""


def _digits_of_guesses(word: str, email: str, name: str) -> float:
    from zxcvbn_rs_py import zxcvbn  # its word lists take 10 MB: load them only where needed

    place = re.split(r"\W+", settings().operator_name)
    own = [email, *re.split(r"\W+", email), *re.split(r"\W+", name)]
    known = [w.lower() for w in (*CONTEXT, *place, *own) if len(w) > 2]
    return zxcvbn(word, known).guesses_log10
