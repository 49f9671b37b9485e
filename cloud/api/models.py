"""Everything the API answers with; the dashboard's types are generated from these.

Times are RFC 3339 in UTC. A list holds one row per instrument or camera; what is not known is null, never zero.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from contract.marks import Marks, ResultCode
from contract.messages import Box, Cause, FindingKind, PartStatus, PixelCount, Reason, UtcTime
from contract.place import Slug

BIRDS_MAX = 100_000
"""No picture holds more birds."""


class Answer(BaseModel):
    """Base of all answers: closed, so that the generated types are exact."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _text(secret: SecretStr) -> SecretStr:
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character") from None
    return secret


class Credentials(BaseModel):
    """What a person types to sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    password: Annotated[SecretStr, AfterValidator(_text)] = Field(min_length=1, max_length=1_000)


class User(Answer):
    """Who is signed in."""

    name: str


class HouseName(Answer):
    """One house in the list of houses."""

    farm: str
    house: str


class Flock(Answer):
    """The flock that lives in a house now."""

    breed: str
    placed_on: date
    placed_birds: int
    age_days: int = Field(description="0 on the day of placement, in the farm's time zone")


class VerdictNow(Answer):
    """What a person said of a finding or a picture, and whether the device has taken it."""

    verdict: str
    answer: Literal["right", "false_alarm", "count"]
    birds: int | None = Field(description="with answer count")
    about_at: UtcTime = Field(description="when the finding was made or the picture taken")
    at: UtcTime
    by: str
    state: Literal["pending", "done", "refused", "unanswered"] = Field(
        description="pending: on its way; done, refused: the device's answer; unanswered: given up after two weeks"
    )
    detail: str = Field(description="the device's own words, in English")


class CountNow(Answer):
    """Birds one camera saw in its last window; visible, not in the house."""

    device: str
    camera: str
    at: UtcTime
    visible_birds: float
    visible_low: float
    visible_high: float
    confidence: float = Field(description="0 to 1")
    factor: float = Field(description="correction learned from counts by hand, 1 = none")
    share_birds: float = Field(description="what the camera adds to the house's count, corrected")
    by_zone: dict[str, float] = Field(description="zone -> birds in it")
    network: str
    withheld: Cause = Field(description="why the camera does not count now; empty when it does")
    by_hand: VerdictNow | None = Field(description="the last count by hand of one of its pictures")


class HouseCount(Answer):
    """The sum over the cameras of a house that count now; older and withheld counts are left out."""

    at: UtcTime = Field(description="the oldest stamp among them")
    birds: float
    low: float
    high: float
    confidence: float = Field(description="0 to 1")
    corrected: bool = Field(description="a count by hand has changed it")
    cameras: int


class RollCallNow(Answer):
    """Who is still outside, by the gates of one device."""

    device: str
    at: UtcTime
    outside_birds: int
    flock_birds: int | None
    drift_birds: int
    closes_at: UtcTime
    alarm: bool


class WellnessNow(Answer):
    """How the flock moved in the last window of one camera."""

    device: str
    camera: str
    at: UtcTime
    activity_lengths_per_min: float
    spread_ratio: float
    huddle_ratio: float
    still_birds: int


class FindingNow(Answer):
    """A suspicion about one bird or a group; never a diagnosis."""

    device: str
    finding: str
    camera: str
    at: UtcTime
    since: UtcTime
    kind: FindingKind
    reasons: list[Reason]
    score: float
    box: Box = Field(description="in the picture's pixels")
    size_wh: tuple[int, int]
    picture: str | None = Field(description="address; null when the picture was not kept so long")
    verdict: VerdictNow | None = Field(description="the last one said; null while the finding is open")


class FindingsNow(Answer):
    """The newest findings of a house: open ones, and the last that were judged."""

    open: int = Field(description="how many are open in all")
    rows: list[FindingNow] = Field(description="newest first")


class Judgement(BaseModel):
    """What a person says of a finding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Literal["right", "false_alarm"]


class HandCount(BaseModel):
    """What a person counted in a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    birds: int = Field(strict=True, description=f"0 to {BIRDS_MAX}")
    about_at: UtcTime = Field(description="when the picture was taken")
    device: Slug | None = Field(default=None, description="needed when two devices have a camera of this name")


class WeightDay(Answer):
    """What the scales of a house said on one day."""

    day: date
    age_days: int | None
    weighings: int
    mean_grams: float
    interval_grams: tuple[float, float] | None = Field(
        description="95 % interval of the flock's mean; null below 2 weighings"
    )
    cv_percent: float | None
    target_grams: float | None = Field(description="the breed's standard at that age")


class WeightNow(Answer):
    """Today's weight."""

    last_at: UtcTime
    last_grams: float
    today: WeightDay | None


