"""The strict reader of pages: what every HTML answer has to keep."""

import gzip
import hashlib
import re
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

from portal.core.i18n import LANGUAGES
from portal.web.headers import FIXED, SEALED

CONTROLS = {"input", "select", "textarea"}
NO_LABEL = {"hidden", "submit", "button", "image"}
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for")
# A placeholder that was never filled, an object or a dictionary of languages that was printed.
LEAKS = re.compile(r"%\(\w+\)s|<portal\.|\{'de'|Saying\(")


STRICTER = {
    "Referrer-Policy": "no-referrer",  # where a key stands in the address
    "Content-Security-Policy": SEALED,  # of files that people handed in
}


# Names of rows and tokens: they differ each time, and no rule for pages depends on them.
NAMES = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_.-]{32,}")
_read: set[bytes] = set()


class StrictClient(FlaskClient):
    """A test client that speaks like a browser over https and reads every page strictly.

    `post_form` sends a form as a browser does: with the token of the page it stands on.
    """

    reads = True  # the run on PostgreSQL does not: pages are the same there

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask for a page; check the answer if it is HTML."""
        kwargs.setdefault("base_url", "https://127.0.0.1")
        answer = super().open(*args, **kwargs)
        check_headers(answer)
        redirects = answer.status_code in (301, 302, 303, 307, 308)
        if self.reads and answer.data and answer.mimetype == "text/html" and not redirects:
            _check_once(text_of(answer))
        return answer

    def token(self, path: str = "/") -> str:
        """Return the token of the first form on a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', text_of(self.get(path)))
        assert found, f"no form with a token on {path}"
        return found.group(1)

    def post_form(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Read the page at `page` (default: `path`), then send `data` with its token to `path`."""
        page = kwargs.pop("page", path)
        given = {"csrf_token": self.token(page)} | (data or {})
        kwargs.setdefault("headers", {"Origin": "https://127.0.0.1"})
        return self.post(path, data=given, **kwargs)


def text_of(answer: Any) -> str:
    """Return the body of an answer as text, unpacked."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    content = gzip.decompress(answer.data) if packed else answer.data
    return str(content.decode())


def _check_once(html: str) -> None:
    """Check a page unless this process has read it before, but for names of rows and tokens.

    To read a page takes longer than to make it, and half of all pages are asked for again, if only
    for their token. Equal names stay equal, so that an id that stands twice is found.
    """
    names: dict[str, str] = {}
    plain = NAMES.sub(lambda found: names.setdefault(found[0], f"name-{len(names)}"), html)
    digest = hashlib.sha256(plain.encode()).digest()
    if digest not in _read:
        check_html(html)
        _read.add(digest)


def check_headers(answer: Any) -> None:
    """Assert the headers that every answer carries."""
    for name, value in FIXED.items():
        stricter = STRICTER.get(name)
        assert answer.headers.get(name) in (value, stricter), f"{name} is missing or weak"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers.get("Cache-Control"), "nothing says whether this may be stored"


def check_page(answer: Any) -> Element:
    """Assert everything a page has to keep; return its parsed root."""
    return check_html(text_of(answer))


def check_html(html: str) -> Element:
    """Assert everything a page has to keep, given as text; return its parsed root."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    _frame(root)
    _ids(root)
    _controls(root)
    _pictures(root)
    _policy(root)
    leak = LEAKS.search(words_of(root))
    assert not leak, f"not filled in or not translated: {leak.group(0)!r}"
    return root


def words_of(node: Element) -> str:
    """Return the text inside of a node as one line, without what is written for machines."""
    return " ".join(_raw(node).split())


def _raw(node: Element) -> str:
    if node.tag in ("script", "style", "template"):
        return ""
    inside = "".join(_raw(child) + (child.tail or "") for child in node)
    return (node.text or "") + inside


def _frame(root: Element) -> None:
    assert root.get("lang") in LANGUAGES, "html has no known lang"
    assert root.get("dir") == ("rtl" if root.get("lang") == "ar" else "ltr"), "html has a wrong dir"
    heads = list(root.iter("h1"))
    assert len(heads) == 1, f"{len(heads)} h1 on this page"
    title = " ".join((root.findtext(".//title") or "").split())
    bare = title.split(": ", 1)[-1] if heads and title.find(": ") > 0 else title
    said = words_of(heads[0]).replace("\u00ad", "")
    assert said, "the h1 is empty"
    assert title.startswith(said) or bare.startswith(said), f"title {title!r} lacks h1 {said!r}"
    assert len(list(root.iter("main"))) == 1, "one main, please"
    levels = [int(n.tag[1]) for n in root.iter() if re.fullmatch(r"h[1-6]", str(n.tag))]
    later = levels[levels.index(1) :]
    assert all(b - a <= 1 for a, b in pairwise(later)), f"headings {levels}"


def _ids(root: Element) -> None:
    ids = [node.get("id") for node in root.iter() if node.get("id") is not None]
    double = {one for one in ids if ids.count(one) > 1}
    assert not double, f"ids that stand twice: {double}"
    assert all(one and not re.search(r"\s", one) for one in ids), "an id is empty or has blanks"
    for node in root.iter():
        for name in REFERENCES:
            for target in (node.get(name) or "").split():
                assert target in ids, f"{name} points to {target!r}, which is not there"
        if node.tag == "a" and (node.get("href") or "").startswith("#"):
            assert node.get("href", "")[1:] in ids, f"link to {node.get('href')} leads nowhere"


def _controls(root: Element) -> None:
    labels = {node.get("for") for node in root.iter("label") if words_of(node)}
    wrapped = {control for label in root.iter("label") for control in label.iter()}
    for node in root.iter():
        if node.tag in CONTROLS and node.get("type") not in NO_LABEL:
            named = node.get("id") in labels or node in wrapped
            assert named or node.get("aria-label") or node.get("aria-labelledby"), (
                f"no label: {node.get('name') or node.get('id')}"
            )
        if node.tag in ("button", "a", "summary", "legend"):
            hidden = node.get("aria-label") or any(n.get("alt") for n in node.iter("img"))
            assert words_of(node) or hidden, f"a {node.tag} without words"
        if node.tag == "form" and node.get("method", "get").lower() == "post":
            fields = [n.get("name") for n in node.iter("input")]
            assert "csrf_token" in fields, f"form {node.get('action')!r} has no token"


def _pictures(root: Element) -> None:
    for node in root.iter("img"):
        assert node.get("alt") is not None, f"no alt: {node.get('src')}"
    for node in root.iter():
        if node.tag == "svg":
            assert node.get("aria-hidden") == "true" or node.get("aria-label"), "a mute svg"


def _policy(root: Element) -> None:
    for node in root.iter():
        assert node.get("style") is None, f"style= on {node.tag}"
        assert node.tag != "style", "a <style> in the page"
        assert not [name for name in node.attrib if str(name).startswith("on")], "a handler"
        if node.tag == "script":
            assert node.get("src"), "a script without src"
        for name in ("src", "action", "formaction"):
            address = node.get(name) or ""
            assert not re.match(r"(?:[a-z]+:)?//", address), f"{name} leads away: {address}"
            assert not address.lower().startswith("javascript:"), address
        if node.tag == "link":
            assert (node.get("href") or "").startswith("/"), "a style sheet from elsewhere"
        if node.tag == "a":
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", node.get("href") or "", re.IGNORECASE)
            known = scheme is None or scheme.group(1).lower() in ("http", "https", "mailto", "tel")
            assert known, f"a link of an odd kind: {node.get('href')}"
