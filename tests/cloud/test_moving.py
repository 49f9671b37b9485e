"""``henwise-cloud migrate`` between the embedded store and a real InfluxDB, there and back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cloud.cli import app
from cloud.config import CloudConfig, load_config
from cloud.store.choice import series_store
from cloud.store.columns import DAY_MS, HOUR_MS
from cloud.store.embedded import EmbeddedSeries
from cloud.store.retention import Retention
from cloud.store.series import Point, SeriesKey
from tests.influx_servers import Influx

CLIMATE = SeriesKey("hill", "house-2", "pi-1", "thermo-1", "temperature_celsius")
ZONE = SeriesKey("hill", "house-2", "pi-1", "cam-1.feeder", "visible_birds")
LOAD = SeriesKey("hill", "house-2", "pi-1", "scale-1", "load_grams")
BEGIN_MS = (int(datetime.now(UTC).timestamp() * 1000) // DAY_MS - 20) * DAY_MS


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    server = Influx(tmp_path_factory.mktemp("influx"))
    server.start()
    yield server
    server.stop()


def configured(folder: Path, influx: Influx, name: str) -> Path:
    """Write a configuration; the folder's name tells the databases apart."""
    (folder / name).mkdir()
    path = folder / f"{name}.toml"
    path.write_text(
        f'data_dir = "{folder / name}"\n[series]\nurl = "{influx.url}"\ndatabase = "{folder.name}"\n'
        "[series.retention_days]\nload_grams = 5\n"
    )
    return path


def filled(config: CloudConfig) -> None:
    """Fill the embedded store; of what stood on the scale only roll-ups are left."""
    store = EmbeddedSeries(config.data_dir / "series.db", retention=Retention(400))
    store.open()
    steps = np.arange(0, 5 * DAY_MS, 600_000)
    store.append([Point(CLIMATE, BEGIN_MS + int(step), round(20 + step / 1e8, 1)) for step in steps])
    store.append([Point(ZONE, BEGIN_MS + DAY_MS * n, 0.1 * n) for n in range(12)])
    store.append([Point(LOAD, BEGIN_MS + HOUR_MS * n, 100.0 * n) for n in range(30)])
    store.close()
    store = EmbeddedSeries(config.data_dir / "series.db", retention=config.series.retention)
    store.open()
    store.seal()
    store.forget()
    store.append([Point(LOAD, BEGIN_MS + 19 * DAY_MS, 7.0)])
    store.close()


def read(config: CloudConfig, kind: str) -> dict[SeriesKey, object]:
    store = series_store(config, kind)
    store.open()
    span = BEGIN_MS, BEGIN_MS + 21 * DAY_MS
    try:
        return {
            key: (
                store.points(key, *span).at_ms.tolist(),
                store.points(key, *span).value.tolist(),
                store.hours(key, *span).n.tolist(),
                store.window(key, *span, 21).mean.tolist(),
            )
            for key in store.all_keys()
        }
    finally:
        store.close()


def migrate(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["migrate", *arguments])
    return result.exit_code, result.output


def test_series_move_to_influxdb_and_back_with_their_rollups(tmp_path: Path, influx: Influx):
    here, there = configured(tmp_path, influx, "here"), configured(tmp_path, influx, "there")
    filled(load_config(here, {}))
    code, said = migrate("embedded", "influx", "--config", str(here))
    assert code == 0, said
    assert "3 series, 733 points, 733 of them copied now." in said
    assert said.count("equal") == 3
    code, said = migrate("embedded", "influx", "--config", str(here))
    assert code == 0, said
    assert "733 points, 0 of them copied now." in said
    code, said = migrate("influx", "embedded", "--config", str(there))
    assert code == 0, said
    before = read(load_config(here, {}), "embedded")
    assert set(before) == {CLIMATE, ZONE, LOAD}
    after = [read(load_config(here, {}), "influx"), read(load_config(there, {}), "embedded")]
    for key, columns in before.items():
        for other in after:
            np.testing.assert_equal(other[key][:3], columns[:3])
            np.testing.assert_allclose(other[key][3], columns[3])


def test_what_differs_in_the_target_is_told_and_not_overwritten(tmp_path: Path, influx: Influx):
    path = configured(tmp_path, influx, "here")
    config = load_config(path, {})
    filled(config)
    target = series_store(config, "influx")
    target.open()
    target.append([Point(CLIMATE, BEGIN_MS, 99.0)])
    target.close()
    code, said = migrate("embedded", "influx", "--config", str(path))
    assert code == 1
    assert "1 differ" in said
    assert "1 series have points that differ" in said
    assert read(config, "influx")[CLIMATE][1][0] == 99.0


def test_a_store_does_not_move_to_itself(tmp_path: Path, influx: Influx):
    code, said = migrate("influx", "influx", "--config", str(configured(tmp_path, influx, "here")))
    assert (code, "two different stores" in said) == (1, True)
