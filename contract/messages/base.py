"""What all messages are made of: strict models, times, boots; reading and writing them."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from contract.errors import BadMessage
from contract.place import Slug

EARLIEST_YEAR = 2024
"""A device whose clock was never set says 1970 or its image's build date; such times are refused."""

SEQ_MAX = 2**53 - 1
"""Greatest whole number that every JSON reader keeps exact."""

PICTURE_MAX_BYTES = 1_500_000
BOXES_MAX = 5_000
KEPT_RANGES_MAX = 200
INSTRUMENTS_MAX = 200
CAMERAS_MAX = 100
REPORT_MAX_CHARACTERS = 60_000
CONFIG_MAX_CHARACTERS = 100_000


def _to_utc_ms(at: datetime) -> datetime:
    try:
        utc = at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{at} is outside the years 1 to 9999 in UTC: the device's clock was not set") from None
    if utc.year < EARLIEST_YEAR:
        raise ValueError(f"{utc:%Y-%m-%d} is before {EARLIEST_YEAR}: the device's clock was not set")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def rfc3339(at: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with milliseconds, ``2026-11-22T08:00:00.000Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc_ms), PlainSerializer(rfc3339, when_used="json")]
"""An instant with zone, kept in UTC, cut to milliseconds."""

Boot = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="random per start of the sender, 16 hex digits")]
Pixel = Annotated[float, Field(ge=0, le=20_000)]
PixelCount = Annotated[int, Field(ge=1, le=20_000)]
Score = Annotated[float, Field(ge=0, le=1)]
Picture = Annotated[bytes, Field(max_length=PICTURE_MAX_BYTES, description="JPEG, base64 (URL-safe alphabet)")]


class Strict(BaseModel):
    """Closed, frozen, no guessing of types: what is not exactly of the contract is refused."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )


class Message(Strict):
    """What every message says: which device it is from or for, and when."""

    device: Slug
    at: UtcTime = Field(description="when it was measured or decided, stamped where that happened")


class Event(Message):
    """Something that happened at the edge; kept in its outbox until the cloud has committed it."""

    boot: Boot
    seq: int = Field(ge=1, le=SEQ_MAX, description="rises by one per event within a boot, without gaps")
    delayed: bool = Field(default=False, description="sent late; must not replace a live value")


class State(Message):
    """What a device is, retained by the broker; the newest replaces the older."""

    boot: Boot


M = TypeVar("M", bound=Message)


def parse(kind: type[M], payload: bytes | str) -> M:
    """Read a payload strictly.

    Raises:
        BadMessage: it is not of the contract; the message names the first field at fault.
    """
    try:
        return kind.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        problem = "is not a field of this message" if unknown else first["msg"].removeprefix("Value error, ")
        raise BadMessage(kind.__name__, field, problem) from error


def encode(message: Message) -> bytes:
    """Write a message as it goes over the wire."""
    return message.model_dump_json().encode()
