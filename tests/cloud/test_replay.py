"""The past run through the rules: what an agronomist would want told, and no more than that."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud.alerts.desk import read_log
from cloud.alerts.history import FileHistory
from cloud.alerts.replay import Replayed, replay
from cloud.alerts.rules.settings import HouseSettings, Lives, OwnLimits
from cloud.errors import BadFile
from cloud.flock.growth import standard
from tests.cloud.house_series import PLACED_ON, ZONE, RealLike, well_kept, write_real_like

TROUBLES = RealLike()
DAY_MS = 86_400_000
FIRST_MS = int(datetime(PLACED_ON.year, PLACED_ON.month, PLACED_ON.day, tzinfo=ZONE).timestamp() * 1000)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "house.csv"
    write_real_like(path, TROUBLES)
    return path


@pytest.fixture(scope="module")
def played(log: Path) -> Replayed:
    history, (from_ms, to_ms) = read_log(log, ZONE, Lives("ross-308", PLACED_ON, standard("ross-308")))
    return replay(history, HouseSettings(), from_ms, to_ms)


def ages(played: Replayed, rule: str, least: int = 1) -> list[tuple[float, float]]:
    """From and until, in days of age, of a rule's alerts of at least that level."""
    return [
        ((ring.opened_ms - FIRST_MS) / DAY_MS, ((ring.ended_ms or FIRST_MS + 32 * DAY_MS) - FIRST_MS) / DAY_MS)
        for ring in played.rings
        if ring.rule == rule and ring.level >= least
    ]


def test_every_flat_stretch_is_a_stuck_sensor_and_nothing_else_is(played: Replayed):
    told = ages(played, "sensor-stuck")
    assert len(told) == len(TROUBLES.stuck)
    for (opened, ended), (first, last) in zip(told, TROUBLES.stuck, strict=True):
        assert opened == pytest.approx(first + 1 / 24, abs=0.01)
        assert ended == pytest.approx(last, abs=0.02)


def test_what_happened_to_the_birds_is_told_within_the_hour_or_two(played: Replayed):
    heater_out = ages(played, "cooling-fast")
    assert len(heater_out) == 1
    assert heater_out[0][0] == pytest.approx(TROUBLES.heater_out, abs=0.08)
    assert any(abs(opened - TROUBLES.heater_out) < 0.08 for opened, _ in ages(played, "too-cold", least=2))
    [(opened, ended)] = ages(played, "ammonia")
    assert opened == pytest.approx(TROUBLES.wet_litter[0], abs=0.05)
    assert ended == pytest.approx(TROUBLES.wet_litter[1], abs=0.05)
    hot_days = {int(opened) for opened, _ in ages(played, "heat-stress", least=2)}
    assert hot_days == {29, 30}


def test_a_stuck_sensor_judges_nothing(played: Replayed):
    first, last = TROUBLES.stuck[2]
    for ring in played.rings:
        opened = (ring.opened_ms - FIRST_MS) / DAY_MS
        assert ring.rule == "sensor-stuck" or not first + 1.1 / 24 < opened < last


def cut(history: FileHistory, sources: Collection[str], from_day: float, to_day: float) -> FileHistory:
    """Return a history without what some sources measured in between."""
    from_ms, to_ms = (FIRST_MS + int(day * DAY_MS) for day in (from_day, to_day))
    series = {
        key: columns.kept((columns.at_ms < from_ms) | (columns.at_ms >= to_ms)) if key.source in sources else columns
        for key, columns in history.series.items()
    }
    return replace(history, series=series)


def test_a_device_that_was_silent_is_told_of_and_not_its_instruments():
    everything = {key.source for key in well_kept(0).series}
    gone = cut(well_kept(0), everything, 20.0, 20.25)
    played = replay(gone, HouseSettings(), FIRST_MS, FIRST_MS + 42 * DAY_MS, {"device-silent", "source-silent"})
    [(opened, ended)] = ages(played, "device-silent")
    assert opened == pytest.approx(20.0, abs=0.01)
    assert ended == pytest.approx(20.25, abs=0.01)
    assert played.rings[0].level == 3
    assert len(played.rings) == 1


