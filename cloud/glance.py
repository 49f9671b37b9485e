"""One house at a glance: what the stores know, put together as the API's answers. Blocking; call it from a thread."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote

from cloud.alerts.telling import alert_now
from cloud.api.models import (
    AlertNow,
    ClimateNow,
    CommandNow,
    CountNow,
    DeviceNow,
    FindingsNow,
    Flock,
    HouseCount,
    HouseNow,
    HousePatch,
    PictureNow,
    RollCallNow,
    StockNow,
    ViewNow,
    WeightHistory,
    WeightNow,
    WellnessNow,
)
from cloud.book.answers import stock_now
from cloud.flock import house_count
from cloud.flock.comfort import heat_index
from cloud.flock.growth import age_days
from cloud.notice import command_now, findings_now, verdict_now, views_now
from cloud.store import alert_book, commands, flocks, houses, pictures, verdicts
from cloud.store.pictures import PictureKey
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.verdicts import Said
from cloud.store.zones import Zones
from cloud.weights import Weights
from contract.messages import (
    Announcement,
    Cause,
    Event,
    FlockCount,
    FlockHealth,
    Readings,
    RollCall,
    Snapshot,
    Status,
    parse,
)
from contract.place import Place
from contract.quantities import DEVICE
from contract.topics import leaf_of

MEMBERS: Final = (
    "flock",
    "stock",
    "alerts",
    "house_count",
    "counts",
    "roll_calls",
    "wellness",
    "findings",
    "weight",
    "climate",
    "pictures",
    "views",
    "devices",
)
"""Members of HouseNow that change, and so members of HousePatch."""

IN_SHORT: Final = (
    "flock",
    "stock",
    "alerts",
    "house_count",
    "counts",
    "roll_calls",
    "findings",
    "weight",
    "climate",
    "devices",
)
"""Members of HouseNow that the list of all houses needs."""

NOT_CLIMATE: Final = frozenset({"load_grams", "weight_grams"})
"""A scale's readings are about what stands on it."""

OPEN_ALERTS: Final = 30
COMMANDS_MS: Final = 24 * 3_600_000
COMMANDS: Final = 10
"""What a device was told is shown for a day, the newest few."""

COUNTS_ALL_THE_SAME: Final[frozenset[Cause]] = frozenset({"posture_unusable"})
"""Causes that take nothing from a camera's count."""
COUNT_FIELDS: Final = set(CountNow.model_fields) - {"withheld", "by_hand"}
ROLL_CALL_FIELDS: Final = set(RollCallNow.model_fields) - {"device"}
WELLNESS_FIELDS: Final = set(WellnessNow.model_fields) - {"device"}
"""What the API answers with as the device said it."""

E = TypeVar("E", bound=Event)


