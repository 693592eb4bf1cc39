"""Both example calls, open today, and a browser that reads every page strictly."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.calls.models import Call
from portal.core.clock import now
from portal.core.db import db, transaction
from portal.demo.build import SLUGS
from tests.drafts import loaded
from tests.strict import StrictClient

SLUG = "integrationspreis-2027"


@pytest.fixture
def calls(bare_app: Flask) -> Flask:
    """Return an application in which both example calls are open."""
    with bare_app.app_context(), transaction():
        for slug in SLUGS:
            loaded(slug)
    bare_app.test_client_class = StrictClient
    return bare_app


@pytest.fixture
def browser(calls: Flask) -> StrictClient:
    """Return a client of the public pages that wishes German."""
    client = calls.test_client()
    assert isinstance(client, StrictClient)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


@pytest.fixture
def move(calls: Flask) -> Callable[..., None]:
    """Return a function that sets opening and closing of the call to hours from now."""

    def hours(opens: float, closes: float) -> None:
        with calls.app_context(), transaction():
            call = db.session.scalars(select(Call).where(Call.slug == SLUG)).one()
            call.opens_at = now() + timedelta(hours=opens)
            call.closes_at = now() + timedelta(hours=closes)

    return hours
