"""The book as the API answers with it."""

from datetime import date, timedelta
from urllib.parse import quote

from sqlalchemy import Connection

from cloud.api.models import (
    FlockEventNow,
    FlockRecord,
    LogDayNow,
    LogEntryNow,
    StockDayNow,
    StockHistory,
    StockNow,
    WithdrawalNow,
)
from cloud.book.stock import Living, flock_totals, living
from cloud.flock.growth import age_days
from cloud.flock.stays import stay_on
from cloud.flock.stock import StockDay, birds_per_m2, by_day, kilograms_per_m2, totals, water_per_feed
from cloud.flock.withdrawal import free_from, not_known, running_on
from cloud.store import daily_log, flocks, houses
from cloud.store.daily_log import KeptEntry, LogDay
from cloud.store.flocks import Flocks, KeptEvent, KeptFlock
from cloud.store.mail import instant
from cloud.store.records import Records

DAY = timedelta(days=1)


def stock_now(records: Records, farm: str, house: str, today: date, mean_grams: float | None) -> StockNow | None:
    """Return the stock of a house; ``mean_grams`` is what its birds weigh, None when not known."""
    found = living(records, farm, house, today)
    if found is None:
        return None
    *_, yesterday, now = [None, None, *_days(records, farm, house, found, today)]
    if now is None:
        return None
    sums, floor = totals(found.changes), houses.floor_m2(records, farm, house)
    told = {change.day for change in found.changes if change.kind == "dead"}
    return StockNow(
        birds=now.closing,
        came=sums.came,
        dead=sums.dead,
        culled=sums.culled,
        thinned=sums.thinned,
        harvested=sums.harvested,
        left=sums.left,
        mortality_percent=sums.mortality_percent,
        culls_percent=sums.culls_percent,
        losses_percent=sums.losses_percent,
        livability_percent=sums.livability_percent,
        untold_days=(today - found.stay.first).days - len({day for day in told if day < today}),
        today=now,
        yesterday=yesterday,
        floor_m2=floor,
        birds_per_m2=birds_per_m2(now.closing, floor),
        kilograms_per_m2=kilograms_per_m2(now.closing, mean_grams, floor),
        withdrawal=WithdrawalNow(
            free_from=free_from(found.treatments),
            running=sorted({one.name for one in running_on(found.treatments, today)}),
            not_known=sorted({one.name for one in not_known(found.treatments)}),
        ),
    )


def stock_history(records: Records, farm: str, house: str, today: date, *, time_zone: str) -> StockHistory:
    """Return every day of the flock that lives in a house."""
    found = living(records, farm, house, today)
    if found is None:
        return StockHistory(time_zone=time_zone, flock=None, days=[])
    days = _days(records, farm, house, found, today)
    return StockHistory(time_zone=time_zone, flock=found.flock.flock, days=days)


def flock_records(records: Records, farm: str, house: str) -> list[FlockRecord]:
    """Return every flock that was ever in a house, newest first."""
    with records.reading() as connection:
        known = flocks.load(connection, farm)
        lived = dict.fromkeys(stay.flock for stay in reversed(known.stays(house)))
        found = [known.find(flock) for flock in lived]
        return [_flock_record(connection, known, farm, flock) for flock in found if flock]


def flock_record(records: Records, farm: str, flock: str) -> FlockRecord | None:
    """Return one flock, None when there is none of this id."""
    with records.reading() as connection:
        known = flocks.load(connection, farm)
        found = known.find(flock)
        return _flock_record(connection, known, farm, found) if found else None


def log_days(records: Records, farm: str, house: str, listed: list[date], *, replaced: bool) -> list[LogDayNow]:
    """Return some days of the log with their entries."""
    by: dict[date, list[LogEntryNow]] = {day: [] for day in listed}
    for kept in daily_log.entries(records, farm, house, listed, replaced=replaced):
        by[kept.facts.day].append(entry_now(kept, farm, house))
    known = flocks.read(records, farm)
    return [LogDayNow(day=day, age_days=_age(known, house, day), entries=by[day]) for day in listed]


