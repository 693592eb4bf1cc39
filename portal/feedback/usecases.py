"""Taking the report of a barrier: a row with due dates, a letter to the office and one back."""

from datetime import timedelta

from portal import mail
from portal.core.clock import now
from portal.core.db import db
from portal.core.email import email_of
from portal.core.i18n import BINDING, format_date, in_language
from portal.core.i18n import gettext as _
from portal.core.text import normalise, one_line
from portal.feedback.models import BarrierReport
from portal.settings import Settings

# BITVNRW section 5: an answer within two weeks, a result within six.
ANSWER = timedelta(days=14)
RESULT = timedelta(days=42)


def is_address(email: str) -> bool:
    """Return whether letters can be sent to `email`."""
    try:
        mail.Mailbox(one_line(email))
    except ValueError:
        return False
    return email_of(one_line(email)) is not None


def report_barrier(
    *, page: str, report: str, email: str, language: str, settings: Settings
) -> BarrierReport:
    """Add a report and its letters to the caller's transaction.

    page: address or description, may be empty. email: empty, or an address as `is_address` takes.
    """
    moment = now()
    row = BarrierReport(
        page=one_line(page)[:500],
        report=normalise(report).strip(),
        email=one_line(email),
        language=language,
        created_at=moment,
        answer_due_at=moment + ANSWER,
        result_due_at=moment + RESULT,
    )
    db.session.add(row)
    db.session.flush()
    _tell_office(row, settings)
    if row.email:
        _thank(row, settings)
    return row


def _tell_office(row: BarrierReport, settings: Settings) -> None:
    with in_language(BINDING):
        values = _common(settings) | {
            "page": row.page or _("not given"),
            "report": row.report,
            "reporter": row.email or _("unknown, no answer wanted"),
        }
    to = mail.Mailbox(settings.operator_email, settings.operator_name)
    mail.write(
        "barrier_report", to=to, language=BINDING, values=values, about=row.id, reply_to=row.email
    )


def _thank(row: BarrierReport, settings: Settings) -> None:
    def values(code: str) -> dict[str, str]:
        return _common(settings) | {
            "report": row.report,
            "answer_by": format_date(row.answer_due_at),
        }

    to = mail.Mailbox(row.email)
    mail.write("barrier_received", to=to, language=row.language, values=values, about=row.id)


def _common(settings: Settings) -> dict[str, str]:
    return {"prize": _("Prizes"), "office": settings.operator_name}
