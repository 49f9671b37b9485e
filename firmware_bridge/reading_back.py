"""Families whose recorded bytes can be read back, and what each says of them: one row a reading, for machines."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from firmware_bridge.config import MassUnit
from firmware_bridge.errors import UnknownFamily, WrongSettings
from firmware_bridge.gas import mhz19, senseair
from firmware_bridge.gas.mhz19 import MhZ19Answer
from firmware_bridge.gas.senseair import S8Answer
from firmware_bridge.gas.sensor import CO2
from firmware_bridge.modbus.families import OWN, shipped
from firmware_bridge.modbus.overheard import Answered, OverheardSensor
from firmware_bridge.modbus.profile import Profile, load
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.records import Record
from firmware_bridge.recording import Decoder
from firmware_bridge.scales.families import INDICATORS
from firmware_bridge.scales.frame import ScaleFrame
from firmware_bridge.scales.text import LineDecoder
from firmware_bridge.thermal.frame import ThermalFrame
from firmware_bridge.thermal.gy_mcu90640 import GyMcu90640Decoder

F = TypeVar("F")

Row = dict[str, Any]
STATUS_WORDS: Final = 4


class Reader:
    """Reads a family's bytes back as rows.

    Args:
        decoder: of the family, fresh.
        tell: what it completes -> a row; None when that is no reading.
    """

    def __init__(self, decoder: Decoder[F], tell: Callable[[F], Row | None]) -> None:
        self._decoder: Decoder[Any] = decoder
        self._tell: Callable[[Any], Row | None] = tell

    @property
    def skipped_bytes(self) -> int:
        """Bytes that belonged to no good frame, so far."""
        return self._decoder.skipped_bytes

    @property
    def bad_frames(self) -> int:
        """Beginnings of frames that turned out not to be one, so far."""
        return self._decoder.bad_frames

    def feed(self, data: bytes) -> list[Row]:
        """Return the rows that ``data`` completes, oldest first."""
        rows = (self._tell(found) for found in self._decoder.feed(data))
        return [row for row in rows if row is not None]

    def forget(self) -> None:
        """Skip the beginning of a frame that is being waited for."""
        self._decoder.forget()


def reader(
    family: str,
    *,
    unit: MassUnit = "kg",
    decimals: int | None = None,
    profile: Path | None = None,
    address: int | None = None,
) -> Reader:
    """Return what reads a family's bytes back.

    Args:
        family: key in the registry.
        unit: scales: what the indicator displays, where its frames don't say.
        decimals: scales that leave the point out: digits after it.
        profile: family ``modbus``: its profile file.
        address: Modbus: the sensor's; as it is shipped when left out.

    Raises:
        UnknownFamily: it has no bytes that can be read back.
        WrongSettings, BadProfile: an option doesn't fit, or the profile can't be used.
    """
    for indicator in INDICATORS:
        if indicator.key == family:
            if decimals is not None and not indicator.point_left_out:
                raise WrongSettings(f"{family} sends where its point stands; leave out --decimals")
            its = indicator.decoder()
            if isinstance(its, LineDecoder):
                its.believe_first()
            return Reader(its, lambda frame: _load(frame, unit, decimals))
    if family in _OTHERS:
        return _OTHERS[family]()
    found = _profile(family, profile)
    return Reader(OverheardSensor(found, address or found.line.address), _answered)


def leaves_point_out(family: str) -> bool:
    """Say whether a scale's frames don't tell where the point stands."""
    return any(indicator.key == family and indicator.point_left_out for indicator in INDICATORS)


def families() -> list[str]:
    """List the families that can be read back."""
    return [*(indicator.key for indicator in INDICATORS), *_OTHERS, OWN, *(one.family for one in shipped())]


def _profile(family: str, own: Path | None) -> Profile:
    if family == OWN:
        if own is None:
            raise WrongSettings(f"family {OWN!r} needs --profile, the path of a profile file")
        return load(own)
    known = {one.family: one for one in shipped()}
    if family not in known:
        raise UnknownFamily(f"{family!r} has no frames to decode; these have: {', '.join(families())}")
    return known[family]


def _load(frame: ScaleFrame, unit: MassUnit, decimals: int | None) -> Row:
    shown = frame if decimals is None else replace(frame, decimals=decimals)
    load_grams = None if frame.flaw else shown.grams(unit)
    return {"load_grams": load_grams, "stable": frame.stable, "basis": frame.basis, "flaw": frame.flaw}


def _s8(answer: S8Answer) -> Row | None:
    if answer.function != senseair.READ_INPUT or len(answer.words) not in (1, STATUS_WORDS):
        return None
    status = answer.words[0] if len(answer.words) == STATUS_WORDS else 0
    faults = [text for bit, text in senseair.FAULTS.items() if status >> bit & 1]
    outside = ["out of range"] if answer.words[-1] == 0 and status & senseair.OUT_OF_RANGE else []
    flaw = ", ".join(faults + outside) or None
    return {CO2: None if flaw else float(answer.words[-1]), "flaw": flaw}


def _mhz19(answer: MhZ19Answer) -> Row | None:
    if answer.command != mhz19.READ:
        return None
    return {CO2: float(answer.ppm), "module_celsius": answer.module_celsius, "flaw": None}


def _picture(frame: ThermalFrame) -> Row:
    celsius = [None if math.isnan(one) else one for one in frame.celsius()]
    alive = [one for one in celsius if one is not None]
    return {
        "mean_celsius": round(frame.mean_celsius(), 3) if alive else None,
        "low_celsius": min(alive, default=None),
        "high_celsius": max(alive, default=None),
        "module_celsius": frame.module_celsius,
        "width": frame.width,
        "height": frame.height,
        "celsius": celsius,
    }


def _record(record: Record) -> Row:
    return {"word": type(record).__name__.lower(), **asdict(record)}


def _answered(answer: Answered) -> Row:
    return {**answer.values, "flaw": answer.refused or None}


_OTHERS: Final[Mapping[str, Callable[[], Reader]]] = {
    "senseair-s8": lambda: Reader(senseair.decoder(), _s8),
    "mh-z19": lambda: Reader(mhz19.decoder(), _mhz19),
    "gy-mcu90640": lambda: Reader(GyMcu90640Decoder(), _picture),
    "node": lambda: Reader(NodeDecoder(), _record),
}