def entry_now(kept: KeptEntry, farm: str, house: str) -> LogEntryNow:
    """Return an entry as the API answers with it."""
    facts = kept.facts
    address = f"/api/v1/houses/{quote(farm)}/{quote(house)}/log/{quote(kept.entry)}/photo.jpg"
    return LogEntryNow(
        entry=kept.entry,
        kind=facts.kind,
        day=facts.day,
        at=instant(facts.at_ms),
        birds=facts.birds,
        kilograms=facts.kilograms,
        litres=facts.litres,
        cause=facts.cause,
        name=facts.name,
        dose=facts.dose,
        until=facts.until,
        withdrawal_days=facts.withdrawal_days,
        route=facts.route,
        note=facts.note,
        photo=address if kept.photo else None,
        by=kept.by,
        kept_at=instant(kept.kept_ms),
        replaces=facts.replaces,
        replaced_by=kept.replaced_by,
        withdrawn=kept.withdrawn,
    )


def _flock_record(connection: Connection, known: Flocks, farm: str, kept: KeptFlock) -> FlockRecord:
    facts, events = kept.facts, known.of(kept.flock)
    sums = flock_totals(connection, known, farm, kept.flock)
    weights = [event.facts.kilograms for event in events if event.facts.kind == "harvested"]
    weighed = [weight for weight in weights if weight is not None]
    return FlockRecord(
        flock=kept.flock,
        version=kept.version,
        house=facts.house,
        breed=facts.breed,
        sex=facts.sex,
        hatchery=facts.hatchery,
        placed_on=facts.placed_on,
        placed_birds=facts.placed_birds,
        dead_on_arrival=facts.dead_on_arrival,
        note=facts.note,
        curve=facts.curve,
        by=kept.by,
        kept_at=instant(kept.kept_ms),
        closed_on=known.closed_on(kept.flock),
        birds=sums.birds,
        dead=sums.dead,
        culled=sums.culled,
        thinned=sums.thinned,
        harvested=sums.harvested,
        harvested_kg=sum(weighed) if weighed and len(weighed) == len(weights) else None,
        losses_percent=sums.losses_percent,
        livability_percent=sums.livability_percent,
        events=[_event(event) for event in events],
    )


def _event(kept: KeptEvent) -> FlockEventNow:
    facts = kept.facts
    if facts.kind == "withdrawn":
        raise ValueError(f"{kept.event} takes another back and counts no more itself")
    return FlockEventNow(
        event=kept.event,
        house=facts.house,
        kind=facts.kind,
        day=facts.day,
        at=instant(facts.at_ms),
        birds=facts.birds,
        kilograms=facts.kilograms,
        to_house=facts.to_house,
        despite_withdrawal=facts.despite_withdrawal,
        note=facts.note,
        by=kept.by,
        kept_at=instant(kept.kept_ms),
        replaces=facts.replaces,
    )


def _days(records: Records, farm: str, house: str, found: Living, today: date) -> list[StockDayNow]:
    first = found.stay.first
    told = {one.day: one for one in daily_log.days(records, farm, house, first, today)}
    placed_on = found.flock.facts.placed_on
    return [_stock_day(one, placed_on, told.get(one.day)) for one in by_day(found.changes, first, today)]


def _stock_day(one: StockDay, placed_on: date, told: LogDay | None) -> StockDayNow:
    eaten, water = (told.feed_eaten_kg, told.water_litres) if told else (None, None)
    return StockDayNow(
        day=one.day,
        age_days=age_days(placed_on, one.day),
        opening=one.opening,
        came=one.came,
        dead=one.dead,
        culled=one.culled,
        thinned=one.thinned,
        harvested=one.harvested,
        left=one.left,
        closing=one.closing,
        losses_percent=one.losses_percent,
        feed_delivered_kg=told.feed_delivered_kg if told else None,
        feed_eaten_kg=eaten,
        water_litres=water,
        water_per_feed=water_per_feed(water, eaten),
        entries=told.entries if told else 0,
    )


def _age(known: Flocks, house: str, day: date) -> int | None:
    stay = stay_on(known.stays(house), day)
    flock = known.find(stay.flock) if stay else None
    return age_days(flock.facts.placed_on, day) if flock else None
