"""Static files under one address that changes with their content, so browsers keep them for ever.

All files (under 1 MB) are read once per process and kept, compressed where that helps. The
fingerprint stands in front of the path (`/static/<fingerprint>/css/portal.css`), so relative
addresses inside of style sheets stay right.
"""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, abort, g, request

from portal.core.resources import PACKAGE
from portal.web.doors import public

FOLDER = PACKAGE / "static"
FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"
TEXTS = {".css", ".js", ".svg", ".json", ".txt", ".md"}
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".md": "text/plain"}


class Asset(NamedTuple):
    """One file: its type, content, and the compressed content (empty where it is not smaller)."""

    kind: str
    content: bytes
    small: bytes


class Assets:
    """All static files of a folder and their common fingerprint."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, Asset] = {}
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name, content = path.relative_to(folder).as_posix(), path.read_bytes()
                self.files[name] = _asset(path.suffix, content)
                digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
        self.fingerprint = digest.hexdigest()[:12]


def _asset(suffix: str, content: bytes) -> Asset:
    kind = TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    if suffix not in TEXTS:
        return Asset(kind, content, b"")
    small = gzip.compress(content, 9, mtime=0)
    return Asset(f"{kind}; charset=utf-8", content, small if len(small) < len(content) else b"")


@cache
def assets() -> Assets:
    """Return the static files of the portal, read at the first request."""
    return Assets(FOLDER)


def static_url(name: str) -> str:
    """Return the address of a static file (a Jinja global); KeyError for one that is not there."""
    if name not in assets().files:
        raise KeyError(name)
    return f"/static/{assets().fingerprint}/{name}"


@public
def send_asset(fingerprint: str, name: str) -> Response:
    """Send a static file; an old fingerprint gets the present file, but only for minutes."""
    asset = assets().files.get(name)
    if asset is None:
        abort(404)
    packed = asset.small and request.accept_encodings["gzip"] > 0
    answer = Response(asset.small if packed else asset.content, content_type=asset.kind)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    if asset.small:
        answer.headers["Vary"] = "Accept-Encoding"
    fresh = fingerprint == assets().fingerprint
    answer.headers["Cache-Control"] = FOREVER if fresh else SHORTLY
    g.is_asset = True
    return answer


def init(app: Flask) -> None:
    """Serve static files and make `static_url()` known to templates."""
    app.add_url_rule("/static/<fingerprint>/<path:name>", "static", send_asset, methods=["GET"])
    app.jinja_env.globals["static_url"] = static_url
