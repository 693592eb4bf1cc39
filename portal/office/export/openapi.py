"""The description of the read API in OpenAPI 3.1."""

from typing import Any

import portal
from portal.applications.models import Channel, FileState
from portal.applications.workflow import Status

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}
MOMENT: Json = {"type": "string", "format": "date-time"}


def description(origin: str) -> Json:
    """Return the document for the installation at `origin`."""
    one = "/calls/{slug}/applications/{id}"
    return {
        "openapi": "3.1.0",
        "info": {"title": "Read API of the prize portal", "version": portal.__version__,
                 "description": ABOUT, "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
        "servers": [{"url": f"{origin}/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/calls/{slug}/applications": {
                "parameters": [SLUG],
                "get": _get("listApplications", "Received applications by number, page by page",
                            "Page", [STATUS, PAGE, SIZE], 400),
            },
            one: {
                "parameters": [SLUG, ID],
                "get": _get("getApplication", "One application", "Application", [], 404),
            },
            f"{one}/files": {
                "parameters": [SLUG, ID],
                "get": _get("listFiles", "The files of an application, without their contents",
                            "Files", [], 404),
            },
            "/openapi.json": {
                "get": {"operationId": "getDescription", "summary": "This description",
                        "security": [],
                        "responses": {"200": {"description": "OpenAPI 3.1", "content": {
                            "application/json": {"schema": {"type": "object"}}}}}},
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer",
                                          "description": "Made by the office, for one call."}},
            "schemas": SCHEMAS,
        },
    }  # fmt: skip


ABOUT = (
    "Applications of one call, as they were sent. Nothing can be changed, drafts never appear. "
    "Passages that are blacked out for the jury are readable here: the API is a tool of the office."
    " A token without the scope read:personal gets only answers that the jury may see. At most"
    " 3600 requests an hour; each is written into the log of the portal. Words are in the language"
    " of Accept-Language (de, en, ar)."
)


def _parameter(name: str, where: str, schema: Json, text: str) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": schema,
            "description": text}  # fmt: skip


RECEIVED = [str(status) for status in Status if status is not Status.DRAFT]
SLUG = _parameter("slug", "path", TEXT, "The call, for example integrationspreis-2027")
ID = _parameter("id", "path", {"type": "string", "format": "uuid"}, "The application")
STATUS = _parameter("status", "query", {"type": "string", "enum": RECEIVED},
                    "Only these; a decision is scored until its letter has left")  # fmt: skip
PAGE = _parameter("page", "query", {"type": "integer", "minimum": 1, "default": 1}, "Which page")
SIZE = _parameter("size", "query",
                  {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
                  "Applications on a page")  # fmt: skip


def _get(name: str, summary: str, schema: str, parameters: list[Json], refusal: int) -> Json:
    refusals = {401: "No valid token", 429: "Too many requests", 404: "No such application",
                400: "A parameter is wrong"}  # fmt: skip
    codes = sorted({401, 404, 429, refusal})
    return {
        "operationId": name,
        "summary": summary,
        **({"parameters": parameters} if parameters else {}),
        "responses": {
            "200": _response(summary, schema),
            **{str(code): _response(refusals[code], "Refusal") for code in codes},
        },
    }


def _response(text: str, schema: str) -> Json:
    shown = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": text, "content": {"application/json": shown}}


def _object(properties: Json, *, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required,
            "additionalProperties": False}  # fmt: skip


SCHEMAS: Json = {
    "Page": _object(
        {
            "applications": {"type": "array",
                             "items": {"$ref": "#/components/schemas/Application"}},
            "total": WHOLE, "page": WHOLE, "pages": WHOLE, "size": WHOLE,
            "next": {"type": ["string", "null"], "format": "uri"},
        }
    ),
    "Application": _object(
        {
            "id": {"type": "string", "format": "uuid"},
            "number": TEXT,
            "status": {"type": "string", "enum": RECEIVED},
            "title": TEXT,
            "arrived": MOMENT,
            "version": WHOLE,
            "version_arrived": MOMENT,
            "late": {"type": "boolean"},
            "channel": {"type": "string", "enum": [str(channel) for channel in Channel]},
            "language": TEXT,
            "sha256": TEXT,
            "answers": {"type": "object",
                        "additionalProperties": {"$ref": "#/components/schemas/Answer"},
                        "description": "By the key of the question; unanswered ones are left out"},
            "files": {"type": "array", "items": {"$ref": "#/components/schemas/File"}},
        }
    ),
    "Answer": _object({"value": {"description": "As kept: text, number, list or object"},
                       "words": TEXT}),
    "Files": _object({"files": {"type": "array", "items": {"$ref": "#/components/schemas/File"}}}),
    "File": _object(
        {
            "id": {"type": "string", "format": "uuid"},
            "question": TEXT, "name": TEXT, "media_type": TEXT, "size": WHOLE, "sha256": TEXT,
            "sha256_received": TEXT,
            "state": {"type": "string", "enum": [str(state) for state in FileState]},
            "caption": TEXT, "credit": TEXT, "alt": TEXT, "persons": TEXT,
        }
    ),
    "Refusal": _object({"error": TEXT, "status": WHOLE}),
}  # fmt: skip
