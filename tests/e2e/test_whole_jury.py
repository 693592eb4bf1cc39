"""The whole jury: invited by mail, reading and scoring, the close, the ranking, the meeting."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPerson
from tests.e2e.house import House, links_in, wait_for
from tests.e2e.person import Person
from tests.e2e.samples import SLUG

LINA, PAUL, FATMA, ANNA, SELMA = (
    f"{name}@example.org" for name in ("lina", "paul", "fatma", "anna", "selma")
)
PASSWORD = "sieben leise Lampen im Flur"
TIED_ORGANISATION = "Kindertagesstätte Sprachbaum"
HIDDEN_FROM_PAUL = "Beet an Beet"
SIX = re.compile(r"\b\d{6}\b")

# The juror with the third conflict of the sample data has not been invited yet.
WITHOUT_LINA = """
from sqlalchemy import delete
from portal.accounts.models import User
from portal.cli.opening import opened
from portal.core.db import transaction
from portal.settings import load
with opened(load()).app_context(), transaction():
    from portal.core.db import db
    db.session.execute(delete(User).where(User.email == "lina@example.org"))
"""
# All others hand their sheets in; the two that are meant to tie stay equal.
ALL_SCORE = """
from portal.applications.jury import judging
from portal.calls.queries import call_by_slug
from portal.cli.opening import opened
from portal.core.db import db, transaction
from portal.core.i18n import in_language
from portal.demo.opinions import Opinions
from portal.scoring.sheet import sending, shelf, sheets
from portal.scoring.sheet.sheets import Window
from portal.settings import load
with opened(load()).app_context(), in_language("de"), transaction():
    call = call_by_slug("integrationspreis-2027")
    for juror in judging.jurors(call):
        for spot in shelf.spots(juror):
            if not spot.mine or not spot.answered or spot.state in ("sent", "abstained"):
                continue
            n = int(spot.application.reference[-4:])
            points = 5 if n in (5, 11) else n % 4
            given = {f"score.{one}": str(points) for one in (
                "wirkung", "beteiligung", "nachhaltigkeit", "ehrenamt", "innovation")}
            sheets.save(juror, spot.application, given, window=Window(
                "all", spot.sheet.revision if spot.sheet else 0))
            sending.send(juror, spot.application)
"""
# Who was invited and never came has no conflict with what is asked.
ALL_ANSWER = """
from portal.applications.jury import conflicts, judging
from portal.applications.jury.judging import Tie
from portal.calls.queries import call_by_slug
from portal.cli.opening import opened
from portal.core.db import transaction
from portal.settings import load
with opened(load()).app_context(), transaction():
    call = call_by_slug("integrationspreis-2027")
    for juror in judging.jurors(call):
        for one in judging.all_of(judging.asked_of(juror)):
            conflicts.answer(juror, one, Tie.NONE, by=juror.user)
"""


class Jury(House):
    """A portal whose jury is half through; one juror is still to be invited."""

    def prepare(self) -> None:
        """Fill the portal with the example."""
        self.spent: set[str] = set()
        self.said = self.portal("demo", "--stage", "jury")
        self.python("-c", WITHOUT_LINA)

    def password(self, email: str) -> str:
        """Return the password that the example gave somebody."""
        return str(re.findall(rf"{re.escape(email)}\s+(\S+)", self.said)[0])

    def code(self, email: str) -> str:
        """Return a code that was not used yet: each is good once, and a new one comes in 30 s."""
        code = wait_for(lambda: self._unspent(email), "a new code", 60)
        self.spent.add(email + code)
        return code

    def _unspent(self, email: str) -> str:
        code = self.portal("demo", "--code", email).split()[-1]
        return "" if email + code in self.spent else code


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return a portal whose jury is half through."""
    built = Jury(tmp_path_factory.mktemp("jury"))
    yield built
    built.end()


