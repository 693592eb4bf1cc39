"""The ranking in words: numbers, names of the ways of counting, and how each figure is computed."""

from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_decimal

from portal.core.i18n import gettext as _
from portal.core.i18n import locale
from portal.scoring.rank import firmness
from portal.scoring.rank.firmness import Span, Variant
from portal.scoring.rank.ranking import Ranking
from portal.scoring.rank.standing import Line
from portal.scoring.sheet import modes


def decimal(value: Fraction | float | None, *, sign: bool = False) -> str:
    """Return a number with two digits behind the comma, a dash for None."""
    if value is None:
        return "–"
    exact = Fraction(value)
    shown = Decimal(exact.numerator) / Decimal(exact.denominator)
    return format_decimal(shown, format="+0.00;−0.00" if sign else "0.00", locale=locale())


def mean_word(found: Ranking) -> str:
    """Return the heading above the figure by which places are given."""
    low, high = found.scale
    if found.shares:
        return _("Share of the points in %")
    return {
        "weighted": _("Mean (%(low)s to %(high)s)", low=low, high=high),
        "ranking": _("Borda points in %"),
        "points": _("Points for each sheet"),
        "yes_no": _("Approval in %"),
    }[found.mode]


def more_word(found: Ranking) -> str:
    """Return the heading of a second figure, empty where the mode has none."""
    if found.shares:
        return ""
    words = {"points": _("Sum"), "yes_no": _("Yes, maybe, no"), "ranking": _("First places")}
    return words.get(found.mode, "")


def more_of(found: Ranking, line: Line) -> str:
    """Return the second figure of an entry."""
    given = [mark for _juror, mark in line.marks]
    if not given:
        return "–"
    if found.mode == "yes_no":
        votes = (modes.YES, modes.MAYBE, modes.NO)
        return " · ".join(str(sum(mark == vote * 50 for mark in given)) for vote in votes)
    if found.mode == "ranking":
        return str(sum(mark == 100 for mark in given))
    return format_decimal(int(sum(given)), locale=locale())


def way_word(found: Ranking, way: Variant) -> str:
    """Return the name of a way of counting."""
    if way.juror is not None:
        return _("without %(name)s", name=found.people[way.juror].called)
    return {
        firmness.LEVELLED: _("harsh and lenient levelled"),
        firmness.STANDARDISED: _("standard scores"),
        firmness.EQUAL: _("all criteria equal"),
        firmness.OWN: _("your weights"),
    }[way.kind]


def span_word(span: Span | None, *, unfinished: bool = False) -> str:
    """Return the places that an application has in all ways; unfinished: sheets are missing."""
    if span is None:
        return "–"
    if span.firm:
        return _("firm so far") if unfinished else _("firm")
    told = str(span.low) if span.low == span.high else f"{span.low}–{span.high}"
    return _("%(places)s, or none", places=told) if span.open else told


def explained(found: Ranking) -> list[tuple[str, str]]:
    """Return each figure with how it is computed and where the rule comes from."""
    told = [
        (_("Which sheets count"), _(
            "Sheets that were handed in by members with a vote, or by a deputy in a member’s place."
            " Drafts, abstentions and sheets of members with a conflict do not count.")),
        (mean_word(found), _mean_rule(found)),
        (_("Place"), _(
            "By this figure, counted exactly and not rounded. Equal figures share a place, and the"
            " next places are left out: 1, 2, 2, 4.")),
        (_("Spread"), _(
            "Standard deviation of the sheets, divided by their number less one (Bessel). 0 means"
            " that all agree. With few sheets it is uncertain.")),
    ]  # fmt: skip
    return [*told, *_other_ways(found.mode)]


def _mean_rule(found: Ranking) -> str:
    if found.shares:
        return _("Of the points that a juror gave to the applications shown here, the part that"
                 " this one got, in per cent; then the mean of all sheets.")  # fmt: skip
    return {
        "weighted": _(
            "Each sheet: score times weight, added up and divided by the weights (simple additive"
            " weighting, Hwang and Yoon 1981). Then the mean of all sheets."),
        "ranking": _(
            "For each application that a juror places behind this one there is a point, in per cent"
            " of the most that the juror could give (Borda 1784). Then the mean of all jurors."),
        "points": _(
            "The points of all sheets, divided by the number of sheets, so that a juror who is kept"
            " out takes no points away. The sum stands beside it."),
        "yes_no": _(
            "Yes counts 100, maybe 50, no 0; then the mean. This gives the same order as yes less"
            " no (Felsenthal 1989)."),
    }[found.mode]  # fmt: skip


def _other_ways(mode: str) -> list[tuple[str, str]]:
    told = [
        (_("Without one juror"), _(
            "Everything is counted again without the sheets of one juror, for each juror in turn"
            " (Quenouille 1956, Tukey 1958). So you see what hangs on a single voice.")),
        (_("Firm"), _(
            "The place is the same in all these ways of counting. Otherwise the best and the worst"
            " place stand there.")),
    ]  # fmt: skip
    if mode != "ranking":
        told[1:1] = [
            (_("Harsh and lenient levelled"), _(
                "For each juror we estimate how much more or less they give than the others for the"
                " same applications, and take that away (two-way model, least squares, Scheffé"
                " 1959). Where all read all, this changes no place. With few sheets it is"
                " uncertain.")),
            (_("Standard scores"), _(
                "Each score as a distance from the mean of its juror, in standard deviations of"
                " that juror (McCall 1922). So nobody weighs more who uses the scale more widely."
                " With few sheets it is uncertain.")),
        ]  # fmt: skip
    return told
