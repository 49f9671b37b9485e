"""Birds that pass a line, in and out. Pure.

A bird is on a side once its smoothed place is clear of the line, by a part of its body length, and stays so for a
moment. It has passed when it is on the other side than before and its path went over the line between its ends. A bird
that hesitates on the line, or turns back, has not passed, however often it steps over.

Ids can't be trusted for that: a tracker must say at once which bird a box is, and where a bird is missed for a second
its id may go to a neighbour and come back. A gate can wait. So each path is cut into pieces where it jumps, farther
than hens walk, or breaks off; and seconds later, when all is known that began and ended around then, ends and
beginnings are joined anew, all together, by how far hens wander in such a time (``edge.vision.pieces``). A piece too
short to be a bird, that nothing is joined to, is dropped with all that it passed.
"""

from collections.abc import Iterator
from math import hypot

import numpy as np

from edge.vision.gate import MISSED_FRAME, UNKNOWN, Crossings, Gate, GateRules, HoleCounter, Line, changed
from edge.vision.pieces import Piece, goes_on
from edge.vision.polygon import Place
from edge.vision.tracking import Tracks


class LineCounter:
    """Counts the birds that pass one line of one camera."""

    def __init__(self, line: Line, rules: GateRules | None = None) -> None:
        self._line = line
        self._rules = rules or GateRules()
        self._pieces: dict[int, Piece] = {}
        self._began: list[Piece] = []  # what they go on for is not settled yet
        self._ended: list[Piece] = []  # nor what goes on for these
        self._at_s: float | None = None

    def update(self, at_s: float, tracks: Tracks) -> Crossings:
        """Take one frame's birds and return who has passed since the last one; some are told seconds late."""
        frame_s = 0.0 if self._at_s is None else at_s - self._at_s
        boxes = tracks.xyxy[tracks.seen].astype(np.float64)
        wh = boxes[:, 2:] - boxes[:, :2]
        places, lengths = (boxes[:, :2] + wh / 2).tolist(), np.sqrt(wh.prod(axis=1)).tolist()
        passed = Crossings()
        for bird, (x, y), length in zip(tracks.ids[tracks.seen].tolist(), places, lengths, strict=True):
            piece = self._piece(bird, (x, y), length, at_s, frame_s)
            passed += piece.walk(self._line, (x, y), length, at_s, self._rules)
        self._break_off(at_s, max(self._rules.vanished_s, MISSED_FRAME * frame_s))
        for end, start in self._settled(at_s):
            passed += start.keep() + (self._join(end, start) if end else Crossings())
        self._at_s = at_s
        return passed

    def _piece(self, bird: int, place: Place, length: float, at_s: float, frame_s: float) -> Piece:
        """Return the piece that goes on to this place, a new one after a jump."""
        rules, piece = self._rules, self._pieces.get(bird)
        if piece:
            step = hypot(place[0] - piece.last[0], place[1] - piece.last[1]) / length
            passed_s = at_s - piece.seen_s
            walked_s = passed_s if passed_s <= MISSED_FRAME * frame_s else 0.0
            if step <= rules.jump_lengths + rules.jump_lengths_per_s * walked_s:
                return piece
            self._end(piece)
        piece = self._pieces[bird] = Piece(place, at_s, place, at_s, place, length)
        self._began.append(piece)
        return piece

    def _break_off(self, at_s: float, vanished_s: float) -> None:
        for bird, piece in list(self._pieces.items()):
            if at_s - piece.seen_s > vanished_s:
                self._end(self._pieces.pop(bird))

    def _end(self, piece: Piece) -> None:
        piece.over = True
        self._ended.append(piece)

    def _settled(self, at_s: float) -> Iterator[tuple[Piece | None, Piece]]:
        """Give each beginning that is due with the end that it goes on for, if any; forget what is too old."""
        rules = self._rules
        due = [piece for piece in self._began if at_s - piece.start_s >= rules.wait_s]
        if not due:
            return
        self._ended = [piece for piece in self._ended if at_s - piece.seen_s <= rules.apart_s + rules.wait_s]
        before = goes_on(self._ended, self._began, rules)
        self._began = [piece for piece in self._began if at_s - piece.start_s < rules.wait_s]
        for start in due:
            end = before.get(start)
            if end is not None:
                self._ended.remove(end)
            if end is not start:  # who goes on for itself was no bird
                yield end, start

    def _join(self, end: Piece, start: Piece) -> Crossings:
        if start.first == UNKNOWN:
            start.first = start.side = end.side
            return Crossings()
        past = self._line.round_the_end(end.last, start.start, start.length, self._rules)
        return changed(end.side, start.first) if end.through and start.through and not past else Crossings()


def counter_of(gate: Gate, rules: GateRules | None = None) -> LineCounter | HoleCounter:
    """Return what counts at this gate."""
    return LineCounter(gate, rules) if isinstance(gate, Line) else HoleCounter(gate, rules)
