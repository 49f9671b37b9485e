"""All of a caller's houses on one page."""

from pydantic import Field

from cloud.api.models.alerts import AlertNow
from cloud.api.models.base import Answer
from cloud.api.models.house import ClimateNow, DeviceNow, Flock
from cloud.api.models.series import Column
from cloud.api.models.stock import StockNow
from cloud.api.models.vision import CountNow, FindingsNow, HouseCount, RollCallNow
from cloud.api.models.weight import WeightNow
from contract.messages import UtcTime


class Trend(Answer):
    """How one quantity went lately, in equal steps: enough for a line as wide as a thumb."""

    quantity: str
    ends_at: UtcTime = Field(description="the last step ends here")
    step_s: int
    mean: Column


class OverviewHouse(Answer):
    """One house in short: what HouseNow says of it, without pictures."""

    farm: str
    house: str
    name: str | None = Field(description="as people call it; null: as its address says")
    time_zone: str
    flock: Flock | None
    stock: StockNow | None = Field(description="null in an empty house")
    alerts: list[AlertNow] = Field(description="open ones: unacknowledged first, then the gravest, then the newest")
    house_count: HouseCount | None = Field(description="null while no camera counts")
    counts: list[CountNow]
    roll_calls: list[RollCallNow]
    findings: FindingsNow
    weight: WeightNow | None
    climate: list[ClimateNow]
    devices: list[DeviceNow]
    trend: Trend | None = Field(description="birds seen, else temperature, of the last 24 h; null without either")


class Overview(Answer):
    """All houses that the caller may read, sorted by address."""

    now: UtcTime = Field(description="the service's clock, for ages")
    houses: list[OverviewHouse]
