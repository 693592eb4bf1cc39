"""A person with a browser who applies over real HTTP, as a script or a page would."""

import gzip
import http.client
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from PIL import Image

from portal.calls.answers import is_asked
from portal.calls.definition import Definition
from portal.demo.sample import SampleApplication, SampleFile, complete, form_data

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
Fields = Mapping[str, str | list[str]]


class Upload(NamedTuple):
    """A file as a form carries it."""

    field: str
    name: str
    media_type: str
    content: bytes


class Answer(NamedTuple):
    """What the server said; `size` is that of the body on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def location(self) -> str:
        """The path that a redirect leads to."""
        return self.headers["location"].partition("#")[0]


class Browser:
    """Keeps cookies and one connection; OSError or HTTPException where the server is gone."""

    def __init__(self, port: int, language: str = "de") -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.language = language
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.count = 0

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, headers)

    def post(
        self, path: str, fields: Fields, files: Iterable[Upload] = (), **headers: str
    ) -> Answer:
        """Send a form, with files as multipart."""
        if files:
            kind, body = _multipart(fields, files)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(fields, doseq=True).encode()
        own = {"Content-Type": kind, "Origin": f"http://127.0.0.1:{self.port}"}
        return self._ask("POST", path, body, own | headers)

    def post_bytes(self, path: str, body: bytes, **headers: str) -> Answer:
        """Send a file alone, as the script does."""
        kind = "application/octet-stream"
        own = {"Content-Type": kind, "Origin": f"http://127.0.0.1:{self.port}"}
        return self._ask("POST", path, body, own | headers)

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, more: dict[str, str]) -> Answer:
        headers = {"Accept-Encoding": "gzip", "Accept-Language": self.language, **more}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except BaseException:
            self.connection.close()
            raise
        self.count += 1
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        told = {name.lower(): value for name, value in answer.getheaders()}
        packed = told.get("content-encoding") == "gzip"
        whole = gzip.decompress(content) if packed else content
        return Answer(answer.status, told, whole, len(content))


def _multipart(fields: Fields, files: Iterable[Upload]) -> tuple[str, bytes]:
    edge = uuid4().hex
    out = BytesIO()
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            out.write(f"{head}{value}\r\n".encode())
    for file in files:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{file.field}"; '
        out.write(f'{head}filename="{file.name}"\r\n'.encode())
        out.write(f"Content-Type: {file.media_type}\r\n\r\n".encode() + file.content + b"\r\n")
    out.write(f"--{edge}--\r\n".encode())
    return f"multipart/form-data; boundary={edge}", out.getvalue()


def photo(number: int, size: int = 0) -> bytes:
    """Return a JPEG that differs by number, filled with a comment up to `size` bytes."""
    out = BytesIO()
    colour = (number % 256, number // 256 % 256, 90)
    Image.new("RGB", (320, 200), colour).save(out, "JPEG")
    data = out.getvalue()
    while len(data) < size:
        piece = bytes(min(65_533, max(2, size - len(data) - 4)))
        length = (len(piece) + 2).to_bytes(2, "big")
        data = data[:2] + b"\xff\xfe" + length + piece + data[2:]
    return data


@cache
def example() -> SampleApplication:
    """Return an example application with one photo."""
    one = complete()[0]
    file = SampleFile(
        "photos", "Fest.jpg", "image/jpeg", 0, "Fest", "Ada Beispiel", "Ein Fest", False
    )
    return replace(one, files=(file,))


class Way:
    """The way of one application. Each step may be repeated, and only then counts as done."""

    def __init__(self, browser: Browser, definition: Definition, email: str, data: bytes) -> None:
        self.browser, self.definition, self.email, self.data = browser, definition, email, data
        answers = {**example().answers, "contact.email": email}
        self.sample = replace(example(), answers=answers)
        self.posted = form_data(self.sample, definition)
        self.address = self.token = ""

    def start(self) -> None:
        """Read the page before the form and press its button."""
        path = f"/{self.definition.slug}/start"
        self.token = token_of(self.browser.get(path))
        self.address = expect(self.browser.post(path, {"csrf_token": self.token}), 303).location

    def pages(self) -> list[str]:
        """Return the addresses of the pages on which this application is asked something."""
        d, sample = self.definition, self.sample
        return [
            f"{self.address}/section/{section.key}" + (f"/{n}" if n > 1 else "")
            for section in d.sections
            for n, questions in enumerate(section.pages, 1)
            if any(is_asked(q, d, sample.answers, sample.file_counts) for q in questions)
        ]

    def fill(self, path: str, more: Fields | None = None) -> Answer:
        """Send one page as its button does."""
        return expect(self.browser.post(path, {**self.fields(path), **(more or {})}), 303)

    def fields(self, path: str) -> dict[str, str | list[str]]:
        """Return what the page at `path` posts when it is filled in."""
        key, _, number = path.rpartition("/section/")[2].partition("/")
        questions = self.definition.section_by_key[key].pages[int(number or 1) - 1]
        keys = {question.key for question in questions}
        mine = {n: v for n, v in self.posted.items() if _owner(n, self.definition) in keys}
        hidden = {"csrf_token": self.token, "revision": "0", "window": "w", "go": "next"}
        return {**hidden, "asked": sorted(keys), **mine}

    def upload(self) -> str:
        """Hand in the photo as the script does; return its id."""
        told = {"X-CSRF-Token": self.token, "X-File-Name": "Fest.jpg", "Accept": "application/json"}
        answer = self.browser.post_bytes(f"{self.address}/files/photos", self.data, **told)
        found = re.search(r"[0-9a-f-]{36}", expect(answer, 200).text)
        assert found, answer.text
        return found[0]

    def words(self, file_id: str) -> dict[str, str]:
        """Return the fields beside the photo."""
        said = {"caption": "Fest", "credit": "Ada Beispiel", "alt": "Ein Fest", "persons": "no"}
        return {f"file-{file_id}.{word}": text for word, text in said.items()}

    def hand_in(self) -> None:
        """Hand in the photo and write what stands beside it."""
        file_id = self.upload()
        [page] = [path for path in self.pages() if path.endswith("/section/attachments")]
        self.fill(page, self.words(file_id))

    def send(self) -> str:
        """Press the button that sends; return the address of the confirmation."""
        answer = self.browser.post(f"{self.address}/send", {"csrf_token": self.token})
        location = expect(answer, 303).location
        if "/sent" not in location:
            problems = self.browser.get(f"{self.address}/check?problems=1").text
            raise AssertionError(re.findall(r'href="#line-[^>]*>([^<]*)', problems))
        return location


def _owner(name: str, definition: Definition) -> str:
    while name and name not in definition.questions:
        name = name.rpartition(".")[0]
    return name


def token_of(answer: Answer) -> str:
    """Return the token of the first form on a page."""
    found = TOKEN.search(expect(answer, 200).text)
    assert found, "no form with a token"
    return found[1]


def expect(answer: Answer, status: int) -> Answer:
    """Return the answer if it has this status."""
    assert answer.status == status, f"{answer.status}: {answer.text[:3000]}"
    return answer


def today() -> date:
    """Return the day from which the example calls are open."""
    return date.today()  # noqa: DTZ011  as the demo counts
