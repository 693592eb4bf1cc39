"""The words of the letters of a call: edit them, try them on a real application, go back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import mail
from portal.accounts import queries as accounts
from portal.applications.correspondence import letters
from portal.applications.desk.examples import found_by
from portal.applications.models import Application
from portal.calls import letterwords
from portal.calls.definition import Definition, LetterText
from portal.calls.letterwords import Conflict, LetterTemplate, Words
from portal.calls.models import Call
from portal.calls.queries import current_version, definition_of
from portal.core.db import transaction
from portal.core.errors import NotFound
from portal.core.i18n import LANGUAGES
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.mail import wording
from portal.office.frame import page
from portal.web.doors import person
from portal.web.rooms import open_to

bp = Blueprint("wordings", __name__)
WRONG, STALE = 422, 409


@bp.get("/<slug>/office/letters/templates")
@open_to("office", "reader")
def show(call: Call) -> ResponseReturnValue:
    """List every letter of the call with the languages it has words in."""
    definition = _definition(call)
    rows = {(row.name, row.language): row for row in letterwords.newest_rows(call)}
    names = [name for name, kind in mail.LETTERS.items() if kind.of_call]
    table = [
        (name, [(code, _source(definition, rows.get((name, code)), name, code))
                for code in definition.languages])
        for name in names
    ]  # fmt: skip
    return page("office/wordings.html", call, table=table, languages=LANGUAGES, sources=_sources())


def _definition(call: Call) -> Definition:
    return definition_of(current_version(call).id)


def _source(definition: Definition, row: LetterTemplate | None, name: str, language: str) -> str:
    """Return from where the words of a letter come: office, file or default."""
    if row and row.subject:
        return "office"
    given = definition.letters.get(name)
    texts = [text for text in (given.subject, given.paragraphs) if text] if given else []
    return "file" if any(language in text for text in texts) else "default"


def _sources() -> dict[str, str]:
    return {
        "office": _("own words of the office"),
        "file": _("from the call file"),
        "default": _("default of the portal"),
    }


@bp.route("/<slug>/office/letters/templates/<name>/<language>", methods=["GET"])
@open_to("office", "reader")
def edit(call: Call, name: str, language: str) -> ResponseReturnValue:
    """Show the words of one letter in one language, with a sample where one is asked for."""
    definition = _known(call, name, language)
    words = letterwords.words_now(call, name, language, definition)
    return _page(call, name, language, words)


def _known(call: Call, name: str, language: str) -> Definition:
    definition, kind = _definition(call), mail.LETTERS.get(name)
    if kind is None or not kind.of_call or language not in definition.languages:
        raise NotFound
    return definition


@bp.route("/<slug>/office/letters/templates/<name>/<language>", methods=["POST"])
@open_to("office")
def save(call: Call, name: str, language: str) -> ResponseReturnValue:
    """Save the words, show how they read, or go back to the default."""
    _known(call, name, language)
    action = request.form.get("action", "save")
    subject, body = (request.form.get(field, "") for field in ("subject", "body"))
    typed = Words(one_line(subject), normalise(body))
    wrong = letterwords.faults(name, *typed) if action != "default" else {}
    if wrong or action == "preview":
        return _page(call, name, language, typed, wrong=wrong), WRONG if wrong else 200
    seen = request.form.get("seen", 0, type=int)
    kept = Words() if action == "default" else typed
    try:
        with transaction():
            letterwords.change_words(call, (name, language), kept, seen=seen, by=person())
    except Conflict as conflict:
        return _page(call, name, language, typed, conflict=conflict.newest), STALE
    flash(_("The default words are back.") if action == "default"
          else _("The words are saved. Letters written from now on have them."))  # fmt: skip
    return redirect(url_for(".edit", slug=call.slug, name=name, language=language), 303)


def _page(call: Call, name: str, language: str, words: Words, **more: Any) -> str:
    """Return the page of one letter; `words` stand in the form."""
    wrong: dict[str, str] = more.get("wrong", {})
    history = letterwords.history(call, name, language)
    q = one_line(request.values.get("with", ""))[:100]
    example = None if wrong else found_by(call, q)
    return page(
        "office/wording.html",
        call,
        name=name,
        language=language,
        languages=LANGUAGES,
        words=words,
        wrong=wrong,
        errors=list(wrong.items()),
        conflict=more.get("conflict"),
        seen=history[0].version if history else 0,
        history=history,
        names=_names(history),
        is_own=bool(history and history[0].subject),
        places=_places(name),
        q=q,
        example=example,
        sample=_sample(example, name, language, words) if example else None,
        gaps=_gaps(example, name, language, words) if example else [],
    )


def _names(history: list[LetterTemplate]) -> dict[str, str]:
    """Return who wrote each wording; a person who is gone has no name."""
    known = accounts.names_of({UUID(row.by_key) for row in history})
    return {row.by_key: known.get(UUID(row.by_key), "") for row in history}


def _sample(application: Application, name: str, language: str, words: Words) -> mail.Preview:
    own = LetterText(subject={language: words.subject}, paragraphs={language: words.body})
    return letters.sample(application, name, language, own)


def _gaps(application: Application, name: str, language: str, words: Words) -> list[str]:
    text = f"{words.subject}\n{words.body}"
    return letters.empty_placeholders(application, name, language, text)


def _places(name: str) -> list[tuple[str, str, bool]]:
    """Return the placeholders of a letter: name, what stands for it, whether it is always there."""
    kind = mail.LETTERS[name]
    order = [*kind.needs, *kind.may, "name", "prize", "office", "contact"]
    sure = kind.required | {"link", "contact"}
    return [(one, wording.placeholder_word(one), one in sure) for one in order]
