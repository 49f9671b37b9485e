"""Measures and judges step by step for ever and says so on stdout; run as a process of its own, to be killed."""

import math
import sys
from datetime import date, timedelta
from pathlib import Path

from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import FolderMedia
from cloud.store.records import Records
from cloud.store.retention import Retention
from tests.cloud.sending import NOON
from tests.cloud.watched import WatchedHouse

STEP_MINUTES = 7
PLACED_ON = date(2026, 11, 12)


def watched(folder: Path) -> WatchedHouse:
    """Open the stores of a folder."""
    series = EmbeddedSeries(folder / "series.db", retention=Retention(36_500))
    series.open()
    records = Records(folder / "records.db")
    records.open()
    return WatchedHouse(series, records, FolderMedia(folder / "pictures"))


def one_step(house: WatchedHouse, step: int) -> None:
    """Measure and judge; the same step again measures the same."""
    house.now = NOON + timedelta(minutes=STEP_MINUTES * step)
    celsius = 26 + 6 * math.sin(step / 5) + (step * 7919 % 13) / 10
    house.measure(STEP_MINUTES, temperature_celsius=celsius, ammonia_ppm=16.0 + step % 11)
    house.judge()


def main() -> None:
    house = watched(Path(sys.argv[1]))
    step = int(sys.argv[2])
    if step == 0:
        house.place_on(PLACED_ON)
    while True:
        one_step(house, step)
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        step += 1


if __name__ == "__main__":
    main()
