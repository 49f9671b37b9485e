"""A file of version 1 of the embedded series store, brought up to date."""

import sqlite3
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from cloud.store.columns import HOUR_MS, Columns
from cloud.store.embedded import EmbeddedSeries
from cloud.store.embedded.chunks import pack
from cloud.store.retention import Retention
from cloud.store.series import SeriesKey

KEY = SeriesKey("hill", "house-2", "pi-1", "thermo-1", "temperature_celsius")
HOUR = 497_000
AT = HOUR * HOUR_MS

VERSION_1 = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    farm TEXT NOT NULL, house TEXT NOT NULL, device TEXT NOT NULL, source TEXT NOT NULL, quantity TEXT NOT NULL,
    UNIQUE (farm, house, device, source, quantity)
);
CREATE TABLE staging (
    row INTEGER PRIMARY KEY, series INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL NOT NULL
);
CREATE TABLE chunk (
    series INTEGER NOT NULL, hour INTEGER NOT NULL,
    n INTEGER NOT NULL, total REAL NOT NULL, sumsq REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (series, hour)
) WITHOUT ROWID;
PRAGMA user_version=1;
"""


def test_a_file_of_version_1_keeps_its_chunks_and_its_staged_points(tmp_path: Path):
    path = tmp_path / "series.db"
    hours = {hour: Columns(np.array([HOUR_MS * hour, HOUR_MS * hour + 5]), np.array([20.0, 22.0])) for hour in
             (HOUR, HOUR + 1)}  # fmt: skip
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1)
        connection.execute(
            "INSERT INTO series VALUES (1, 'hill', 'house-2', 'pi-1', 'thermo-1', 'temperature_celsius')"
        )
        for hour, columns in hours.items():
            row = (1, hour, 2, 42.0, 884.0, 20.0, 22.0, pack(hour, columns))
            connection.execute("INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.executemany("INSERT INTO staging VALUES (?, ?, ?, ?)", [(1, 1, AT + 9, 30.0), (2, 1, AT + 5, 24.0)])
    connection.close()

    store = EmbeddedSeries(path, retention=Retention(36_500))
    for _ in range(2):  # once more: nothing changes
        store.open()
        window = store.window(KEY, AT, AT + 2 * HOUR_MS, 100)
        assert window.mean.tolist() == [20.0, 24.0, 30.0, 20.0, 22.0]
        (day,) = store.daily(KEY, ZoneInfo("UTC"), date(2026, 9, 12), date(2026, 9, 12))
        assert (day.n, day.total, day.low, day.high) == (5, 116.0, 20.0, 30.0)
        store.close()
