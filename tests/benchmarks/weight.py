"""What the first visit of a page carries over the line."""

import re
from typing import NamedTuple

from tests.walker import Browser, expect

LINKED = re.compile(r'<(?:link|script|img)[^>]+(?:href|src)="(/static/[^"]+)"')
# What a German page shows: Latin, and the name of Arabic in the switch of languages.
FONTS = re.compile(r'url\("\.\./(fonts/(?:fira-sans-\d+-latin|noto-sans-arabic-400)\.woff2)"\)')


class Weight(NamedTuple):
    """Requests and bytes as sent, headers left out."""

    requests: int
    bytes: int
    fonts: int


def weigh(browser: Browser, path: str) -> Weight:
    """Return the weight of a page with everything that it loads."""
    page = expect(browser.get(path), 200)
    sizes, fonts = [page.size], []
    for address in dict.fromkeys(LINKED.findall(page.text)):
        found = expect(browser.get(address), 200)
        sizes.append(found.size)
        if address.endswith(".css"):
            folder = address.rpartition("/")[0].rpartition("/")[0]
            fonts += [f"{folder}/{name}" for name in FONTS.findall(found.text)]
    heavy = [expect(browser.get(font), 200).size for font in dict.fromkeys(fonts)]
    return Weight(len(sizes) + len(heavy), sum(sizes), sum(heavy))
