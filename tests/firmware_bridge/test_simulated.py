import random
import statistics
from pathlib import Path

import pytest

from firmware_bridge.errors import LineLost, UnknownBreed, UnknownFamily, WrongSettings
from firmware_bridge.link import LineSettings, SerialLink
from firmware_bridge.scales.xk3190 import decode
from firmware_bridge.simulated.climate import Climate, aim_celsius
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.growth import BREEDS, curve
from firmware_bridge.simulated.instruments import voice
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.scales import ScaleVoice
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.visit import Visit

FRAMES = 10
HOUR = 3600


@pytest.mark.parametrize(
    ("breed", "day", "grams"),
    [
        ("ross-308", 7, 213),
        ("ross-308", 21, 1012),
        ("ross-308", 35, 2296),
        ("ross-308", 56, 4318),
        ("cobb-500", 7, 202),
        ("cobb-500", 35, 2521),
    ],
)
def test_the_curves_keep_to_the_published_weights_as_they_claim(breed: str, day: int, grams: float):
    assert curve(breed).grams(day) == pytest.approx(grams, rel=0.048 if breed == "cobb-500" else 0.023)


@pytest.mark.parametrize("breed", BREEDS)
def test_birds_grow_every_day_and_never_beyond_their_adult_weight(breed: str):
    grams = [curve(breed).grams(day) for day in range(150)]
    assert grams == sorted(grams)
    assert 20 < grams[0] < 80
    assert grams[-1] < curve(breed).grams_adult


def test_an_unknown_breed_is_refused():
    with pytest.raises(UnknownBreed, match="known are: ross-308"):
        Flock(breed="duck").mean_grams(3)


def test_birds_are_drawn_around_the_mean_of_their_age():
    rng, flock = random.Random(1), Flock(weight_cv=0.1)
    grams = [flock.bird_grams(28, rng) for _ in range(4000)]
    assert statistics.mean(grams) == pytest.approx(flock.mean_grams(28), rel=0.01)
    assert statistics.stdev(grams) / statistics.mean(grams) == pytest.approx(0.1, abs=0.005)


def test_the_pace_ages_the_flock():
    assert Calendar(age_days=28, hour=12).age_at(86_400) == 29.5
    assert Calendar(age_days=28, hour=12, pace=24).age_at(3600) == 29.5


def played(plate: Plate, seconds: int) -> list[float]:
    return [plate.load_grams(tick / FRAMES) for tick in range(seconds * FRAMES)]


