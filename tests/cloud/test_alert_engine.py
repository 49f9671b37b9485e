"""The rules over real stores: rows first, once, and on from where they were."""

import math
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from cloud.alerts.history import HouseHistory
from cloud.alerts.replay import replay
from cloud.alerts.rules.settings import HouseSettings, OwnLimits
from cloud.alerts.telling import alert_now
from cloud.book.log import LogBook
from cloud.book.moment import Writing
from cloud.flock.growth import BreedStandard
from cloud.store import alert_actions, alert_book, alert_settings, curves
from cloud.store.alert_actions import Deed
from cloud.store.alert_settings import SetOnce
from cloud.store.curves import KeptCurve
from cloud.store.daily_log import EntryFacts, EntryKind
from cloud.store.embedded import EmbeddedSeries
from cloud.store.flocks import FlockFacts
from cloud.store.media import Media
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey
from contract.messages import Announcement, Readings
from contract.quantities import DEVICE
from tests.cloud.placing import place
from tests.cloud.sending import BOOT, PI, announcement, finding, readings, roll_call, status
from tests.cloud.watched import THERMO, ZONE, WatchedHouse, ms


@pytest.fixture
def house(series: EmbeddedSeries, records: Records, media: Media) -> Iterator[WatchedHouse]:
    watched = WatchedHouse(series, records, media)
    watched.place(age_days=10)
    return watched


def part(slug: str, last_at: datetime, state: str = "ok") -> dict[str, object]:
    return {"slug": slug, "state": state, "last_at": last_at}


def test_a_hot_house_is_told_once_worsens_and_is_over(house: WatchedHouse):
    house.measure(80, temperature_celsius=26)
    assert house.judge() == []
    house.measure(15, temperature_celsius=31)
    assert house.judge() == [("warming-fast", "opened", 2)]
    house.measure(10, temperature_celsius=31)
    assert house.judge() == [("too-warm", "opened", 1)]
    house.measure(60, temperature_celsius=31)
    assert house.judge() == [("warming-fast", "resolved", 0)]
    house.measure(25, temperature_celsius=40)
    assert house.judge() == [("too-warm", "worsened", 3), ("warming-fast", "opened", 3)]
    [too_warm] = [one for one in house.open() if one.rule == "too-warm"]
    assert (too_warm.device, too_warm.source, too_warm.value, too_warm.level) == (PI.device, THERMO, 40, 3)
    assert too_warm.limit is not None
    assert too_warm.target is not None
    assert too_warm.limit == pytest.approx(too_warm.target + 9)
    house.measure(120, temperature_celsius=26)
    assert {("too-warm", "resolved", 0)} <= set(house.judge())
    [told] = [
        one
        for one in alert_book.page(house.records, PI.farm, PI.house, state="resolved", before=None, limit=9)
        if one.rule == "too-warm"
    ]
    kinds = [one.kind for one in alert_book.happened(house.records, told.alert)]
    assert kinds == ["opened", "worsened", "resolved"]


@pytest.mark.parametrize("name", ["ross-308", "slow"])
def test_weights_are_held_against_the_farm_s_own_curve(house: WatchedHouse, name: str):
    """Of the breed, or chosen for the flock; at 100 g on day 10 a breeder's Ross 308 would be far under its curve."""
    own = BreedStandard(name, "ours", (0, 60), (40.0, 400.0))
    curves.keep(house.records, PI.farm, KeptCurve(own, None, "mei", 0))
    told = FlockFacts(PI.house, "ross-308", house.now.astimezone(ZONE).date() - timedelta(days=10), 480)
    place(house.records, replace(told, curve=None if name == "ross-308" else name), version=2, farm=PI.farm)

    def weighed(grams: float) -> list[tuple[str, str, int]]:
        house.measure(40, source="scale-1", weight_grams=grams)
        house.now += timedelta(days=1)
        return [one for one in house.judge() if one[0] == "under-the-curve"]

    assert weighed(100) == []
    assert weighed(85) == [("under-the-curve", "opened", 3)]


def test_judging_bit_by_bit_says_what_a_replay_says(house: WatchedHouse):
    began_ms = ms(house.now) + 1
    chance = random.Random(7)
    for step in range(80):
        house.measure(
            5, temperature_celsius=26 + 6 * math.sin(step / 6) + chance.gauss(0, 0.4), ammonia_ppm=18.0 + step % 9
        )
        house.judge()
    page = alert_book.page(house.records, PI.farm, PI.house, state=None, before=None, limit=99)
    history = HouseHistory(house.series, house.records, PI.farm, PI.house, ZONE)
    played = replay(history, HouseSettings(), began_ms, ms(house.now) + 1)
    assert len(page) > 6
    assert sorted((one.rule, one.opened_ms, one.resolved_ms) for one in page) == sorted(
        (ring.rule, ring.opened_ms, ring.ended_ms) for ring in played.rings
    )


