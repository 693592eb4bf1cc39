"""Static files: right address, kept for ever, light enough for a phone, what we say they are."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from portal.core.resources import PACKAGE
from portal.web.assets import Assets, assets, static_url
from tests.strict import StrictClient

VENDOR = PACKAGE / "static" / "vendor"
FOR_TESTS = Path(__file__).parent.parent / "vendor"
KIB = 1000
CLASS = re.compile(r"\bkern-[a-z-]+(?:__[a-z-]+)?(?:--[a-z-]+)?(?![\w{-])")


def test_a_file_has_a_lasting_address_and_is_kept_for_ever(browser: StrictClient) -> None:
    with_app = f"/static/{assets().fingerprint}/css/portal.css"
    assert static_url("css/portal.css") == with_app

    answer = browser.get(with_app)

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "Set-Cookie" not in answer.headers


def test_an_old_address_still_works_for_a_page_that_was_open(browser: StrictClient) -> None:
    answer = browser.get("/static/0123456789ab/css/portal.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    before = Assets(tmp_path).fingerprint
    (tmp_path / "a.css").write_text("b{}")
    assert Assets(tmp_path).fingerprint != before


def test_a_missing_file_is_noticed_where_it_is_named() -> None:
    with pytest.raises(KeyError):
        static_url("css/none.css")


def test_every_address_inside_of_a_style_sheet_leads_to_a_file() -> None:
    for name in ("vendor/kern/kern.css", "vendor/kern/kern.rtl.css"):
        css = assets().files[name].content.decode()
        for address in re.findall(r'url\("?(\.\./[^")]+)', css):
            assert "vendor/" + address.removeprefix("../") in assets().files


def test_nothing_comes_from_elsewhere() -> None:
    for name, asset in assets().files.items():
        if name.endswith((".css", ".js")):
            away = re.search(rb'(?:url\(|import|src=)\s*["\']?(?:https?:)?//', asset.content)
            assert not away, name


def test_the_first_visit_is_light(browser: StrictClient) -> None:
    """Everything but the page and the script of the form; these two have 15 kB left."""
    styles = sum(
        len(assets().files[name].small) for name in ("vendor/kern/kern.css", "css/portal.css")
    )
    icon = len(assets().files["icon.svg"].content)
    fonts = sum(
        len(assets().files[f"vendor/fonts/fira-sans-{weight}-latin.woff2"].content)
        for weight in (400, 600)
    )
    page = len(gzip.compress(browser.get("/gallery").data, 4))

    assert styles + icon <= 20 * KIB
    assert page <= 8 * KIB
    assert styles + icon + fonts <= 50 * KIB


@pytest.mark.parametrize("folder", [VENDOR, FOR_TESTS])
def test_what_others_made_is_unchanged_and_licensed(folder: Path) -> None:
    noted = json.loads((folder / "vendor.json").read_text())
    there = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert noted["sha256"] == there
    assert all(package["licence"] for package in noted["packages"])


def test_each_class_of_kern_that_a_template_names_is_there() -> None:
    kern = assets().files["vendor/kern/kern.css"].content.decode()
    pages = (PACKAGE.parent / "templates").rglob("*.html")
    named = {name for path in pages for name in CLASS.findall(path.read_text("utf-8"))}
    assert {name for name in named if f".{name}" not in kern} == set()
