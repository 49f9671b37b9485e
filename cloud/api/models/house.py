"""One house at a glance."""

from datetime import date
from typing import Literal

from pydantic import Field

from cloud.api.models.alerts import AlertNow
from cloud.api.models.base import Answer
from cloud.api.models.commands import CommandNow
from cloud.api.models.marks import ViewNow
from cloud.api.models.stock import StockNow
from cloud.api.models.vision import CountNow, FindingsNow, HouseCount, PictureNow, RollCallNow, WellnessNow
from cloud.api.models.weight import WeightNow
from contract.messages import PartStatus, UtcTime


class HouseName(Answer):
    """One house in the list of houses."""

    farm: str
    house: str
    name: str | None = Field(description="as people call it; null: as its address says")


class Flock(Answer):
    """The flock that lives in a house now."""

    flock: str
    breed: str
    sex: Literal["mixed", "female", "male"]
    placed_on: date
    placed_birds: int
    age_days: int = Field(description="0 on the day of placement, in the farm's time zone")


class ClimateNow(Answer):
    """The newest values of one instrument; a slug is unique within its device."""

    device: str
    instrument: str
    at: UtcTime
    values: dict[str, float] = Field(description="quantity key -> value")
    heat_index: float | None = Field(description="THI, St-Pierre 2003; null without temperature and humidity")


class DeviceNow(Answer):
    """One edge device as it last described itself."""

    device: str
    state: Literal["online", "offline"]
    at: UtcTime
    version: str | None
    outbox_rows: int
    dropped_rows: int
    parts: list[PartStatus]
    health: dict[str, float] = Field(
        description="quantity key -> value of the device itself: its processor's temperature, its disk, …"
    )
    health_at: UtcTime | None = Field(description="when that was measured")
    commands: list[CommandNow] = Field(description="what it was told within the last day, newest first, at most ten")


class HouseNow(Answer):
    """One house at a glance."""

    now: UtcTime = Field(description="the service's clock, for ages")
    farm: str
    house: str
    time_zone: str = Field(
        description="the farm's own, else the service's: its days, quiet hours and digests are in it"
    )
    flock: Flock | None
    stock: StockNow | None = Field(description="null in an empty house")
    alerts: list[AlertNow] = Field(description="open ones: unacknowledged first, then the gravest, then the newest")
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
    stock: StockNow | None = None
    alerts: list[AlertNow] | None = None
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
