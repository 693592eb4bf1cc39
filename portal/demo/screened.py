"""The stage `screening`: the call closed twelve days ago, and the office is half through."""

from datetime import timedelta
from io import BytesIO

from sqlalchemy import func, select

from portal import jobs
from portal.applications.check import completing, marking, reminding, screening
from portal.applications.check.marking import Verdict
from portal.applications.correspondence import letters, messages
from portal.applications.correspondence.letters import Circular
from portal.applications.desk import caring
from portal.applications.jury import redacting
from portal.applications.models import Application, Channel
from portal.applications.onpaper import paper
from portal.applications.workflow import SEEN_BY_JURY
from portal.calls.models import Call
from portal.core.actor import Applicant
from portal.core.clock import now, stopped_at
from portal.core.db import db, transaction
from portal.core.errors import DomainError
from portal.core.i18n import gettext as _
from portal.core.i18n import in_language
from portal.demo import people
from portal.demo.closed import Tell, load_closed, receive_all
from portal.demo.desk import Desk
from portal.demo.invented import OUTSIDE, TWIN
from portal.demo.paper import paper as pdf
from portal.demo.received import SLUG, fill_in
from portal.demo.sample import without_image_rights

DAYS_AGO = 12
SCAN_BYTES = 180_000


def screening_stage(seed: int, tell: Tell) -> list[str]:
    """Build the half screened call; return how to sign in. Running it again changes nothing."""
    call = there()
    if call is None:
        screened(DAYS_AGO, seed, tell)
        jobs.run_due()
    elif not _is_half_screened(call):
        raise occupied()
    else:
        tell(_("The example is already there."))
    return people.sign_in_sheet(people.OFFICE)


def _is_half_screened(call: Call) -> bool:
    rows = select(func.count()).select_from(Application).where(Application.call_id == call.id)
    beyond = db.session.scalar(rows.where(Application.status.in_(SEEN_BY_JURY)))
    return call.last_number == RECEIVED and call.closes_at < now() and not beyond


def there() -> Call | None:
    """Return the example call if it was loaded before."""
    return db.session.scalar(select(Call).where(Call.slug == SLUG))


def occupied() -> DomainError:
    """Return the refusal for a portal in which the call of the example is at another stage."""
    return DomainError(
        _(
            "The call %(slug)s is here already, at another stage. Choose another empty folder for"
            " this stage, for example: PORTAL_INSTANCE=instance/example",
            slug=SLUG,
        )
    )


def screened(days_ago: int, seed: int, tell: Tell) -> Desk:
    """Build the call that closed `days_ago` days ago, and the first seven days of its check."""
    call = load_closed(days_ago)
    tell(_("26 applications come in, with files and receipts. This takes half a minute …"))
    found = receive_all(call, seed)
    with stopped_at(call.opens_at), transaction():
        users = [people.add(person, call) for person in people.OFFICE]
    desk = Desk(call, found, users[0], users[1])
    tell(_("The office checks them …"))
    for step in STEPS:
        step(desk)
    return desk


def _first_day(desk: Desk) -> None:
    with desk.at(1, "08:40"):
        for n, application in enumerate(desk.found.values()):
            if n % 3 < 2:
                caring.assign(application, (desk.selma, desk.jonas)[n % 3], by=desk.selma)
    _enter_paper(desk)
    with desk.at(1, "10:50"):
        desk.ask(
            "0018", ("impact.participation",), by=desk.selma, days=7, text=""
            "In Ihren Hörstationen erzählen Zeitzeuginnen und Zeitzeugen. Haben alle zugestimmt,"
            " dass ihre Stimme öffentlich zu hören ist? Ein Satz dazu genügt uns.",
        )  # fmt: skip
    desk.pass_on(1, "13:20", "0005", desk.selma)
    desk.pass_on(1, "14:05", "0007", desk.selma)


def _enter_paper(desk: Desk) -> None:
    """Let Selma type in what came by post two days before the closing."""
    sample = without_image_rights()
    with desk.at(1, "09:10"):
        application = paper.enter(
            desk.call, Channel.PAPER, by=desk.selma,
            received_at=desk.days.at(1, "11:15") - timedelta(days=6),
            note="Eingangsstempel der Poststelle",
        )  # fmt: skip
    desk.found[sample.ref] = application
    with stopped_at(desk.days.at(1, "09:30")), in_language("de"):
        fill_in(application, sample, by=desk.selma, at=now())
    with desk.at(1, "09:35"):
        title = "Bewerbung auf Papier: Elternlotsinnen"
        scan = paper.take_scan(BytesIO(pdf(title, SCAN_BYTES)), "bewerbung-elternlotsinnen.pdf")
        paper.add_scan(application, scan, by=desk.selma)
        paper.send(
            application, by=desk.selma,
            gap_note="Die Erklärung zu den Bildrechten ist auf dem Bogen nicht angekreuzt.",
        )  # fmt: skip


