"""Every message between an edge device and the cloud.

Strict on purpose: an unknown field, a NaN, a number in quotes, a time without zone or an implausible value is
refused with a sentence that names the field. JSON, UTF-8; times are RFC 3339 in UTC with milliseconds; a value's
unit is in its field's name or in its row of ``contract.quantities``.

Events go through the edge's outbox and are identified by (place, boot, seq); state (Announcement, Status) is
retained by the broker and simply replaced.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from contract.errors import BadInput, BadMessage
from contract.marks import CameraView, Marks, ResultCode
from contract.place import Slug
from contract.quantities import QUANTITIES, quantity

EARLIEST_YEAR = 2024
"""A device whose clock was never set says 1970 or its image's build date; such times are refused."""

SEQ_MAX = 2**53 - 1
"""Greatest whole number that every JSON reader keeps exact."""

PICTURE_MAX_BYTES = 1_500_000
BOXES_MAX = 5_000
KEPT_RANGES_MAX = 200
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


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )


class Message(_Strict):
    """What every message says: which device it is from or for, and when."""

    device: Slug
    at: UtcTime = Field(description="when it was measured or decided, stamped where that happened")


class Event(Message):
    """Something that happened at the edge; kept in its outbox until the cloud has committed it."""

    boot: Boot
    seq: int = Field(ge=1, le=SEQ_MAX, description="rises by one per event within a boot, without gaps")
    delayed: bool = Field(default=False, description="sent late; must not replace a live value")


Doubt = Literal["stuck", "jump", "settling"]
"""Why a value may be wrong: it has not moved for long, it jumped further than a house can, its sensor warms up."""


class Readings(Event):
    """Values of one instrument at one instant. A doubtful value is sent and marked, never dropped."""

    instrument: Slug
    values: dict[str, float] = Field(min_length=1, description="quantity key -> value in the quantity's unit")
    doubts: dict[str, Doubt] = Field(
        default_factory=dict, description="quantity key -> why its value may be wrong although it can be"
    )

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        for key, value in self.values.items():
            row = QUANTITIES.get(key)
            # The one check that is made for every value that arrives: in line, and no sentence unless it is needed.
            if row is None or not row.low <= value <= row.high:
                raise ValueError(_why_not(key, value))
        if self.doubts and (strangers := self.doubts.keys() - self.values.keys()):
            raise ValueError(f"doubts: {', '.join(sorted(strangers))} has no value here")
        return self


def _why_not(key: str, value: float) -> str:
    try:
        return f"values.{key}: {quantity(key).problem_with(value)}"
    except BadInput as error:
        return f"values: {error}"


class WeightSample(Event):
    """One bird weighed: it stepped on, settled and stepped off."""

    scale: Slug
    grams: float = Field(ge=10, le=20_000, description="the bird, in g")
    spread_grams: float = Field(ge=0, description="span of the settled readings, in g")
    settled_s: float = Field(gt=0, description="how long it stood settled, in s")


class HandWeighing(Event):
    """Birds of the flock weighed by hand, told beside a scale; what it corrects is computed from it, and never sent."""

    weighing: Slug = Field(description="id, unique per device; the same again is the same weighing")
    scale: Slug
    day: date = Field(description="when it was, on the device's calendar")
    age_days: int = Field(ge=0, le=1_000, description="of the flock on that day")
    grams: float = Field(ge=10, le=20_000, description="mean of the birds, in g")
    birds: int = Field(ge=1, le=100_000, description="weighed by hand")
    cv_percent: float | None = Field(default=None, gt=0, le=100, description="of the flock, where known")


class FlockCount(Event):
    """Birds a camera saw over a window; visible birds, not the birds in the house.

    Nothing is hidden in a correction: ``visible_birds`` is what was seen, ``share_birds`` what this camera adds to the
    sum over the house's cameras: birds on its own part of the floor, times ``factor``.
    """

    camera: Slug
    window_s: float = Field(gt=0, description="length of the window that ends at 'at', in s")
    frames: int = Field(ge=1, description="frames that were counted")
    visible_birds: float = Field(ge=0, le=100_000, description="median over the frames")
    visible_low: float = Field(ge=0, le=100_000, description="10th percentile over the frames")
    visible_high: float = Field(ge=0, le=100_000, description="90th percentile over the frames")
    confidence: Score = Field(description="how far the count can be relied on: mean score of the boxes and steadiness")
    factor: float = Field(default=1.0, gt=0, le=20, description="correction learned from counts by hand, 1 = none")
    share_birds: float = Field(ge=0, le=100_000, description="this camera's part of the house's count, corrected")
    by_zone: dict[Slug, float] = Field(
        default_factory=dict, max_length=50, description="zone (feeder, drinker, …) -> median of the birds in it"
    )
    network: str = Field(max_length=80, description="name of the network that saw them")


class GateCrossing(Event):
    """Birds that passed a gate over a window."""

    gate: Slug
    window_s: float = Field(gt=0, description="length of the window that ends at 'at', in s")
    birds_in: int = Field(ge=0)
    birds_out: int = Field(ge=0)


