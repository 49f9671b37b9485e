"""How one instrument is written down in a configuration file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contract.place import Slug

TCP = "tcp://"
REPLAY = "replay://"
BAUD_RATES = (600, 1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 460800)


def split_tcp(port: str) -> tuple[str, int]:
    """Read ``tcp://host:port``.

    Raises:
        ValueError: it is not of that form.
    """
    host, colon, number = port.removeprefix(TCP).rpartition(":")
    if not (host and colon and number.isdecimal() and 0 < int(number) < 65536):  # noqa: PLR2004  # TCP's own range
        raise ValueError(f"{port!r} is not of the form tcp://host:port, for example 'tcp://192.168.1.50:4001'")
    return host.strip("[]"), int(number)


def _checked_port(port: str) -> str:
    if port.startswith(TCP):
        split_tcp(port)
    elif "://" in port and not port.startswith(REPLAY):
        raise ValueError(
            f"{port!r} is neither a device file ('/dev/serial/by-id/...'), nor a serial server ('tcp://host:port'), "
            "nor a recording ('replay://file')"
        )
    return port


def _checked_baud(baud: int) -> int:
    if baud not in BAUD_RATES:
        raise ValueError(f"{baud} is not a usual baud rate; take one of {', '.join(map(str, BAUD_RATES))}")
    return baud


Port = Annotated[str, Field(min_length=1), AfterValidator(_checked_port)]
Baud = Annotated[int, AfterValidator(_checked_baud)]
Parity = Literal["none", "even", "odd"]
MassUnit = Literal["kg", "g", "lb"]


class InstrumentConfig(BaseModel):
    """One instrument: what it is and on which line. What is left out, the family knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Slug = Field(description="name inside the device, for example 'scale-1'")
    family: str = Field(min_length=1, description="key of its family: `henwise-bridge families` lists them")
    port: Port = Field(description="'/dev/serial/by-id/...', 'tcp://host:port' or 'replay://recorded-file'")
    baud: Baud | None = Field(default=None, description="bit/s; left out: what the family is shipped with")
    parity: Parity | None = Field(default=None, description="none, even or odd; left out: as the family is shipped")
    address: int | None = Field(
        default=None, ge=1, le=247, description="Modbus address, or a scale's; left out: the family's"
    )
    interval_s: float = Field(default=10, ge=0.1, le=3600, description="polled instruments: seconds between questions")
    timeout_s: float | None = Field(
        default=None, gt=0, le=60, description="seconds to wait for a frame or an answer; left out: the family's"
    )
    stuck_after_s: float = Field(
        default=3600, ge=0, description="doubt the sensor when nothing it measures has moved for so long; 0: never"
    )
    unit: MassUnit = Field(default="kg", description="scales: the unit in which the indicator displays")
    decimals: int | None = Field(
        default=None, ge=0, le=4, description="scales that don't send their point: digits after it on the display"
    )
    profile: Path | None = Field(default=None, description="family 'modbus': your own profile file (TOML)")
    calibration: Path | None = Field(
        default=None, description="family 'node': the platform's calibration file; left out: its climate sensors"
    )
