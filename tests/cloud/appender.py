"""Appends numbered batches for ever and says so on stdout after each; run as a process of its own, to be killed."""

import sys
from pathlib import Path

from cloud.store.embedded import EmbeddedSeries
from cloud.store.series import Point, SeriesKey

ROWS = 20
STEP_MS = 700


def batch(number: int) -> list[Point]:
    first = 1_790_000_000_000 + number * ROWS * STEP_MS
    source = f"thermo-{number % 3}"
    key = SeriesKey("hill", "house-2", "pi-1", source, "temperature_celsius")
    return [Point(key, first + row * STEP_MS, number + row / 100) for row in range(ROWS)]


def main() -> None:
    store = EmbeddedSeries(Path(sys.argv[1]), seal_rows=400)
    store.open()
    number = int(sys.argv[2])
    while True:
        store.append(batch(number))
        print(number, flush=True)
        number += 1


if __name__ == "__main__":
    main()
