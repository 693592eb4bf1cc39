"""Each kind of question: what it forgives, what it refuses and what it says then."""

from typing import Any

import pytest
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import TypeAdapter

from portal.calls.checks import check, files
from portal.calls.questions import AnyQuestion
from portal.calls.reading import show
from portal.core.email import NO_MAIL, is_plain
from portal.core.i18n import in_language

READ: TypeAdapter[Any] = TypeAdapter(AnyQuestion)
OPTIONS = [{"value": "a", "label": "Erstens"}, {"value": "b", "label": "Zweitens"}]


def question(kind: str, **more: Any) -> Any:
    return READ.validate_python({"key": "frage", "label": "Frage", "type": kind} | more)


KINDS = {
    "text": question("text", max=10),
    "postcode": question("text", pattern="[0-9]{5}", tight=True, wrong="Fünf Ziffern"),
    "long_text": question("long_text", max=10),
    "number": question("number", min=1, max=5000),
    "year": question("number", min=1800, max=2100, year=True),
    "money": question("money", min=0, max=10000),
    "month": question("month", min_year=1900),
    "until": question("month", not_before="von"),
    "date": question("date"),
    "choice": question("choice", options=OPTIONS),
    "choices": question("choices", options=OPTIONS, most=1),
    "yes_no": question("yes_no", must_be="yes", otherwise="Schade"),
    "neither": question("yes_no", neither="Keine Angabe"),
    "email": question("email"),
    "phone": question("phone"),
    "url": question("url"),
    "address": question("address"),
    "rows": question(
        "rows", max_rows=2, total=["euro"],
        columns=[{"key": "was", "label": "Was"},
                 {"key": "euro", "label": "Betrag", "type": "money"},
                 {"key": "zahl", "label": "Anzahl", "type": "number", "required": False}]),
    "tick": question("declaration", version="1"),
    "consent": question("declaration", version="1", answer="yes_no", required=False),
}  # fmt: skip
ADDRESS = {"street": " Weg  1 ", "postcode": "44 137", "city": "Dortmund "}


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "  a \t b\n", "a b"),
        ("text", "0123456789", "0123456789"),
        ("text", "e\u0301" * 10, "é" * 10),
        ("postcode", " 44 137 ", "44137"),
        ("long_text", "a\r\nb\r\n", "a\nb"),
        ("long_text", "😀" * 10, "😀" * 10),
        ("number", "3.000", 3000),
        ("number", "3 000", 3000),
        ("number", "٣٠٠٠", 3000),
        ("year", "1998", 1998),
        ("money", "1.234,50 €", "1234.50"),
        ("money", "1234.5", "1234.50"),
        ("money", "1,234", "1234.00"),
        ("money", "0", "0.00"),
        ("month", {"month": "5", "year": "2016"}, "2016-05"),
        ("month", {"month": "\u0665", "year": "٢٠١٦"}, "2016-05"),
        ("date", {"day": "31", "month": "05", "year": "2016"}, "2016-05-31"),
        ("choice", "b", "b"),
        ("choices", ["b"], ["b"]),
        ("choices", ["nix", "a"], ["a"]),
        ("yes_no", "yes", "yes"),
        ("neither", "neither", "neither"),
        ("email", " Name@Example.ORG ", "Name@example.org"),
        ("phone", "0231 / 555-0100 ", "0231 / 555-0100"),
        ("url", "www.example.org/ä", "https://www.example.org/ä"),
        ("address", ADDRESS, {"street": "Weg 1", "postcode": "44137", "city": "Dortmund"}),
        ("rows", [{"was": "Saal", "euro": "10"}, {"was": "", "euro": ""}],
         [{"was": "Saal", "euro": "10.00", "zahl": None}]),
        ("tick", "yes", {"answer": "yes", "version": "1"}),
        ("consent", "no", {"answer": "no", "version": "1"}),
        ("consent", "", None),
    ],
)  # fmt: skip
def test_an_answer_is_forgiven_what_can_be_cleaned(
    speaking: None, kind: str, raw: Any, value: Any
) -> None:
    assert check(KINDS[kind], raw) == (value, None)


