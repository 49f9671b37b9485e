"""Which end of the number comes first: the stream tells, and nothing is guessed before."""

import pytest

from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.xk3190_text import Order, Xk3190TextDecoder, encode
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.plate import Plate

BOTH = list(Order)


def stream(grams: list[int], order: Order, width: int = 8, decimals: int = 3) -> bytes:
    return b"".join(encode(ScaleFrame(number, decimals), width=width, order=order) for number in grams) + b"="


@pytest.mark.parametrize(
    ("text", "order", "frame"),
    [
        (b"=070.150=070.150=", Order.REVERSED, ScaleFrame(51070, 3)),  # tF = 2
        (b"=51.070=51.070=", Order.FORWARD, ScaleFrame(51070, 3)),  # as it was also seen
        (b"=000.3000=000.3000=", Order.REVERSED, ScaleFrame(3000, 3)),  # XK3190-A26, format 1
        (b"=00.1000-=00.1000-=", Order.REVERSED, ScaleFrame(-100, 2)),
        (b"=0003.000=0003.000=", Order.FORWARD, ScaleFrame(3000, 3)),  # format 2
        (b"=-0001.00=-0001.00=", Order.FORWARD, ScaleFrame(-100, 2)),
    ],
)
def test_the_vectors_with_the_order_forced(text: bytes, order: Order, frame: ScaleFrame):
    assert Xk3190TextDecoder(order).feed(text) == [frame]


@pytest.mark.parametrize("order", BOTH)
@pytest.mark.parametrize("width", [7, 8])
def test_a_load_that_flickers_tells_the_order(order: Order, width: int):
    reader = Xk3190TextDecoder()
    grams = [1500, 1501, 1503, 1502, 1504, 1501, 1500]
    got = reader.feed(stream(grams, order, width))
    assert reader.order is order
    assert [frame.digits for frame in got] == grams[-len(got) :]
    assert len(got) >= 3


@pytest.mark.parametrize("order", BOTH)
def test_a_minus_tells_the_order_at_once(order: Order):
    reader = Xk3190TextDecoder()
    assert reader.feed(stream([-12, -12], order)) == [ScaleFrame(-12, 3)]
    assert reader.order is order


def test_a_point_tells_the_order_when_one_way_has_too_many_decimals():
    reader = Xk3190TextDecoder()
    assert reader.feed(b"=05.12345=05.12345=") == [ScaleFrame(5432150, 2)]
    assert reader.order is Order.REVERSED


def test_an_empty_scale_is_read_and_decides_nothing():
    reader = Xk3190TextDecoder()
    assert {frame.grams("kg") for frame in reader.feed(b"=000.0000" * 50)} == {0}
    assert reader.order is None


def test_a_load_that_never_changes_is_held_back_not_guessed():
    reader = Xk3190TextDecoder()
    assert reader.feed(stream([2345] * 200, Order.REVERSED)) == []
    assert reader.order is None
    assert reader.bad_frames == 0


@pytest.mark.parametrize("order", BOTH)
def test_an_order_that_was_told_wrong_is_turned_by_what_comes_later(order: Order):
    reader = Xk3190TextDecoder()
    reader.feed(stream([1500, 1501, 1502, 1503, 1504], order))
    other = next(one for one in BOTH if one is not order)
    reader.feed(stream([1500 + number % 7 for number in range(60)], other))
    assert reader.order is other


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("order", BOTH)
@pytest.mark.parametrize("resolution", [1, 5, 50])
def test_birds_on_the_plate_tell_the_order_and_no_number_is_ever_wrong(order: Order, resolution: int, seed: int):
    plate = Plate(Flock(), Calendar(pace=30), seed=seed)
    grams = [round(plate.load_grams(tick / 10) / resolution) * resolution for tick in range(3000)]
    reader = Xk3190TextDecoder()
    got = [frame.grams("kg") for frame in reader.feed(stream(grams, order))]
    assert reader.order is order
    assert got[-2500:] == [float(number) for number in grams[-2500:]]  # none missing, none wrong, once it is known
    assert set(got) <= {float(number) for number in grams}


def test_what_is_no_number_is_refused_and_the_next_one_read():
    reader = Xk3190TextDecoder(Order.REVERSED)
    good = stream([1500] * 2, Order.REVERSED)
    assert len(reader.feed(good)) == 1
    assert reader.feed(b"0x0.51a0" + b"=" + b"00.5.100" + b"=") == []
    assert reader.bad_frames == 2
    assert len(reader.feed(good[1:])) == 2


def test_the_order_survives_a_line_that_was_lost():
    reader = Xk3190TextDecoder()
    reader.feed(stream([1500 + number % 5 for number in range(50)], Order.REVERSED))
    assert reader.order is Order.REVERSED
    reader.forget()
    assert reader.feed(stream([1200, 1200, 1200], Order.REVERSED)) == [ScaleFrame(1200, 3)] * 2
