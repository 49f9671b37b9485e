import random

from edge.backoff import Backoff
from edge.window import RESEND_MOST_S, RESEND_S, Window


def test_only_so_many_rows_and_bytes_are_out():
    window = Window(most_rows=3, most_bytes=1000)
    assert window.room_rows() == 3
    window.sent(1, 10, now_s=0)
    assert window.room_rows() == 2
    window.sent(2, 990, now_s=0)
    assert window.room_rows() == 0
    window.committed([2])
    assert window.room_rows() == 2
    assert window.ids == [1]


def test_a_row_not_committed_goes_again_later_and_later():
    window = Window()
    at_s, rounds_s = 0.0, []
    for _ in range(6):
        window.sent(1, 10, now_s=at_s)
        waited_s = 0.0
        while not window.overdue(at_s + waited_s):
            waited_s += 1
        rounds_s.append(waited_s)
        at_s += waited_s
    assert rounds_s == [RESEND_S, 20, 40, 80, RESEND_MOST_S, RESEND_MOST_S]
    assert window.ids == []


def test_any_word_from_the_cloud_and_a_reconnect_bring_back_the_short_wait():
    for sign_of_life in (lambda window: window.committed([]), Window.forget):
        window = Window()
        window.sent(1, 10, now_s=0)
        assert window.overdue(10) == [1]
        sign_of_life(window)
        window.sent(1, 10, now_s=10)
        assert window.overdue(19.9) == []
        assert window.overdue(20) == [1]


def test_what_was_sent_shortly_after_goes_in_the_same_round():
    window = Window()
    for row_id, sent_s in ((1, 0.0), (2, 1.0), (3, 9.0)):
        window.sent(row_id, 10, now_s=sent_s)
    assert window.overdue(10) == [1, 2]
    assert window.ids == [3]


def test_backoff_doubles_with_jitter_up_to_its_limit_and_falls_back():
    backoff = Backoff(1, 8, rng=random.Random(1))
    waits_s = [backoff.next_s() for _ in range(20)]
    for wait_s, most_s in zip(waits_s, [1, 2, 4] + [8] * 17, strict=True):
        assert most_s / 2 <= wait_s <= most_s
    assert len(set(waits_s)) == 20
    backoff.reset()
    assert backoff.next_s() <= 1
