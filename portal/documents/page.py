"""The page of a document as WeasyPrint takes it, read and matched with less work than any HTML."""

import re
from functools import cache
from xml.etree.ElementTree import fromstring

from cssselect2 import ElementWrapper
from weasyprint import CSS, HTML

from portal.documents.assets import AssetFetcher
from portal.documents.templates import FOLDER

# What people type and XML cannot hold; none of it has a picture.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Page(HTML):
    """The page of one of our templates, which are written as XML; raises `ParseError` if not.

    Python reads XML in a hundredth of the time that HTML takes, and WeasyPrint's own rules for all
    elements of HTML would cost more than ours.
    """

    def __init__(self, source: str, fetcher: AssetFetcher) -> None:
        self.base_url, self.url_fetcher, self.media_type = "asset:", fetcher, "print"
        root = fromstring(NOT_IN_XML.sub("", source))  # noqa: S314  (our own template, escaped)
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: FBT002
        return [_elements()]


@cache
def _elements() -> CSS:
    return CSS(string=(FOLDER / "elements.css").read_text("utf-8"))
