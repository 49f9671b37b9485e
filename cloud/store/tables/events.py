"""What devices said: the newest of each source, pictures, findings, results, and the ledger."""

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.store.tables.base import SLUG, Table


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


class DoubtfulStretch(Table):
    """A stretch in which a quantity of an instrument must not be believed; see ``cloud.store.doubtful``."""

    __tablename__ = "doubtful_stretches"
    __table_args__ = (Index("doubtful_stretches_by_time", "farm", "house", "from_ms"),)

    farm: Mapped[str] = mapped_column(SLUG, primary_key=True)
    house: Mapped[str] = mapped_column(SLUG, primary_key=True)
    device: Mapped[str] = mapped_column(SLUG, primary_key=True)
    source: Mapped[str] = mapped_column(SLUG, primary_key=True)
    quantity: Mapped[str] = mapped_column(SLUG, primary_key=True)
    why: Mapped[str] = mapped_column(String(16), primary_key=True)
    from_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    to_ms: Mapped[int] = mapped_column(BigInteger)


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