class ClimateNow(Answer):
    """The newest values of one instrument; a slug is unique within its device."""

    device: str
    instrument: str
    at: UtcTime
    values: dict[str, float] = Field(description="quantity key -> value")
    heat_index: float | None = Field(description="THI, St-Pierre 2003; null without temperature and humidity")


class PictureNow(Answer):
    """The newest picture of one camera."""

    device: str
    camera: str
    at: UtcTime
    url: str
    size_wh: tuple[int, int]
    boxes: list[Box]
    network: str


class DrawingNow(Answer):
    """What a person marked in a camera's picture, and whether the device counts with it yet."""

    drawing: str
    marks: Marks | None = Field(description="null: what was drawn before is taken back")
    picture_at: UtcTime = Field(description="when the picture was taken that it was drawn on")
    at: UtcTime
    by: str
    state: Literal["pending", "done", "refused", "unanswered"] = Field(
        description="pending: on its way; done, refused: the device's answer; unanswered: given up after two weeks"
    )
    code: ResultCode = Field(description="what the device answered, as a key for translated sentences")
    detail: str = Field(description="the device's own words, in English")


class ViewNow(Answer):
    """What a device counts with in one camera's picture."""

    device: str
    camera: str
    marks: Marks
    drawing: str | None = Field(description="the drawing they are from; null: the device's own file")
    last: DrawingNow | None = Field(description="the last drawing for this camera, whatever became of it")


class DrawnMarks(BaseModel):
    """What a person marked in a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marks: Marks | None = Field(description="all that shall be marked; null takes back what was drawn before")
    picture_at: UtcTime = Field(description="when the picture was taken that it was drawn on")
    size_wh: tuple[PixelCount, PixelCount] = Field(description="width and height of that picture, in pixels")
    device: Slug | None = Field(default=None, description="needed when two devices have a camera of this name")


class DeviceNow(Answer):
    """One edge device as it last described itself."""

    device: str
    state: Literal["online", "offline"]
    at: UtcTime
    version: str | None
    outbox_rows: int
    dropped_rows: int
    parts: list[PartStatus]


class HouseNow(Answer):
    """One house at a glance."""

    now: UtcTime = Field(description="the service's clock, for ages")
    farm: str
    house: str
    time_zone: str
    flock: Flock | None
    house_count: HouseCount | None = Field(description="null while no camera counts")
    counts: list[CountNow]
    roll_calls: list[RollCallNow]
    wellness: list[WellnessNow]
    findings: FindingsNow
    weight: WeightNow | None
    climate: list[ClimateNow]
    pictures: list[PictureNow]
    views: list[ViewNow]
    devices: list[DeviceNow]


class HousePatch(Answer):
    """What the live stream sends: only the members of HouseNow that changed, each whole."""

    now: UtcTime
    flock: Flock | None = None
    house_count: HouseCount | None = None
    counts: list[CountNow] | None = None
    roll_calls: list[RollCallNow] | None = None
    wellness: list[WellnessNow] | None = None
    findings: FindingsNow | None = None
    weight: WeightNow | None = None
    climate: list[ClimateNow] | None = None
    pictures: list[PictureNow] | None = None
    views: list[ViewNow] | None = None
    devices: list[DeviceNow] | None = None


Column = Annotated[list[float | None], Field(description="null where nothing was measured")]


class SeriesAnswer(Answer):
    """One series over a span, as parallel columns."""

    device: str
    source: str
    quantity: str
    unit: str
    resolution: Literal["raw", "bucket"] = Field(description="bucket: each row stands for a span that begins at at_ms")
    basis: Basis = Field(description="what the rows are made from: the points themselves, or their roll-ups")
    at_ms: list[int] = Field(description="Unix time in ms, rising")
    mean: Column
    low: Column
    high: Column


class CurvePoint(Answer):
    """A breed's standard at one age."""

    age_days: int
    grams: float


class WeightHistory(Answer):
    """The flock's days and the curve they are held against."""

    breed: str | None
    curve_source: str | None
    curve: list[CurvePoint]
    days: list[WeightDay]


class Health(Answer):
    """How the service itself does; readable without signing in, so it names no farm."""

    status: Literal["ok", "degraded"]
    broker_connected: bool
    store_writable: bool = Field(description="false while a commit fails, for example on a full disk")


class Problem(Answer):
    """A refusal, RFC 9457; ``code`` is stable and is what the dashboard translates."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
