"""The node: says what its parts measure, obeys the host, and tells every ten seconds that it lives."""

import gc

from trouble import Trouble
from words import SEQ_MOST, Ear, line

VERSION = "1.0"
UP_EVERY_MS = 10000
FAULT_EVERY_MS = 2000
SLOWEST_MS = 3600000


class Node:
    """All parts on one line.

    Args:
        parts: cells, air, skin.
        port: has ``read()`` and ``write(data)``.
        machine: has ``reset``.
        time: has ticks_ms, ticks_diff, ticks_add.
        identity: session, reset cause, board, machine id: four words.
        feed: tells the watchdog that the loop went round.
        stay: called before the restart that shall not start the node again.
    """

    def __init__(
        self, parts: list, port: object, machine: object, time: object, identity: tuple, feed: object, stay: object
    ) -> None:
        self._turns = parts
        self._parts = {part.name: part for part in parts}
        self._port = port
        self._machine = machine
        self._time = time
        self._identity = identity
        self._feed = feed
        self._stay = stay
        self._ear = Ear()
        self._seq = 0
        self._uptime_s = 0
        self._ms = 0
        self._then = time.ticks_ms()
        self._up_due = time.ticks_add(self._then, UP_EVERY_MS)
        self._faults = dict.fromkeys(self._parts, 0)
        self._fault_due = dict.fromkeys(self._parts, self._then)

    def introduce(self) -> None:
        """Say who this is: the first line after a start, and the answer to ``who``."""
        session, cause, board, machine = self._identity
        self._say("id", session, cause, VERSION, board, machine, "+".join(sorted(self._parts)))

    def step(self) -> None:
        """Go round once."""
        now = self._time.ticks_ms()
        self._count(now)
        for part in self._turns:
            try:
                said = part.step(now)
            except Trouble as trouble:
                self._complain(part, trouble.args[0], now)
            else:
                if said:
                    self._say(*said)
        for tag, verb, fields in self._ear.feed(self._port.read()):
            self._obey(tag, verb, fields)
        if self._time.ticks_diff(now, self._up_due) >= 0:
            self._up_due = self._time.ticks_add(self._up_due, UP_EVERY_MS)
            gc.collect()
            self._say("up", self._identity[0], self._uptime_s, gc.mem_free(), self._ear.bad)
        self._feed()

    def _count(self, now: int) -> None:
        # ticks_ms wraps after days; summing differences never does
        self._ms += self._time.ticks_diff(now, self._then)
        self._then = now
        self._uptime_s += self._ms // 1000
        self._ms %= 1000

    def _complain(self, part: object, cause: str, now: int) -> None:
        self._faults[part.name] += 1
        if self._time.ticks_diff(now, self._fault_due[part.name]) >= 0:
            self._fault_due[part.name] = self._time.ticks_add(now, FAULT_EVERY_MS)
            self._say("fault", part.name, cause, self._faults[part.name])

    def _say(self, kind: str, *fields: object) -> None:
        self._port.write(line(self._seq, kind, fields))
        self._seq = 0 if self._seq == SEQ_MOST else self._seq + 1

    def _obey(self, tag: int, verb: str, fields: tuple) -> None:
        orders = {"who": self._who, "rate": self._rate, "input": self._input, "restart": self._ok, "stay": self._ok}
        try:
            answer = orders[verb](*fields) if verb in orders else "unknown"
        except (ValueError, KeyError, TypeError, AttributeError):
            answer = "refused"
        self._say("ack", tag, answer)
        if answer == "ok" and verb in ("restart", "stay"):
            if verb == "stay":
                self._stay()
            self._time.sleep_ms(50)  # the acknowledgement leaves first
            self._machine.reset()

    def _who(self) -> str:
        self.introduce()
        return "ok"

    def _ok(self) -> str:
        return "ok"

    def _rate(self, name: str, every_ms: str) -> str:
        if not 0 <= int(every_ms) <= SLOWEST_MS or (int(every_ms) < 100 and not name.startswith("load")):
            return "refused"
        self._parts[name].every_ms = int(every_ms)
        return "ok"

    def _input(self, name: str, source: str) -> str:
        self._parts[name].select(source)
        return "ok"
