"""Codes and recovery codes work once; nothing that opens an account stands in the database."""

from datetime import timedelta

from flask import Flask

from portal.accounts import factors
from portal.core.clock import now
from portal.core.db import db, transaction
from tests.people import a_person


def test_a_recovery_code_works_once_in_whatever_spelling(app: Flask) -> None:
    user = a_person().user
    with transaction():
        codes = factors.new_recovery_codes(user)
    with transaction():
        used = [factors.use_recovery_code(user, word, now()) for word in (
            f" {codes[0].lower()}\n", codes[0], codes[0].replace("-", " "), codes[1],
        )]  # fmt: skip

    assert used == [True, False, False, True]
    assert factors.recovery_codes_left(user) == 8


def test_new_recovery_codes_kill_the_old_ones(app: Flask) -> None:
    user = a_person().user
    with transaction():
        old = factors.new_recovery_codes(user)
        factors.new_recovery_codes(user)

        assert not factors.use_recovery_code(user, old[0], now())


def test_a_recovery_code_opens_only_its_own_account(app: Flask) -> None:
    anna, berta = a_person().user, a_person("berta@example.org").user
    with transaction():
        codes = factors.new_recovery_codes(anna)

        assert not factors.use_recovery_code(berta, codes[0], now())


def test_an_older_code_is_worth_nothing_after_a_newer_one(app: Flask) -> None:
    person = a_person()
    at = now()
    with transaction():
        newer = factors.use_code(person.user, person.code(1, at), at)
        older = factors.use_code(person.user, person.code(0, at), at)

    assert (newer, older) == (True, False)


def test_the_code_that_confirms_a_factor_is_used_up(app: Flask) -> None:
    person, at = a_person(), now() + timedelta(minutes=5)
    with transaction():
        factors.begin(person.user)
        person.seed = factors.seed_of_pending(person.user)
        confirmed = factors.confirm(person.user, person.code(0, at), at)
        db.session.flush()
        again = factors.use_code(person.user, person.code(0, at), at)

    assert (confirmed, again) == (True, False)


def test_no_factor_no_code(app: Flask) -> None:
    person = a_person(totp_nonce="")
    with transaction():
        factors.remove(person.user)

        assert not factors.use_code(person.user, person.code(), now())
        assert not factors.confirm(person.user, person.code(), now())
