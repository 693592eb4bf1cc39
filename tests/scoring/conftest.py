"""A jury with three applications."""

import pytest
from flask import Flask

from tests.jury_house import JuryHouse, a_jury_house


@pytest.fixture
def house(app: Flask) -> JuryHouse:
    return a_jury_house(app)
