"""No call can take an address of the portal: the first part of each is refused as a slug."""

import re

import pytest
from flask import Flask

from portal.calls import loading
from portal.calls.crosschecks import TAKEN_SLUGS
from portal.calls.faults import CallFaults
from portal.core.clock import now
from portal.core.i18n import in_language
from portal.demo.shifting import shifted, source

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def firsts(app: Flask) -> set[str]:
    """Return the first part of every address, as far as a slug could look like it."""
    parts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    return {part for part in parts if SLUG.fullmatch(part)}


def test_every_address_of_the_portal_is_taken(bare_app: Flask) -> None:
    missing = firsts(bare_app) - TAKEN_SLUGS

    assert len(firsts(bare_app)) > 20
    assert missing == set(), "Add them to TAKEN_SLUGS in portal/calls/crosschecks.py."


@pytest.mark.parametrize("slug", ["people", "areas", "sign-in", "mailbox", "api", "welcome"])
def test_a_call_with_a_taken_address_is_refused_with_a_sentence(app: Flask, slug: str) -> None:
    data = shifted(source("integrationspreis-2027"), now().date()) | {"slug": slug}

    with in_language("en"), pytest.raises(CallFaults) as refused:
        loading.load_data(data, "call.yaml")

    assert "slug: is an address of the portal itself. Choose another one." in str(refused.value)
