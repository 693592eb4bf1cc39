"""What the jurors of the example think: scores around a quality, words that go with them."""

from collections.abc import Mapping
from random import Random

from portal.demo.sample import criteria, jury

# The two at the top get the same scores from everybody, so that there is a tie.
TIED = ("IP-2025-0010", "IP-2025-0016")
TOP, LOWEST, HIGHEST = 4.7, 2.0, 4.1
LOW, HIGH = 0, 5
COMMENTED = 0.6
GOOD, FAIR = 3.8, 2.8
WORDS = {
    "good": (
        "Das trägt sich selbst und bindet die Menschen ein, um die es geht.",
        "Sehr überzeugend: klein angefangen, heute nicht mehr wegzudenken.",
        "Hier entscheiden die Beteiligten wirklich mit. Das ist selten.",
        "Starke Wirkung im Stadtteil, mit wenig Geld erreicht.",
        "Könnte ich mir in jedem Stadtbezirk vorstellen.",
    ),
    "fair": (
        "Gute Idee, solide Arbeit. Wie es nach der Förderung weitergeht, bleibt offen.",
        "Das Ehrenamt ist beeindruckend, die Wirkung nach außen noch klein.",
        "Gern gelesen. Die Beteiligung könnte früher beginnen.",
        "Ordentliches Projekt, aber wenig Neues.",
        "Für mich im guten Mittelfeld. In der Sitzung würde ich gern mehr dazu hören.",
    ),
    "weak": (
        "Mir fehlt, was sich für die Menschen verändert hat.",
        "Sympathisch, aber noch am Anfang. Vielleicht in zwei Jahren wieder.",
        "Die Zahlen passen für mich nicht zur Beschreibung.",
        "Hängt sehr an einer Person.",
    ),
}
PRIVATE = (
    "In der Sitzung nach den Partnern fragen.",
    "Noch einmal lesen, war spät.",
    "Fotos ansehen!",
)


class Opinions:
    """Scores and comments by juror and application; the same seed gives the same ones."""

    def __init__(self, seed: int, refs: list[str]) -> None:
        chance = Random(f"quality {seed}")  # noqa: S311  (example data, no secret)
        self._seed = seed
        self._quality = {ref: chance.uniform(LOWEST, HIGHEST) for ref in refs}
        self._quality |= dict.fromkeys(TIED, TOP)
        self._strict = {member.id: chance.uniform(-0.5, 0.4) for member in jury()}

    def sheet(self, juror: str, ref: str) -> Mapping[str, str]:
        """Return what a juror (by the id of the sample data) types into a sheet."""
        about = TIED[0] if ref in TIED else ref
        chance = Random(f"{self._seed} {juror} {about}")  # noqa: S311  (example data, no secret)
        aim = self._quality[ref] + self._strict[juror]
        scores = {key: _score(aim, chance) for key in criteria()}
        given = {f"score.{key}": str(score) for key, score in scores.items()}
        words = Random(f"{self._seed} {juror} {ref} words")  # noqa: S311  (example data)
        if words.random() < COMMENTED:
            given["comment"] = words.choice(WORDS[_level(sum(scores.values()) / len(scores))])
        if words.random() < COMMENTED / 4:
            given["private_note"] = words.choice(PRIVATE)
        return given


def _score(aim: float, chance: Random) -> int:
    return max(LOW, min(HIGH, round(chance.gauss(aim, 0.7))))


def _level(mean: float) -> str:
    return "good" if mean >= GOOD else "fair" if mean >= FAIR else "weak"
