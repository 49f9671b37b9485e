"""Who may sign in, who is signed in, who is what where, and who did what."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table

NAME = String(100)
TOKEN_HASH = String(64)


class User(Table):
    """A person who may sign in; no ``password_hash``: only through an OpenID provider."""

    __tablename__ = "users"
    __table_args__ = (Index("users_by_email", "email", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(NAME, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str | None] = mapped_column(String(2))


class Identity(Table):
    """An account at an OpenID provider that belongs to a person; ``subject`` never changes there."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class Session(Table):
    """A signed-in browser; only the hash of its token is kept. ``id`` is how its owner names it."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(TOKEN_HASH, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    began_ms: Mapped[int | None] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)
    browser: Mapped[str] = mapped_column(String(200), server_default="")
    address: Mapped[str] = mapped_column(String(45), server_default="")


class SignInAttempt(Table):
    """An attempt to sign in that has not succeeded; ``key`` is a name's hash or an address, by ``kind``."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("sign_in_attempts_by_key", "kind", "key", "at_ms"),
        Index("sign_in_attempts_by_time", "at_ms"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(64))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class Membership(Table):
    """What a person is in an organisation: on one farm, or on all of them where ``farm`` is null."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("memberships_by_farm", "user_id", "organisation_id", "farm", unique=True),
        Index(
            "memberships_of_all",
            "user_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("farm IS NULL"),
            postgresql_where=text("farm IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    farm: Mapped[str | None] = mapped_column(ForeignKey("farms.farm", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))


class Invitation(Table):
    """A link that makes one person a member, once; without an organisation it makes the first owner."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(TOKEN_HASH, unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    farm: Mapped[str | None] = mapped_column(ForeignKey("farms.farm", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(254))
    by: Mapped[str] = mapped_column(NAME)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)


class ApiToken(Table):
    """A machine's key to an organisation; only its hash is kept. ``rights`` and ``farms`` are JSON lists."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(TOKEN_HASH, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(NAME)
    rights: Mapped[str] = mapped_column(Text)
    farms: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(NAME)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int | None] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)


class Audit(Table):
    """Who did what about what, when and from where; rows are added and never changed."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_organisation", "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    organisation_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(NAME)
    action: Mapped[str] = mapped_column(SLUG)
    about: Mapped[str] = mapped_column(Text)
    farm: Mapped[str | None] = mapped_column(SLUG)
    address: Mapped[str] = mapped_column(String(45))