@pytest.mark.parametrize(
    ("kind", "raw", "part", "message"),
    [
        ("text", "", "", "Beantworten Sie: Frage"),
        ("text", "0123456789a", "", "Kürzen Sie „Frage“ um 1 Zeichen"),
        ("postcode", "4413", "", "Fünf Ziffern"),
        ("postcode", "٤٤١٣٧", "", "Fünf Ziffern"),
        ("long_text", "😀" * 12, "", "Kürzen Sie „Frage“ um 2 Zeichen"),
        ("number", "viele", "", "Geben Sie „Frage“ als ganze Zahl in Ziffern ein"),
        ("number", "3,5", "", "Geben Sie „Frage“ als ganze Zahl in Ziffern ein"),
        ("number", "5.001", "", "Geben Sie bei „Frage“ eine Zahl von 1 bis 5.000 ein"),
        ("year", "1700", "", "Geben Sie bei „Frage“ eine Zahl von 1800 bis 2100 ein"),
        ("money", "-1", "", "Geben Sie bei „Frage“ einen Betrag von 0 bis 10.000 Euro ein"),
        ("money", "abc", "", "Geben Sie bei „Frage“ einen Betrag von 0 bis 10.000 Euro ein"),
        ("month", {"month": "13", "year": "2016"}, "month",
         "Geben Sie bei „Frage“ den Monat als Zahl von 1 bis 12 ein"),
        ("month", {"month": "1", "year": "16"}, "year",
         "Geben Sie bei „Frage“ das Jahr mit vier Ziffern ein"),
        ("date", {"day": "30", "month": "2", "year": "2016"}, "day",
         "Geben Sie bei „Frage“ Tag, Monat und Jahr ein, zum Beispiel 31 5 2027"),
        ("choice", "c", "", "Beantworten Sie: Frage"),
        ("choices", ["a", "b"], "", "Wählen Sie bei „Frage“ höchstens 1 Antwort"),
        ("yes_no", "no", "", "Beantworten Sie: Frage"),
        ("yes_no", "neither", "", "Beantworten Sie: Frage"),
        ("email", "name@", "", "Geben Sie die E-Mail-Adresse so ein: name@example.org"),
        ("email", "a@example.org, b@example.org", "",
         "Geben Sie die E-Mail-Adresse so ein: name@example.org"),
        ("email", "a@example.org\r\nBcc: b@example.org", "",
         "Geben Sie die E-Mail-Adresse so ein: name@example.org"),
        ("phone", "keins", "", "Geben Sie die Telefonnummer in Ziffern ein"),
        ("url", "javascript://example.org/%0aalert(1)", "",
         "Geben Sie die Internetadresse so ein: www.example.org"),
        ("url", "https://example.org@evil.example", "",
         "Geben Sie die Internetadresse so ein: www.example.org"),
        ("url", "kein Ort", "", "Geben Sie die Internetadresse so ein: www.example.org"),
        ("address", ADDRESS | {"postcode": "441"}, "postcode",
         "Geben Sie die Postleitzahl mit fünf Ziffern ein"),
        ("address", ADDRESS | {"street": ""}, "street",
         "Geben Sie Straße und Hausnummer ein"),
        ("address", ADDRESS | {"street": "x" * 121}, "street", "Kürzen Sie „Frage“ um 1 Zeichen"),
        ("address", ADDRESS | {"city": ""}, "city", "Geben Sie den Ort ein"),
        ("rows", [{"was": "Saal", "euro": "viel"}], "0.euro",
         "Füllen Sie „Betrag“ in Zeile 1 von „Frage“ aus"),
        ("rows", [{"was": "a", "euro": "1"}] * 3, "", "Füllen Sie höchstens 2 Zeilen aus"),
        ("tick", "", "", "Beantworten Sie: Frage"),
        ("consent", "vielleicht", "", "Beantworten Sie: Frage"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(
    speaking: None, kind: str, raw: Any, part: str, message: str
) -> None:
    with in_language("de"):
        assert check(KINDS[kind], raw) == (None, (part, message))


def test_an_end_before_its_beginning_is_refused(speaking: None) -> None:
    raw = {"month": "4", "year": "2016"}
    before = {"von": {"month": "5", "year": "2016"}}
    with in_language("de"):
        assert check(KINDS["until"], raw, before).fault == (
            "year",
            "„Frage“ darf nicht vor 05/2016 liegen",
        )
    assert check(KINDS["until"], raw, {"von": raw}).value == "2016-04"


def test_too_many_files_are_told_with_their_number(speaking: None) -> None:
    photos = question("photos", max_files=2)
    with in_language("en"):
        assert files(photos, 4) == ("", "Remove 2 files")
    assert files(photos, 2) is None


@pytest.mark.parametrize(
    ("kind", "value", "kind_shown", "words"),
    [
        ("number", 3000, "short", "3.000"),
        ("year", 1998, "short", "1998"),
        ("money", "1234.50", "short", "1.234,50\xa0€"),
        ("month", "2016-05", "short", "Mai 2016"),
        ("date", "2016-05-31", "short", "31. Mai 2016"),
        ("choice", "b", "short", "Zweitens"),
        ("choice", "gone", "short", "gone"),
        ("yes_no", "yes", "short", "Ja"),
        ("neither", "neither", "short", "Keine Angabe"),
        ("text", None, "missing", "Nicht angegeben"),
        ("tick", {"answer": "yes", "version": "1"}, "short", "Ja, Fassung vom 1"),
        (
            "tick",
            {"answer": "yes", "version": "2026-08-09"},
            "short",
            "Ja, Fassung vom 9. August 2026",
        ),
        ("consent", {"answer": "no", "version": "1"}, "short", "Nein (Fassung vom 1)"),
    ],
)
def test_an_answer_is_read_in_words(
    speaking: None, kind: str, value: Any, kind_shown: str, words: str
) -> None:
    with in_language("de"):
        shown = show(KINDS[kind], value)
    assert (shown.kind, shown.text) == (kind_shown, words)


def test_a_table_is_read_with_its_sum(speaking: None) -> None:
    rows = [{"was": "Saal", "euro": "10.50", "zahl": 2}, {"was": "Tee", "euro": "2.00"}]
    with in_language("de"):
        shown = show(KINDS["rows"], rows)
    assert shown.rows == [["Saal", "10,50\xa0€", "2"], ["Tee", "2,00\xa0€", ""]]
    assert shown.total == ["", "12,50\xa0€", ""]


@pytest.mark.parametrize(
    "text",
    [
        "name@example.org", "first.last+list@sub-1.example.co.uk", "a_b-c@x.de", "1@2.museum",
        "ada@localhost", "ada@some.test", "ada@x.local", "ada@a.invalid", "ada@x.onion",
        ".a@b.de", "a.@b.de", "a..b@c.de", "a@-b.de", "a@b-.de", "a@b--c.de", "a@xn--bcher-kva.de",
        "a@b.c", "a@b.c1", "Ada@example.org", "a@Example.org", "a@bücher.de", "ü@b.de",
        "a" * 64 + "@b.de", "a" * 65 + "@b.de", "a@" + "b" * 63 + ".de", "a@" + "b" * 64 + ".de",
    ],
)  # fmt: skip
def test_a_plain_address_is_one_that_the_library_takes_as_it_is(text: str) -> None:
    try:
        taken = validate_email(text, check_deliverability=False).normalized == text
    except EmailNotValidError:
        taken = False

    assert taken or not is_plain(text)


def test_most_addresses_are_plain() -> None:
    assert is_plain("first.last+list@sub-1.example.co.uk")
    assert set(SPECIAL_USE_DOMAIN_NAMES) <= NO_MAIL
