"""Headers on every kind of answer."""

from pathlib import Path

import pytest
from flask import Flask

from portal.app import build
from portal.settings import Settings
from tests.strict import StrictClient, check_headers
from tests.web.conftest import add_pages


@pytest.mark.parametrize(
    "path",
    [
        "/gallery",
        "/form",
        "/wrong/404",
        "/wrong/fault",
        "/wrong/busy",
        "/no-such-page",
        "/no-door",
        "/language/de",
        "/static/x/css/portal.css",
    ],
)
def test_every_kind_of_answer_carries_them(browser: StrictClient, path: str) -> None:
    check_headers(browser.get(path))


def test_a_page_is_stored_nowhere_unless_it_says_so(browser: StrictClient) -> None:
    assert browser.get("/form").headers["Cache-Control"] == "no-store"
    assert browser.get("/wrong/404").headers["Cache-Control"] == "no-store"
    assert browser.get("/for-all").headers["Cache-Control"] == "private, max-age=60"
    assert "Cookie" in browser.get("/for-all").headers["Vary"]


def test_only_the_own_names_are_answered(browser: StrictClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", ""):
        answer = browser.get("/form", headers={"Host": host})
        assert answer.status_code == 400
        assert b"evil.example" not in answer.data


def test_forwarded_names_are_not_believed(browser: StrictClient) -> None:
    odd = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/evil.example",
    }
    answer = browser.get("/form", headers=odd)
    assert answer.status_code == 200
    assert b"evil.example" not in answer.data


def test_cookies_are_for_this_host_only(browser: StrictClient) -> None:
    cookies = browser.get("/form").headers.getlist("Set-Cookie")

    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-form"]
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookies[0]
    assert "Domain" not in cookies[0]


def test_unused_verbs_are_refused(browser: StrictClient) -> None:
    for verb in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        assert browser.open("/gallery", method=verb).status_code == 405


def test_a_page_without_a_door_is_closed(browser: StrictClient) -> None:
    answer = browser.get("/no-door")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


def production(tmp_path: Path) -> Flask:
    """Return an application as people from outside meet it, behind one proxy."""
    app = build(
        Settings.model_validate(
            {
                "instance": tmp_path,
                "base_url": "https://preis.example.org",
                "scanner": "none",
                "mail_url": "smtp://mail.example.org:587",
                "trusted_proxies": 1,
            }
        )
    )
    add_pages(app)
    return app


def test_production_insists_on_https_and_its_own_name(tmp_path: Path) -> None:
    client = production(tmp_path).test_client()

    own = client.get("/for-all", base_url="https://preis.example.org")

    assert own.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert own.status_code == 200
    assert client.get("/for-all", base_url="https://localhost").status_code == 400


def test_a_page_is_packed_where_the_browser_can_unpack(browser: StrictClient) -> None:
    packed = browser.get("/gallery", headers={"Accept-Encoding": "gzip, br"})
    plain = browser.get("/gallery")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(packed.data) < len(plain.data) / 3
