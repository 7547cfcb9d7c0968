"""What opens an account and what it opened: tries, sessions, devices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models.people import User
from pglab.core.db import Entity

NOW = text("clock_timestamp()")


class SignInTry(Entity):
    """One try at a password, a code or a mail form. `key` is a hash: no address is kept here. Removed after a day."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_key_at", "key", "at"),)

    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)


class SignInSession(Entity):
    """One sign-in on one device, from its first page to its end. The browser holds the token, we its hash.

    `idle_seconds` is how long it may rest, `ends_at` when it ends in any case; a session that ended stays ended.
    """

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("idle_seconds > 0", name="idle_positive"),
        CheckConstraint("ends_at > began_at", name="ends_after_it_began"),
        Index("ix_sign_in_sessions_user_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship()
    token_hash: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(80))
    via: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    idle_seconds: Mapped[int]
    ended_at: Mapped[datetime | None]


class KnownDevice(Entity):
    """A browser on which a person has signed in: its tries are counted apart, so that a stranger elsewhere never locks
    the owner out, and a sign-in from any other is told by mail."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("user_id", "token_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW)


class KeptForm(Entity):
    """What somebody typed into a form that arrived after their session had ended, as ciphertext. The browser holds the
    token that opens it, we its hash, also of the page's address. Removed after a day."""

    __tablename__ = "kept_forms"
    __table_args__ = (UniqueConstraint("token_hash", "path_hash"), Index("ix_kept_forms_user_id", "user_id"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    path_hash: Mapped[str] = mapped_column(String(64))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)


class Passkey(Entity):
    """A device that opens an account by signing: its public key, and how often it says it has signed."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("key_id"), Index("ix_passkeys_user_id", "user_id"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    key_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime] = mapped_column(server_default=NOW)
    used_at: Mapped[datetime | None]


class RecoveryCode(Entity):
    """A code on paper that stands in for the second step once; only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]
