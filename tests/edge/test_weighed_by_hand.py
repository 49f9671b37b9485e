"""Weighings by hand find their way into the outbox, once."""

from datetime import date
from pathlib import Path

import pytest

from contract.messages import HandWeighing as Sent
from contract.messages import parse
from edge.origin import Origin
from edge.outbox import Outbox
from edge.weighdesk.hand_weighings import HandWeighing, HandWeighings
from edge.weighed_by_hand import WeighedByHand

BOOT = "00000000000000aa"


def row(grams: float) -> HandWeighing:
    return HandWeighing(
        day=date(2026, 11, 18), age_days=40, grams=grams, birds=120, scale_grams=2330, scale_weighings=210
    )


def waiting(outbox: Outbox) -> list[Sent]:
    return [parse(Sent, each.payload) for each in outbox.waiting(live_since_ms=0, but=(), limit=100)]


def test_each_weighing_is_sent_once_also_after_a_restart(tmp_path: Path):
    HandWeighings.of(tmp_path, "scale-1").add(row(2410))
    with Outbox(tmp_path / "outbox.db", BOOT) as outbox:
        by_hand = WeighedByHand(tmp_path, ["scale-1"], outbox, Origin("pi-1", BOOT))
        assert [by_hand.send("scale-1"), by_hand.send("scale-1"), by_hand.send("scale-2")] == [1, 0, 0]
        HandWeighings.of(tmp_path, "scale-1").add(row(2420))
        assert WeighedByHand(tmp_path, ["scale-1"], outbox, Origin("pi-1", BOOT)).send("scale-1") == 1
        first, second = waiting(outbox)
    assert (first.grams, first.scale, first.day, first.age_days) == (2410, "scale-1", date(2026, 11, 18), 40)
    assert first.weighing != second.weighing
    assert (first.seq, second.seq) == (1, 2)


@pytest.mark.parametrize("content", ["{", "7", '["w-x", 3]'])
def test_a_damaged_list_of_what_was_sent_sends_again_under_the_same_id(tmp_path: Path, content: str):
    HandWeighings.of(tmp_path, "scale-1").add(row(2410))
    with Outbox(tmp_path / "outbox.db", BOOT) as outbox:
        by_hand = WeighedByHand(tmp_path, ["scale-1"], outbox, Origin("pi-1", BOOT))
        by_hand.send("scale-1")
        (tmp_path / "scales" / "scale-1.hand-weighings-sent.json").write_text(content, encoding="utf-8")
        assert by_hand.send("scale-1") == 1
        first, second = waiting(outbox)
    assert first.weighing == second.weighing