class RollCall(Event):
    """Who is still outside while the house's door is about to close, by this device's gates."""

    outside_birds: int = Field(ge=0, le=100_000, description="went out and did not come back since the door opened")
    flock_birds: int | None = Field(default=None, ge=1, le=1_000_000, description="birds in the flock, where known")
    drift_birds: int = Field(default=0, ge=0, description="more in than out at some time: crossings were missed")
    closes_at: UtcTime
    alarm: bool = Field(description="the door is about to close and somebody is still outside")


class FlockHealth(Event):
    """How the flock moved over a window, as one camera saw it."""

    camera: Slug
    window_s: float = Field(gt=0, description="length of the window that ends at 'at', in s")
    activity_lengths_per_min: float = Field(ge=0, le=600, description="mean walked way, in body lengths per min")
    spread_ratio: Score = Field(description="share of the floor in use, 1 = evenly spread")
    huddle_ratio: Score = Field(description="share of the birds that stand packed against each other")
    still_birds: int = Field(ge=0, description="birds lying still while the others move")


class Box(_Strict):
    """One detection in pixels of the picture it belongs to."""

    xyxy: tuple[Pixel, Pixel, Pixel, Pixel] = Field(description="left, top, right, bottom")
    score: Score


class Snapshot(Event):
    """A picture without anything drawn into it, and the boxes beside it."""

    camera: Slug
    size_wh: tuple[PixelCount, PixelCount] = Field(description="width and height of the picture, in pixels")
    jpeg: Picture
    boxes: list[Box] = Field(max_length=BOXES_MAX)
    network: str = Field(max_length=80)


FindingKind = Literal["still_bird", "dead_suspect", "sick_suspect", "huddling", "crowding"]

Reason = Literal[
    "still_while_flock_moves",
    "still_very_long",
    "lying_on_side",
    "sitting",
    "colder_than_flock",
    "warmer_than_flock",
    "looks_sick",
    "packed_together",
    "spread_from_heat",
    "cold_corner",
]
"""Why something was found, for whoever has a sentence for it in a person's language.

``packed_together``: most birds stand against each other, as when it is cold or something frightens them;
``spread_from_heat``: birds crowd at walls and drinkers and keep apart, as when they pant.
"""


class HealthFinding(Event):
    """A suspicion about one bird or a group, with the picture it rests on; never a diagnosis."""

    camera: Slug
    finding: Slug = Field(description="id, unique per device; verdicts name it")
    kind: FindingKind
    score: Score
    reasons: list[Reason] = Field(min_length=1, max_length=10)
    since: UtcTime
    box: Box
    size_wh: tuple[PixelCount, PixelCount]
    jpeg: Picture


CommandCode = Literal[
    "",
    "expired",
    "interrupted",
    "no_such_part",
    "no_such_camera",
    "not_adjustable",
    "load_moves",
    "part_silent",
    "no_picture",
    "config_mistakes",
    "config_fell_back",
    "not_installed",
    "update_refused",
    "update_fell_back",
    "disk_refuses",
    "other",
]
"""What became of a command, for whoever has a sentence for it in a person's language.

``expired``: it came too late and was left alone; ``interrupted``: the device stopped while it carried it out;
``not_adjustable``: the instrument can't be tared from here; ``load_moves``: the load on the scale does not stand
still; ``part_silent``: the instrument does not answer; ``config_fell_back``: with the new configuration the device did
not come up, the old one holds; ``not_installed``: nothing on the device could do it (see ``henwise-edge install``).
"""


class CommandResult(Event):
    """The answer to a Command, a Verdict or a Drawing."""

    command: Slug = Field(description="id of the command, verdict or drawing")
    done: bool
    detail: str = Field(max_length=2_000)
    code: ResultCode | CommandCode = Field(
        default="", description="what it says, as a key for translated sentences, where it has one"
    )
    report: str = Field(
        default="", max_length=REPORT_MAX_CHARACTERS, description="what was asked for: lines of the log, of the doctor"
    )


class State(Message):
    """What a device is, retained by the broker; the newest replaces the older."""

    boot: Boot


class SeqRange(_Strict):
    """Events of one boot, ends included."""

    boot: Boot
    first: int = Field(ge=1)
    last: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last ({self.last}) must not be below first ({self.first})")
        return self


class InstrumentInfo(_Strict):
    """One instrument a device announces."""

    slug: Slug
    family: str = Field(max_length=80)
    quantities: list[str]


class Announcement(State):
    """What a device has: sent at each connect, and when it changes."""

    version: str = Field(max_length=40)
    instruments: list[InstrumentInfo]
    cameras: list[Slug]
    views: list[CameraView] = Field(default_factory=list, description="what is marked in each camera's picture")
    kept: list[SeqRange] = Field(
        default_factory=list,
        max_length=KEPT_RANGES_MAX,
        description="events that the cloud has committed and the device still has: the cloud asks for what it lacks of "
        "them, as after a restore (Lacking)",
    )


