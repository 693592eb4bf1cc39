from tests.jury_house import JuryHouse


def test_pages(house: JuryHouse) -> None:
    b = house.browser("paula")
    assert b.get(house.path).status_code == 200
    assert b.get(house.path + "/conflicts").status_code == 200
    assert b.get(house.at(0)).status_code == 303
    assert b.get(house.at(0, "/conflict")).status_code == 200
    house.free("paula")
    a = b.get(house.at(0))
    assert a.status_code == 200
    assert house.browser("chair").get(house.path + "/chair").status_code == 200
    assert house.browser("paula").get(house.path + "/rules").status_code == 200