class Juror(Person):
    """Somebody of jury or office: every page that is looked at is looked at by axe as well."""

    def sees(self, *words: str) -> None:
        """Wait for these words on the page, and let axe look at it."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)
        assert self.faults() == []

    def sends(self, action: str, **fields: str) -> None:
        """Fill in the form that goes to an address with this end, and send it."""
        button = self.page.locator(f'main button[formaction$="/{action}"]:visible').first
        form = self.page.locator(f'main form[action$="/{action}"]').first
        if button.count():
            inside = self.page.locator(f'button[formaction$="/{action}"]')
            form = self.page.locator("main form", has=inside).first
        for name, value in fields.items():
            field = form.locator(f'[name="{name}"]').first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        (button if button.count() else form.locator("button[type=submit]").first).click()

    def signs_in(self, email: str) -> None:
        """Sign in as somebody of the example, with password and code."""
        assert isinstance(self.house, Jury)
        self.page.goto("/sign-in")
        self.page.locator("#email").fill(email)
        self.page.locator("#password").fill(self.house.password(email))
        self.press("Weiter")
        self.page.locator("#code").fill(self.house.code(email))
        self.press("Anmelden")
        self.page.wait_for_url(re.compile(SLUG))


Somebody = Callable[..., Juror]


@pytest.fixture
def somebody(new_person: NewPerson) -> Somebody:
    """Return a function that gives somebody of the jury a browser."""

    def made(email: str = "") -> Juror:
        person = new_person()
        person.__class__ = Juror
        assert isinstance(person, Juror)
        if email:
            person.signs_in(email)
        return person

    return made


# --- invited, reading, scoring --------------------------------------------------------------------


def _is_invited(selma: Juror) -> None:
    """Let the office invite the juror and give her what all read."""
    selma.go("office/jury/invite")
    selma.page.locator("#email").fill(LINA)
    selma.page.locator("#name").fill("Lina Muster")
    selma.page.locator("[name=function][value=member]").check(force=True)
    selma.sees()
    selma.page.locator("main form button[type=submit]").first.click()
    selma.sees("Lina Muster", "eingeladen")
    selma.go("office/jury/readings")
    selma.page.locator("button[name=way][value=all]").click()
    selma.sees("25 ")
    selma.page.locator("main form button[type=submit]").first.click()
    selma.sees("Wer")


def _comes_in(lina: Juror, house: House) -> None:
    """Let her set up her access from the letter, with codes by mail."""
    found = wait_for(
        lambda: [one for mail in house.post.to(LINA) for one in links_in(mail, "invitation")],
        "the invitation",
    )
    lina.page.goto(urlsplit(found[0]).path)
    lina.sees("Einladung")
    lina.press("Weiter")
    lina.page.locator("#password").fill(PASSWORD)
    lina.sees(LINA)
    lina.press("Weiter")
    lina.sees("E-Mail")
    lina.page.locator("form:has([name=mail]) button").click()
    lina.sees()
    lina.page.locator("main a.kern-btn--primary").first.click()
    lina.sees("Verschwiegenheit", "Befangenheit")


def _promises_and_answers(lina: Juror) -> None:
    """Let her confirm the rules and answer about conflicts, of which she has one."""
    lina.page.locator("label[for=agree]").click()
    lina.page.locator("main form button[type=submit]").first.click()
    lina.sees("25 Bewerbungen warten")
    lina.go("jury/conflicts")
    row = lina.page.locator("main li", has=lina.page.locator("h2", has_text=TIED_ORGANISATION))
    row.locator("select").select_option("relative_of_representative")
    lina.page.locator("label[for=rest]").click()
    lina.sees()
    lina.page.locator("main form button[type=submit]").first.click()
    lina.sees("24 Bewerbungen sind", "0 von 24 bewertet")
    expect(lina.page.locator("main")).not_to_contain_text(TIED_ORGANISATION)


def _scores(lina: Juror) -> None:
    """Let her read the one that fewest have read, score it and send the sheet."""
    lina.go("jury/next")
    lina.sees("Ihr Bewertungsbogen")
    for line in lina.page.locator("fieldset.p-crit").all():
        line.locator("label:has(input[value='4'])").click()
    lina.page.locator("#comment").fill("Wirkt weit in den Stadtteil.")
    lina.saved()
    lina.page.locator("button[name=go][value=send]").click()
    lina.sees("abgegeben", "Wirkt weit in den Stadtteil.")
    lina.go("jury")
    lina.sees("1 von 24 bewertet")


def test_a_juror_comes_in_and_scores(somebody: Somebody, house: House) -> None:
    selma, lina = somebody(SELMA), somebody()
    _is_invited(selma)
    _comes_in(lina, house)
    _promises_and_answers(lina)
    _scores(lina)
    told = house.ask("SELECT tie FROM jury_conflict WHERE tie <> 'none'")

    assert len(told) == 3
    lina.expected = {404}
    hidden = house.ask("SELECT id FROM application WHERE reference LIKE '%0015'")[0][0]
    lina.go(f"jury/applications/{hidden}")
    expect(lina.page.locator("main")).not_to_contain_text(TIED_ORGANISATION)


# --- the close, the ranking, the meeting ----------------------------------------------------------


def _closes(selma: Juror, house: House) -> None:
    """Let all sheets come in, and the office close scoring."""
    house.python("-c", ALL_SCORE)
    selma.go("office/jury")
    selma.sees("Es fehlt kein Bogen")
    selma.sends("close")
    selma.sees("25 Bewerbungen")
    selma.go("office/jury/ranking")
    selma.sees("Rangliste")
    best = [row.inner_text() for row in selma.page.locator(".p-ranked tbody tr").all()[:3]]
    shared = [re.match(r"1\s+geteilt", row) is not None for row in best]
    assert shared == [True, True, False], best
    assert [number in "".join(best[:2]) for number in ("-0005", "-0011")] == [True, True]


def _meets(anna: Juror, present: int) -> None:
    """Let the secretary prepare the meeting that is called, note who is there, and open it."""
    anna.go("jury/meeting")
    anna.sees("Rathaus am Friedensplatz")
    anna.press("Sitzung vorbereiten")
    anna.page.locator("summary", has_text="Zeit und Ort").click()
    anna.sends("change", place="Rathaus, Saal 2")
    anna.sees("Rathaus, Saal 2")
    for _n in range(present):
        anna.sends("arrive")
        anna.page.wait_for_load_state()
    anna.sends("open")
    anna.sees("beschlussfähig: 7")


def _discusses(anna: Juror, title: str) -> None:
    """Put an item under discussion."""
    if not anna.page.locator(".p-whole[open]").count():
        anna.page.locator(".p-whole summary").click()
    row = anna.page.locator(".p-agenda li", has_text=title)
    row.locator('button[formaction$="/begin"]').click()
    expect(anna.page.locator("#h-now")).to_contain_text(title)


def _votes_by_hands(anna: Juror, yes: int, no: int, abstain: int, **motion: str) -> None:
    """Open a vote, count the hands."""
    form = anna.page.locator("#desk")
    for name, value in motion.items():
        form.locator(f"[name={name}]").select_option(value)
    hands = form.locator("[name=way][value=hands]")
    form.locator(f"label[for={hands.get_attribute('id')}]").click()
    expect(hands).to_be_checked()
    form.locator('button[formaction$="/vote"]:visible').click()
    expect(anna.page.locator("#h-yes")).to_be_visible()
    anna.sends("count", yes=str(yes), no=str(no), abstain=str(abstain))


def _votes_on_devices(anna: Juror, paul: Juror) -> None:
    """Let a vote be held on each one's device, with wall and ballot looked at by axe."""
    anna.page.locator("#desk [name=motion]").select_option("shortlist")
    anna.page.locator('#desk button[formaction$="/vote"]:visible').click()
    anna.press("An die Wand")
    anna.sees("Briefe verstehen", "0 von 7 haben abgestimmt")
    paul.go("jury/meeting")
    paul.sees("Briefe verstehen", "engere Liste", "Jetzt abstimmen")
    paul.page.locator(".p-ballot label", has_text="Ja").click()
    paul.press("Jetzt abstimmen")
    paul.sees("Ihre Stimme ist gezählt")
    anna.page.locator(".p-wall__vote", has_text="1 von 7").wait_for()  # the wall follows by itself
    anna.press("Zurück zur Sitzung")
    anna.press("Sitzung leiten")
    anna.sends("count")
    anna.sees("1 Ja, 0 Nein")


