"""Signing in with the city's account (OpenID Connect): code flow, PKCE, state and nonce.

An errand is a random word in a cookie of the browser. State, nonce and the PKCE verifier are
derived from it and the installation's secret, so they fit this browser, this errand and ten
minutes only; nothing is stored. The provider says who somebody is; who may come in is decided by
our own accounts alone.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode

from portal.accounts.provider import ALGORITHMS, ProviderError, provider
from portal.accounts.wiring import derived, settings
from portal.core.clock import now

LASTS = timedelta(minutes=10)
LEEWAY = 60  # seconds that a clock may be off
AGAIN_WITHIN = 120  # seconds: so new must a repeated sign-in be
LONGEST_NEXT = 1500
PATH = "/sign-in/city/back"


@dataclass(frozen=True)
class Errand:
    """A way to the provider and back. again: somebody signed in proves who it is once more."""

    word: str
    again: bool
    next: str

    @property
    def state(self) -> str:
        """What the provider gives back, so that nobody slips in an answer from elsewhere."""
        return derived("oidc state", self.word).hex()

    @property
    def nonce(self) -> str:
        """What stands in the token, so that nobody slips in a token from elsewhere."""
        return derived("oidc nonce", self.word).hex()

    @property
    def verifier(self) -> str:
        """What only we can show when the code is redeemed (RFC 7636)."""
        return derived("oidc verifier", self.word).hex()


@dataclass(frozen=True)
class Told:
    """Who came back: folded address, a hash of issuer and subject, whether with two factors."""

    email: str
    subject: str
    strong: bool


def available() -> bool:
    """Return whether this installation knows a provider."""
    return bool(settings().oidc_issuer)


def trusts_factors() -> bool:
    """Return whether a sign-in at the provider can count as two factors."""
    return available() and bool(settings().oidc_mfa_words)


def begin(*, again: bool, page: str) -> Errand:
    """Return a new errand; afterwards it leads to `page`."""
    parts = ("again" if again else "in", str(int(now().timestamp())), secrets.token_urlsafe(32),
             quote(page[:LONGEST_NEXT], safe=""))  # fmt: skip
    return Errand(".".join(parts), again, page)


def errand_of(word: str) -> Errand | None:
    """Return the errand of a cookie, None if it is none or too old."""
    goal, _, rest = word.partition(".")
    begun, _, rest = rest.partition(".")
    key, _, page = rest.partition(".")
    if goal not in ("again", "in") or len(key) < 43 or not begun.isdecimal():
        return None
    age = now().timestamp() - int(begun[:12])
    return Errand(word, goal == "again", unquote(page)) if 0 <= age <= LASTS.seconds else None


def address(errand: Errand) -> str:
    """Return where the browser goes to sign in; raise `ProviderError`."""
    challenge = urlsafe_b64encode(hashlib.sha256(errand.verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": settings().oidc_client_id,
        "redirect_uri": _back(),
        "scope": "openid email",
        "state": errand.state,
        "nonce": errand.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    if errand.again:
        query |= {"prompt": "login", "max_age": "0"}
    base = provider(settings().oidc_issuer).address("authorization_endpoint")
    return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"


def _back() -> str:
    return settings().origin + PATH


def fits(errand: Errand, state: str, issuer: str) -> bool:
    """Return whether an answer belongs to the errand. issuer: as told (RFC 9207), may be empty."""
    right = hmac.compare_digest(errand.state.encode(), state.encode())
    return right and issuer in ("", settings().oidc_issuer)


def redeem(errand: Errand, code: str) -> Told:
    """Return who came back with `code`; raise `ProviderError`. Call it outside of a transaction."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(),
        "code_verifier": errand.verifier,
    }
    client = (settings().oidc_client_id, settings().oidc_client_secret.get_secret_value())
    given = provider(settings().oidc_issuer).redeem(form, client).get("id_token")
    claims = _claims(str(given or ""), errand)
    email = claims.get("email")
    # Some providers write it as text. Whoever cannot say that it is verified says nothing.
    if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
        raise ProviderError("email")
    subject = hashlib.sha256(f"{claims['iss']}\0{claims['sub']}".encode()).hexdigest()
    return Told(email.strip().lower(), subject, _is_strong(claims))


def _claims(token: str, errand: Errand) -> dict[str, Any]:
    """Return what the token says, if signature, issuer, audience, time and nonce are right."""
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    claims = _signed(token)
    needed: dict[str, Any] = {
        "iss": {"essential": True, "value": settings().oidc_issuer},
        "aud": {"essential": True, "value": settings().oidc_client_id},
        "nonce": {"essential": True, "value": errand.nonce},
        **{name: {"essential": True} for name in ("sub", "exp", "iat")},
    }
    try:
        JWTClaimsRegistry(int(now().timestamp()), LEEWAY, **needed).validate(claims)
    except JoseError as error:
        raise ProviderError(getattr(error, "claim", "") or "claims") from error
    if claims.get("azp", settings().oidc_client_id) != settings().oidc_client_id:
        raise ProviderError("azp")
    if errand.again and not _is_new(claims.get("auth_time")):
        raise ProviderError("auth_time")
    return claims


def _signed(token: str) -> dict[str, Any]:
    """Return what stands in a token with a right signature; new keys are fetched once."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    there = provider(settings().oidc_issuer)
    for anew in (False, True):
        try:
            return dict(jwt.decode(token, there.keys(anew=anew), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            continue
    raise ProviderError("signature")


def _is_new(moment: Any) -> bool:
    return isinstance(moment, int) and abs(now().timestamp() - moment) <= AGAIN_WITHIN


def _is_strong(claims: dict[str, Any]) -> bool:
    """Return whether `acr` or `amr` (RFC 8176) says one of the words that mean two factors here."""
    ways = claims.get("amr")
    told = {str(claims.get("acr")), *(map(str, ways) if isinstance(ways, list) else ())}
    return bool(told & settings().oidc_mfa_words)
