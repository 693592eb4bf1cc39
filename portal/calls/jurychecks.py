"""Whether the part about the jury fits the rest of the call."""

from collections.abc import Iterator

from portal.calls.definition import Definition
from portal.calls.faults import Complaint
from portal.core.i18n import gettext as _


def jury_faults(call: Definition) -> Iterator[Complaint]:
    """Yield what is wrong with the part `jury`: keys that nobody asks, a mode without criteria."""
    jury = call.jury
    for name in ("blind_hides", "organisation", "partners"):
        for n, key in enumerate(getattr(jury, name)):
            if key not in call.questions:
                yield Complaint(("jury", name, n), _("is no question of this call."))
    if jury.fields and getattr(call.questions.get(jury.fields), "type", "") not in (
        "choice", "choices",
    ):  # fmt: skip
        yield Complaint(("jury", "fields"), _("must be a question with a choice."))
    if jury.mode == "weighted" and not call.criteria:
        yield Complaint(("jury", "mode"), _("needs criteria. Write some, or choose another mode."))
