"""The identity provider of the city, as it describes itself: its addresses, keys and tokens.

All that is fetched stays small, comes within seconds, by https (http on loopback only), and from
no other address than the one that was asked.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from portal.core.clock import now
from portal.settings import LOOPBACK

SECONDS = 5
MOST_BYTES = 500_000
KEPT = timedelta(hours=1)
# Asymmetric only: with `none` or a shared secret anybody could write tokens.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")


class ProviderError(Exception):
    """The provider did not answer, or not as it should; `why` is a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class _Kept:
    what: dict[str, Any]
    at: datetime


class Provider:
    """One identity provider, by the address of its issuer; what it says is kept for an hour."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def address(self, name: str) -> str:
        """Return the address of an endpoint; raise `ProviderError`."""
        found = self._description().get(name)
        if not isinstance(found, str) or not self._is_safe(found):
            raise ProviderError(f"no {name}")
        return found

    def _description(self) -> dict[str, Any]:
        address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        told = self._known(address)
        if told.get("issuer") != self.issuer:
            raise ProviderError("issuer")
        return told

    def keys(self, *, anew: bool = False) -> Any:
        """Return the public keys with which tokens are signed now (a set of joserfc)."""
        from joserfc.jwk import KeySet  # brings cryptography, 8 MB: only where somebody signs in

        told = self._known(self.address("jwks_uri"), anew=anew).get("keys")
        signing = [key for key in told or () if isinstance(key, dict) and _signs(key)]
        return KeySet.import_key_set({"keys": signing})

    def _known(self, address: str, *, anew: bool = False) -> dict[str, Any]:
        with self._lock:
            kept = self._kept.get(address)
        if kept and not anew and now() - kept.at < KEPT:
            return kept.what
        found = self._fetch(address)
        with self._lock:
            self._kept[address] = _Kept(found, now())
        return found

    def redeem(self, form: dict[str, str], client: tuple[str, str]) -> dict[str, Any]:
        """Return what the token endpoint gives for a code. client: id and secret."""
        ways = self._description().get("token_endpoint_auth_methods_supported")
        headers = {}
        if isinstance(ways, list) and "client_secret_basic" not in ways:
            form = form | {"client_id": client[0], "client_secret": client[1]}
        else:
            pair = ":".join(quote(part, safe="") for part in client)  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return self._fetch(self.address("token_endpoint"), urlencode(form).encode(), headers)

    def _fetch(
        self, address: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        from urllib.request import Request  # http and ssl: only where the provider is asked

        if not self._is_safe(address):
            raise ProviderError("address")
        request = Request(address, body, {"Accept": "application/json"} | (headers or {}))  # noqa: S310
        try:
            with _opener().open(request, timeout=SECONDS) as answer:
                told = json.loads(answer.read(MOST_BYTES))
        except (OSError, ValueError) as error:  # no answer, another status than 200, no JSON
            raise ProviderError("answer") from error
        if not isinstance(told, dict):
            raise ProviderError("answer")
        return told

    def _is_safe(self, address: str) -> bool:
        parts, own = urlsplit(address), urlsplit(self.issuer)
        if parts.scheme == "http":
            return parts.hostname in LOOPBACK and own.hostname in LOOPBACK
        return parts.scheme == "https" and bool(parts.hostname)


def _signs(key: dict[str, Any]) -> bool:
    return key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"


@lru_cache(maxsize=1)
def _opener() -> Any:
    """Return what fetches addresses: http and https, no redirects, no files."""
    from urllib import request

    made = request.OpenerDirector()
    for handler in (request.ProxyHandler(), request.HTTPHandler(), request.HTTPSHandler(),
                    request.HTTPDefaultErrorHandler(), request.HTTPErrorProcessor()):  # fmt: skip
        made.add_handler(handler)
    return made


@lru_cache(maxsize=2)
def provider(issuer: str) -> Provider:
    """Return the provider with this issuer, the same one for the life of the process."""
    return Provider(issuer)
