"""Gross and net on one line: one of them is weighed, and a pressed tare begins anew."""

from edge.config import WeighingConfig
from edge.weighdesk.replay import replay
from edge.weighing import Basis, Turn

BIRDS = (1500, 1400, 1600, 1450, 1550, 1480)


def loads() -> list[float]:
    """Return birds that step on for 4 s and off for 4 s, ten samples a second."""
    return [level for grams in BIRDS for level in [0.0] * 40 + [float(grams)] * 40] + [0.0] * 40


def test_gross_and_net_in_turn_weigh_as_gross_alone():
    alone = [(number / 10, grams, "gross") for number, grams in enumerate(loads())]
    in_turn = [one for at_s, grams, _ in alone for one in ((at_s, grams, "gross"), (at_s + 0.05, grams - 700, "net"))]
    for samples in (alone, in_turn, in_turn[1:]):
        told = replay(iter(samples), WeighingConfig())
        assert [round(one.grams) for one in told.weighings] == list(BIRDS)


def test_a_pressed_tare_is_no_bird_and_what_follows_is_weighed():
    samples = [(number / 10, grams, "gross") for number, grams in enumerate(loads())]
    after_s = samples[-1][0]
    samples += [(after_s + (number + 1) / 10, grams - 700, "net") for number, grams in enumerate(loads())]
    told = replay(iter(samples), WeighingConfig())
    assert [round(one.grams) for one in told.weighings] == [*BIRDS, *BIRDS]


def test_net_waits_for_gross_to_be_silent_and_gross_does_not_wait():
    basis = Basis()
    told = ((0, "net"), (0.1, "net"), (0.2, "gross"), (0.3, "net"), (3, "net"), (3.1, "net"))
    turns = [basis.turn(*one) for one in told]
    assert turns == [Turn.WEIGH, Turn.WEIGH, Turn.BEGIN_ANEW, Turn.LEAVE, Turn.BEGIN_ANEW, Turn.WEIGH]
    assert Basis().turn(0, None) is Basis().turn(1, None) is Turn.WEIGH
