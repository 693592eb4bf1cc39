"""Settings of one installation: typed, frozen, checked at start, every fault named at once.

They come from the environment (`PORTAL_…`) or from `settings.env` in the instance folder; the
environment wins. A loopback base URL means rehearsal; anything else is production, where a start
without https, mail, scanner choice or with debug is refused.
"""

import os
import secrets
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

PREFIX = "PORTAL_"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WEAK_SECRETS = {"secret", "changeme", "dev", "password", "portal"}
MIB = 1024 * 1024


class SettingsError(Exception):
    """The settings do not allow a start; `reasons` are sentences, all of them."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class Settings(BaseModel):
    """Everything an installation decides. Times are in seconds, sizes in bytes unless named."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    instance: Path = Path("instance")
    database_url: SecretStr = SecretStr("")
    mail_url: SecretStr = SecretStr("")
    mail_from: str = "Preisbüro <preis@localhost>"
    base_url: str = ""
    secret_key: SecretStr = SecretStr("")
    port: int = Field(default=8000, ge=1, le=65535)
    host: str = "127.0.0.1"
    scanner: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    insecure_cookies: bool = False
    debug: bool = False
    threads: int = Field(default=8, ge=1, le=64)

    # Ceilings of the installation; a call sets its own limits below them.
    file_bytes: int = 25 * MIB
    application_bytes: int = 120 * MIB
    application_files: int = 20
    text_bytes: int = 400_000
    image_pixels: int = 60_000_000
    pdf_pages: int = 500
    free_space_percent: int = Field(default=10, ge=0, le=90)

    # Brakes, per address of the network and hour. A school class shares one address.
    starts_per_hour: int = 60
    links_per_hour: int = 20
    links_per_address: int = 3
    uploads_per_hour: int = 600
    reports_per_hour: int = 20
    checks_per_hour: int = 120
    code_tries: int = 5
    code_minutes: int = 10

    # Life of things.
    draft_days_after_closing: int = 30
    empty_draft_days: int = 7
    link_hours: int = 24
    reminder_days: int = 3
    answer_reminder_days: int = Field(default=2, ge=0, le=30)

    # Sign-in with the city's identity provider (OpenID Connect); off without an issuer.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = "Stadtkonto"
    oidc_trust_mfa: str = ""

    # The worker.
    poll_seconds: float = 1.0
    lease_seconds: int = 120
    retry_first_seconds: float = 60
    mail_hours: float = 24
    receipt_wait_seconds: float = 120
    letter_pause_seconds: float = 120
    renders_per_child: int = 200
    queue_alarm_seconds: float = 600

    # Legal pages, the same for all calls of the installation. Files of Markdown in the instance.
    operator_name: str = "Stadt Musterstadt"
    operator_address: str = "Rathausplatz 1, 12345 Musterstadt"
    operator_email: str = "preis@example.org"
    operator_phone: str = ""

    @model_validator(mode="after")
    def _refuse_nonsense(self) -> "Settings":
        reasons = [*self._faults(), *(self._production_faults() if self.production else ())]
        if reasons:
            raise SettingsError(reasons)
        return self

    def _faults(self) -> list[str]:
        faults = []
        key = self.secret_key.get_secret_value()
        if key and (len(key) < 32 or key.lower() in WEAK_SECRETS):
            faults.append("PORTAL_SECRET_KEY is too weak: give at least 32 random characters.")
        mail = urlsplit(self.mail_url.get_secret_value())
        if mail.scheme not in ("", "smtp", "smtps") or (mail.scheme and not mail.hostname):
            faults.append("PORTAL_MAIL_URL must look like smtp://user:password@host:587.")
        base = urlsplit(self.base_url)
        if self.base_url and (base.scheme not in ("http", "https") or not base.hostname):
            faults.append("PORTAL_BASE_URL must look like https://preis.example.org.")
        if self.insecure_cookies and self.production:
            faults.append("PORTAL_INSECURE_COOKIES is allowed on loopback only.")
        return [*faults, *self._provider_faults()]

    def _provider_faults(self) -> list[str]:
        given = {
            "PORTAL_OIDC_ISSUER": self.oidc_issuer,
            "PORTAL_OIDC_CLIENT_ID": self.oidc_client_id,
            "PORTAL_OIDC_CLIENT_SECRET": self.oidc_client_secret.get_secret_value(),
        }
        if not any(given.values()):
            return []
        faults = [f"{name} is missing: sign-in with the city's provider needs all three."
                  for name, value in given.items() if not value]  # fmt: skip
        issuer = urlsplit(self.oidc_issuer)
        safe = issuer.scheme == "https" or (issuer.scheme == "http" and issuer.hostname in LOOPBACK)
        if self.oidc_issuer and not (safe and issuer.hostname):
            faults.append("PORTAL_OIDC_ISSUER must look like https://sso.example.org/realms/city.")
        if find_spec("joserfc") is None:
            faults.append("PORTAL_OIDC_ISSUER needs a library: pip install 'portal[oidc]'.")
        return faults

    def _production_faults(self) -> list[str]:
        faults = []
        if not self.base_url.startswith("https://"):
            faults.append("PORTAL_BASE_URL must begin with https:// outside of loopback.")
        if not self.mail_url.get_secret_value():
            faults.append("PORTAL_MAIL_URL is missing: give smtp://host:587 or smtps://host.")
        if not self.scanner:
            faults.append("PORTAL_SCANNER is missing: give clamd:/path, clamd:host:port or none.")
        if self.debug:
            faults.append("PORTAL_DEBUG must be off outside of loopback.")
        return faults

    @property
    def production(self) -> bool:
        """Whether people from outside use this installation."""
        return bool(self.base_url) and urlsplit(self.base_url).hostname not in LOOPBACK

    @property
    def origin(self) -> str:
        """Scheme and host of every absolute address, from the settings only."""
        return (self.base_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def oidc_mfa_words(self) -> frozenset[str]:
        """The values of `acr` or `amr` by which the provider says that two factors were used."""
        return frozenset(word for word in self.oidc_trust_mfa.replace(",", " ").split())

    @property
    def database(self) -> str:
        """The address of the database for SQLAlchemy."""
        given = self.database_url.get_secret_value()
        return given or f"sqlite:///{self.instance.resolve() / 'portal.sqlite'}"

    @property
    def mail_server(self) -> "MailServer | None":
        """The SMTP server, or None for the local mailbox of a rehearsal."""
        url = self.mail_url.get_secret_value()
        return MailServer(url) if url else None

    @cached_property
    def secret(self) -> bytes:
        """The secret key; generated once (mode 0600) if none was set."""
        given = self.secret_key.get_secret_value()
        return given.encode() if given else _stored_secret(self.instance / "secret_key")


class MailServer:
    """The parts of `smtp://user:password@host:587`: STARTTLS is required except on loopback."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.ssl = parts.scheme == "smtps"
        self.starttls = not self.ssl and self.host not in LOOPBACK
        self.port = parts.port or (465 if self.ssl else 587 if self.starttls else 25)
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None


def _stored_secret(path: Path) -> bytes:
    """Return the secret in `path`, written there on first use so that no other user reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = f"{os.getpid()}-{secrets.token_hex(4)}"
    draft = path.with_name(f".{path.name}.{fresh}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # the first process wins; the others read its key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes().strip()


def load(**overrides: object) -> Settings:
    """Read the settings; raise `SettingsError` with every reason if they do not allow a start.

    Arguments come first, then the environment, then the file of the instance.
    """
    folder = Path(str(overrides.get("instance") or os.environ.get("PORTAL_INSTANCE") or "instance"))
    try:
        return Settings.model_validate(
            _named(_written(folder / "settings.env")) | _named(os.environ) | overrides
        )
    except ValidationError as error:
        raise SettingsError([_sentence(fault) for fault in error.errors()]) from error


def _written(path: Path) -> Mapping[str, str | None]:
    """Return the lines of the file of the instance, if there is one."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # most installations have no such file

    return dotenv_values(path, encoding="utf-8")


def _named(given: Mapping[str, str | None]) -> dict[str, object]:
    """Return what is meant for the portal, by the names of the settings."""
    wanted = ((name.upper(), value) for name, value in given.items() if value is not None)
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in wanted
        if name.startswith(PREFIX)
    }


def _sentence(fault: object) -> str:
    """Return one sentence for one fault of pydantic."""
    name = PREFIX + "_".join(str(part) for part in fault["loc"]).upper()  # type: ignore[index]
    return f"{name}: {fault['msg']}."  # type: ignore[index]
