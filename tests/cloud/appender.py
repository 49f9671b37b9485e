"""Appends numbered batches for ever and says so on stdout after each; run as a process of its own, to be killed."""

import sys
from pathlib import Path

from cloud.store.embedded import EmbeddedSeries
from cloud.store.embedded.writer import Sealing
from cloud.store.retention import Retention
from cloud.store.series import Point, SeriesKey

ROWS = 20
STEP_MS = 700


def batch(number: int) -> list[Point]:
    first = 1_790_000_000_000 + number * ROWS * STEP_MS
    source = f"thermo-{number % 3}"
    key = SeriesKey("hill", "house-2", "pi-1", source, "temperature_celsius")
    return [Point(key, first + row * STEP_MS, number + row / 100) for row in range(ROWS)]


def main() -> None:
    store = EmbeddedSeries(Path(sys.argv[1]), sealing=Sealing(rows=400, rows_a_series=0), retention=Retention(36_500))
    store.open()
    number = int(sys.argv[2])
    while True:
        store.append(batch(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main()
