"""The kinds of questions a call can ask, as they stand in the call file (immutable)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.calls.wording import Text

Viewer = Literal["applicant", "office", "jury", "public"]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=80)]
OFFICE_ONLY: tuple[Viewer, ...] = ("applicant", "office")
MIB = 1024 * 1024


class Part(BaseModel):
    """Base of everything in a definition: unknown names are a mistake, nothing changes."""

    # Built with the whole at its first use, instead of each part alone and again in the whole.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Condition(Part):
    """When something is asked: the answer to `key` is one of `one_of`, or there are files.

    `all_of` and `any_of` combine conditions. An answer to a question that is itself not asked
    counts as none.
    """

    key: str | None = None
    one_of: tuple[str, ...] = Field(default=(), alias="is")
    has_files: tuple[str, ...] = ()
    all_of: tuple["Condition", ...] = Field(default=(), alias="all")
    any_of: tuple["Condition", ...] = Field(default=(), alias="any")


class Question(Part):
    """What all questions share. `required` means: must be answered before sending."""

    key: Key
    label: Text
    short: Text | None = None
    help: Text | None = None
    required: bool = True
    missing: Text | None = None
    asked_if: Condition | None = None
    sees: tuple[Viewer, ...] = OFFICE_ONLY
    statistic: bool = False
    own_page: bool = False
    autocomplete: str | None = None


class TextQuestion(Question):
    """One line. `pattern` is matched against the whole answer without blanks if `tight`."""

    type: Literal["text"]
    max: int = Field(default=200, ge=1, le=2000)
    pattern: str | None = None
    wrong: Text | None = None
    tight: bool = False
    numeric: bool = False
    prefill: str = ""


class LongTextQuestion(Question):
    """Several paragraphs; `max` in code points, a line break counts as one."""

    type: Literal["long_text"]
    max: int = Field(default=1000, ge=1, le=20_000)
    rows: int = Field(default=8, ge=2, le=40)


class NumberQuestion(Question):
    """A whole number."""

    type: Literal["number"]
    min: int = 0
    max: int = 10_000_000
    year: bool = False


class MoneyQuestion(Question):
    """An amount with two decimals, kept as text like `1234.50`."""

    type: Literal["money"]
    min: int = 0
    max: int = 100_000_000
    currency: str = "EUR"


class MonthQuestion(Question):
    """A month and year, kept as `2016-05`."""

    type: Literal["month"]
    min_year: int = 1800
    max_year: int = 2100
    not_before: Key | None = None


class DateQuestion(Question):
    """A day, kept as `2016-05-31`."""

    type: Literal["date"]
    min_year: int = 1800
    max_year: int = 2100


class Option(Part):
    """One possible answer of a choice; `value` is stored and never changes its meaning."""

    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    label: Text
    help: Text | None = None


class ChoiceQuestion(Question):
    """One of several options; `display` chooses radio buttons or a list."""

    type: Literal["choice"]
    options: tuple[Option, ...] = Field(min_length=2)
    display: Literal["radio", "select"] = "radio"


class ChoicesQuestion(Question):
    """Several of several options."""

    type: Literal["choices"]
    options: tuple[Option, ...] = Field(min_length=2)
    most: int | None = None


class YesNoQuestion(Question):
    """Yes or no. With `must_be`, the other answer leads to the page `otherwise` explains."""

    type: Literal["yes_no"]
    yes: Text | None = None
    no: Text | None = None
    neither: Text | None = None
    must_be: Literal["yes", "no"] | None = None
    otherwise: Text | None = None


class EmailQuestion(Question):
    """One e-mail address (RFC 5321: 254 characters at most)."""

    type: Literal["email"]
    max: int = Field(default=254, le=254)


class PhoneQuestion(Question):
    """A telephone number as people write it."""

    type: Literal["phone"]
    max: int = 30


class UrlQuestion(Question):
    """A web address; `https://` is added where it is missing."""

    type: Literal["url"]
    max: int = 300


class AddressQuestion(Question):
    """Street, postcode and city in Germany."""

    type: Literal["address"]


class Column(Part):
    """One column of repeating rows."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    label: Text
    type: Literal["text", "number", "money"] = "text"
    max: int = Field(default=200, ge=1, le=1_000_000_000)
    required: bool = True


class RowsQuestion(Question):
    """Repeating rows, for example a budget; `total` names columns that are added up."""

    type: Literal["rows"]
    columns: tuple[Column, ...] = Field(min_length=1, max_length=8)
    min_rows: int = Field(default=1, ge=0)
    max_rows: int = Field(default=20, ge=1, le=100)
    total: tuple[str, ...] = ()
    row_name: Text | None = None


class PhotosQuestion(Question):
    """Pictures with caption, photographer, description and who can be recognised."""

    type: Literal["photos"]
    required: bool = False
    max_files: int = Field(default=5, ge=1, le=20)
    max_bytes: int = Field(default=15 * MIB, ge=1)


class DocumentsQuestion(Question):
    """PDF documents."""

    type: Literal["documents"]
    required: bool = False
    max_files: int = Field(default=3, ge=1, le=20)
    max_bytes: int = Field(default=10 * MIB, ge=1)


class DeclarationQuestion(Question):
    """A statement with a version that is kept with the answer.

    `tick` is a box that must be ticked if required; `yes_no` must be answered but may be no.
    `consent` names a consent (Art. 7 GDPR) that can be withdrawn later.
    """

    type: Literal["declaration"]
    version: str
    text: Text | None = None
    answer: Literal["tick", "yes_no"] = "tick"
    consent: str | None = None
    link: Literal["privacy", "terms"] | None = None


class Information(Question):
    """A text between questions; nothing is answered."""

    type: Literal["information"]
    required: bool = False


AnyQuestion = Annotated[
    TextQuestion
    | LongTextQuestion
    | NumberQuestion
    | MoneyQuestion
    | MonthQuestion
    | DateQuestion
    | ChoiceQuestion
    | ChoicesQuestion
    | YesNoQuestion
    | EmailQuestion
    | PhoneQuestion
    | UrlQuestion
    | AddressQuestion
    | RowsQuestion
    | PhotosQuestion
    | DocumentsQuestion
    | DeclarationQuestion
    | Information,
    Field(discriminator="type"),
]
FILE_TYPES = ("photos", "documents")
