"""Letters, their states and their placeholders in words for the office."""

from portal.core.clock import now
from portal.core.i18n import format_moment
from portal.core.i18n import gettext as _
from portal.mail.models import Letter, LetterState
from portal.mail.outbox import pause


def letter_title(name: str) -> str:
    """Return what a letter is called; one that nobody has named keeps its name."""
    known = {
        "submit": _("Confirmation of receipt"),
        "revise": _("Confirmation of a changed version"),
        "withdraw": _("Confirmation of withdrawal"),
        "receipt_follows": _("The receipt as a PDF, later"),
        "link": _("Link to the application"),
        "code": _("Code for the application"),
        "sign_in_code": _("Code to sign in"),
        "reminder": _("Reminder before closing"),
        "unsent_text": _("Unsent text after closing"),
        "nominee_information": _("Information for the nominated person"),
        "nominee_objects": _("A nominated person objects"),
        "file_refused": _("A file cannot be taken"),
        "draft_expiring": _("A draft will be deleted"),
        "return_for_completion": _("Question to the applicant"),
        "complete": _("Confirmation of an answer"),
        "correct": _("Correction by the office"),
        "answer_reminder": _("Reminder of a question"),
        "answer_prolonged": _("More time for an answer"),
        "inquiry_cancelled": _("A question is settled"),
        "closes_later": _("The call closes later"),
        "late_link": _("Personal link after closing"),
        "contact_moved": _("Another contact: to the former"),
        "contact_new": _("Another contact: to the new one"),
        "message_arrived": _("A message for the office"),
        "answer_arrived": _("An answer for the office"),
        "find_ineligible": _("Not eligible"),
        "award": _("A prize"),
        "decline": _("No prize"),
        "message": _("Message of the office"),
        "circular": _("Mail to many"),
        "jury_reminder": _("Reminder to a juror"),
        "jury_readings": _("New applications for a juror"),
        "dossier_ready": _("The binder of a juror is ready"),
        "meeting_invitation": _("Invitation to a meeting of the jury"),
        "invitation": _("Invitation to an account"),
    }
    return known.get(name, name)


def letter_when(name: str) -> str:
    """Return when a letter is written, in one sentence."""
    known = {
        "submit": _("Goes out at once when an application arrives, with the receipt."),
        "revise": _("Goes out at once when a changed version arrives, with the receipt."),
        "withdraw": _("Goes out at once when an application is taken back."),
        "link": _("Goes out when somebody asks for a link."),
        "code": _("Goes out when somebody asks for a code."),
        "reminder": _("Goes out before closing to those who have not sent their draft."),
        "unsent_text": _("Goes out after closing with what was written and not sent."),
        "nominee_information": _("Goes out at once or when you release it, as the nominator said."),
        "file_refused": _("Goes out when the check refuses a file that was sent already."),
        "draft_expiring": _("Goes out a week before a draft is deleted."),
        "return_for_completion": _("Is written when you ask something back."),
        "find_ineligible": _("Is written when you find an application not eligible."),
        "award": _("Is written when you carry out the decision, to those who get a prize."),
        "decline": _("Is written when you carry out the decision, to those who get none."),
        "complete": _("Goes out at once when an answer to a question arrives."),
        "correct": _("Is written when you correct an application."),
        "answer_reminder": _("Goes out before the day of an open question."),
        "answer_prolonged": _("Is written when you give more time for an answer."),
        "inquiry_cancelled": _("Is written when you take a question back."),
        "closes_later": _("Goes to those with a draft when the closing time moves."),
        "late_link": _("Is written when you let one application in after closing."),
        "contact_moved": _("Is written when another person takes over an application."),
        "contact_new": _("Is written when another person takes over an application."),
        "message": _("Announces a message that you write to an applicant."),
    }
    return known.get(name, "")


def state_word(state: LetterState) -> str:
    """Return a state in a word."""
    return {
        LetterState.WAITING: _("on its way"),
        LetterState.HELD: _("waits for release"),
        LetterState.SENT: _("sent"),
        LetterState.FAILED: _("failed"),
        LetterState.CANCELLED: _("cancelled"),
    }[state]


def leaves_at(letter: Letter, zone: str) -> str:
    """Return the time at which a letter leaves that can still be held; empty for any other."""
    until = letter.wait_until
    if letter.state is not LetterState.WAITING or until is None or until <= now():
        return ""
    return format_moment(until, _("HH:mm"), zone)


def leaving(said: str, zone: str = "Europe/Berlin") -> str:
    """Return a sentence about what leaves now, and behind it until when it can still be held."""
    until = pause()
    if until is None:
        return said
    time = format_moment(until, _("HH:mm"), zone)
    held = _("Until %(time)s the office can still hold it under “Letters”.", time=time)
    return f"{said} {held}"


# The shape before the word, see `components/state.html`.
SHAPES = {
    LetterState.WAITING: "half",
    LetterState.HELD: "ask",
    LetterState.SENT: "done",
    LetterState.FAILED: "bad",
    LetterState.CANCELLED: "",
}


def state_shape(state: LetterState) -> str:
    """Return the kind of mark that stands before a state."""
    return SHAPES[state]


def placeholder_word(name: str) -> str:
    """Return what stands for a placeholder when the letter is written."""
    known = {
        "name": _("name of the person"),
        "prize": _("title of the call"),
        "office": _("name of the office"),
        "contact": _("telephone and e-mail of the office"),
        "number": _("number of the application"),
        "title": _("title of the project"),
        "arrived": _("when it arrived, to the second"),
        "check_code": _("check code of the receipt"),
        "version": _("number of the version"),
        "withdrawn": _("when it was taken back"),
        "closes": _("closing time, while it can still be changed"),
        "closed": _("when the call closed"),
        "expires": _("until when the link or draft lives"),
        "code_expires": _("until when the code lives"),
        "late": _("a sentence, if it arrived late"),
        "award": _("the prize, with its sum"),
        "steps": _("the next dates of the call"),
        "answers": _("questions and answers of the draft"),
        "last_chance": _("a sentence on the minutes of grace"),
        "nominator": _("who nominated"),
        "received": _("list of what we hold about the person"),
        "privacy": _("address of the privacy notice"),
        "answer_by": _("until when an answer is asked for"),
        "file": _("name of the file"),
        "reason": _("why the file cannot be taken"),
        "note": _("the text that you write in each case"),
        "due": _("day until which an answer is due"),
        "link": _("link to the application, filled in when it is sent"),
        "links": _("all links, filled in when it is sent"),
        "code": _("code of six digits, filled in when it is sent"),
        "receipt": _("sentence on the receipt as a PDF"),
    }
    return known.get(name, name)
