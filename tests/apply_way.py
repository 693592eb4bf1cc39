"""A browser that applies, as far as HTTP goes: pages, fields, files, buttons, tokens."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from portal.calls.definition import Definition
from portal.demo.sample import SampleApplication, SampleFile, form_data
from portal.demo.samples import make

ORIGIN = "https://127.0.0.1"


class Applicant:
    """Somebody with a browser of their own who walks through the form of one call."""

    def __init__(self, app: Any, slug: str, *, language: str = "de") -> None:
        self.client = app.test_client()
        self.slug = slug
        self.headers = {"Accept-Language": language}
        self.address = ""

    def get(self, path: str, **headers: str) -> Any:
        """Return the page at `path`."""
        return self.client.get(path, base_url=ORIGIN, headers={**self.headers, **headers})

    def post(self, path: str, data: Mapping[str, Any], **headers: str) -> Any:
        """Send a form with a valid token."""
        fields = {"csrf_token": self.token(), **data}
        return self.client.post(
            path, base_url=ORIGIN, data=fields, headers={**self.headers, **headers}
        )

    def token(self) -> str:
        """Return a token from a page that has one."""
        page = self.get(f"/{self.slug}/continue").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page[:2000]
        return found[1]

    def start(self) -> None:
        """Begin a draft."""
        answer = self.post(f"/{self.slug}/start", {})
        assert answer.status_code == 303, answer.text
        self.address = answer.location.removeprefix(ORIGIN)

    def page(self, section: str, number: int = 1) -> str:
        """Return the address of a page of the form."""
        return f"{self.address}/section/{section}" + (f"/{number}" if number > 1 else "")

    def save(
        self, section: str, fields: Mapping[str, Any], number: int = 1, go: str = "next"
    ) -> Any:
        """Fill in a page as a browser does, with its hidden fields, and press a button."""
        shown = self.get(self.page(section, number)).text
        hidden = {
            "revision": _hidden(shown, "revision"),
            "window": _hidden(shown, "window"),
            "asked": re.findall(r'name="asked" value="([^"]+)"', shown),
            "go": go,
        }
        return self.post(self.page(section, number), {**hidden, **fields})

    def upload(self, key: str, name: str, data: bytes, media_type: str = "") -> Any:
        """Send one file as the script does."""
        return self.post(
            f"{self.address}/files/{key}",
            {key: (BytesIO(data), name, media_type or "application/octet-stream")},
            Accept="application/json",
        )

    def send(self) -> Any:
        """Press the button that sends."""
        return self.post(f"{self.address}/send", {})


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def fill_in(person: Applicant, sample: SampleApplication, definition: Definition) -> None:
    """Answer everything as the example application does, page by page, files included."""
    posted = form_data(sample, definition)
    for section in definition.sections:
        for number, questions in enumerate(section.pages, 1):
            keys = {question.key for question in questions}
            fields = {
                name: values
                for name, values in posted.items()
                if name in keys or any(name.startswith(f"{key}.") for key in keys)
            }
            mine: dict[str, Any] = {
                n: v for n, v in fields.items() if _owner(n, definition) in keys
            }
            if any(question.type in ("photos", "documents") for question in questions):
                _hand_in_files(person, sample)
                mine |= file_words(person, sample)
            answer = person.save(section.key, mine, number)
            assert answer.status_code == 303, answer.text
            if answer.location.split("#")[0].endswith(person.page(section.key, number)):
                person.save(section.key, mine, number)  # a choice has opened further questions


def _owner(name: str, definition: Definition) -> str:
    while name and name not in definition.questions:
        name = name.rpartition(".")[0]
    return name


def _hand_in_files(person: Applicant, sample: SampleApplication) -> None:
    for file in sample.files:
        answer = person.upload(file.key, file.filename, make(file), file.mime)
        assert answer.status_code == 200, answer.text


def file_words(person: Applicant, sample: SampleApplication) -> dict[str, str]:
    """Return the fields beside each file: caption, photographer, description and persons."""
    shown = person.get(person.page("attachments")).text
    ids = re.findall(r'id="remove-([0-9a-f-]{36})"', shown)
    fields = {}
    for file_id, file in zip(ids, _in_order(sample), strict=True):
        name = f"file-{file_id}"
        fields[f"{name}.caption"] = file.caption
        fields[f"{name}.credit"] = file.credit
        fields[f"{name}.alt"] = file.alt
        if file.persons is not None:
            fields[f"{name}.persons"] = "yes" if file.persons else "no"
    return fields


def _in_order(sample: SampleApplication) -> list[SampleFile]:
    """Return the files as the page lists them: photos first."""
    return sorted(sample.files, key=lambda file: file.key != "photos")