def test_a_process_that_starts_anew_goes_on_where_the_last_one_was(house: WatchedHouse):
    house.measure(30, temperature_celsius=26)
    house.judge()
    house.measure(15, temperature_celsius=30.5)
    house.judge()
    house.measure(8, temperature_celsius=30.5)
    again = house.another_engine()
    assert ("too-warm", "opened", 1) in house.judge(again)
    assert house.judge(house.another_engine()) == []


def test_two_workers_at_once_write_each_transition_once(house: WatchedHouse):
    house.measure(80, temperature_celsius=26)
    house.judge()
    house.measure(40, temperature_celsius=37)
    engines = [house.another_engine() for _ in range(4)]
    found: list[list[tuple[str, str, int]]] = []
    start = threading.Barrier(len(engines))

    def work(number: int) -> None:
        start.wait()
        found.append(house.judge(engines[number]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(engines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = sorted(one for each in found for one in each)
    assert told == [("too-warm", "opened", 3), ("warming-fast", "opened", 3)]


def test_silence_of_an_open_alert_and_of_its_device(house: WatchedHouse):
    house.send(status(when=house.now, parts=[part(THERMO, house.now)]))
    house.measure(30, temperature_celsius=31)
    house.send(status(when=house.now, parts=[part(THERMO, house.now)]))
    assert house.judge() == [("too-warm", "opened", 1)]
    house.now += timedelta(minutes=30)
    assert house.judge() == [("too-warm", "no_data", 1), ("device-silent", "opened", 2)]
    assert [one.silent for one in house.open() if one.rule == "too-warm"] == [True]
    house.now += timedelta(minutes=40)
    assert house.judge() == [("device-silent", "worsened", 3)]
    house.measure(25, temperature_celsius=31)
    house.send(status(when=house.now))
    assert house.judge() == [("too-warm", "data_back", 1), ("device-silent", "resolved", 0)]


def test_a_backlog_that_comes_in_bit_by_bit_does_not_flap(house: WatchedHouse):
    house.measure(30, temperature_celsius=31)
    house.judge()
    began = house.now
    house.now += timedelta(hours=6)
    assert house.judge() == [("too-warm", "no_data", 1)]
    later = house.now
    for _ in range(4):
        house.now = began
        house.measure(60, temperature_celsius=31)
        began, house.now = house.now, later
        assert house.judge() == []
    house.now = began
    house.measure(120, temperature_celsius=31)
    assert house.judge() == [("too-warm", "data_back", 1)]


def test_a_silent_part_of_a_device_that_speaks(house: WatchedHouse):
    heard = house.now
    for minute in range(1, 15):
        house.now = heard + timedelta(minutes=minute)
        house.send(status(when=house.now, parts=[part("scale-1", heard, "silent")]))
        house.judge()
    [alert] = house.open()
    assert (alert.rule, alert.source, alert.level) == ("source-silent", "scale-1", 1)


def test_a_stuck_sensor_is_told_and_its_values_judge_nothing(house: WatchedHouse):
    house.measure(30, temperature_celsius=26)
    house.judge()
    house.measure(60, temperature_celsius=33)
    stuck = readings(1, house.now, temperature_celsius=33.0)
    house.send(Readings.model_validate({**stuck.model_dump(), "doubts": {"temperature_celsius": "stuck"}}))
    assert house.judge() == [("sensor-stuck", "opened", 2)]
    house.measure(10, temperature_celsius=26.3)
    house.send(readings(2, house.now, temperature_celsius=26.2))
    assert house.judge() == [("sensor-stuck", "resolved", 0)]


def test_how_long_a_sensor_has_been_stuck_is_told_and_a_house_may_wait_longer(house: WatchedHouse):
    own = HouseSettings(rules={"sensor-stuck": OwnLimits(warning=3, severe=6)})
    assert alert_settings.change(house.records, PI.farm, PI.house, SetOnce(1, own, by="mei", at_ms=5))
    told = []
    for step in range(40):  # marked from the end of its first still hour on
        stuck = readings(step + 1, house.now, temperature_celsius=33.0)
        house.send(stuck.model_copy(update={"doubts": {"temperature_celsius": "stuck"}}))
        told += [(step, *one) for one in house.judge()]
        house.now += timedelta(minutes=10)
    assert told == [(12, "sensor-stuck", "opened", 2), (30, "sensor-stuck", "worsened", 3)]
    [alert] = house.open()
    assert alert.value == pytest.approx(7.5)
    assert alert_now(alert).zh.what.endswith("数值已 7.5 小时没有变化。")


def test_an_instrument_that_was_taken_away_ends_its_alerts(house: WatchedHouse):
    house.measure(30, temperature_celsius=31)
    house.judge()
    house.send(Announcement(device=PI.device, boot=BOOT, at=house.now, version="1", instruments=[], cameras=[]))
    assert house.judge() == [("too-warm", "resolved", 0)]


def test_findings_are_one_alert_a_camera_until_somebody_has_looked(house: WatchedHouse):
    house.send(finding(1, "f-1", house.now, kind="dead_suspect"))
    assert house.judge() == [("dead-suspect", "opened", 2)]
    house.now += timedelta(minutes=5)
    house.send(finding(2, "f-2", house.now, kind="dead_suspect"))
    assert house.judge() == []
    house.now += timedelta(minutes=5)
    house.judge()
    [alert] = house.open()
    assert (alert.source, alert.value, alert.finding) == ("cam-1", 2, "f-2")
    assert alert.finding_ms == ms(house.now - timedelta(minutes=5))
    house.now += timedelta(hours=25)
    assert house.judge() == [("dead-suspect", "resolved", 0)]


def test_birds_that_are_not_back(house: WatchedHouse):
    house.send(roll_call(1, 31, house.now))
    assert house.judge() == [("not-back", "opened", 3)]
    house.now += timedelta(minutes=5)
    house.send(roll_call(2, 4, house.now))
    assert house.judge() == [("not-back", "eased", 2)]
    house.now += timedelta(minutes=5)
    house.send(roll_call(3, 0, house.now))
    assert house.judge() == [("not-back", "resolved", 0)]


def test_what_a_device_gave_up_is_told_when_it_rises(house: WatchedHouse):
    def report(dropped: int) -> list[tuple[str, str, int]]:
        house.now += timedelta(minutes=1)
        message = status(when=house.now)
        house.send(message.model_copy(update={"dropped_rows": dropped}))
        return house.judge()

    assert report(900) == []
    assert report(900) == []
    assert report(950) == [("storage-full", "opened", 2)]
    [alert] = house.open()
    assert alert.value == 50
    house.now += timedelta(hours=25)
    assert report(950) == [("storage-full", "resolved", 0)]


def test_a_house_sets_its_own_limits_and_can_switch_a_rule_off(house: WatchedHouse):
    own = {"too-warm": OwnLimits(warning=1, hold_min=5), "warming-fast": OwnLimits(enabled=False)}
    assert alert_settings.change(
        house.records, PI.farm, PI.house, SetOnce(1, HouseSettings(rules=own), by="mei", at_ms=5)
    )
    house.measure(30, temperature_celsius=26)
    house.measure(10, temperature_celsius=29)
    assert house.judge() == [("too-warm", "opened", 2)]
    off = HouseSettings(rules={"too-warm": OwnLimits(enabled=False)})
    assert alert_settings.change(house.records, PI.farm, PI.house, SetOnce(2, off))
    assert house.judge() == [("too-warm", "resolved", 0)]


def test_people_acknowledge_put_off_and_assign_and_worse_breaks_through(house: WatchedHouse):
    house.measure(30, temperature_celsius=31)
    house.judge()
    [alert] = house.open()
    deed = Deed("mei", ms(house.now))
    assert [one.kind for one in alert_actions.acknowledge(house.records, alert.alert, deed)] == ["acknowledged"]
    assert alert_actions.acknowledge(house.records, alert.alert, deed) == []
    until_ms = ms(house.now + timedelta(hours=1))
    assert [one.kind for one in alert_actions.snooze(house.records, alert.alert, until_ms, deed)] == ["snoozed"]
    assert alert_actions.snooze(house.records, alert.alert, until_ms, deed) == []
    assert [one.kind for one in alert_actions.assign(house.records, alert.alert, "li", deed)] == ["assigned"]
    house.measure(25, temperature_celsius=36)
    assert ("too-warm", "worsened", 3) in house.judge()
    [worse] = [one for one in house.open() if one.rule == "too-warm"]
    assert (worse.acknowledged_by, worse.snoozed_until_ms, worse.assigned_to) == (None, None, "li")
    kinds = [one.kind for one in alert_book.happened(house.records, worse.alert)]
    assert kinds == ["opened", "acknowledged", "snoozed", "assigned", "worsened"]


def test_a_snooze_ends_by_itself(house: WatchedHouse):
    house.measure(30, temperature_celsius=31)
    house.judge()
    [alert] = house.open()
    until = house.now + timedelta(minutes=20)
    alert_actions.snooze(house.records, alert.alert, ms(until), Deed("mei", ms(house.now)))
    assert alert_actions.unsnooze_due(house.records, ms(until) - 1) == []
    assert [one.kind for one in alert_actions.unsnooze_due(house.records, ms(until))] == ["unsnoozed"]
    assert alert_actions.unsnooze_due(house.records, ms(until)) == []


def test_what_people_write_down_is_judged_late_entries_too(house: WatchedHouse):
    today = house.now.astimezone(ZONE).date()
    book = LogBook(house.records, PI.farm, PI.house)

    def log(kind: EntryKind, day: date, **more: Any) -> None:
        number = ms(house.now)
        house.now += timedelta(minutes=1)
        book.write(f"e-{number}", EntryFacts(kind, day, number, **more), Writing("mei", number, today))

    log("mortality", today, birds=4)
    assert house.judge() == [("mortality", "opened", 2)]
    log("mortality", today, birds=3)
    assert house.judge() == [("mortality", "worsened", 3)]
    before, yesterday = today - timedelta(days=2), today - timedelta(days=1)
    log("water", before, litres=100.0)
    log("water", today, litres=5.0)
    assert house.judge() == []
    log("water", yesterday, litres=60.0)
    log("feed-eaten", before, kilograms=50.0)
    log("feed-eaten", yesterday, kilograms=49.0)
    assert house.judge() == [("less-water", "opened", 2)]
    [alert] = [one for one in house.open() if one.rule == "less-water"]
    assert alert.value == pytest.approx(60, abs=2)
    history = HouseHistory(house.series, house.records, PI.farm, PI.house, ZONE)
    began_ms, now_ms = ms(house.now - timedelta(days=3)), ms(house.now)
    rings = replay(history, HouseSettings(), began_ms, now_ms, {"mortality", "less-water", "less-feed"}).rings
    assert sorted((ring.rule, ring.level) for ring in rings) == [("less-water", 2), ("mortality", 3)]
    house.now += timedelta(days=4)
    assert sorted(house.judge()) == [("less-water", "resolved", 0), ("mortality", "resolved", 0)]


@pytest.mark.parametrize(
    ("quantity", "rule", "well", "watch", "warning"),
    [
        ("battery_percent", "battery-low", 80.0, 20.0, 8.0),
        ("disk_percent", "disk-filling", 40.0, 90.0, 97.0),
        ("outbox_age_hours", "unsent-for-long", 0.0, 3.0, 13.0),
        ("outbox_room_hours", "storage-short", 500.0, 40.0, 10.0),
        ("processor_temperature_celsius", "device-hot", 55.0, 82.0, 90.0),
        ("undervoltage_ratio", "power-weak", 0.0, 0.1, 0.5),
    ],
)
def test_how_a_device_does_itself_is_watched_too(
    house: WatchedHouse, quantity: str, rule: str, well: float, watch: float, warning: float
):
    house.send(announcement())  # what a device says of itself is of no instrument that it announces
    for value, expected in (
        (well, []), (watch, [(rule, "opened", 1)]), (warning, [(rule, "worsened", 2)]), (well, [(rule, "resolved", 0)]),
    ):  # fmt: skip
        house.measure(40, source=DEVICE, **{quantity: value})
        house.send(status(when=house.now))
        assert house.judge() == expected
    [told] = alert_book.page(house.records, PI.farm, PI.house, state="resolved", before=None, limit=9)
    assert alert_now(told).en.what.startswith("Pi 1")


def test_a_meter_tells_that_they_drink_less_when_nobody_writes(house: WatchedHouse):
    key = SeriesKey(PI.farm, PI.house, PI.device, "meter-1", "water_meter_litres")
    midnight = datetime.combine(house.now.astimezone(ZONE).date(), datetime.min.time(), ZONE)
    hours = [midnight + timedelta(hours=hour) for hour in range(-72, 13)]
    shown = np.cumsum([10.0 if at < midnight - timedelta(hours=23) else 6.0 for at in hours])
    house.series.append([Point(key, ms(at), float(litres)) for at, litres in zip(hours, shown, strict=True)])
    assert house.judge() == [("less-water", "opened", 2)]
    [alert] = house.open()
    assert alert.value == pytest.approx(60, abs=3)
    book = LogBook(house.records, PI.farm, PI.house)
    yesterday = midnight.date() - timedelta(days=1)
    leak = EntryFacts("water", yesterday, ms(house.now), litres=235.0)
    book.write("e-1", leak, Writing("mei", ms(house.now), midnight.date()))
    house.now += timedelta(minutes=2)
    assert house.judge() == [("less-water", "resolved", 0)]
