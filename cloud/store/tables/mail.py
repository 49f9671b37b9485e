"""What people say to devices, and how far it got."""

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table


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


class Command(Delivered, Table):
    """What a device was told to do; ``report`` is what it was asked for, the lines of its log say."""

    __tablename__ = "commands"
    __table_args__ = (Index("commands_by_due", "state", "next_ms"),)

    command: Mapped[str] = mapped_column(SLUG, primary_key=True)
    action: Mapped[str] = mapped_column(String(16))
    target: Mapped[str | None] = mapped_column(SLUG)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    answered_ms: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(SLUG)
    report: Mapped[str] = mapped_column(Text)