def _second_day(desk: Desk) -> None:
    desk.pass_on(2, "09:15", "0009", desk.jonas)
    desk.pass_on(2, "10:00", "0010", desk.selma)
    with desk.at(2, "11:30"):
        desk.check("0008", by=desk.selma, most=2)
        desk.ask(
            "0008", ("contact.role",), by=desk.selma, days=7, text=""
            "Ihre Initiative hat keine Rechtsform. Wer ist verantwortlich und darf für alle"
            " unterschreiben? Tragen Sie es bei der Funktion ein.",
        )  # fmt: skip
    with desk.at(2, "14:10"):
        application = desk.check("0015", by=desk.jonas, most=3, but=("nonpartisan",))
        desk.tag(application, "gGmbH", "blue")
        caring.write_note(
            application, by=desk.jonas,
            text="@selma Gemeinnützig ist sie, aber die Betriebe zahlen einen Beitrag."
            " Reicht uns das für „kein Gewinn“?",
        )  # fmt: skip


def _third_day(desk: Desk) -> None:
    desk.pass_on(3, "09:05", "0013", desk.selma)
    desk.pass_on(3, "09:50", "0016", desk.jonas)
    with desk.at(3, "11:10"):
        application = desk.check(OUTSIDE, by=desk.selma, most=1, but=("in_dortmund",))
        marking.mark(application, "in_dortmund", Verdict.NO, by=desk.selma, note="Musterhausen")
        screening.find_ineligible(
            application, by=desk.selma,
            reason="Wirkt nur in Musterhausen; „einmal dorthin bringen“ ist erst ein Plan.",
            letter="Ihr Projekt wirkt bisher nicht in Dortmund. Das ist eine Bedingung.",
        )  # fmt: skip


def _fourth_day(desk: Desk) -> None:
    desk.pass_on(4, "10:20", "0019", desk.jonas)
    application, at = desk["0008"], desk.days.at(4, "20:14")
    with desk.at(4, "20:14"):
        owner = Applicant(application.id)
        answers = {"contact.role": "Sprecherin, von allen neun Mitgliedern bevollmächtigt"}
        note = "Die Vollmacht bringe ich gern vorbei. Danke für die Nachfrage!"
        completing.save(application, answers, note, by=owner, at=at)
        completing.answer(application, by=owner, at=at)


def _fifth_day(desk: Desk) -> None:
    with desk.at(5, "09:30"):
        application = desk.check("0026", by=desk.selma)
        redacting.hide_passage(
            application, by=desk.selma,
            passage="Eine hat ihre Facharbeit über Erinnerungskultur geschrieben und dafür die"
            " Bestnote erhalten.",
            reason="Eine Jugendliche wäre erkennbar, mit Religion und Herkunft (Art. 9 DSGVO).",
        )  # fmt: skip
        screening.find_eligible(application, by=desk.selma)
    with desk.at(5, "11:45"):
        twin = desk.check(TWIN, by=desk.jonas, most=2, but=("duplicate",))
        desk.tag(twin, "Dublette?", "orange")
        caring.write_note(
            twin, by=desk.jonas,
            text=f"@selma Das ist doch {desk['0005'].reference}? Foto und Text sind gleich, die"
            " Adresse ist eine andere. Entscheidest du?",
        )  # fmt: skip
    with desk.at(5, "18:32"):
        application = desk["0021"]
        messages.write(
            application, by=Applicant(application.id),
            text="Unsere Internetseite zieht nächste Woche um. Sollen wir Ihnen die neue Adresse"
            " schicken, oder bleibt es bei der alten?",
        )  # fmt: skip


def _sixth_day(desk: Desk) -> None:
    with stopped_at(desk.days.at(6, "06:00")):
        reminding.remind()
    with desk.at(6, "09:40"):
        desk.ask(
            "0027", ("impact.funding",), by=desk.jonas, days=10, text=""
            "Ihr Betrieb macht Gewinn, das Projekt darf es nicht. Schreiben Sie uns, wer das"
            " Vorlaufjahr und die Wohngemeinschaft bezahlt.",
        )  # fmt: skip
    with desk.at(6, "10:30"):
        paper_one = desk.check("0006", by=desk.selma, most=3, but=("image_rights", "declarations"))
        marking.mark(paper_one, "declarations", Verdict.QUESTION, by=desk.selma,
                     note="Bildrechte fehlen, anrufen")  # fmt: skip
        desk.tag(paper_one, "Bildrechte", "violet")
        caring.write_note(
            paper_one, by=desk.selma,
            text="Frau Dimitrova ist bis Freitag verreist. Danach noch einmal anrufen.",
        )  # fmt: skip
    with desk.at(6, "15:00"):
        desk.check("0020", by=desk.jonas, most=2)


def _seventh_day(desk: Desk) -> None:
    with desk.at(7, "09:20"):
        desk.check("0025", by=desk.selma, most=1)
        desk.check("0012", by=desk.selma, most=2)
    with desk.at(7, "10:05"):
        desk.check("0014", by=desk.jonas, most=99)
    with desk.at(7, "11:00"):
        letters.write_circular(
            [desk[number] for number in ELIGIBLE],
            Circular(
                "{number}: die formale Prüfung ist geschafft",
                "Ihre Bewerbung „{title}“ ist vollständig und nimmt teil. Als Nächstes liest sie"
                " die Jury. Sie müssen nichts weiter tun.\n\n{office}",
            ),
            by=desk.jonas,
        )


ELIGIBLE = ("0005", "0007", "0009", "0010", "0013", "0016", "0019", "0026")
RECEIVED = 27
STEPS = (_first_day, _second_day, _third_day, _fourth_day, _fifth_day, _sixth_day, _seventh_day)
