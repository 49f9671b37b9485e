"""kill -9 at any moment: no transition is lost, none is written twice, and the rules go on where they were."""

import random
import subprocess
import sys
import time
from pathlib import Path

from cloud.alerts.history import HouseHistory
from cloud.alerts.replay import replay
from cloud.alerts.rules.settings import HouseSettings
from cloud.store import alert_book
from tests.cloud.judging_for_ever import watched
from tests.cloud.sending import NOON, PI
from tests.cloud.watched import ZONE, ms

KILLS = 6
ROOT = Path(__file__).parents[2]
TURNS = {"opened", "worsened", "eased", "no_data", "data_back", "resolved"}


def test_kill_9_loses_and_doubles_no_transition(tmp_path: Path):
    chance, step = random.Random(11), 0
    for _ in range(KILLS):
        command = [sys.executable, "-m", "tests.cloud.judging_for_ever", str(tmp_path), str(step)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as worker:
            try:
                assert worker.stdout is not None
                step = int(worker.stdout.readline())
                time.sleep(chance.uniform(0.2, 1.2))
            finally:
                worker.kill()
            step = max([step, *(int(line) for line in worker.stdout if line.endswith("\n"))]) + 1
    house = watched(tmp_path)
    # What was measured when the last kill came is judged now, as a service does that starts again.
    [thermometer] = [key for key in house.series.keys(PI.farm, PI.house) if key.quantity == "temperature_celsius"]
    newest = house.series.latest(thermometer)
    assert newest is not None
    end_ms = newest.at_ms
    house.now = NOON.fromtimestamp(end_ms / 1000, NOON.tzinfo)
    house.judge()
    try:
        history = HouseHistory(house.series, house.records, PI.farm, PI.house, ZONE)
        expected = replay(history, HouseSettings(), ms(NOON) + 1, end_ms + 1)
        page = alert_book.page(house.records, PI.farm, PI.house, state=None, before=None, limit=10_000)
        told = sorted((one.rule, one.opened_ms, one.resolved_ms) for one in page)
        assert told == sorted((ring.rule, ring.opened_ms, ring.ended_ms) for ring in expected.rings)
        assert len(told) > 5
        for one in page:
            happened = alert_book.happened(house.records, one.alert)
            assert [each.n for each in happened] == list(range(1, one.n + 1))
            assert {each.kind for each in happened} <= TURNS
            assert len({(each.kind, each.at_ms) for each in happened}) == len(happened)
    finally:
        house.series.close()
        house.records.close()
