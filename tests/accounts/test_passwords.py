"""Which passwords are good enough, and how they are kept."""

import pytest
from flask import Flask

from portal.accounts import passwords

pytestmark = pytest.mark.one_database  # rules without rows
EASY = (
    "password1234", "passwortpasswort", "123456789012", "qwertzuiop123", "iloveyouiloveyou",
    "Integrationspreis2027", "Dortmund123456", "anna.vorlage@example.org", "aaaaaaaaaaaa",
    "Sommer2026!!", "hallo1234567", "kurz", "elf Zeichen", "",
)  # fmt: skip
GOOD = (
    "vier kleine blaue Boote", "gUtkX2n5Qpzw", "correct horse battery staple",
    "Ein Fahrrad lehnt am Kiosk", "كلمة سر طويلة جدا وجميلة", "12 Uhr mittags am Hafen",
    "vier kleine blaue Boote " * 9,
)  # fmt: skip


@pytest.mark.parametrize("password", EASY)
@pytest.mark.usefixtures("app")
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    assert passwords.fault_of(password, email="anna.vorlage@example.org", name="Anna Vorlage")


@pytest.mark.parametrize("password", GOOD)
@pytest.mark.usefixtures("app")
def test_a_long_password_is_good_whatever_it_is_made_of(password: str) -> None:
    fault = passwords.fault_of(password, email="anna.vorlage@example.org", name="Anna Vorlage")

    assert fault == ""


def test_a_passphrase_of_200_characters_counts_to_its_end(app: Flask) -> None:
    long = ("Ein Fahrrad lehnt am Kiosk, " * 8)[:200]
    stored = passwords.hashed(long)

    assert passwords.matches(stored, long)
    assert not passwords.matches(stored, long[:-1])
    assert not passwords.matches(stored, long + " ")


def test_the_hash_is_argon2id_with_19_mib(app: Flask) -> None:
    assert passwords.hashed("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_composed_and_decomposed_letters_are_the_same_password(app: Flask) -> None:
    assert passwords.matches(passwords.hashed("Tu\u0308r auf, Tor zu"), "T\u00fcr auf, Tor zu")


@pytest.mark.parametrize("stored", ["", "nonsense"])
def test_without_a_hash_nothing_matches(app: Flask, stored: str) -> None:
    assert not passwords.matches(stored, "a password that nobody has")
