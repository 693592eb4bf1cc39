"""The letters about the decision: written with it, held until the office releases them."""

from collections.abc import Callable

from portal import mail
from portal.applications import reactions
from portal.applications.models import Application
from portal.applications.workflow import Move
from portal.core.actor import Actor


def tell(
    application: Application, move: Move, *, by: Actor, award: Callable[[], str] | None = None
) -> mail.Letter | None:
    """Write the letter of `move` (award or decline) to the owner; None where no address is known.

    award: says the prize in the present language, asked for in each language of the letter.
    """
    return reactions.write(
        application,
        move,
        lambda _language: {
            "number": str(application.reference),
            "title": application.title,
            **({"award": award()} if award else {}),
        },
        hold=True,
        by=by,
    )