class Glance:
    """Reads the stores; ``clock`` gives the present as an aware time."""

    def __init__(
        self,
        series: SeriesStore,
        records: Records,
        zones: Zones,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._records = records
        self._weights = Weights(series, records, zones)
        self._zones = zones
        self._clock = clock

    def house_now(self, farm: str, house: str) -> HouseNow:
        """Return everything about a house."""
        members = self._members(farm, house, MEMBERS)
        return HouseNow(now=self._clock(), farm=farm, house=house, time_zone=self._zones.of(farm).key, **members)

    def in_short(self, farm: str, house: str) -> dict[str, Any]:
        """Return the members of OverviewHouse that a house's stores know, and its time zone."""
        return {"time_zone": self._zones.of(farm).key, **self._members(farm, house, IN_SHORT)}

    def patch(self, farm: str, house: str, members: Iterable[str]) -> HousePatch:
        """Return a patch with these members, each whole."""
        return HousePatch(now=self._clock(), **self._members(farm, house, members))

    def weight_history(self, farm: str, house: str) -> WeightHistory:
        """Return the days since placement (or of the last two months) and the breed's curve."""
        return self._weights.history(farm, house, self._today(farm))

    def weights_of(self, farm: str, house: str, flock: str) -> WeightHistory | None:
        """Return the days of a flock, one that is over too; None when it was never in the house."""
        return self._weights.of_flock(farm, house, flock, self._today(farm))

    def _members(self, farm: str, house: str, members: Iterable[str]) -> dict[str, Any]:
        readers: dict[str, Callable[[str, str], Any]] = {
            "flock": self._flock,
            "stock": self._stock,
            "alerts": self._alerts,
            "house_count": self._house_count,
            "counts": self._counts,
            "roll_calls": self._roll_calls,
            "wellness": self._wellness,
            "findings": self._findings,
            "weight": self._weight,
            "climate": self._climate,
            "pictures": self._pictures,
            "views": self._views,
            "devices": self._devices,
        }
        return {member: readers[member](farm, house) for member in members}

    def _today(self, farm: str) -> date:
        return self._zones.day(farm, self._clock())

    def _flock(self, farm: str, house: str) -> Flock | None:
        today = self._today(farm)
        kept = flocks.flock_on(self._records, farm, house, today)
        if kept is None:
            return None
        facts = kept.facts
        return Flock(
            flock=kept.flock,
            breed=facts.breed,
            sex=facts.sex,
            placed_on=facts.placed_on,
            placed_birds=facts.placed_birds,
            age_days=age_days(facts.placed_on, today),
        )

    def _stock(self, farm: str, house: str) -> StockNow | None:
        today = self._today(farm)
        weighed = [self._weights.mean_on(farm, house, day) for day in (today, today - timedelta(days=1))]
        mean_grams = next((mean for mean in weighed if mean is not None), None)
        return stock_now(self._records, farm, house, today, mean_grams)

    def _alerts(self, farm: str, house: str) -> list[AlertNow]:
        return [alert_now(raised) for raised in alert_book.open_ones(self._records, farm, house, OPEN_ALERTS)]

    def _newest(self, farm: str, house: str, kind: type[E]) -> list[tuple[str, E]]:
        """Return (device, message) of the newest message of each source."""
        rows = houses.newest(self._records, farm, house, leaf_of(kind).name)
        return [(row.device, parse(kind, row.message)) for row in rows]

    def _house_count(self, farm: str, house: str) -> HouseCount | None:
        causes, now = self._causes(farm, house), self._clock()
        counts = self._newest(farm, house, FlockCount)
        counting = [count for device, count in counts if not causes.get((device, count.camera))]
        summed = house_count.summed([count for count in counting if house_count.is_fresh(count, now)])
        return HouseCount(**asdict(summed)) if summed else None

    def _counts(self, farm: str, house: str) -> list[CountNow]:
        causes = self._causes(farm, house)
        answers = []
        for device, message in self._newest(farm, house, FlockCount):
            place = Place(farm=farm, house=house, device=device)
            said = verdicts.newest_count(self._records, place, message.camera)
            answers.append(_count(message, causes.get((device, message.camera), ""), said))
        return answers

    def _causes(self, farm: str, house: str) -> dict[tuple[str, str], Cause]:
        """Return (device, camera) -> why no count can rest on it, as far as its device can tell."""
        rows = houses.devices(self._records, farm, house)
        reports = [(row.device, parse(Status, row.status)) for row in rows if row.status]
        parts = ((device, part) for device, report in reports for part in report.parts)
        return {(device, part.slug): part.cause for device, part in parts if part.cause not in COUNTS_ALL_THE_SAME}

    def _roll_calls(self, farm: str, house: str) -> list[RollCallNow]:
        return [
            RollCallNow(device=device, **message.model_dump(include=ROLL_CALL_FIELDS))
            for device, message in self._newest(farm, house, RollCall)
        ]

    def _wellness(self, farm: str, house: str) -> list[WellnessNow]:
        return [
            WellnessNow(device=device, **message.model_dump(include=WELLNESS_FIELDS))
            for device, message in self._newest(farm, house, FlockHealth)
        ]

    def _findings(self, farm: str, house: str) -> FindingsNow:
        return findings_now(self._records, farm, house)

    def _climate(self, farm: str, house: str) -> list[ClimateNow]:
        messages = self._newest(farm, house, Readings)
        return [
            _climate(device, message)
            for device, message in messages
            if message.instrument != DEVICE and message.values.keys() - NOT_CLIMATE
        ]

    def _weight(self, farm: str, house: str) -> WeightNow | None:
        return self._weights.now(farm, house, self._today(farm))

    def _pictures(self, farm: str, house: str) -> list[PictureNow]:
        return [picture_now(facts) for facts in newest_pictures(self._records, farm, house)]

    def _views(self, farm: str, house: str) -> list[ViewNow]:
        return views_now(self._records, farm, house)

    def _devices(self, farm: str, house: str) -> list[DeviceNow]:
        rows = houses.devices(self._records, farm, house)
        since_ms = int(self._clock().timestamp() * 1000) - COMMANDS_MS
        told = commands.newest_of_house(self._records, farm, house, since_ms)
        own = {device: one for device, one in self._newest(farm, house, Readings) if one.instrument == DEVICE}
        return [
            _device(
                row.device, row.announcement, row.status, row.status_at_ms, own.get(row.device),
                [command_now(one) for one in told.get(row.device, ())[:COMMANDS]],
            )
            for row in rows
            if row.status
        ]  # fmt: skip


def newest_pictures(records: Records, farm: str, house: str) -> list[pictures.PictureFacts]:
    """List the newest picture of each camera of a house, in the order they are shown in."""
    leaf = leaf_of(Snapshot).name
    found = []
    for row in houses.newest(records, farm, house, leaf):
        place = Place(farm=farm, house=house, device=row.device)
        facts = pictures.facts_of(records, PictureKey(place, row.source, leaf, row.at_ms))
        if facts is not None:
            found.append(facts)
    return found


def picture_url(key: PictureKey) -> str:
    """Return the address of a picture, from the root of the service."""
    place = key.place
    return f"/api/v1/pictures/{quote(place.farm)}/{quote(place.house)}/{quote(key.camera)}/{key.at_ms}.jpg"


def _count(message: FlockCount, withheld: Cause, said: Said | None) -> CountNow:
    return CountNow(
        **message.model_dump(include=COUNT_FIELDS), withheld=withheld, by_hand=verdict_now(said) if said else None
    )


def _climate(device: str, message: Readings) -> ClimateNow:
    celsius = message.values.get("temperature_celsius")
    humidity = message.values.get("humidity_percent")
    index = heat_index(celsius, humidity) if celsius is not None and humidity is not None else None
    return ClimateNow(
        device=device, instrument=message.instrument, at=message.at, values=message.values, heat_index=index
    )


def picture_now(facts: pictures.PictureFacts) -> PictureNow:
    """Return a picture as the API answers with it."""
    key = facts.key
    return PictureNow(
        device=key.place.device,
        camera=key.camera,
        at=datetime.fromtimestamp(key.at_ms / 1000, UTC),
        url=picture_url(key),
        size_wh=facts.size_wh,
        boxes=list(facts.boxes),
        network=facts.network,
    )


def _device(
    device: str, announcement: str | None, status: str, at_ms: int, health: Readings | None, told: list[CommandNow]
) -> DeviceNow:
    report = parse(Status, status)
    return DeviceNow(
        device=device,
        state=report.state,
        at=datetime.fromtimestamp(at_ms / 1000, UTC),
        version=parse(Announcement, announcement).version if announcement else None,
        outbox_rows=report.outbox_rows,
        dropped_rows=report.dropped_rows,
        parts=report.parts,
        health=health.values if health else {},
        health_at=health.at if health else None,
        commands=told,
    )
