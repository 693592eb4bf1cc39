"""A small identity provider on loopback: discovery, sign-in, token, keys. It keeps the rules.

`Provider.lie` changes what it puts into the next token, as an attacker or a wrong set-up would.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "portal", "s3cret/with:signs"
Claims = dict[str, Any]


class Provider:
    """The provider; `email` and `more` say who signs in there."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"}, auto_kid=False)
        self.email, self.more = "anna@example.org", {"email_verified": True, "amr": ["pwd"]}
        self.subject = "4711"
        self.lie: Callable[[Claims], Claims] = dict
        self.sign: Callable[[Claims], str] = self.signed
        self.codes: dict[str, dict[str, str]] = {}
        self.basic_only = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self, {})

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.answer(self, parse_qs(self.rfile.read(length).decode()))

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        self.told_issuer = self.issuer
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, form: dict[str, list[str]]) -> None:
        name = urlsplit(request.path).path.removeprefix("/realm/")
        answers: dict[str, Callable[[], Any]] = {
            ".well-known/openid-configuration": self._description,
            "keys": lambda: {"keys": [self.key.as_dict(private=False) | {"use": "sig"}]},
            "token": lambda: self._token(request, {k: v[0] for k, v in form.items()}),
        }
        found = answers[name]()
        body = json.dumps(found or {"error": "invalid_grant"}).encode()
        request.send_response(200 if found else 400)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _description(self) -> Claims:
        ways = "client_secret_basic" if self.basic_only else "client_secret_post"
        return {
            "issuer": self.told_issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": [ways],
        }

    def visit(self, address: str) -> dict[str, str]:
        """Sign in at the address to which the portal led; return what the way back carries."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert asked["code_challenge_method"] == "S256"
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def _token(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> Claims | None:
        if not self._is_client(request, form):
            return None
        asked = self.codes.pop(form["code"], None)  # a code works once
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"]:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)}

    def _is_client(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> bool:
        if not self.basic_only:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        word = request.headers.get("Authorization", "").removeprefix("Basic ")
        pair = base64.b64decode(word).decode().split(":")
        return [unquote(part) for part in pair] == [CLIENT, SECRET]

    def _id_token(self, asked: dict[str, str]) -> str:
        at = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": at, "exp": at + 300,
            "nonce": asked["nonce"], "email": self.email, **self.more,
        }  # fmt: skip
        if "max_age" in asked:
            claims["auth_time"] = at
        return self.sign(self.lie(claims))

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)

    def unsigned(self, claims: Claims) -> str:
        """Return a token with the algorithm `none`."""
        return _encoded({"alg": "none"}, claims) + "."

    def sealed(self, claims: Claims) -> str:
        """Return a token sealed with the public key, as if it were a shared secret."""
        words = _encoded({"alg": "HS256", "kid": "1"}, claims)
        seal = hmac.digest(self.key.as_pem(private=False), words.encode(), hashlib.sha256)
        return f"{words}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"

    def foreign(self, claims: Claims) -> str:
        """Return a token signed with a key that is not published."""
        key = RSAKey.generate_key(2048, auto_kid=False)
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)


def _encoded(*parts: Claims) -> str:
    words = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return ".".join(word.decode() for word in words)


def way_back(told: dict[str, str]) -> str:
    return f"/sign-in/city/back?{urlencode(told)}"
