"""Our node without a board: says what the firmware would say at the same moment, byte for byte, and obeys as it does.

One load cell under the made-up plate, the made-up air, and an infrared thermometer that looks at the flock. A test
runs the firmware itself beside it and compares the bytes.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from firmware_bridge.node.calibration import Point
from firmware_bridge.node.calibration_file import Calibration
from firmware_bridge.node.line import NUMBERS, Line, LineDecoder, encode
from firmware_bridge.node.records import INPUTS, Ack, Air, Identity, Load, Record, Skin, Up, line_of
from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.plate import Plate
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Clock, Voice

CONVERSION_MS = 100
SETTLING = 5
SKIN_FIRST_MS, AIR_FIRST_MS, CLIMATE_EVERY_MS = 500, 520, 5000
UP_EVERY_MS = 10_000
SLOWEST_MS, CLIMATE_FASTEST_MS = 3_600_000, 100
STEP_S = 0.02
FREE_BYTES = 100_000
ZERO_COUNTS, COUNTS_PER_GRAM = 84_000, 25
MACHINE = "0000000000000000"
FEATHERS_CELSIUS = 6.0
"""How much warmer than the air the flock's surface looks; our choice."""


@dataclass(frozen=True, slots=True)
class World:
    """What the virtual chips feel; each takes s since the simulator's start.

    Attributes:
        counts: raw counts of the load cell.
        air: degrees Celsius, percent.
        skin: degrees Celsius of what the thermometer looks at.
        chip: its own degrees Celsius.
    """

    counts: Callable[[float], int]
    air: Callable[[float], tuple[float, float]]
    skin: Callable[[float], float]
    chip: Callable[[float], float]


class VirtualNode:
    """The firmware's behaviour over its time.

    Args:
        world: what its chips feel.
        identity: who it says it is; its session is drawn anew at each restart.
        seed: of the sessions.
    """

    def __init__(self, world: World, identity: Identity, *, seed: int = 1) -> None:
        self._world = world
        self._identity = identity
        self._chance = random.Random(seed)  # noqa: S311  # a name for a session, not a key
        self._ear = LineDecoder()
        self._start()

    def _start(self, now_ms: int = 0) -> None:
        self._began_ms = now_ms
        self._number = 0
        self._silent = self._introduced = False
        self._input = "a128"
        self._unsettled = SETTLING
        self._load_told_ms = now_ms
        self._every_ms = {"load0": 0, "air": CLIMATE_EVERY_MS, "skin": CLIMATE_EVERY_MS}
        # in the order in which the firmware asks its parts
        self._due_ms = {
            "load0": now_ms + CONVERSION_MS,
            "air": now_ms + AIR_FIRST_MS,
            "skin": now_ms + SKIN_FIRST_MS,
            "up": now_ms + UP_EVERY_MS,
        }

    def said(self, now_ms: int) -> bytes:
        """Return all it says up to a moment."""
        told = [] if self._introduced else [self._line(self._identity)]
        self._introduced = True
        while not self._silent and min(self._due_ms.values()) <= now_ms:
            part = min(self._due_ms, key=lambda name: self._due_ms[name])
            due_ms = self._due_ms[part]
            self._due_ms[part] += {"load0": CONVERSION_MS, "up": UP_EVERY_MS}.get(part) or self._every_ms[part]
            record = self._measured(part, due_ms)
            told += [self._line(record)] if record else []
        return b"".join(told)

    def heard(self, data: bytes, now_ms: int) -> bytes:
        """Take what the host sends; return the answers."""
        return b"".join(self._obeyed(command, now_ms) for command in self._ear.feed(data) if not self._silent)

    def _measured(self, part: str, at_ms: int) -> Record | None:
        elapsed_s = at_ms / 1000
        match part:
            case "load0":
                return self._load(at_ms)
            case "air":
                return Air(*self._world.air(elapsed_s))
            case "skin":
                return Skin(self._world.skin(elapsed_s), self._world.chip(elapsed_s))
        uptime_s = (at_ms - self._began_ms) // 1000
        return Up(self._identity.session, uptime_s, FREE_BYTES, self._ear.bad_frames)

    def _load(self, at_ms: int) -> Load | None:
        if self._unsettled:
            self._unsettled -= 1
            return None
        if at_ms - self._load_told_ms < self._every_ms["load0"]:
            return None
        self._load_told_ms = at_ms
        return Load(0, self._input, self._world.counts(at_ms / 1000))

    def _obeyed(self, command: Line, now_ms: int) -> bytes:
        answer = self._answer(command)
        ordered = command.word if answer == "ok" else ""
        introduction = self._line(self._identity) if ordered == "who" else b""
        told = introduction + self._line(Ack(command.number, answer))
        if ordered == "restart":
            session = f"{self._chance.getrandbits(16):04x}"
            self._identity = replace(self._identity, session=session, cause="soft")
            self._start(now_ms)
        self._silent = ordered == "stay"
        return told

    def _answer(self, command: Line) -> str:
        match command.word, command.fields:
            case (("who" | "restart" | "stay"), ()):
                return "ok"
            case "rate", (part, every) if part in self._every_ms and every.isdecimal():
                return self._paced(part, int(every))
            case "input", ("load0", source) if source in INPUTS:
                self._input, self._unsettled = source, SETTLING
                return "ok"
            case (("who" | "restart" | "stay" | "rate" | "input"), _):
                return "refused"
        return "unknown"

    def _paced(self, part: str, every_ms: int) -> str:
        least_ms = 0 if part == "load0" else CLIMATE_FASTEST_MS
        if not least_ms <= every_ms <= SLOWEST_MS:
            return "refused"
        self._every_ms[part] = every_ms
        return "ok"

    def _line(self, record: Record) -> bytes:
        line = line_of(self._number, record)
        self._number = (self._number + 1) % NUMBERS
        return encode(line)