def test_the_same_seed_gives_the_same_birds():
    first, again, other = (played(Plate(Flock(), Calendar(), seed=seed), 300) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_a_visit_settles_on_the_birds_weight_and_leaves_nothing_behind():
    visit = Visit(start_s=10, stand_s=6, grams=1600, wobble_hz=2, wobble_ratio=0.2)
    assert visit.load_grams(9.9) == 0
    assert max(abs(visit.load_grams(t / 10) - 1600) for t in range(100, 120)) > 50
    assert [visit.load_grams(t / 10) for t in (135, 140, 155)] == pytest.approx([1600] * 3, rel=0.001)
    assert visit.load_grams(16.0) == 0


def test_an_hour_on_the_plate_shows_every_bird_of_the_truth():
    plate = Plate(Flock(), Calendar(), seed=2, pair_share=0)
    loads = played(plate, HOUR)
    visits = list(plate.finished)
    assert 120 < len(visits) < 250
    for visit in visits:
        settled = loads[round((visit.start_s + 2.5) * FRAMES) : round((visit.end_s - 0.5) * FRAMES)]
        assert statistics.median(settled) == pytest.approx(visit.grams, abs=40)  # 30 g of litter at most
    empty = [load for load in loads if load < 200]
    assert len(empty) > len(loads) / 4
    assert max(empty[:5]) < 5


def test_litter_drifts_and_stays_small():
    plate = Plate(Flock(birds=2000), Calendar(), seed=4)
    lowest = [min(played_part) for played_part in _minutes(played(plate, HOUR))]
    assert 3 < max(lowest) < 40


def _minutes(loads: list[float]) -> list[list[float]]:
    step = 60 * FRAMES
    return [loads[at : at + step] for at in range(0, len(loads), step)]


def test_two_birds_sometimes_stand_together():
    plate = Plate(Flock(), Calendar(), seed=2, pair_share=0.5)
    assert max(played(plate, HOUR)) > 1.7 * Flock().mean_grams(27.9)


def test_birds_sleep_at_night_and_come_faster_with_the_pace():
    def visits(calendar: Calendar) -> int:
        plate = Plate(Flock(), calendar, seed=1)
        played(plate, HOUR // 2)
        return len(plate.finished)

    night, day, fast = visits(Calendar(hour=1)), visits(Calendar(hour=10)), visits(Calendar(hour=10, pace=8))
    assert night < day / 3
    assert fast > 1.3 * day


@pytest.mark.parametrize(("grams", "celsius"), [(30, 30), (44, 30), (72, 29), (1015, 22), (5000, 20)])
def test_the_house_is_heated_for_the_birds_size(grams: float, celsius: float):
    assert aim_celsius(grams) == celsius


def test_the_day_is_warmest_in_the_afternoon_and_driest_then():
    climate = Climate(Flock(), Calendar(hour=0), seed=1)
    celsius = [climate.celsius(hour * HOUR) for hour in range(24)]
    percent = [climate.humidity_percent(hour * HOUR) for hour in range(24)]
    assert 12 <= celsius.index(max(celsius)) <= 18
    assert 12 <= percent.index(min(percent)) <= 18
    assert 1.5 < max(celsius) - min(celsius) < 4
    assert all(20 <= value <= 95 for value in percent)


def test_chicks_are_kept_warmer_and_moister():
    chicks, broilers = (Climate(Flock(), Calendar(age_days=age), seed=1) for age in (1, 35))
    assert chicks.celsius(0) > broilers.celsius(0) + 5
    assert chicks.humidity_percent(0) > broilers.humidity_percent(0) + 5


def test_the_virtual_indicator_shows_the_plate_to_the_gram():
    plate, twin = (Plate(Flock(), Calendar(pace=20), seed=9) for _ in range(2))
    speaker = ScaleVoice(plate, "xk3190-a9")
    for tick in range(300):
        frame = decode(speaker.frame(tick / FRAMES))
        assert frame is not None
        assert frame.grams("kg") == round(twin.load_grams(tick / FRAMES))


def test_what_has_no_virtual_counterpart_is_refused():
    with pytest.raises(UnknownFamily, match=r"these can: .*xk3190-a9, .*xy-md02"):
        voice("toaster", Scene(Flock(), Calendar()))


def test_a_terminal_replaces_its_own_stale_link_and_nothing_else(tmp_path: Path):
    name = tmp_path / "scale0"
    name.symlink_to("/dev/pts/99999")  # left behind by a killed simulator
    terminal = Terminal(name)
    terminal.open()
    assert name.resolve().is_char_device()
    terminal.close()
    assert not name.is_symlink()
    name.write_text("a letter")
    with pytest.raises(WrongSettings, match="is not a virtual port"):
        terminal.open()
    assert name.read_text() == "a letter"


def test_a_terminal_in_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(WrongSettings, match="can't be made"):
        Terminal(tmp_path / "nowhere" / "scale0").open()


def test_what_is_said_while_nobody_listens_is_lost(terminal: Terminal):
    for _ in range(1000):
        terminal.write(b"nobody hears this")
    link = SerialLink(LineSettings(str(terminal.name)))
    link.open()
    terminal.write(b"heard")
    assert link.read(100, 1.0) == b"heard"
    link.close()


def test_a_listener_that_does_not_read_does_not_stop_the_speaker(terminal: Terminal):
    link = SerialLink(LineSettings(str(terminal.name)))
    link.open()
    for _ in range(20_000):
        terminal.write(b"much too much of it")
    link.close()


def test_a_closed_terminal_neither_speaks_nor_hears(tmp_path: Path):
    terminal = Terminal(tmp_path / "scale0")
    with pytest.raises(LineLost, match="is closed"):
        terminal.write(b"?")
    with pytest.raises(LineLost, match="is closed"):
        terminal.read(0.1)
