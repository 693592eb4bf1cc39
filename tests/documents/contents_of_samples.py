"""Receipts and blank forms made from the example applications and the example call."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

from portal.calls.answers import asked
from portal.calls.checks import check
from portal.calls.definition import Definition
from portal.calls.questions import FILE_TYPES, AnyQuestion
from portal.calls.reading import show
from portal.calls.wording import plain
from portal.demo.sample import SampleApplication, open_call
from portal.documents.contents import (
    BlankForm,
    Contact,
    Declaration,
    Entry,
    FileLine,
    FormOption,
    FormQuestion,
    FormSection,
    ReceiptContent,
    Section,
    Sender,
)

SENDER = Sender(
    organiser="Stadt Dortmund",
    prize="Integrationspreis",
    line="Stadt Dortmund · Büro Integrationspreis · Südwall 2–4 · 44122 Dortmund",
)
ARRIVED = datetime(2027, 8, 24, 12, 52, 8, tzinfo=UTC)


def call() -> Definition:
    """Return the example call as it would be open on the day of arrival."""
    return open_call("integrationspreis-2027", date(2027, 8, 24))


def contact(definition: Definition) -> Contact:
    """Return whom to ask about the call."""
    given = definition.contact
    hours = plain(given.hours, "de")
    return Contact(given.name["de"], given.phone, given.email, hours, given.address)


def receipt_of(
    sample: SampleApplication, language: str = "de", **changes: object
) -> ReceiptContent:
    """Return what the receipt of an example says; the present language must be `language`."""
    definition = call()
    answers, counts = sample.answers, sample.file_counts
    questions = [q for q in asked(definition, answers, counts) if q.type not in FILE_TYPES]
    said: dict[str, object] = {
        "sender": SENDER,
        "contact": contact(definition),
        "call_title": plain(definition.title, language),
        "number": f"IP-2027-{sample.ref[-4:]}",
        "version_n": 1,
        "title": str(answers["project.title"]),
        "arrived_at": ARRIVED,
        "stored_at": ARRIVED,
        "closes_at": definition.closes_at,
        "check_url": "preise.example.org/pruefen",
        "qr_url": "https://preise.example.org/pruefen?code=K7M39XQD24HT",
        "check_code": "K7M3-9XQD-24HT",
        "sha256": hashlib.sha256(sample.ref.encode()).hexdigest(),
        "greeting": str(answers.get("contact.name", "")),
        "recipient": tuple(
            str(answers[key]) for key in ("applicant.name", "contact.name") if answers.get(key)
        ),
        "sections": _sections(definition, questions, sample, language),
        "files": _files(sample),
        "declarations": _declarations(questions, sample, language),
    }
    return ReceiptContent(**(said | changes))  # type: ignore[arg-type]


def _german(text: dict[str, str], language: str) -> str:
    return "" if language == "de" or language not in text else text["de"]


def _sections(
    definition: Definition,
    questions: Sequence[AnyQuestion],
    sample: SampleApplication,
    language: str,
) -> tuple[Section, ...]:
    made = []
    for section in definition.sections:
        entries = tuple(
            Entry(
                plain(question.short or question.label, language),
                show(question, _value(question, sample))._asdict(),
                _german(question.short or question.label, language),
            )
            for question in section.questions
            if question in questions and question.type not in ("declaration", "information")
        )
        if entries:
            german = _german(section.title, language)
            made.append(Section(plain(section.title, language), entries, german))
    return tuple(made)


def _value(question: AnyQuestion, sample: SampleApplication) -> object:
    return check(question, sample.answers.get(question.key), sample.answers).value


def _declarations(
    questions: Sequence[AnyQuestion], sample: SampleApplication, language: str
) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(
            plain(question.label, language),
            "Ja" if sample.answers.get(question.key) == "yes" else "Nein",
            question.version,
            _german(question.label, language),
        )
        for question in questions
        if question.type == "declaration"
    )


def _files(sample: SampleApplication) -> tuple[FileLine, ...]:
    return tuple(
        FileLine(
            f"Datei {number}",
            file.filename,
            file.size,
            hashlib.sha256(file.filename.encode()).hexdigest(),
            file.caption,
            file.credit,
            file.alt,
            file.persons,
        )
        for number, file in enumerate(sample.files, start=1)
    )


def form_of_call(language: str = "de") -> BlankForm:
    """Return the blank form of the example call."""
    definition = call()
    sections = tuple(
        FormSection(
            plain(section.title, language),
            tuple(_question(question, language) for question in section.questions),
            plain(section.intro, language),
        )
        for section in definition.sections
    )
    return BlankForm(
        sender=SENDER,
        contact=contact(definition),
        call_title=plain(definition.title, language),
        lead=plain(definition.lead, language),
        closes_at=definition.closes_at,
        online_url="preise.example.org/integrationspreis-2027",
        send_to=definition.contact.address,
        sections=sections,
        note=plain(definition.contact.paper, language),
    )


def _question(question: AnyQuestion, language: str) -> FormQuestion:
    options = tuple(
        FormOption(plain(option.label, language), plain(option.help, language))
        for option in getattr(question, "options", ())
    )
    columns = tuple(plain(c.label, language) for c in getattr(question, "columns", ()))
    return FormQuestion(
        label=plain(question.label, language),
        type=question.type,
        help=plain(question.help, language),
        required=question.required,
        max=getattr(question, "max", None) or getattr(question, "max_files", None),
        most=getattr(question, "most", None),
        options=options,
        columns=columns,
        rows=min(getattr(question, "max_rows", 4), 8),
        text=plain(getattr(question, "text", None), language),
        version=getattr(question, "version", ""),
        answer=getattr(question, "answer", "tick"),
    )
