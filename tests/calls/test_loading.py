"""Loading call files: the examples stand, faults are named with line and remedy."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.calls import loading
from portal.calls.callfile import MOST_BYTES, parse
from portal.calls.crosschecks import Ceilings
from portal.calls.faults import CallFaults
from portal.calls.models import Call, FormVersion, Prize
from portal.core.db import db
from portal.core.i18n import in_language
from portal.demo.shifting import CALLS

DORTMUND = CALLS / "integrationspreis-2027.yaml"
HEIMAT = CALLS / "heimat-preis-2027.yaml"


def faults_of(text: str) -> list[str]:
    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.checked(parse(text, "call.yaml"))
    return refused.value.faults


def changed(old: str, new: str, path: Path = DORTMUND) -> str:
    text = path.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("path", [DORTMUND, HEIMAT], ids=lambda path: path.stem)
def test_an_example_call_loads_and_the_same_file_again_changes_nothing(
    app: Flask, path: Path
) -> None:
    first = loading.load_file(path)
    again = loading.load_file(path)
    assert (first.new, first.version.n, first.difference) == (True, 1, [])
    assert (again.new, again.version.id) == (False, first.version.id)
    counted = [
        db.session.scalar(select(func.count()).select_from(t)) for t in (Prize, Call, FormVersion)
    ]
    assert counted == [1, 1, 1]
    assert first.call.slug == path.stem
    assert first.version.definition.slug == path.stem


def test_comments_and_layout_make_no_new_version(app: Flask) -> None:
    loading.load_file(DORTMUND)
    text = "# new\n" + DORTMUND.read_text(encoding="utf-8")
    assert loading.load(parse(text, "call.yaml")).new is False


def test_a_changed_file_makes_a_new_version_and_says_what_changed(app: Flask) -> None:
    loading.load_file(DORTMUND)
    text = changed("max: 3000", "max: 4000")
    text = text.replace("key: video_link", "key: film_link").replace(
        "2027-09-15T23:59:59+02:00", "2027-09-16T23:59:59+02:00"
    )
    with in_language("en"):
        loaded = loading.load(parse(text, "call.yaml"))
    assert (loaded.new, loaded.version.n) == (True, 2)
    assert loaded.call.closes_at.isoformat() == "2027-09-16T23:59:59+02:00"
    assert loaded.difference == [
        "Closing: 15. September 2027 23:59 → 16. September 2027 23:59",
        "The steps of the call have changed.",
        "New question: film_link (Link zu einem Video)",
        "No longer asked: video_link (Link zu einem Video). Answers given so far are kept.",
        "Changed: project.description (max: 3000 → 4000)",
        "Questions stand in another order or section.",
    ]


def test_the_prefix_may_change_until_the_first_number_is_given(app: Flask) -> None:
    call = loading.load_file(DORTMUND).call
    text = changed("prefix: IP-2027", "prefix: IP-27")
    assert loading.load(parse(text, "call.yaml")).call.prefix == "IP-27"
    call.last_number = 1
    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.load_file(DORTMUND)
    assert refused.value.faults == [
        "integrationspreis-2027.yaml:14: prefix: cannot change any more: applications have numbers"
        " with IP-27. Write that one."
    ]


def test_two_calls_cannot_share_a_prefix(app: Flask) -> None:
    loading.load_file(DORTMUND)
    text = changed("prefix: HP-2027", "prefix: IP-2027", HEIMAT)
    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.load(parse(text, "call.yaml"))
    [fault] = refused.value.faults
    assert fault.endswith("prefix: is used by the call integrationspreis-2027. Choose another one.")


BROKEN = {
    "a limit below one": (
        "max: 3000",
        "max: 0",
        "sections.5.questions.3.max: must be at least 1. Write a whole number from 1 to 20000.",
    ),
    "a misspelled name": (
        "minutes: 45",
        "minuts: 45",
        "minuts: is not known here. Did you mean “minutes”?",
    ),
    "a name twice": (
        "minutes: 45",
        "minutes: 45\nminutes: 45",
        "“minutes” stands here twice. Remove one.",
    ),
    "a word for a number": (
        "minutes: 45",
        "minutes: viele",
        "minutes: is no whole number. Write digits only, without quotes and points.",
    ),
    "a day for a moment": (
        'closes_at: "2027-09-15T23:59:59+02:00"',
        'closes_at: "2027-09-15"',
        "closes_at: is no moment. Write day, time and zone like “2027-09-15T23:59:59+02:00”.",
    ),
    "weights that make no hundred": (
        "weight: 30",
        "weight: 20",
        "criteria: the weights add up to 90. Change them until they make 100.",
    ),
    "an unknown option": (
        "is: [self]",
        "is: [selff]",
        "sections.8.questions.2.asked_if.is.1: “selff” is no answer to “application_type”. "
        "Write one of: self, nomination.",
    ),
    "an unknown question": (
        "title_key: project.title",
        "title_key: project.titel",
        "title_key: there is no question “project.titel”. Did you mean “project.title”?",
    ),
    "an owner that is no address": (
        "owner: [nominator.email, contact.email]",
        "owner: [nominator.email, contact.phone]",
        "owner.2: “contact.phone” is a question of type phone. Name one of type email.",
    ),
    "a slow pattern": (
        'pattern: "[0-9]{5}"',
        'pattern: "([0-9]+)+"',
        "sections.3.questions.8.pattern: could take very long. Use no repetition inside a "
        "repetition, and say how often something repeats, like [0-9]{5}.",
    ),
    "a pattern that is none": (
        'pattern: "[0-9]{5}"',
        'pattern: "[0-9"',
        "sections.3.questions.8.pattern: is no regular expression. Check brackets and backslashes.",
    ),
    "a text without German": (
        "  de: Integrationspreis 2027\n",
        "",
        "title: has no German text. Add “de: …”.",
    ),
    "a language nobody announced": (
        "  en: Integration Prize 2027\n",
        "  fr: Prix 2027\n",
        "title.fr: “fr” is not among the languages of the call. Remove it, or add it to "
        "“languages”.",
    ),
    "a language the portal does not speak": (
        "languages: [de, en, ar]",
        "languages: [de, en, ar, tr]",
        "languages.4: “tr” is no language of the portal. It speaks: de, en, ar.",
    ),
    "a file above the ceiling": (
        "max_bytes: 15728640",
        "max_bytes: 99999999",
        "sections.7.questions.1.max_bytes: is more than the portal takes for one file. "
        "Write at most 26214400.",
    ),
    "a reserved address": (
        "slug: integrationspreis-2027",
        "slug: impressum",
        "slug: is an address of the portal itself. Choose another one.",
    ),
    "a slug with capitals": (
        "slug: integrationspreis-2027",
        "slug: Preis 2027",
        "slug: cannot be used. Write small letters, digits and hyphens, like preis-2027.",
    ),
    "a step before the one above": (
        'at: "2027-10-04T09:00:00+02:00"',
        'at: "2027-09-04T09:00:00+02:00"',
        "steps.4.at: lies before the step above. Put the steps in order.",
    ),
    "another version of the terms": (
        'version: "2027-07-01"\n        link: terms',
        'version: "1"\n        link: terms',
        "sections.8.questions.1.version: differs from the version of “terms” (2027-07-01). "
        "Write the same one.",
    ),
    "an unknown kind of question": (
        "type: long_text",
        "type: longtext",
        "sections.5.questions.2.type: is no kind of question that exists. Give “type:” one of: "
        "address, choice, choices, date, declaration, documents, email, information, long_text, "
        "money, month, number, phone, photos, rows, text, url, yes_no.",
    ),
    "a condition on what comes later": (
        "asked_if: &nomination {key: application_type, is: [nomination]}",
        "asked_if: &nomination {key: applicant.kind, is: [initiative]}",
        "sections.2.questions.2.asked_if.key: “applicant.kind” does not stand before what depends "
        "on it. Move it further up.",
    ),
    "a zone that is none": (
        "zone: Europe/Berlin",
        "zone: Berlin",
        "zone: is no time zone. Write one like Europe/Berlin.",
    ),
    "a missing colon": (
        "minutes: 45",
        "minutes 45",
        "is not YAML here (could not find expected ':'). Check indentation, colons and quotes.",
    ),
}
# Where the fault is told on another line than the one that was changed.
ELSEWHERE = {
    "weights that make no hundred": "criteria:",
    "a missing colon": "languages: [de",
    "a text without German": "title:\n  en",
}


@pytest.mark.one_database
@pytest.mark.parametrize("kind", BROKEN)
def test_a_fault_is_told_with_its_line_and_a_remedy(app: Flask, kind: str) -> None:
    old, new, sentence = BROKEN[kind]
    text = changed(old, new)
    mark = ELSEWHERE.get(kind)
    line = line_of(text, mark) if mark else line_of(text, new)
    if kind == "a name twice":
        line += 1
    assert f"call.yaml:{line}: {sentence}" in faults_of(text)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(app: Flask) -> None:
    text = changed("max: 3000", "max: 0").replace("minutes: 45", "minuts: 45", 1)
    assert [fault.split(":")[1] for fault in faults_of(text)] == [
        str(line_of(text, "minuts")),
        str(line_of(text, "max: 0")),
    ]


def test_the_limits_of_the_installation_hold(app: Flask) -> None:
    limits = Ceilings(file_bytes=16_000_000, application_bytes=100_000_000, application_files=7)
    source = parse(DORTMUND.read_text(encoding="utf-8"), "call.yaml")
    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.checked(source, limits)
    assert [fault.split(": ", 2)[2] for fault in refused.value.faults] == [
        "makes 8 files; the portal takes 7. Allow fewer files.",
        "makes all files together 105 MB; the portal takes 95 MB. Allow fewer or smaller files.",
    ]


def test_aliases_cannot_explode(app: Flask) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    [fault] = faults_of("\n".join(lines))
    assert fault.endswith("is too large or too deep. Use fewer aliases (*name).")


def test_a_list_that_contains_itself_is_refused(app: Flask) -> None:
    assert faults_of("a: &a [*a]")[0].endswith(
        "is too large or too deep. Use fewer aliases (*name)."
    )


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"a" * (MOST_BYTES + 1), "call.yaml: is larger than 2 MB. Shorten the texts."),
        (b"a: 1\nb: \xff\n", "call.yaml:2: is not UTF-8. Save the file as UTF-8."),
        (b"- a\n", "call.yaml:1: holds no call. Begin with “format: 1”."),
        (b"", "call.yaml:1: holds no call. Begin with “format: 1”."),
        (
            b"a: !!python/object:os.system x\n",
            "call.yaml:1: cannot be read (x). Write plain text, put it in quotes.",
        ),
        (b"1: a\n", "call.yaml:1: is no name. Write a word before the colon, or put it in quotes."),
    ],
)
def test_a_file_that_is_no_call_is_refused_in_one_sentence(
    app: Flask, tmp_path: Path, raw: bytes, sentence: str
) -> None:
    path = tmp_path / "call.yaml"
    path.write_bytes(raw)
    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.load_file(path)
    assert refused.value.faults == [sentence]


def test_a_path_that_leads_nowhere_is_told(app: Flask, tmp_path: Path) -> None:
    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.load_file(tmp_path / "no.yaml")
    assert refused.value.faults == ["no.yaml: cannot be opened. Check the path."]


def test_letters_of_a_call_are_checked(app: Flask) -> None:
    text = DORTMUND.read_text(encoding="utf-8") + (
        "\nletters:\n  submit:\n    subject: 'Angekommen: {nummer}'\n  brief:\n    subject: Hallo\n"
    )
    first, second = faults_of(text)
    assert "letters.submit.subject.de: {nummer} means nothing in this letter." in first
    assert "letters.brief: is no letter of the portal." in second
