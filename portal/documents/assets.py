"""The only door to the outside for WeasyPrint: bytes that came with the order, and our fonts."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from portal.documents.glyphs import FONTS

Blobs = Mapping[str, tuple[bytes, str]]
FONT_PREFIX = "asset:fonts/"


class AssetFetcher(URLFetcher):
    """Answers `asset:NAME` from `blobs` (bytes, media type) and `asset:fonts/NAME`, else refuses.

    Files, servers, `data:` and whatever scheme else end the rendering: `FatalURLFetchingError` is
    no `Exception`, so WeasyPrint cannot go on without the thing.
    """

    def __init__(self, blobs: Blobs) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False)
        self._blobs = blobs

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return the response for `url`; raise `FatalURLFetchingError` if it is not one of ours."""
        if url.startswith(FONT_PREFIX):
            font = FONTS / PurePosixPath(url).name
            if font.suffix == ".ttf" and font.is_file():
                return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/ttf"})
        name = url.removeprefix("asset:")
        if name != url and name in self._blobs:
            body, media_type = self._blobs[name]
            return URLFetcherResponse(url, body, {"Content-Type": media_type})
        scheme = url.partition(":")[0][:20]
        raise FatalURLFetchingError(f"an address of the kind {scheme!r} is refused")
