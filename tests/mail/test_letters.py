"""Every letter in every language: complete, equal in text and HTML, safe from what people type."""

import html
import re
from pathlib import Path

import pytest
from flask import Flask

from portal import mail
from portal.core.db import db
from portal.core.i18n import LANGUAGES
from portal.core.resources import resource_dir
from portal.core.text import normalise
from portal.mail.letters import KINDS
from portal.mail.message import build
from tests.mail.conftest import DOCUMENT, KEY, World, values_for, write

pytestmark = pytest.mark.one_database  # words; how letters are kept is tested beside
EVERY_LETTER = [(name, code) for name in mail.LETTERS for code in LANGUAGES]


def words_of_html(source: str) -> str:
    """Return what a person reads in the HTML of a mail, in the marks of the text part."""
    body = source.split("<body", 1)[1].split(">", 1)[1]
    bare = re.sub(r"<[^>]+>", " ", re.sub(r"</?strong>", "", body))
    return " ".join(html.unescape(bare).split())


def words_of_text(source: str) -> str:
    """Return what a person reads in the text part, without rules, quotes and dashes of lists."""
    lines = (re.sub(r"^(> ?|- )+", "", line) for line in source.splitlines())
    kept = " ".join(line for line in lines if not re.fullmatch(r"[-=]{24}", line))
    return " ".join(kept.split())


def no_links(words: str) -> str:
    """Return words without addresses and colons: a link shows its address in the text part only."""
    return " ".join(re.sub(r"https?://\S+|\S+@\S+|[:,·]", " ", words).split())


@pytest.mark.parametrize(("name", "language"), EVERY_LETTER)
def test_a_letter_says_all_and_the_same_in_text_and_html(
    world: World, name: str, language: str
) -> None:
    letter = write(name, language=language, attachments=[DOCUMENT])

    message = build(letter, world.files)

    text, page = str(message.body), str(message.html)
    assert re.findall(r"\{[^}]*\}|\{|\}", text) == []
    assert re.findall(r"\{[a-z_:]+\}", page.split("</style>")[1]) == []
    assert no_links(words_of_text(text)) == no_links(words_of_html(page))
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page


@pytest.mark.parametrize("name", mail.LETTERS)
def test_a_letter_is_there_in_german_and_arabic_words(world: World, name: str) -> None:
    english, german, arabic = (write(name, language=code) for code in ("en", "de", "ar"))

    assert len({english.body, german.body, arabic.body}) == 3
    assert len({english.subject, german.subject, arabic.subject}) == 3


@pytest.mark.parametrize("name", mail.LETTERS)
def test_the_template_of_a_letter_knows_only_its_placeholders(name: str) -> None:
    folder = resource_dir("templates") / "mail" / name
    words = (folder / "subject.txt").read_text() + (folder / "body.txt").read_text()

    assert mail.unknown_placeholders(name, re.sub(r"\{\{.*?_\(|\) \}\}", "", words)) == []
    assert mail.placeholders_of(name) <= set(KINDS)


def test_what_a_letter_needs_must_be_there(world: World) -> None:
    values = values_for("submit") | {"number": " "}

    with pytest.raises(ValueError, match=r"missing \['number'\]"):
        write("submit", values=values)


def test_a_paragraph_without_its_value_is_left_out(world: World) -> None:
    values = values_for("submit") | {"late": "", "closes": "", "check_code": ""}

    letter = write("submit", values=values, link_key=None)

    assert "verspätet" not in letter.body
    assert "Prüfcode" not in letter.body
    assert "{link}" not in letter.body
    assert "IP\\-2027\\-0001" in letter.body


def test_a_confirmation_in_another_language_has_the_binding_german_below(world: World) -> None:
    def values(language: str) -> dict[str, str]:
        return values_for("submit") | {"late": f"late in {language}"}

    letter = write("submit", language="en", values=values)
    text = str(build(letter, None).body)

    english, german = text.split("The German text is binding:", maxsplit=1)
    assert "thank you for your application" in english
    assert "late in en" in english
    assert "danke für Ihre Bewerbung" in german
    assert "late in de" in german
    assert write("submit", language="de").binding == ""
    assert write("reminder", language="en").binding == ""


class Own:
    """A call's own words."""

    subject = {"de": "Moin {title}", "en": "Hello {title}"}
    paragraphs = {"de": "Danke, {name}.\n\n{receipt}\n\n[Los]({link})", "en": "Thanks, {name}."}


def test_a_call_may_bring_its_own_words(world: World) -> None:
    german, english, arabic = (write(own=Own(), language=code) for code in ("de", "en", "ar"))

    assert german.subject == "Moin Sprachcafé *am* Gartenzaun"
    assert "Danke, Birgit Hellmann\\-Musterfrau." in german.body
    assert english.subject == "Hello Sprachcafé *am* Gartenzaun"
    assert "Danke, Birgit" in english.binding
    assert (arabic.language, arabic.body) == ("de", german.body)


