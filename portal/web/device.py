"""The key of a browser: a random cookie; the database holds only its hash."""

import hashlib
import secrets

from flask import Response, current_app, g, request

AGE = 400 * 24 * 3600  # seconds; browsers keep no cookie longer. The rows behind it end earlier.


def cookie_name() -> str:
    """Return the cookie's name; without `Secure` the prefix `__Host-` is not allowed."""
    return "device" if current_app.extensions["settings"].insecure_cookies else "__Host-device"


def key_hash() -> str:
    """Return the hash of this browser's key, empty if it has none."""
    found: str | None = g.get("device_hash")
    if found is None:
        key = request.cookies.get(cookie_name(), "")
        found = g.device_hash = hash_of(key) if len(key) >= 40 else ""
    return found


def hash_of(key: str) -> str:
    """Return what the database stores of a key. Keys are 256 random bits: no salt needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def ensure() -> str:
    """Return the hash of this browser's key; a browser without one gets one with the answer."""
    if not key_hash():
        g.new_device_key = secrets.token_urlsafe(32)
        g.device_hash = hash_of(g.new_device_key)
    return key_hash()


def forget() -> None:
    """Take the key from this browser with the answer."""
    g.new_device_key = ""
    g.device_hash = ""


def hand_over(response: Response) -> Response:
    """Set or delete the cookie if the request asked for it (an `after_request` hook)."""
    key = g.get("new_device_key")
    if key is None:
        return response
    secure = not current_app.extensions["settings"].insecure_cookies
    if key:
        response.set_cookie(
            cookie_name(), key, max_age=AGE, secure=secure, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax")
    return response
