"""Every refusal is a page that says what to do; odd input is never our fault."""

import logging

import pytest

from tests.strict import StrictClient, check_html, text_of, words_of

OWN = {"Origin": "https://127.0.0.1"}
GERMAN = {"Accept-Language": "de"}


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("400", 400),
        ("403", 403),
        ("404", 404),
        ("405", 405),
        ("409", 409),
        ("413", 413),
        ("429", 429),
        ("500", 500),
        ("503", 503),
        ("418", 418),
        ("rule", 409),
        ("forbidden", 403),
        ("absent", 404),
        ("often", 429),
        ("stale", 409),
        ("busy", 503),
        ("fault", 500),
    ],
)
@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_each_is_a_page_in_the_language_of_the_person(
    browser: StrictClient, how: str, status: int, language: str
) -> None:
    answer = browser.get(f"/wrong/{how}", headers={"Accept-Language": language})

    assert answer.status_code == status
    assert check_html(text_of(answer)).get("lang") == language


def test_a_rule_says_its_sentence(browser: StrictClient) -> None:
    assert "The call is closed." in text_of(browser.get("/wrong/rule"))


def test_a_fault_of_ours_shows_a_number_and_nothing_else(
    browser: StrictClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = words_of(check_html(text_of(browser.get("/wrong/fault", headers=GERMAN))))

    [told] = [line for line in caplog.messages if line.startswith("incident")]
    number = told.split()[1]
    assert f"nennen Sie diese Nummer: {number}" in page
    assert "secret of the house" not in page
    assert "ZeroDivision" not in page


def test_a_busy_database_gives_the_text_back(browser: StrictClient) -> None:
    token = browser.token("/form")
    data = {"csrf_token": token, "text": "Mein langer Text"}

    answer = browser.post("/wrong/busy", data=data, headers=OWN)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert 'name="text" value="Mein langer Text"' in text_of(answer)
    assert 'action="/wrong/busy"' in text_of(answer)


@pytest.mark.parametrize("how", ["fault", "often", "stale"])
def test_other_failures_give_the_text_back_as_well(browser: StrictClient, how: str) -> None:
    answer = browser.post_form(f"/wrong/{how}", {"text": "Mein langer Text"}, page="/form")
    assert 'value="Mein langer Text"' in text_of(answer)


def test_too_often_says_when_to_come_back(browser: StrictClient) -> None:
    assert browser.get("/wrong/often").headers["Retry-After"] == "90"


def test_a_script_gets_json(browser: StrictClient) -> None:
    answer = browser.get("/wrong/rule", headers={"Accept": "application/json"})
    assert answer.get_json() == {"error": "The call is closed.", "status": 409}


@pytest.mark.parametrize(
    "path",
    [
        "/form%00",
        "/form?a=%00",
        "/form?%00=a",
        "/wrong/%00",
        "/%ED%A0%80",
        "/%C0%AE%C0%AE/",
        "/form?a=%1B",
        "/form?a=%C2%9F",
    ],
)
def test_odd_characters_in_an_address_are_refused_and_not_echoed(
    browser: StrictClient, path: str
) -> None:
    assert browser.get(path).status_code == 400


def test_bytes_that_are_no_text_stay_escaped_in_a_query(browser: StrictClient) -> None:
    for query in ("a=%FF", "a=%ED%A0%80", "%FF=a"):
        assert browser.get(f"/form?{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../settings.py",
        "/metrics",
        "/console",
        "/static/x/%2e%2e/app.py",
        "/static/x//etc/passwd",
        "/static/x/vendor",
        "/debug",
        "/.env",
        "/wrong/<script>alert(1)</script>x" + "y" * 3000,
        "/" + "a/" * 500,
        "/language/xx",
        "/language/de/..",
        "/gallery/",
        "/form;a=b",
        "/server-status",
    ],
)
def test_odd_paths_are_not_there(browser: StrictClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code in (308, 400, 404) or path.startswith("/wrong/")
    assert answer.headers.get("Location", "/").startswith(("/", "https://127.0.0.1/"))
    assert b"<script>" not in answer.data
    assert b"Werkzeug" not in answer.data


@pytest.mark.parametrize(
    "body",
    [b"\x00", b"a=%00&b=%ED%A0%80", b"a=" + b"%FF" * 50, b"&&&===", b"{", b"a[]=1&a[b]=2"],
)
@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain",
        "",
        "multipart/form-data; boundary=\x7f",
    ],
)
def test_odd_bodies_are_no_fault_of_ours(browser: StrictClient, body: bytes, kind: str) -> None:
    answer = browser.post("/form", data=body, content_type=kind, headers=OWN)
    assert 400 <= answer.status_code < 500


def test_a_page_leads_back_to_the_one_that_led_here_by_a_link(browser: StrictClient) -> None:
    came = {"Referer": "https://127.0.0.1/form?n=1", **GERMAN}
    foreign = {"Referer": "https://example.org/form", **GERMAN}

    assert '<a href="/form?n=1">Zur Seite davor</a>' in text_of(
        browser.get("/wrong/403", headers=came)
    )
    assert "Zur Seite davor" not in text_of(browser.get("/wrong/403", headers=foreign))


def test_behind_a_form_no_link_leads_back_to_it_empty(browser: StrictClient) -> None:
    token = browser.token("/form")
    came = {"Referer": "https://127.0.0.1/form", **OWN, **GERMAN}

    answer = browser.post("/wrong/413", data={"csrf_token": token}, headers=came)

    assert answer.status_code == 413
    assert "Zur Seite davor" not in text_of(answer)
    assert "Gehen Sie im Browser zurück" in text_of(answer)
