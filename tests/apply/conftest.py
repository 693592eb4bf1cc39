"""An open call, and browsers that read every page strictly."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal.calls.queries import call_by_slug
from portal.core.clock import now
from portal.core.db import transaction
from tests.drafts import SLUG, open_call
from tests.strict import StrictClient


@pytest.fixture
def site(bare_app: Flask) -> Flask:
    """Return an application with an open call."""
    bare_app.test_client_class = StrictClient
    with bare_app.app_context():
        open_call()
    return bare_app


@pytest.fixture
def new_browser(site: Flask) -> Callable[[], StrictClient]:
    """Return a function that opens another browser, which wishes German."""

    def opened() -> StrictClient:
        client: Any = site.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
        return client  # type: ignore[no-any-return]

    return opened


@pytest.fixture
def browser(new_browser: Callable[[], StrictClient]) -> StrictClient:
    """Return one browser."""
    return new_browser()


@pytest.fixture
def move(site: Flask) -> Callable[..., None]:
    """Return a function that sets opening and closing of the call to hours from now."""

    def hours(opens: float, closes: float) -> None:
        with site.app_context(), transaction():
            call = call_by_slug(SLUG)
            call.opens_at = now() + timedelta(hours=opens)
            call.closes_at = now() + timedelta(hours=closes)

    return hours
