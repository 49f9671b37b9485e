"""The records' tables. Times are Unix time in ms; JSON columns hold contract messages as they were sent.

A change here is a migration in ``migrations/versions``; a test compares the two.
"""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SLUG = String(63)


class Table(DeclarativeBase):
    """Base of all tables."""


class House(Table):
    """A house that a device spoke for, or that a flock was placed in."""

    __tablename__ = "houses"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    first_seen_ms: Mapped[int] = mapped_column(BigInteger)


class Flock(Table):
    """Birds placed together; the newest placement that is not in the future lives in the house."""

    __tablename__ = "flocks"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    placed_on: Mapped[date] = mapped_column(primary_key=True)
    breed: Mapped[str] = mapped_column(SLUG)
    placed_birds: Mapped[int]


class Device(Table):
    """An edge device as it last described itself."""

    __tablename__ = "devices"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    announcement: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    status_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class Newest(Table):
    """The newest event of one source; late data never replace it."""

    __tablename__ = "newest"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    leaf: Mapped[str] = mapped_column(SLUG, primary_key=True)
    source: Mapped[str] = mapped_column(SLUG, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    delayed: Mapped[bool]
    message: Mapped[str] = mapped_column(Text)


class Picture(Table):
    """What is known about a picture on the disk; ``kind`` is the leaf it came on."""

    __tablename__ = "pictures"
    __table_args__ = (Index("pictures_by_address", "farm", "house", "camera", "at_ms"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    camera: Mapped[str] = mapped_column(SLUG, primary_key=True)
    kind: Mapped[str] = mapped_column(SLUG, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    boxes: Mapped[str] = mapped_column(Text)
    network: Mapped[str] = mapped_column(String(80))


class Finding(Table):
    """A suspicion of a device, as sent but for its picture; the same id again replaces it."""

    __tablename__ = "findings"
    __table_args__ = (Index("findings_by_time", "farm", "house", "at_ms"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    finding: Mapped[str] = mapped_column(SLUG, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    pictured: Mapped[bool]
    message: Mapped[str] = mapped_column(Text)


class Delivered:
    """What goes to a device, and how far it got on its way; see ``cloud.store.mail``."""

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text)
    tries: Mapped[int]
    next_ms: Mapped[int] = mapped_column(BigInteger)


class Verdict(Delivered, Table):
    """What a person said of a finding or a picture's count."""

    __tablename__ = "verdicts"
    __table_args__ = (Index("verdicts_by_due", "state", "next_ms"),)

    verdict: Mapped[str] = mapped_column(SLUG, primary_key=True)
    camera: Mapped[str] = mapped_column(SLUG)
    finding: Mapped[str | None] = mapped_column(SLUG)
    about_ms: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(String(16))
    birds: Mapped[int | None]


class Drawing(Delivered, Table):
    """What a person marked in a camera's picture; no ``marks``: what was drawn before is taken back."""

    __tablename__ = "drawings"
    __table_args__ = (Index("drawings_by_due", "state", "next_ms"),)

    drawing: Mapped[str] = mapped_column(SLUG, primary_key=True)
    camera: Mapped[str] = mapped_column(SLUG)
    marks: Mapped[str | None] = mapped_column(Text)
    picture_ms: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    code: Mapped[str] = mapped_column(SLUG)


class Happening(Table):
    """An event that is neither points nor a picture: command results, as sent."""

    __tablename__ = "happenings"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    boot: Mapped[str] = mapped_column(String(16), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    leaf: Mapped[str] = mapped_column(SLUG)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text)


class SeqRange(Table):
    """Events of one boot that were settled here, merged, ends included; this is how losses would show."""

    __tablename__ = "seq_ranges"

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    boot: Mapped[str] = mapped_column(String(16), primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class KeptAside(Table):
    """A message the service refused, for a person to look at; the oldest go when there are too many."""

    __tablename__ = "kept_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    payload_bytes: Mapped[int]


class User(Table):
    """A person who may sign in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class Session(Table):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