class NodeVoice:
    """A virtual node on a port.

    Args:
        node: what it says.
        clock: seconds, rising.
    """

    def __init__(self, node: VirtualNode, clock: Clock = time.monotonic) -> None:
        self._node = node
        self._clock = clock
        self._start_s = clock()

    def step(self, terminal: Terminal) -> None:
        """Say what is due and answer what was asked."""
        order = terminal.read(STEP_S)
        now_ms = int((self._clock() - self._start_s) * 1000)
        told = self._node.said(now_ms) + self._node.heard(order, now_ms)
        if told:
            terminal.write(told)


def calibration() -> Calibration:
    """Return the calibration of the virtual load cell."""
    points = [Point(grams, {0: ZERO_COUNTS + COUNTS_PER_GRAM * grams}, {0: 0.0}) for grams in (0.0, 2000.0, 5000.0)]
    return Calibration.of(points, made_at=datetime(2026, 1, 1, tzinfo=UTC), machine=MACHINE)


def _node(scene: Scene) -> Voice:
    plate = Plate(scene.flock, scene.calendar, seed=scene.seed)
    climate = Climate(scene.flock, scene.calendar, seed=scene.seed)
    world = World(
        counts=lambda elapsed_s: ZERO_COUNTS + round(COUNTS_PER_GRAM * plate.load_grams(elapsed_s)),
        air=lambda elapsed_s: (climate.celsius(elapsed_s), climate.humidity_percent(elapsed_s)),
        skin=lambda elapsed_s: climate.celsius(elapsed_s) + FEATHERS_CELSIUS,
        chip=climate.celsius,
    )
    session = f"{random.Random(scene.seed).getrandbits(16):04x}"  # noqa: S311  # a name, not a key
    identity = Identity(session, "power", "1.0", "simulated", MACHINE, ("air", "load0", "skin"))
    return NodeVoice(VirtualNode(world, identity, seed=scene.seed))


ROWS: dict[str, Callable[[Scene], Voice]] = {"node": _node}