Cause = Literal[
    "",
    "line_lost",
    "line_refused",
    "line_silent",
    "line_garbled",
    "values_impossible",
    "values_stuck",
    "values_jump",
    "settings_wrong",
    "picture_missing",
    "video_ended",
    "picture_dark",
    "picture_covered",
    "picture_frozen",
    "camera_moved",
    "network_unusable",
    "posture_unusable",
    "clock_unset",
    "other",
]
"""What is wrong with an instrument or camera, for whoever has a sentence for it in a person's language.

``line_lost``: unplugged or away; ``line_refused``: there, but taken or forbidden; ``line_silent``: nothing comes;
``line_garbled``: nothing readable comes; ``picture_…`` and ``camera_moved``: pictures come, but no count can rest on
them, and none is sent; ``network_unusable``: what finds the birds can't be run; ``posture_unusable``: what looks at
single birds can't be run, counts come as ever.
"""


class PartStatus(_Strict):
    """How one instrument or camera does."""

    slug: Slug
    state: Literal["ok", "starting", "silent", "failed"]
    cause: Cause = Field(default="", description="what is wrong, as a key for translated sentences; empty when ok")
    problem: str = Field(default="", max_length=500, description="the technical detail, in English; empty when ok")
    last_at: UtcTime | None = Field(default=None, description="last good value or frame")
    faults: int = Field(default=0, ge=0, description="bad frames, refused values and time-outs since the start")
    refused: int = Field(
        default=0, ge=0, description="loads on a scale that came and went and were no single bird, since the start"
    )


class Status(State):
    """How a device does: sent at each connect, each minute and, by the broker, as its last will."""

    state: Literal["online", "offline"]
    outbox_rows: int = Field(default=0, ge=0, description="events not yet committed by the cloud")
    dropped_rows: int = Field(default=0, ge=0, description="events given up since the outbox was made")
    parts: list[PartStatus] = Field(default_factory=list)


Action = Literal["snapshot", "tare", "zero", "reload", "restart", "logs", "doctor", "configure", "update"]
"""What a device can be told to do.

``snapshot``: a picture of a camera now; ``tare``, ``zero``: a scale's; ``reload``: read edge.toml again; ``configure``:
a new edge.toml; ``restart``: one part, or the agent without a target; ``logs``, ``doctor``: a report; ``update``: to a
version that the service offers.
"""


class Command(Message):
    """Something a person or a rule wants a device to do; it answers with a CommandResult."""

    command: Slug = Field(description="id, unique per device; the same again is the same command")
    action: Action
    target: Slug | None = Field(default=None, description="instrument or camera, where the action has one")
    text: str = Field(
        default="", max_length=CONFIG_MAX_CHARACTERS, description="configure: the new edge.toml; update: the version"
    )
    language: Literal["en", "zh"] = Field(default="en", description="of the report")
    expires_at: UtcTime = Field(description="not to be carried out afterwards")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.target is None) == (self.action in {"snapshot", "tare", "zero"}) and self.action != "restart":
            raise ValueError(f"the action {self.action} and the target {self.target} don't go together")
        if bool(self.text) != (self.action in {"configure", "update"}):
            raise ValueError("text belongs to the actions configure and update, and only to them")
        return self


class Verdict(Message):
    """What a person says of a finding or a count; the device makes a label of it and answers with a CommandResult."""

    verdict: Slug = Field(description="id, unique per device; the CommandResult names it")
    camera: Slug
    finding: Slug | None = Field(default=None, description="the finding it is about; none for a count of a picture")
    about_at: UtcTime = Field(description="when the finding was made or the picture taken")
    answer: Literal["right", "false_alarm", "count"]
    birds: int | None = Field(default=None, ge=0, le=100_000, description="birds in the picture, with answer count")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.answer == "count") != (self.birds is not None):
            raise ValueError("birds belongs to the answer count, and only to it")
        if self.answer != "count" and self.finding is None:
            raise ValueError(f"the answer {self.answer} needs the finding it is about")
        return self


class Drawing(Message):
    """What a person drew on a camera's picture; the device counts with it or answers with a CommandResult why not."""

    drawing: Slug = Field(description="id, unique per device; the CommandResult names it")
    camera: Slug
    marks: Marks | None = Field(description="all that shall be marked from now on; none: as in the device's own file")
    picture_at: UtcTime = Field(description="when the picture was taken that it was drawn on")
    size_wh: tuple[PixelCount, PixelCount] = Field(
        description="width and height of that picture, in pixels; the camera's frames must have the same shape"
    )


class Committed(Message):
    """The cloud's word that these events are on its disk: the edge may forget them."""

    ranges: list[SeqRange] = Field(min_length=1)


class Lacking(Message):
    """The cloud's word that it lacks these events, although it had them once: send them again, if they are there."""

    ranges: list[SeqRange] = Field(min_length=1)


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
