"""Virtual Modbus sensors: every shipped profile in the air of the made-up house, and several slaves on one pair."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files

from firmware_bridge.modbus.profile import Profile, ProfileValue, parse
from firmware_bridge.simulated.air import Air
from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import (
    ASKED_EVERY_S,
    FRAME_SILENCE_S,
    Clock,
    ModbusVoice,
    RegisterMap,
    Voice,
    xy_md02,
)

BITS_PER_CHARACTER = 10
"""8N1: start, eight, stop."""


def profile_voice(profile: Profile, scene: Scene, clock: Clock = time.monotonic) -> ModbusVoice:
    """Return a slave whose registers are where ``profile`` has them and hold the air of ``scene``."""
    sources, start_s = _sources(scene), clock()
    table: dict[str, dict[int, Callable[[], int]]] = {"input": {}, "holding": {}}
    for value in profile.values:
        for word in range(value.words):
            table[value.kind][value.register_ + word] = partial(_word, value, word, sources, start_s, clock)
    return ModbusVoice(RegisterMap(table["input"], table["holding"]), scene.address)


def _word(
    value: ProfileValue, word: int, sources: dict[str, Callable[[float], float]], start_s: float, clock: Clock
) -> int:
    return value.encode(sources[value.quantity](clock() - start_s))[word]


def _sources(scene: Scene) -> dict[str, Callable[[float], float]]:
    climate, air = Climate(scene.flock, scene.calendar, seed=scene.seed), Air(scene.flock, scene.calendar)
    return {
        "temperature_celsius": climate.celsius,
        "humidity_percent": climate.humidity_percent,
        "ammonia_ppm": air.ammonia_ppm,
        "carbon_dioxide_ppm": air.carbon_dioxide_ppm,
        "light_lux": air.light_lux,
    }


class SharedPair:
    """Several slaves on one RS-485 pair: each question reaches all, the one whose address it is answers.

    Args:
        slaves: who hangs on it.
        baud: of the pair; question and answer then take the time that they take on a wire. None: no time.
    """

    def __init__(self, slaves: Sequence[ModbusVoice], baud: int | None = None) -> None:
        self.slaves = list(slaves)
        self._baud = baud

    def step(self, terminal: Terminal) -> None:
        """Take a question, when there is one, up to the silence that ends it, and let it be answered."""
        question = piece = terminal.read(ASKED_EVERY_S)
        while piece:
            piece = terminal.read(FRAME_SILENCE_S)
            question += piece
        answers = [answer for slave in self.slaves if (answer := slave.answer(question))] if question else []
        self._travel(len(question) + sum(map(len, answers)))
        for answer in answers:
            terminal.write(answer)

    def _travel(self, characters: int) -> None:
        if self._baud and characters:
            time.sleep(characters * BITS_PER_CHARACTER / self._baud)


def _shipped(name: str, scene: Scene) -> Voice:
    folder = files("firmware_bridge.modbus") / "profiles"
    return profile_voice(parse((folder / f"{name}.toml").read_bytes(), name), scene)


def _thermometer(scene: Scene) -> Voice:
    return xy_md02(Climate(scene.flock, scene.calendar, seed=scene.seed), scene.address)


_NAMES = sorted(
    file.name.removesuffix(".toml")
    for file in (files("firmware_bridge.modbus") / "profiles").iterdir()
    if file.name.endswith(".toml")
)

ROWS: dict[str, Callable[[Scene], Voice]] = {name: partial(_shipped, name) for name in _NAMES} | {
    "xy-md02": _thermometer
}
"""A row for each shipped profile; the XY-MD02 also has the registers of its settings."""
