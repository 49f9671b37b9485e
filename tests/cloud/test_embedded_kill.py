import random
import subprocess
import sys
import time
from pathlib import Path

from cloud.store.embedded import EmbeddedSeries
from tests.cloud.appender import batch

KILLS = 6


def test_kill_9_loses_no_acknowledged_batch(tmp_path: Path):
    path, chance = tmp_path / "series.db", random.Random(5)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        start = acknowledged[-1] + 1 if acknowledged else 0
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.cloud.appender", str(path), str(start)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        acknowledged.append(int(writer.stdout.readline()))
        time.sleep(chance.uniform(0.05, 0.5))
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
    assert len(acknowledged) > 20 * KILLS  # enough for many seals, so kills met some
    store = EmbeddedSeries(path)
    store.open()
    try:
        for number in acknowledged:
            expected = batch(number)
            window = store.window(expected[0].series, expected[0].at_ms, expected[-1].at_ms + 1, 1000)
            assert window.at_ms.tolist() == [point.at_ms for point in expected]
            assert window.mean.tolist() == [point.value for point in expected]
    finally:
        store.close()
