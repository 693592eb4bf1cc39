"""What templates do with values: texts in languages, Markdown, dates, numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.calls.wording import Saying
from portal.core.i18n import in_language
from portal.web import filters

pytestmark = pytest.mark.one_database
CLOSING = datetime(2027, 9, 15, 21, 59, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def german(app: Flask) -> Iterator[None]:
    """Speak German in these tests unless one says otherwise."""
    with app.test_request_context("/"), in_language("de"):
        yield


def test_a_text_in_another_language_is_marked() -> None:
    text = {"de": "Titel & mehr", "en": "Title"}
    assert filters.said(text) == "Titel &amp; mehr"
    with in_language("ar"):
        assert filters.said(text) == '<span lang="de" dir="ltr">Titel &amp; mehr</span>'
    assert filters.said(Saying("عنوان", "ar")) == '<span lang="ar" dir="rtl">عنوان</span>'
    assert filters.bare(text) == "Titel & mehr"


def test_what_a_person_typed_is_escaped() -> None:
    assert filters.said("<b>") == "&lt;b&gt;"
    assert filters.bdi("<b>") == "<bdi>&lt;b&gt;</bdi>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](//evil.example)", "<p>[a](//evil.example)</p>\n"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ("[a](https://example.org)", '<p><a href="https://example.org">a</a></p>\n'),
        ("[a](/impressum)", '<p><a href="/impressum">a</a></p>\n'),
        ("<https://example.org>", '<p><a href="https://example.org">https://example.org</a></p>\n'),
        ("![a](https://example.org/x.png)", '<p>!<a href="https://example.org/x.png">a</a></p>\n'),
        ("a & <b onclick=x>", "<p>a &amp; &lt;b onclick=x&gt;</p>\n"),
    ],
)
def test_markdown_is_a_harmless_subset(source: str, html: str) -> None:
    assert filters.markdown(source) == html


def test_headings_begin_where_the_page_wants_and_skip_nothing() -> None:
    text = "# A\n\n### B\n\n# C\n\n## D"
    assert [line for line in filters.markdown(text, 3).splitlines() if line] == [
        "<h3>A</h3>",
        "<h4>B</h4>",
        "<h3>C</h3>",
        "<h4>D</h4>",
    ]
    assert filters.markdown("#### Deep", 2) == "<h2>Deep</h2>\n"


def test_dates_and_numbers_follow_the_language() -> None:
    assert filters.moment(CLOSING) == "Mittwoch, 15. September 2027, 23:59 Uhr"
    assert filters.day(CLOSING) == "15. September 2027"
    assert filters.clock_time(CLOSING) == "23:59 Uhr"
    assert filters.size(3_140_000) == "3,1\u00a0MB"
    assert filters.size(820_400) == "820\u00a0KB"
    assert filters.size(3) == "1\u00a0KB"
    with in_language("en"):
        assert filters.moment(CLOSING) == "Wednesday, 15 September 2027, 11:59 pm"


def test_a_count_says_how_many_are_too_many() -> None:
    assert filters.count_text("ä" * 24, 150) == "24 von 150 Zeichen"
    assert filters.count_text("a\r\nb", 3) == "3 von 3 Zeichen"
    assert filters.count_text("😀" * 1053, 1000) == "1.053 von 1.000 Zeichen – 53 zu viel"
    with in_language("en"):
        assert filters.count_text("a" * 1053, 3000) == "1,053 of 3,000 characters"


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [("0231 555-0100", "+492315550100"), ("+49 231 50", "+4923150"), ("0049 231", "0049231")],
)
def test_a_telephone_number_can_be_dialled(phone: str, dialled: str) -> None:
    assert filters.dial(phone) == dialled
