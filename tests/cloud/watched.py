"""A house under the rules, with a clock in hand."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud.alerts.engine import Engine
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import alert_book
from cloud.store.alert_book import Raised
from cloud.store.alerts import Transition
from cloud.store.flocks import FlockFacts
from cloud.store.media import Media
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey, SeriesStore
from cloud.store.zones import Zones
from contract.messages import Message, encode
from tests.cloud.placing import place
from tests.cloud.sending import NOON, PI, topic_of

ZONE = ZoneInfo("Asia/Shanghai")
THERMO = "thermo-1"


@dataclass
class WatchedHouse:
    """hill/house-2 with its stores and the rules over it."""

    series: SeriesStore
    records: Records
    media: Media
    now: datetime = NOON
    told: list[Transition] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = self.another_engine()

    def another_engine(self) -> Engine:
        """Return the rules as a process that has just started has them."""
        return Engine(self.series, self.records, Zones(self.records, ZONE), self.told.extend, lambda: self.now)

    def place(self, age_days: int, breed: str = "ross-308") -> None:
        self.place_on(self.now.astimezone(ZONE).date() - timedelta(days=age_days), breed)

    def place_on(self, day: date, breed: str = "ross-308") -> None:
        place(self.records, FlockFacts(PI.house, breed, day, 480), farm=PI.farm)

    def send(self, *messages: Message) -> None:
        """Settle messages as ingest does."""
        settler = Settler(self.series, self.records, self.media, 10, lambda: self.now)
        outcome = settler.settle([Arrived(topic_of(message), encode(message)) for message in messages])
        assert outcome.kept_aside == 0

    def measure(self, minutes: int, *, source: str = THERMO, **values: float) -> None:
        """Let a while pass in which an instrument measures the same each minute."""
        first = self.now
        self.now += timedelta(minutes=minutes)
        self.series.append(
            [
                Point(
                    SeriesKey(PI.farm, PI.house, PI.device, source, key), ms(first + timedelta(minutes=minute)), value
                )
                for minute in range(1, minutes + 1)
                for key, value in values.items()
            ]
        )

    def judge(self, engine: Engine | None = None) -> list[tuple[str, str, int]]:
        """Run the rules; return rule, kind and level of what happened."""
        return [(one.rule, one.kind, one.level) for one in (engine or self.engine).judge(PI.farm, PI.house)]

    def open(self) -> list[Raised]:
        return alert_book.open_ones(self.records, PI.farm, PI.house, 100)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
