"""How fast a backlog goes, by a clock that is handed in."""

import random

from edge.pacing import LATE_MOST_S, LATE_ROWS, Pace


def test_a_backlog_goes_at_its_pace():
    pace = Pace(100)
    pace.begin(LATE_ROWS - 1, 0.0)
    sent = 0
    for step in range(1, 101):
        rows = pace.room(step / 10)
        pace.sent(rows)
        sent += rows
    assert 980 <= sent <= 1_001


def test_devices_whose_network_comes_back_at_once_do_not_begin_at_once():
    begins = []
    for seed in range(200):
        pace = Pace(100, random.Random(seed))
        pace.begin(LATE_ROWS, 0.0)
        begins.append(next(s for s in range(100) if pace.room(float(s))))
    assert max(begins) <= LATE_MOST_S + 1
    assert max(begins.count(second) for second in range(30)) < 30
