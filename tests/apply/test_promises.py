"""What the pages of an applicant promise, also to a browser that runs no script."""

from tests.drafts import SLUG
from tests.strict import StrictClient, text_of


def test_only_a_browser_with_script_is_told_that_it_saves_by_itself(browser: StrictClient) -> None:
    address = str(browser.post_form(f"/{SLUG}/start").location)
    page = text_of(browser.get(f"{address}/section/project"))

    assert '<p class="p-muted p-scripted">Es wird laufend gespeichert.' in page
    assert '<noscript><p class="p-muted">In diesem Browser wird gespeichert, wenn Sie' in page


def test_the_check_page_says_at_its_top_what_is_missing(browser: StrictClient) -> None:
    address = str(browser.post_form(f"/{SLUG}/start").location)
    top = text_of(browser.get(f"{address}/check")).split('<section class="p-ground')[0]
    missing = text_of(browser.get(f"{address}/check?problems=1"))

    assert "Punkte sind noch offen." in top
    assert f'<a href="{address}/check?problems=1">Zeigen, was fehlt</a>' in top
    assert 'id="errors"' in missing
    assert "Zeigen, was fehlt" not in missing
