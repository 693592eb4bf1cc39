"""What the pages promise to a browser that runs no script."""

from tests.drafts import SLUG
from tests.strict import StrictClient, text_of


def test_only_a_browser_with_script_is_told_that_it_saves_by_itself(browser: StrictClient) -> None:
    address = str(browser.post_form(f"/{SLUG}/start").location)
    page = text_of(browser.get(f"{address}/section/project"))

    assert '<p class="p-muted p-scripted">Es wird laufend gespeichert.' in page
    assert '<noscript><p class="p-muted">In diesem Browser wird gespeichert, wenn Sie' in page