def test_the_jury_meets_and_decides(somebody: Somebody, house: House, tmp_path: Path) -> None:
    selma, anna, paul = somebody(SELMA), somebody(ANNA), somebody(PAUL)
    if not house.ask('SELECT 1 FROM "user" WHERE email = :email', email=LINA):
        _is_invited(selma)
    house.python("-c", ALL_ANSWER)
    _closes(selma, house)
    _meets(anna, present=9)

    _discusses(anna, HIDDEN_FROM_PAUL)
    paul.go("jury/meeting")
    paul.sees("nicht mitwirken")
    expect(paul.page.locator("body")).not_to_contain_text(HIDDEN_FROM_PAUL)
    anna.sees("Paul Musterkamp")
    _votes_by_hands(anna, 5, 1, 0, motion="shortlist")
    anna.sees("5 Ja")

    _discusses(anna, "Meisterin trifft Ingenieur")
    _votes_by_hands(anna, 3, 3, 1, motion="place", award="0")
    anna.sees("3 Ja, 3 Nein")
    anna.sends("decide", choice="yes")
    anna.sees("durch die Stimme des Vorsitzes angenommen")
    _discusses(anna, "Briefe verstehen")
    _votes_on_devices(anna, paul)
    anna.page.locator("textarea[data-kept]:visible").last.fill("Ohne Knopf gespeichert.")
    expect(anna.page.locator("#saved")).to_contain_text("Gespeichert")
    anna.page.locator('button[formaction$="/end"]').click()
    anna.page.locator("label[for=sure]").click()
    anna.sends("close")
    anna.sees("zu Ende")
    minutes = _minutes(anna, house, tmp_path)
    for word in ("Rathaus, Saal 2", "Paul Musterkamp", "Anna", "Befangen", HIDDEN_FROM_PAUL,
                 "Ohne Knopf gespeichert."):  # fmt: skip
        assert word in minutes, minutes


def _minutes(anna: Juror, house: House, folder: Path) -> str:
    """Return the words of the minutes as they are printed."""
    wait_for(
        lambda: house.ask("SELECT 1 FROM document WHERE kind = 'minutes' AND state = 'made'"),
        "the minutes",
    )
    address = anna.page.url.partition("?")[0].partition("#")[0] + "/minutes.pdf"
    answer = anna.page.request.get(address)
    (folder / "minutes.pdf").write_bytes(answer.body())
    return subprocess.run(
        ["pdftotext", "-layout", folder / "minutes.pdf", "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
