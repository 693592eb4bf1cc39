"""The rest of the formal check: everything is decided, the letters go, 25 are with the jury."""

from sqlalchemy import select

from portal.applications.check import completing, forwarding, marking, screening
from portal.applications.check.marking import Verdict
from portal.applications.correspondence import messages, outbox
from portal.applications.correspondence.messages import Way
from portal.applications.desk import caring
from portal.core.actor import Applicant
from portal.core.clock import now
from portal.core.db import db
from portal.demo.desk import Desk
from portal.demo.invented import TWIN
from portal.mail.models import Letter, LetterState

NEW = ("0011", "0017", "0021", "0022", "0023", "0024", "0028", "0029")
BEGUN = ("0008", "0012", "0014", "0015", "0018", "0020", "0025", "0027")


def finish_screening(desk: Desk) -> None:
    """Decide about all that the office had begun, on the days 8 to 13 after the closing."""
    _answer(
        desk, 8, "0018", "impact.participation", " Alle Erzählenden haben schriftlich zugestimmt."
    )
    _answer(
        desk, 9, "0027", "impact.funding", ". Das Vorlaufjahr bezahlt der Betrieb, Gewinn"
        " macht es nicht; die Wohngemeinschaft trägt ein gemeinnütziger Verein.",
    )  # fmt: skip
    for n, number in enumerate(NEW):
        desk.pass_on(9, f"{9 + n:02}:10", number, (desk.selma, desk.jonas)[n % 2])
    with desk.at(10, "09:15"):
        messages.write(
            desk["0021"], by=desk.jonas,
            text="Schicken Sie uns gern die neue Adresse, wir tragen sie ein.",
        )  # fmt: skip
    for n, number in enumerate(BEGUN):
        desk.pass_on(10, f"{9 + n:02}:35", number, (desk.jonas, desk.selma)[n % 2])
    _settle_paper(desk)
    _settle_twin(desk)
    with desk.at(13, "10:00"):
        for candidate in forwarding.candidates(desk.call):
            forwarding.forward(candidate.application, by=desk.selma)


def _answer(desk: Desk, day: int, number: str, key: str, more: str) -> None:
    """Let an applicant add something to the answer that the office asked about."""
    with desk.at(day, "19:20"):
        application = desk[number]
        owner, before = Applicant(application.id), application.versions[-1].answers[key]
        completing.save(application, {key: f"{before}{more}"}, None, by=owner, at=now())
        completing.answer(application, by=owner, at=now())


def _settle_paper(desk: Desk) -> None:
    with desk.at(11, "09:40"):
        application = desk["0006"]
        messages.file_by_hand(
            application, "Die unterschriebene Erklärung zu den Bildrechten liegt bei.",
            way=Way.POST, by=desk.selma, at=desk.days.at(11, "08:30"),
        )  # fmt: skip
        marking.mark(application, "declarations", Verdict.OK, by=desk.selma,
                     note="Nachgereicht per Post")  # fmt: skip
    desk.pass_on(11, "09:55", "0006", desk.selma)


def _settle_twin(desk: Desk) -> None:
    """Set the double aside, and let the letters go that waited."""
    with desk.at(11, "14:00"):
        caring.assign(desk[TWIN], desk.selma, by=desk.selma)
        screening.find_ineligible(
            desk[TWIN], by=desk.selma, twin=desk["0005"],
            reason="Dasselbe Sprachcafé, von zwei Menschen eingereicht. Telefonisch geklärt.",
            letter="Ihr Sprachcafé nimmt schon mit einer anderen Bewerbung teil.",
        )  # fmt: skip
    with desk.at(12, "10:30"):
        held = select(Letter.id).where(
            Letter.call_id == desk.call.id, Letter.state == LetterState.HELD
        )
        outbox.steer_many(desk.call, list(db.session.scalars(held)), "release", by=desk.selma)
