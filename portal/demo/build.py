"""Building what a newcomer sees, stage by stage; running it again changes nothing."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.calls import loading
from portal.calls.crosschecks import Ceilings
from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.core.i18n import gettext as _
from portal.demo.closed import Tell
from portal.demo.judged import jury_stage
from portal.demo.received import submitted_stage
from portal.demo.screened import screening_stage
from portal.demo.shifting import shifted, source

Stage = Callable[[int, Tell], list[str]]
SLUGS = ("integrationspreis-2027", "heimat-preis-2027")


def open_stage(today: date | None = None, limits: Ceilings | None = None) -> list[str]:
    """Load both example calls, open for 22 more days from `today`; return what was done.

    Writes into the caller's transaction. A call that is there stays as it is, also on a later day:
    its drafts and numbers belong to its dates.
    """
    return [_load(slug, today or _today(), limits) for slug in SLUGS]


def _load(slug: str, today: date, limits: Ceilings | None) -> str:
    if db.session.scalar(select(Call.id).where(Call.slug == slug)):
        return _("The call %(slug)s is already there.", slug=slug)
    loading.load_data(shifted(source(slug), today), f"{slug}.yaml", limits)
    return _("The call %(slug)s is open.", slug=slug)


def _today() -> date:
    return now().astimezone(ZoneInfo("Europe/Berlin")).date()


def _submitted(seed: int, _tell: Tell) -> list[str]:
    return open_stage() + submitted_stage(seed)


def _closed(stage: Stage) -> Stage:
    """Return a stage whose call is closed; the other example call is open beside it."""

    def built(seed: int, tell: Tell) -> list[str]:
        done = stage(seed, tell)
        with transaction():
            _load(SLUGS[1], _today(), None)
        return done

    return built


STAGES: dict[str, Stage] = {
    "open": lambda _seed, _tell: open_stage(),
    "submitted": _submitted,
    "screening": _closed(screening_stage),
    "jury": _closed(jury_stage),
}


def build(stage: str, seed: int = 1, tell: Tell = lambda _sentence: None) -> list[str]:
    """Build the example at `stage`; return sentences about what was done.

    `seed` decides what is left to chance: the same seed gives the same data. `tell` hears what is
    going on meanwhile. Raises `DomainError` where the portal holds another stage that this one
    cannot be built upon.
    """
    if stage not in STAGES:
        raise ValueError(f"no stage {stage!r}; there are: {', '.join(STAGES)}")
    return STAGES[stage](seed, tell)
