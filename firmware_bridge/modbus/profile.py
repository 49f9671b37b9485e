"""A Modbus sensor as data: which register holds which quantity, and how it is written there.

family = "xy-md02"                   # key in the registry
what = "..."                         # what a person buys, one line
source = "..."                       # where the map is from
verified = false                     # true once somebody checked it on the real thing
caution = "..."                      # what whoever uses it should check; may be left out

[line]                               # as shipped; a configuration may override it
baud = 9600
bauds = [4800, 2400]                 # others it can be set to; may be left out
parity = "none"                      # none | even | odd
parities = ["even"]                  # others it is sold with or can be set to; may be left out
stop_bits = 1
address = 1

[[values]]                           # one per quantity
quantity = "temperature_celsius"     # a row of contract.quantities
kind = "input"                       # input (function 4) | holding (function 3)
register = 0x0001                    # counted from 0, as on the wire
type = "int16"                       # int16 | uint16 | int32 | uint32 | float32
order = "big"                        # which word of a 32-bit value comes first: big | little
scale = 0.1                          # value = raw * scale + offset
offset = 0
range = [-40, 60]                    # what the sensor can measure, in the quantity's unit
"""

import struct
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.errors import BadInput
from contract.quantities import quantity
from firmware_bridge.config import Baud, Parity
from firmware_bridge.errors import BadFrame, BadProfile
from firmware_bridge.modbus.bus import RegisterKind
from firmware_bridge.registry import Line

REGISTERS_AT_ONCE = 125
"""A Modbus answer holds at most 250 bytes of registers (Modbus application protocol V1.1b3, 6.3)."""

_FORMATS = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f"}


def _known_quantity(key: str) -> str:
    try:
        return quantity(key).key
    except BadInput as error:
        raise ValueError(str(error)) from error


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LineDefaults(_Strict):
    """The line a sensor is shipped with."""

    baud: Baud = 9600
    bauds: list[Baud] = []
    parity: Parity = "none"
    parities: list[Parity] = []
    stop_bits: Literal[1, 2] = 1
    address: int = Field(default=1, ge=1, le=247)

    @property
    def lines(self) -> tuple[Line, ...]:
        """How its port can be set, as shipped first."""
        return tuple(
            Line(baud, parity, stop_bits=self.stop_bits)
            for parity in (self.parity, *self.parities)
            for baud in (self.baud, *self.bauds)
        )


class ProfileValue(_Strict):
    """Where one quantity stands, and how it is written there."""

    quantity: Annotated[str, AfterValidator(_known_quantity)]
    kind: RegisterKind
    register_: int = Field(alias="register", ge=0, le=0xFFFF)
    type: Literal["int16", "uint16", "int32", "uint32", "float32"]
    order: Literal["big", "little"] = "big"
    scale: float = 1
    offset: float = 0
    range: tuple[float, float]

    @model_validator(mode="after")
    def _range_rises(self) -> Self:
        low, high = self.range
        if low >= high:
            raise ValueError(f"range: {low:g} must be below {high:g}")
        return self

    @property
    def words(self) -> int:
        """Registers it takes."""
        return struct.calcsize(_FORMATS[self.type]) // 2

    def decode(self, registers: list[int]) -> float:
        """Return the value of its registers, in the quantity's unit."""
        words = registers if self.order == "big" else registers[::-1]
        raw = struct.unpack(_FORMATS[self.type], struct.pack(f">{len(words)}H", *words))[0]
        return float(round(raw * self.scale + self.offset, 6))

    def encode(self, value: float) -> list[int]:
        """Return the registers that hold ``value``, as the simulator writes them.

        Raises:
            BadFrame: they can't hold it.
        """
        raw = (value - self.offset) / self.scale
        try:
            packed = struct.pack(_FORMATS[self.type], raw if self.type == "float32" else round(raw))
        except (struct.error, OverflowError, ValueError) as error:
            raise BadFrame(f"{value:g} does not fit an {self.type} with scale {self.scale:g}") from error
        words = list(struct.unpack(f">{self.words}H", packed))
        return words if self.order == "big" else words[::-1]

    def problem_with(self, value: float) -> str | None:
        """Say why ``value`` can't be; None when it can."""
        low, high = self.range
        if not low <= value <= high:
            return f"{self.quantity} {value:g} is outside the sensor's own range {low:g} to {high:g}"
        return quantity(self.quantity).problem_with(value)


class Profile(_Strict):
    """One sensor."""

    family: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=63)
    what: str = Field(min_length=1, max_length=120)
    source: str = Field(min_length=1)
    verified: bool = Field(description="checked on the real thing by us")
    caution: str = Field(default="", max_length=200, description="what whoever uses it should check")
    line: LineDefaults = LineDefaults()
    values: list[ProfileValue] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [value.quantity for value in self.values]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"values: {key} is there twice; a sensor gives each quantity once")
        return self


def load(path: Path) -> Profile:
    """Read a profile file.

    Raises:
        BadProfile: it can't be used; the message names the file, the field and what would be right.
    """
    try:
        return parse(path.read_bytes(), path.name)
    except OSError as error:
        raise BadProfile(f"the profile {path} can't be read ({error.strerror}); check its path") from error


def parse(content: bytes, name: str) -> Profile:
    """Read the content of a profile file called ``name``. Raises BadProfile."""
    try:
        return Profile.model_validate(tomllib.loads(content.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadProfile(f"{name} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        raise BadProfile(f"{name}: {field}: {problem}" if field else f"{name}: {problem}") from error


def blocks(values: list[ProfileValue]) -> list[list[ProfileValue]]:
    """Group values into runs of neighbouring registers, each to be asked for at once.

    Only neighbours without a gap: many sensors refuse a question that touches a register they don't have.
    """
    runs: list[list[ProfileValue]] = []
    for value in sorted(values, key=lambda value: (value.kind, value.register_)):
        if runs and _follows(runs[-1], value):
            runs[-1].append(value)
        else:
            runs.append([value])
    return runs


def _follows(run: list[ProfileValue], value: ProfileValue) -> bool:
    last = run[-1]
    return (
        last.kind == value.kind
        and last.register_ + last.words == value.register_
        and value.register_ + value.words - run[0].register_ <= REGISTERS_AT_ONCE
    )
