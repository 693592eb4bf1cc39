"""The questions of a call as an empty form on paper, in the present language."""

from collections.abc import Callable
from typing import Any

from portal.calls import queries
from portal.calls.conditions import only_if
from portal.calls.definition import Definition, Section
from portal.calls.questions import MIB, AnyQuestion
from portal.calls.reading import yes_or_no
from portal.calls.wording import Text, plain
from portal.core.i18n import language
from portal.documents.blank_form import blank_form
from portal.documents.contents import (
    BlankForm,
    Contact,
    Content,
    FormOption,
    FormQuestion,
    FormSection,
    Sender,
)
from portal.documents.models import Document


def form_of(call: Definition, origin: str) -> BlankForm:
    """Return the form of a call as plain values."""
    contact = Contact(
        name=_say(call.contact.name),
        phone=call.contact.phone,
        email=call.contact.email,
        hours=_say(call.contact.hours),
        address=call.contact.address,
    )
    organiser = _say(call.prize.organiser)
    return BlankForm(
        sender=Sender(organiser, _say(call.prize.name), " · ".join(call.contact.address)),
        contact=contact,
        call_title=_say(call.title),
        lead=_say(call.lead),
        closes_at=call.closes_at,
        online_url=f"{origin}/{call.slug}",
        send_to=call.contact.address,
        note=_say(call.contact.paper),
        zone=call.zone,
        sections=tuple(_section(call, section) for section in call.sections),
    )


def _say(text: Text | None) -> str:
    return plain(text, language())


def _section(call: Definition, section: Section) -> FormSection:
    return FormSection(
        title=_say(section.title),
        intro=_say(section.intro),
        only_if=only_if(call, section.asked_if),
        questions=tuple(_question(call, question) for question in section.questions),
    )


def _question(call: Definition, question: AnyQuestion) -> FormQuestion:
    return FormQuestion(
        label=_say(question.label),
        type=question.type,
        help=_say(question.help),
        required=question.required,
        only_if=only_if(call, question.asked_if),
        **_details(question),
    )


def _details(question: Any) -> dict[str, Any]:
    """Return what only this kind of question has."""
    kind = question.type
    if kind in ("choice", "choices"):
        options = tuple(FormOption(_say(o.label), _say(o.help)) for o in question.options)
        return {"options": options, "most": getattr(question, "most", None)}
    if kind == "yes_no":
        names = ("yes", "no", *(("neither",) if question.neither else ()))
        words = (_say(getattr(question, name)) or yes_or_no(name) for name in names)
        return {"options": tuple(FormOption(word) for word in words)}
    if kind in ("photos", "documents"):
        return {"max": question.max_files, "unit": f"{question.max_bytes // MIB} MB"}
    if kind == "rows":
        columns = tuple(_say(column.label) for column in question.columns)
        return {"columns": columns, "rows": min(question.max_rows, 6)}
    if kind == "declaration":
        return {"text": _say(question.text), "version": question.version}
    unit = question.currency if kind == "money" else ""
    return {"max": getattr(question, "max", None), "unit": unit}


def builder(origin: str) -> Callable[[Document], Content]:
    """Return what makes the content of a document `blank_form` (its `about` is a version)."""

    def build(document: Document) -> Content:
        return blank_form(form_of(queries.definition_of(document.about), origin))

    return build
