"""The render child: what it refuses, how it ends, and that the next one goes on."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from portal.documents.assets import AssetFetcher
from portal.documents.contents import Content
from portal.documents.failures import RenderFailed
from portal.documents.renderer import Renderer

pytestmark = pytest.mark.pdf
Maker = Callable[..., Content]
HUGE = "\n\n".join("Absatz mit einigen Wörtern darin" for _ in range(15_000))


class Recording(AssetFetcher):
    """Notes what was asked for."""

    served: list[str]
    refused = 0

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Answer as ever."""
        self.served = getattr(self, "served", [])
        try:
            answer = super().fetch(url, headers)
        except FatalURLFetchingError:
            self.refused += 1
            raise
        self.served.append(url)
        return answer


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:8160/x">',
        '<img src="https://example.org/x">',
        '<img src="ftp://127.0.0.1/x">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="asset:nothing">',
        '<img src="asset:fonts/../render.py">',
        '<img src="asset:fonts/vendor.json">',
        '<img src="relative.png">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
        '<link rel="stylesheet" href="http://127.0.0.1:8160/x.css">',
        '<style>@import url("file:///etc/passwd");</style>',
        '<style>@font-face{font-family:x;src:url("file:///etc/passwd")}p{font-family:x}</style>',
        '<p style="background:url(http://127.0.0.1:8160/)">x</p>',
        '<img src="asset:evil.svg">',
        '<object data="file:///etc/passwd"></object>',
        '<embed src="file:///etc/passwd">',
    ],
)
def test_nothing_from_outside_is_read(markup: str) -> None:
    evil = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        b'width="9" height="9"><image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>'
    )
    fetcher = Recording({"evil.svg": (evil, "image/svg+xml")})
    # A picture inside of a picture: WeasyPrint drops the outer one instead of giving up.
    with suppress(FatalURLFetchingError):
        HTML(string=markup, base_url="asset:", url_fetcher=fetcher).write_pdf()
    assert fetcher.refused == 1
    assert fetcher.served == (["asset:evil.svg"] if "evil" in markup else [])


def test_big_data_addresses_are_refused_too() -> None:
    with pytest.raises(FatalURLFetchingError):
        AssetFetcher({}).fetch("data:text/plain," + "x" * 2_000_000)


def test_a_refusal_is_an_error_of_the_document_alone(child: Renderer, receipt_with: Maker) -> None:
    content = receipt_with()
    before = child.pid
    with pytest.raises(RenderFailed, match="'asset' is refused"):
        child.render(replace(content, blobs={}), "de")
    assert child.render(content, "de").startswith(b"%PDF")
    assert before in (None, child.pid)


def test_an_unknown_name_in_a_template_is_an_error(child: Renderer, receipt_with: Maker) -> None:
    content = receipt_with()
    lacking = {key: value for key, value in content.context.items() if key != "sha256"}
    with pytest.raises(RenderFailed, match="UndefinedError"):
        child.render(replace(content, context=lacking), "de")


def test_a_document_that_takes_too_long_is_ended_and_the_next_one_is_made(
    receipt_with: Maker,
) -> None:
    renderer = Renderer()
    renderer.render(receipt_with(), "de")
    content = receipt_with(HUGE)
    renderer.seconds = 3
    old, begun = renderer.pid, time.monotonic()
    with pytest.raises(RenderFailed, match="longer than 3 s"):
        renderer.render(content, "de")
    assert time.monotonic() - begun < 25  # the usual limit is 30
    renderer.seconds = 30
    assert renderer.render(receipt_with(), "de").startswith(b"%PDF")
    assert renderer.pid != old
    renderer.close()


def test_a_child_killed_in_the_middle_fails_this_document_only(receipt_with: Maker) -> None:
    renderer = Renderer()
    renderer.render(receipt_with(), "de")
    pid = renderer.pid
    assert pid
    content = receipt_with(HUGE)
    threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(RenderFailed, match="died"):
        renderer.render(content, "de")
    assert renderer.render(receipt_with(), "de").startswith(b"%PDF")
    renderer.close()


def test_a_child_killed_while_it_waits_is_replaced(receipt_with: Maker) -> None:
    renderer = Renderer()
    renderer.render(receipt_with(), "de")
    assert renderer.pid
    os.kill(renderer.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert renderer.render(receipt_with(), "de").startswith(b"%PDF")
    renderer.close()


def test_too_little_memory_fails_the_document(receipt_with: Maker) -> None:
    renderer = Renderer(memory=420_000_000)
    with pytest.raises(RenderFailed):
        renderer.render(receipt_with(HUGE), "de")
    renderer.close()


def test_the_child_is_renewed_and_ends_with_the_renderer(receipt_with: Maker) -> None:
    renderer = Renderer(documents=2)
    pids = []
    for _ in range(3):
        renderer.render(receipt_with(), "de")
        pids.append(renderer.pid)
    assert pids[1] is None
    assert None not in (pids[0], pids[2])
    assert pids[0] != pids[2]
    renderer.close()
    assert not Path(f"/proc/{pids[2]}").exists()


def test_the_child_gets_no_secret(receipt_with: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "x" * 40)
    renderer = Renderer()
    renderer.render(receipt_with(), "de")
    assert b"PORTAL_" not in Path(f"/proc/{renderer.pid}/environ").read_bytes()
    renderer.close()
