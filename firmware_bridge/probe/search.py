"""The order of listening and asking.

1. Listen as the port is set first. Somebody who sends at another speed is heard as nonsense, silence is silence.
2. Bytes came: try the speeds, the commonest first, until a family explains what is heard.
3. None came: at each speed ask the families that wait for a question, then Modbus, each with a frame that only reads.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from firmware_bridge.config import REPLAY, TCP, Parity
from firmware_bridge.errors import LineLost, LineSilent
from firmware_bridge.link import LineSettings, Link, link_for
from firmware_bridge.probe import modbus
from firmware_bridge.probe.candidate import TWINS, Candidate, Finding, candidates
from firmware_bridge.probe.hearing import FRAMES_ENOUGH, is_text, judged
from firmware_bridge.registry import Line

READ_BYTES = 512
FIRST_LISTEN_S = 1.2
ANSWER_S = 0.2
ANSWER_BYTES = 40
"""Longest answer that is waited for, beside the instrument's own time to think."""

LONGEST_STEP_S = 2.0
"""What may still be begun before the time is over takes about so long."""

TEXT_PATIENCE_S = 5.0
LAST_BYTES = 500
WAKE_S = 0.005
QUIET_S = 0.05
FEW_BYTES = 5
BITS = 11
"""Of a byte on the wire, at most."""

Say = Callable[[str], None]


