"""Keys: a stolen copy of the database opens nothing, a link opens once, a code fits one browser."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from portal.applications import keys
from portal.applications.models import AccessKey, Application, Purpose
from portal.applications.queries import held_by
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.settings import Settings
from tests.drafts import begun, open_call, write

HERE, THERE, ANOTHER = "a" * 64, "b" * 64, "c" * 64
ADDRESS = "garten@example.org"


@pytest.fixture
def draft(app: Flask) -> Application:
    """Return a draft that belongs to an address and was begun in the browser `HERE`."""
    return begun(open_call(), {"contact.email": ADDRESS, "application_type": "self"}, HERE)


def link(draft: Application, **terms: Purpose) -> AccessKey:
    with transaction():
        return keys.make_link(draft, ADDRESS, **terms)


def code(draft: Application, browser: str = THERE) -> AccessKey:
    with transaction():
        made = keys.make_code([draft], ADDRESS, browser)
    assert made is not None
    return made


def opened_by_code(draft: Application, typed: str, browser: str = THERE) -> list[Application]:
    with transaction():
        return keys.open_code(draft.call, browser, typed, now())


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06}"


def test_a_link_opens_once_and_confirms_the_address(draft: Application) -> None:
    key = link(draft)
    assert held_by(THERE, draft.id) is None
    with transaction():
        assert keys.open_link(key, THERE, now()) is draft
    assert held_by(THERE, draft.id) is draft
    assert draft.owner_confirmed_at is not None
    with transaction():
        assert keys.open_link(key, ANOTHER, now()) is None
    assert held_by(ANOTHER, draft.id) is None


def test_a_new_link_ends_the_older_ones(draft: Application) -> None:
    first, second = link(draft), link(draft)
    assert [keys.is_alive(key, now()) for key in (first, second)] == [False, True]


def test_another_address_in_the_draft_ends_links_and_codes(draft: Application) -> None:
    key, digits = link(draft), code(draft)
    with transaction():
        write(draft, {"contact.email": "other@example.org"})
    assert draft.owner_email == "other@example.org"
    assert not keys.is_alive(key, now())
    assert opened_by_code(draft, keys.code(digits)) == []
    assert draft.owner_confirmed_at is None


def test_a_link_ends_after_its_hours(draft: Application, settings: Settings) -> None:
    key = link(draft)
    ends = key.created_at + timedelta(hours=settings.link_hours)
    assert keys.is_alive(key, ends - timedelta(seconds=1))
    assert not keys.is_alive(key, ends + timedelta(seconds=1))


def test_a_handover_ends_after_a_quarter_of_an_hour_and_confirms_no_address(app: Flask) -> None:
    draft = begun(open_call(), {}, HERE)
    with transaction():
        key = keys.make_link(draft, "", purpose=Purpose.HANDOVER)
    assert not keys.is_alive(key, now() + timedelta(minutes=15, seconds=1))
    with transaction():
        assert keys.open_link(key, THERE, now()) is draft
    assert (draft.owner_email, draft.owner_confirmed_at) == ("", None)


def test_a_link_is_found_by_its_own_word_only(draft: Application) -> None:
    key = link(draft)
    word = keys.token(key)
    assert keys.find_link(word) is key
    head, _, tail = word.partition(".")
    for damaged in (
        "", ".", head, word[:-1], word + "0", word.upper(), f"{head}.", f".{tail}",
        f"{head}-{tail}", word[::-1], f"{head}.{'0' * 64}", f"{head}.ä", "\udcff",
        "0" * 32 + "." + tail, "ü" * 40,
    ):  # fmt: skip
        assert keys.find_link(damaged) is None, damaged


def test_the_word_of_one_purpose_does_not_serve_another(draft: Application) -> None:
    key = link(draft)
    word = keys.token(key)
    with transaction():
        key.purpose = Purpose.NOMINEE
    assert keys.find_link(word) is None


def test_a_code_is_no_link_and_a_link_no_code(draft: Application) -> None:
    digits = code(draft)
    assert keys.find_link(keys.token(digits)) is None
    assert keys.link_of(digits.id) is None
    assert keys.code_of(digits.id) == keys.code(digits)
    key = link(draft)
    assert keys.code_of(key.id) is None
    assert keys.link_of(key.id) == f"http://127.0.0.1:8000/{draft.call.slug}/open/{keys.token(key)}"


def test_a_code_opens_in_the_browser_that_asked_and_once(draft: Application) -> None:
    right = keys.code(code(draft))
    assert opened_by_code(draft, right, ANOTHER) == []
    assert opened_by_code(draft, right, "") == []
    assert opened_by_code(draft, f" {right[:3]} {right[3:]} ") == [draft]
    assert held_by(THERE, draft.id) is draft
    assert opened_by_code(draft, right) == []


def test_digits_of_another_script_are_the_same_digits(draft: Application) -> None:
    right = keys.code(code(draft))
    eastern = right.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert opened_by_code(draft, eastern) == [draft]


def test_five_wrong_tries_end_a_code(draft: Application, settings: Settings) -> None:
    right = keys.code(code(draft))
    for _try in range(settings.code_tries):
        assert keys.has_live_code(draft.call, THERE, now())
        assert opened_by_code(draft, wrong(right)) == []
    assert not keys.has_live_code(draft.call, THERE, now())
    assert opened_by_code(draft, right) == []


def test_wrong_tries_of_another_browser_do_not_end_a_code(
    draft: Application, settings: Settings
) -> None:
    right = keys.code(code(draft))
    for _try in range(settings.code_tries):
        assert opened_by_code(draft, wrong(right), ANOTHER) == []
    assert opened_by_code(draft, right) == [draft]


def test_a_code_ends_after_ten_minutes(draft: Application) -> None:
    right = keys.code(code(draft))
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        assert opened_by_code(draft, right) == []


def test_one_code_opens_all_applications_of_an_address(draft: Application) -> None:
    second = begun(draft.call, {"contact.email": ADDRESS, "application_type": "self"}, HERE)
    with transaction():
        first = keys.make_code([draft, second], ADDRESS, THERE)
    assert first is not None
    assert set(opened_by_code(draft, keys.code(first))) == {draft, second}
    assert held_by(THERE, second.id) is second


def test_leaving_a_device_takes_every_key_of_that_browser_only(draft: Application) -> None:
    with transaction():
        keys.give_device(draft, THERE)
        keys.forget_device(HERE)
    assert held_by(HERE, draft.id) is None
    assert held_by(THERE, draft.id) is draft


def test_no_word_or_code_stands_in_the_files_of_the_database(
    draft: Application, settings: Settings
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the files of another database are not ours to read")
    words = [keys.token(link(draft)), keys.token(link(draft, purpose=Purpose.NOMINEE))]
    secret_parts = [word.partition(".")[2].encode() for word in words]
    db.session.commit()
    written = b"".join(path.read_bytes() for path in _database(settings.instance))
    assert draft.id.hex.encode() in written  # we look into the right files
    assert not any(part in written for part in secret_parts)


def _database(instance: Path) -> list[Path]:
    return [path for path in instance.iterdir() if path.name.startswith("portal.sqlite")]
