"""A person's account, its sessions, links and recovery codes, and the brake on guessing."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.clock import now
from portal.core.db import Model, by_value


class User(Model):
    """Somebody of office, jury or administration. `email` is folded, so it is unique in any case.

    totp_nonce: the seed of the second factor is derived from it and the installation's secret;
    empty without one. totp_pending: of a factor being set up. last_totp_counter: the newest time
    step whose code was used; it only grows. An account signs in when it is `ready` and active.
    provider_subject: hash of who the city's identity provider says this is, once it was used.
    code_by_mail: the second factor is a mailed code, for jurors whose calls allow it.
    """

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("email LIKE '%_@_%'", "has_address"),
        CheckConstraint("email = lower(email)", "email_folded"),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    totp_nonce: Mapped[str] = mapped_column(String(40), default="")
    totp_pending: Mapped[str] = mapped_column(String(40), default="")
    last_totp_counter: Mapped[int] = mapped_column(default=0)
    admin: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(10), default="de")
    created_at: Mapped[datetime] = mapped_column(default=now)
    signed_in_at: Mapped[datetime | None]
    provider_subject: Mapped[str] = mapped_column(String(64), default="")
    code_by_mail: Mapped[bool] = mapped_column(default=False)

    @property
    def kind(self) -> str:
        """What sort of actor this is."""
        return "user"

    @property
    def key(self) -> str:
        """The id, as it stands in histories."""
        return str(self.id)

    @property
    def ready(self) -> bool:
        """Whether password and second factor are set."""
        return bool(self.password_hash and (self.totp_nonce or self.code_by_mail))

    @property
    def called(self) -> str:
        """The name, or the address while there is none."""
        return self.name or self.email


class RecoveryCode(Model):
    """One of the codes on paper that replace a lost second factor; each works once."""

    __tablename__ = "recovery_code"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Level(StrEnum):
    """How far somebody has come in: by a mailed link, by password only, or all the way."""

    SETUP = "setup"
    PASSWORD = "password"  # noqa: S105
    FULL = "full"


class Session(Model):
    """One browser in which somebody signs in. The cookie's value is not stored, only its hash.

    Only `full` opens pages. idle_seconds: how long it may rest; expires_at: its end in any case.
    agent and network are coarse: enough for the owner to recognise it. code_sent_at: when a code
    was mailed that only this session takes; None once it was used.
    """

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_user_id_ended_at", "user_id", "ended_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    level: Mapped[Level] = mapped_column(by_value(Level))
    invitation_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    fresh_at: Mapped[datetime] = mapped_column(default=now)
    idle_seconds: Mapped[int]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(String(80), default="")
    network: Mapped[str] = mapped_column(String(40), default="")
    code_sent_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Purpose(StrEnum):
    """What a mailed link is for."""

    INVITE = "invite"
    RESET = "reset"
    EMAIL_CHANGE = "email_change"
    FACTOR_RESET = "factor_reset"


class Invitation(Model):
    """A link that works once. Its word is derived at sending; only a hash of it is stored.

    email: the new address of a change, else empty.
    """

    __tablename__ = "invitation"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(by_value(Purpose))
    nonce: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Passkey(Model):
    """A key in somebody's device that signs in without a password; only its public half is here.

    credential: the id that the device gave it, base64url. sign_count: as the device last told; it
    only grows, except where a device never counts.
    """

    __tablename__ = "passkey"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class PasskeyChallenge(Model):
    """A question to a device, answered once within minutes. user_id: whose new key is wanted."""

    __tablename__ = "passkey_challenge"

    hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInTries(Model):
    """How often somebody tried in vain, by account, network or both; `key` names nobody."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=now, index=True)
    free_at: Mapped[datetime] = mapped_column(default=now)