class Search:
    """One search on one port.

    Args:
        port: its name; a recording is only listened to, a serial server has only the speed it is set to.
        addresses: Modbus addresses to try.
        among: families to try.
        seconds: how long the search may take.
        tell: is told what is being tried, for who waits.
    """

    def __init__(
        self,
        port: str,
        *,
        addresses: Iterable[int] = (1,),
        among: Iterable[Candidate] | None = None,
        seconds: float = 20.0,
        tell: Say = lambda _: None,
    ) -> None:
        self._port = port
        self._addresses = tuple(addresses)
        self._among = candidates() if among is None else list(among)
        self._seconds = seconds - LONGEST_STEP_S
        self._tell = tell
        self._deadline_s = 0.0
        self._one_speed = port.startswith((TCP, REPLAY))
        # a pseudo-terminal refuses parity, and who is behind a serial server has the one that is set there
        plain = self._one_speed or Path(port).resolve().is_relative_to("/dev/pts")
        self._modbus_bauds = modbus.bauds()
        self._parities: tuple[Parity, ...] = ("none",) if plain else ("none", "even", "odd")

    def run(self) -> list[Finding]:
        """Return what is there, the likeliest first; empty when nothing was understood.

        Raises:
            LineLost: the port is not there, taken or forbidden, or was unplugged meanwhile.
        """
        return [replace(one, others=(*one.others, *TWINS.get(one.family, ()))) for one in self._found()]

    def _found(self) -> list[Finding]:
        self._deadline_s = time.monotonic() + self._seconds
        first = Line(self._bauds()[0])
        heard = self._heard(first, FIRST_LISTEN_S)
        if heard:
            return self._listened(first, heard)
        if self._port.startswith(REPLAY):
            return []
        return self._asked()

    def _bauds(self) -> list[int]:
        counted = Counter(baud for candidate in self._among for baud in {line.baud for line in candidate.lines})
        counted.update(self._modbus_bauds)
        return [baud for baud, _ in counted.most_common()]

    def _at(self, baud: int) -> list[Candidate]:
        if self._one_speed:
            return self._among
        return [one for one in self._among if any(line.baud == baud for line in one.lines)]

    def _speaking(self, baud: int) -> list[Candidate]:
        return [one for one in self._at(baud) if one.speaks]

    def _listened(self, first: Line, heard: bytes) -> list[Finding]:
        found = [judged(heard, first, self._speaking(first.baud))]
        if self._one_speed:
            return _best_first(found)
        # round and round: a scale on which birds move may say little for a second that can be told apart
        for baud in cycle([*self._bauds()[1:], first.baud]):
            if _settled(found) or time.monotonic() > self._deadline_s:
                break
            self._tell(f"listening at {baud} bit/s")
            found.append(self._listened_at(baud, self._speaking(baud)))
        return _best_first(found)

    def _listened_at(self, baud: int, among: list[Candidate]) -> Finding | None:
        """Listen in ever longer pieces, until somebody is recognised or the most patient family was waited for."""
        heard, line = b"", Line(baud)
        for seconds in sorted({round(candidate.patience_s(baud), 1) for candidate in among}):
            heard += self._heard(line, seconds)
            found = judged(heard, line, among)
            if _settled([found]):
                return found
        if is_text(heard, line):  # the right speed, then: a scale on which a bird moves leaves out its unit, say
            heard += self._heard(line, TEXT_PATIENCE_S)
        return judged(heard[-LAST_BYTES:], line, among)

    def _heard(self, line: Line, seconds: float) -> bytes:
        """Return what comes on a line set so."""
        link = self._opened(line)
        heard = b""
        began_s = time.monotonic()
        try:
            while (left_s := seconds - (time.monotonic() - began_s)) > 0:
                try:
                    heard += link.read(READ_BYTES, left_s)
                except LineSilent:
                    break
                except LineLost:
                    if not self._port.startswith(REPLAY):
                        raise
                    break  # the recording is at its end
        finally:
            link.close()
        return heard

    def _opened(self, line: Line) -> Link:
        link = link_for(LineSettings(self._port, line.baud, line.parity, line.stop_bits, line.data_bits))
        link.open()
        return link

    def _asked(self) -> list[Finding]:
        # round and round, for an answer may be lost
        for baud in cycle(self._bauds()[:1] if self._one_speed else self._bauds()):
            if time.monotonic() > self._deadline_s:
                break
            self._tell(f"asking at {baud} bit/s")
            if found := [*self._asked_families(baud), *self._asked_modbus(baud)]:
                return _best_first(found)
        return []

    def _asked_families(self, baud: int) -> list[Finding]:
        for candidate in (one for one in self._at(baud) if one.ask):
            shapes = {(line.data_bits, line.parity): line for line in candidate.lines if line.baud == baud}
            for line in shapes.values() or [Line(baud)]:
                answer = self._answers(line, candidate)
                if answer and (finding := judged(answer, line, [candidate])):
                    return [finding]
        return []

    def _asked_modbus(self, baud: int) -> list[Finding]:
        if baud not in self._modbus_bauds and not self._one_speed:
            return []
        found = []
        for parity in self._parities:
            line = Line(baud, parity)
            link = self._opened(line)
            try:
                ask = _asker(link, line)
                found += [
                    modbus.identified(ask, address, line) for address in self._addresses if modbus.present(ask, address)
                ]
            finally:
                link.close()
            if found:
                break
        return found

    def _answers(self, line: Line, candidate: Candidate) -> bytes:
        """Return what comes back to a family's question; asked again only when something came."""
        link = self._opened(line)
        ask = _asker(link, line)
        heard = b""
        try:
            for _ in range(FRAMES_ENOUGH + 1):
                if candidate.wake:
                    link.write(candidate.wake)
                    time.sleep(WAKE_S)
                answer = ask(candidate.ask)
                if not answer:
                    break
                heard += answer
        finally:
            link.close()
        return heard


def _asker(link: Link, line: Line) -> modbus.Ask:
    patience_s = ANSWER_S + ANSWER_BYTES * BITS / line.baud

    def ask(question: bytes) -> bytes:
        link.write(question)
        heard, wait_s = b"", patience_s
        until_s = time.monotonic() + 2 * patience_s  # one that repeats itself never falls silent
        try:
            while time.monotonic() < until_s:
                heard += link.read(READ_BYTES, wait_s)
                wait_s = QUIET_S + FEW_BYTES * BITS / line.baud
        except LineSilent:
            pass
        return heard

    return ask


def _settled(found: Iterable[Finding | None]) -> bool:
    return any(one is not None and one.sureness != "possible" for one in found)


def _best_first(found: Iterable[Finding | None]) -> list[Finding]:
    order = ("sure", "likely", "possible")
    unlike = {(one.family, one.line): one for one in reversed([one for one in found if one])}
    return sorted(unlike.values(), key=lambda one: order.index(one.sureness))
