from hypothesis import given
from hypothesis import strategies as st

from edge.vision.polygon import area, crosses_itself

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
ARROW = [(0.0, 0.0), (1.0, 0.0), (0.4, 0.4), (0.0, 1.0)]


def test_plain_and_hollow_outlines_are_simple():
    assert not crosses_itself(SQUARE)
    assert not crosses_itself(ARROW)
    assert not crosses_itself(SQUARE[:3])
    assert (area(SQUARE), area(SQUARE[:3])) == (1.0, 0.5)


def test_a_bow_tie_a_touching_corner_and_a_corner_named_twice_are_not():
    assert crosses_itself([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]])
    assert crosses_itself([(0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)])  # one corner lies on the first edge
    assert crosses_itself([*SQUARE, SQUARE[1]])


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=8, unique=True), st.data())
def test_it_does_not_matter_where_one_begins_or_which_way_one_walks(
    corners: list[tuple[int, int]], data: st.DataObject
):
    turn = data.draw(st.integers(0, len(corners) - 1))
    turned = corners[turn:] + corners[:turn]
    assert crosses_itself(turned) == crosses_itself(corners) == crosses_itself(corners[::-1])
    assert area(turned) == area(corners) == area(corners[::-1])
