"""An idle bus is polled in the time the rules allow, also with dead slaves; `python -m tests.bench bus` has figures."""

import time

from tests.bench.bus import SLAVES, allowed_s, bus, round_s

BAUD = 9600


def test_sixteen_slaves_are_polled_in_the_time_the_rules_allow():
    with bus(BAUD) as devices:
        rounds = [round_s(devices) for _ in range(3)]
        assert {answered for _, answered, _ in rounds} == {SLAVES}
        assert min(seconds for seconds, _, _ in rounds) <= allowed_s(SLAVES, BAUD)
        assert sum(device.faults for device in devices) == 0


def test_three_dead_slaves_slow_the_others_by_one_try_a_round_at_most():
    with bus(BAUD, dead=3) as devices:
        assert round_s(devices)[1:] == (13, 3)
        later = []
        for _ in range(3):
            time.sleep(1.0)
            later.append(round_s(devices))
    assert {answered for _, answered, _ in later} == {13}
    assert all(asked <= 1 + int(seconds) for seconds, _, asked in later)  # one each second at most
    assert sum(asked for _, _, asked in later) >= 1
    assert min(seconds for seconds, _, _ in later) <= allowed_s(13, BAUD, single_tries=1)
