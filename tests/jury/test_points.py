"""Points out of a budget: what one juror sees of the points of the others."""

from flask import Flask

from portal.applications.jury.judging import Tie
from portal.core.db import transaction
from portal.scoring.sheet import sending, sheets
from portal.scoring.sheet.sheets import Window
from tests.jury_house import a_jury_house


def test_whoever_is_kept_out_of_one_sees_the_words_of_others_and_no_points(app: Flask) -> None:
    house = a_jury_house(app, 2, {"mode": "points", "points": 100})
    house.answer("paula", 0, Tie.EMPLOYED)
    for name in ("paula", "ifeoma", "chair"):
        house.free(name)
        with transaction():
            juror, words = house.juror(name), {"score.points": "37", "comment": f"Wort von {name}"}
            sheets.save(juror, house.applications[1], words, window=Window())
            sending.send(juror, house.applications[1])
    excluded, free = (
        house.browser(name).get(house.at(1)).text.split('id="others"')[1].split("</section>")[0]
        for name in ("paula", "ifeoma")
    )

    assert "Wort von chair" in excluded
    assert "37" not in excluded
    assert "Wie viele Punkte andere gegeben haben, sehen Sie nicht" in excluded
    assert '<b class="p-num">37</b>' in free