def test_an_instrument_that_was_silent_while_its_device_spoke_is_told_of():
    gone = cut(well_kept(0), {"climate-1"}, 20.0, 20.25)
    played = replay(gone, HouseSettings(), FIRST_MS, FIRST_MS + 42 * DAY_MS, {"device-silent", "source-silent"})
    assert [ring.rule for ring in played.rings] == ["source-silent"]
    [(opened, ended)] = ages(played, "source-silent")
    assert opened == pytest.approx(20.0, abs=0.02)
    assert ended == pytest.approx(20.25, abs=0.01)


def test_a_logger_that_writes_each_twenty_minutes_is_no_silent_device():
    history = well_kept(1, step_s=1200)
    assert not ages(
        replay(history, HouseSettings(), FIRST_MS, FIRST_MS + 42 * DAY_MS, {"device-silent"}), "device-silent"
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_normal_flock_is_told_of_less_than_three_times_a_day(seed: int):
    history = well_kept(seed)
    told = replay(history, HouseSettings(), FIRST_MS, FIRST_MS + 42 * DAY_MS).told_ms
    by_day = [sum(FIRST_MS + day * DAY_MS <= at < FIRST_MS + (day + 1) * DAY_MS for at in told) for day in range(42)]
    assert max(by_day) < 3
    assert len(told) <= 10


TABLES = Path(os.environ.get("HENWISE_GROWTH_TABLES", Path(__file__).parents[3] / "shared" / "data" / "tables"))
REAL = TABLES / "unlicensed" / "broiler_house_climate_5min.csv"
"""A series that may be read but not shipped; docs/alerts.md has what it rings."""


@pytest.mark.skipif(not REAL.exists(), reason=f"HENWISE_GROWTH_TABLES names no folder with {REAL.name}: not shipped")
def test_the_real_series_rings_what_the_docs_say():
    zone = ZoneInfo("Asia/Jakarta")
    history, (from_ms, to_ms) = read_log(REAL, zone, Lives("ross-308", date(2023, 1, 4)))
    played = replay(history, HouseSettings(), from_ms, to_ms)
    rang = Counter(ring.rule for ring in played.rings)
    assert (rang["sensor-stuck"], rang["too-humid"]) == (6, 1)
    assert rang["too-warm"] >= 5
    assert rang["heat-stress"] >= 5
    assert not {"too-cold", "ammonia", "device-silent"} & set(rang)
    assert len(played.told_ms) < 3 * 32


def test_stricter_limits_ring_more_and_a_rule_that_is_off_never(log: Path, played: Replayed):
    history, (from_ms, to_ms) = read_log(log, ZONE, Lives("ross-308", PLACED_ON, standard("ross-308")))
    own = {"too-warm": OwnLimits(watch=2, warning=3, severe=4), "ammonia": OwnLimits(enabled=False)}
    stricter = replay(history, HouseSettings(rules=own), from_ms, to_ms, {"too-warm", "ammonia"})
    assert {ring.rule for ring in stricter.rings} == {"too-warm"}
    assert len(stricter.rings) > len(ages(played, "too-warm"))


def test_the_desk_prints_a_table_or_json(log: Path):
    began = f"{PLACED_ON + timedelta(days=20)}=20"
    command = [sys.executable, "-m", "cloud.cli", "replay", str(log), "--age-on", began]
    shown = subprocess.run([*command, "--language", "zh"], capture_output=True, text=True, check=True, timeout=100)
    assert "传感器卡死" in shown.stdout
    printed = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True, timeout=100)
    document = json.loads(printed.stdout)
    assert {"sensor-stuck", "ammonia", "heat-stress"} <= {ring["rule"] for ring in document["rings"]}
    assert document["rings"][0]["opened_at"].endswith("Z")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no rows"),
        ("when,temperature\n2026-01-01,20\n", "no column of times"),
        ("time,colour\n2026-01-01 00:00,red\n", "no column that is known"),
        ("time,temperature\nyesterday,20\n", "line 2: 'yesterday' is not a time"),
        ("time,temperature\n2026-01-01 00:00,warm\n", "line 2, temperature: 'warm' is not a number"),
        ("time,temperature\n2026-01-01 00:00,2000\n", "line 2, temperature: 2000 °C is outside"),
        ("time,temperature\n2026-01-01 00:00,nan\n", "is outside"),
    ],
)
def test_a_log_that_cannot_be_read_names_its_line(tmp_path: Path, text: str, words: str):
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(BadFile, match=words):
        read_log(path, ZONE, None)