def test_an_unknown_placeholder_of_a_call_is_named() -> None:
    text = "{title} {titel} {__class__} {title.__init__} {0} {link} {code}"

    assert mail.unknown_placeholders("submit", text) == ["__class__", "code", "titel"]


def test_the_letter_with_several_links_brings_one_for_each_application(
    app: Flask, world: World
) -> None:
    links = [("Sprachcafé [x](y)", KEY), ("Garten", DOCUMENT)]
    values = values_for("link") | {"title": ""}

    letter = write("link", values=values, link_key=None, links=links)
    text = str(build(letter, None).body)

    assert f"Sprachcafé [x](y):\n{world.link_of(KEY)}" in text
    assert f"Garten:\n{world.link_of(DOCUMENT)}" in text
    world.dead.add(KEY)
    assert str(world.link_of(DOCUMENT)) in str(build(letter, None).body)
    assert "Sprachcafé" not in str(build(letter, None).body)


def test_a_code_may_stand_beside_the_links(world: World) -> None:
    letter = write("link", code_key=DOCUMENT)

    text = str(build(letter, None).body)
    world.dead.add(DOCUMENT)

    assert ("048213" in text, str(world.link_of(KEY)) in text) == (True, True)
    assert "048213" not in str(build(letter, None).body)


def test_no_link_and_no_code_is_ever_stored(app: Flask, world: World) -> None:
    for name in ("link", "code", "submit"):
        write(name)

    db.session.commit()
    stored = b"".join(path.read_bytes() for path in Path(app.instance_path).glob("*.sqlite*"))

    assert str(world.link_of(KEY)).encode() not in stored
    assert b"048213" not in stored
    assert b"{code}" in stored


EVIL = [
    "{link}",
    "{code}",
    "{{ 1337*1337 }}",
    "{% for x in y %}",
    "{title.__class__.__mro__}",
    "%(title)s",
    "${1337*1337}",
    "#{7*7}",
    "[Gewinn](https://evil.example/)",
    "![x](https://evil.example/p.png)",
    "<https://evil.example>",
    "# Überschrift",
    "1. Liste",
    "- Liste",
    "> Zitat",
    "---",
    "```code```",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#60;",
    "**fett** _kursiv_ `c`",
    "a\\](x) \\",
    "\\{link\\} \\\\{code}",
    "A\r\nBcc: evil@example.org",
    "A\nSubject: x\n\nbody",
    "A\u2028B\u2029C\u0085D\x0bE\x00F",
]


ALLOWED = set("html head meta title style body div p a br span blockquote".split())


@pytest.mark.parametrize("typed", EVIL)
def test_what_people_type_is_shown_and_makes_nothing(world: World, typed: str) -> None:
    values = values_for("message") | {"title": typed, "note": typed}

    letter = write("message", values=values)
    message = build(letter, None)

    assert message.subject.splitlines() == [message.subject]
    assert str(message.html).count("<a ") == str(build(write("message"), None).html).count("<a ")
    assert set(re.findall(r"<(\w+)", str(message.html))) <= ALLOWED
    shown = "".join(str(message.body).replace("\u2060", "").replace(">", "").split())
    assert _bare(typed) in shown
    assert "1787569" not in str(message.body) + str(message.html) + message.subject


def _bare(text: str) -> str:
    return "".join(normalise(text).replace("\u2060", "").replace(">", "").split())


def test_an_address_that_people_type_becomes_no_link_in_a_mail_program(world: World) -> None:
    values = values_for("submit") | {"title": "Sieh https://evil.example/x und www.evil.example"}

    text = str(build(write("submit", values=values), None).body)

    assert re.findall(r"https?://[^\s]*evil|www\.evil|evil\.example", text) == []
    ordinary = values_for("submit") | {"title": "e. V. 2.0 z.B. Nr.5"}
    assert "e. V. 2.0 z.B. Nr.5" in str(build(write("submit", values=ordinary), None).body)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.de",
        "a@b.de\r\nBcc: c@d.de",
        "a@b.de\n",
        "a@b.de,c@d.de",
        "a@b.de;c@d.de",
        "a@b.de c@d.de",
        "<a@b.de>",
        "A <a@b.de>",
        "a@b@c.de",
        "jürgen@müller.de",
        "a@b.de\x00",
        "a@b.de\u2028",
        '"a b"@c.de',
        "a@[127.0.0.1]",
        "a" * 65 + "@b.de",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not one plain address"):
        mail.Mailbox(address)


@pytest.mark.parametrize(
    "address", ["a@b.de", "o'brien+x@müller.de", "a.b@localhost", "x@xn--mller-kva.de"]
)
def test_ordinary_addresses_are_taken(address: str) -> None:
    assert mail.Mailbox(address, "N\r\nBcc: x").name == "N Bcc: x"
