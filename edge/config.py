"""What stands in edge.toml: one small class per section, bounds in the types, a sentence per field.

Relative paths are taken from the folder of edge.toml. Passwords never stand in the file.
"""

import ipaddress
from datetime import time
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator

from contract.place import Place, Slug
from contract.quantities import DEVICE
from contract.topics import VISION
from edge.camera_config import CameraConfig, ElsewhereConfig
from edge.config_section import LocalPath, Section, beside_config
from firmware_bridge.config import InstrumentConfig


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is this very machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class BrokerConfig(Section):
    """The MQTT broker everything goes to."""

    host: str = Field(default="127.0.0.1", min_length=1, description="name or address of the broker")
    port: int | None = Field(default=None, ge=1, le=65535, description="TCP port; 8883 with tls, else 1883")
    tls: bool = Field(default=False, description="encrypt; required unless the broker is on this machine")
    ca_file: LocalPath | None = Field(default=None, description="own authority for tls; default: the system's")
    insecure: bool = Field(default=False, description="accept an unencrypted connection to another machine")
    username: str | None = Field(default=None, min_length=1, description="name this device logs in with")
    vision_username: str | None = Field(
        default=None, min_length=1, description="the same for the cameras' own process; default: username.vision"
    )
    password_file: LocalPath | None = Field(default=None, description="file whose first line is the password")
    home_assistant: Literal["off", "en", "zh"] = Field(
        default="off", description="describe the device to Home Assistant on this broker, in English or Chinese"
    )
    keepalive_s: int = Field(default=30, ge=5, le=600, description="a silent connection is given up after 1.5 of it")

    @model_validator(mode="after")
    def _encrypted_or_said(self) -> Self:
        if not (self.tls or self.insecure or is_loopback(self.host)):
            raise ValueError(
                f"{self.host} is another machine: set tls = true, or insecure = true if anybody on the way may read "
                "the password and the data"
            )
        if self.password_file and not self.username:
            raise ValueError("password_file needs a username beside it")
        return self

    @property
    def vision_name(self) -> str | None:
        """The name that the cameras' own process logs in with."""
        return self.vision_username or (self.username and self.username + VISION)

    @property
    def tcp_port(self) -> int:
        """The port that is meant."""
        return self.port or (8883 if self.tls else 1883)


class OutboxConfig(Section):
    """How much is kept while the cloud can't be reached."""

    max_mb: int = Field(default=500, ge=1, le=100_000, description="most that may wait, in MB")
    max_days: float = Field(default=60, ge=1, le=3_650, description="longest that an event may wait, in days")
    keep_days: float = Field(
        default=2, ge=0, le=60, description="so long what the cloud has is kept, in days, for one that is restored"
    )
    replay_rows_per_s: float = Field(
        default=100, ge=1, le=10_000, description="so fast the backlog is sent after an outage; live data goes before"
    )
    max_rows: int = Field(default=200_000, ge=100, le=10_000_000, description="most messages that may wait")


class ClockConfig(Section):
    """When the machine's clock is believed."""

    wait_hours: float = Field(
        default=24,
        ge=0,
        le=8_760,
        description="an NTP client may take so long after power-on, in h; then the clock is believed as it is",
    )


class WeighingConfig(Section):
    """How birds on a scale become weights; see ``edge.weighing`` for the rules and their sources."""

    mode: Literal["step_on", "hanging"] = Field(
        default="step_on",
        description="step_on: a platform, a bird counts by coming and going; hanging: a bird counts when it leaves",
    )
    settle_s: float = Field(default=1.0, ge=0.2, le=10, description="the load must stand still for so long, in s")
    still_grams: float = Field(default=10, gt=0, le=500, description="span that still counts as standing still, in g")
    still_share: float = Field(
        default=0.03, ge=0, le=0.2, description="the same as a share of the step, if that is more"
    )
    least_grams: float = Field(default=25, ge=10, le=5_000, description="a smaller step is no bird, in g")
    most_grams: float = Field(default=8_000, ge=50, le=20_000, description="a greater step is no bird, in g")
    accept_below: float = Field(default=0.4, gt=0, le=0.9, description="accept down to (1 - this) of the usual step")
    accept_above: float = Field(default=0.4, gt=0, le=0.9, description="accept up to (1 + this) of the usual step")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most_grams <= self.least_grams:
            raise ValueError(f"most_grams ({self.most_grams:g}) must be above least_grams ({self.least_grams:g})")
        return self


class DoorConfig(Section):
    """When the hens' door opens and closes, for the evening roll call; needs gates on a camera."""

    opens: time = Field(description="local time the door opens, 06:30; the roll call starts anew")
    closes: time = Field(description="local time the door closes, 20:30")
    alarm_before_min: int = Field(default=30, ge=5, le=240, description="tell who is missing so long before, in min")
    flock_birds: int | None = Field(default=None, ge=1, le=1_000_000, description="birds in the flock, where known")
    timezone: str | None = Field(default=None, description="Asia/Shanghai; default: the device's own")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, as in "Asia"
                raise ValueError(f"{name!r} is no time zone; write it like Asia/Shanghai") from None
        return name

    @model_validator(mode="after")
    def _open_before_closed(self) -> Self:
        if self.closes.tzinfo or self.opens.tzinfo:
            raise ValueError("opens and closes are local times, like 06:30:00; the zone stands in timezone")
        if self.closes <= self.opens:
            raise ValueError(f"closes ({self.closes:%H:%M}) must be after opens ({self.opens:%H:%M})")
        return self


class KeepingConfig(Section):
    """Pictures kept on the device for `henwise-edge collect`: uncertain ones, and those a person judged."""

    enabled: bool = Field(default=True, description="keep pictures at all")
    most_mb: int = Field(default=200, ge=1, le=100_000, description="most they may take, in MB; the oldest go first")
    uncertain_per_day: int = Field(
        default=20, ge=0, le=10_000, description="uncertain pictures kept per camera and day"
    )


class ThermalConfig(Section):
    """What belongs to a thermal array among the instruments."""

    instrument: Slug = Field(description="slug of the array")
    air: Slug | None = Field(default=None, description="slug of a thermometer at the birds' height")
    cameras: list[Slug] = Field(
        default_factory=list, max_length=50, description="slugs of the cameras that see the same floor"
    )


def _anchored(instrument: InstrumentConfig, info: ValidationInfo) -> InstrumentConfig:
    scheme, mark, path = instrument.port.rpartition("://")
    port = instrument.port if scheme == "tcp" else f"{scheme}{mark}{beside_config(Path(path), info)}"
    profile = instrument.profile and beside_config(instrument.profile, info)
    calibration = instrument.calibration and beside_config(instrument.calibration, info)
    return instrument.model_copy(update={"port": port, "profile": profile, "calibration": calibration})


class EdgeConfig(Section):
    """All of edge.toml."""

    place: Place = Field(description="where this device stands: farm, house, device")
    data_dir: LocalPath = Field(default=Path("/var/lib/henwise"), description="folder for what must survive")
    cloud: str | None = Field(
        default=None, pattern=r"^https?://[^/\s]+$", description="the service's address, for updates; enroll writes it"
    )
    broker: BrokerConfig = Field(default_factory=BrokerConfig, description="where everything is sent")
    outbox: OutboxConfig = Field(default_factory=OutboxConfig, description="what is kept while the cloud is away")
    clock: ClockConfig = Field(default_factory=ClockConfig, description="when the machine's clock is believed")
    weighing: WeighingConfig = Field(default_factory=WeighingConfig, description="how birds on a scale become weights")
    instruments: list[InstrumentConfig] = Field(default_factory=list, description="scales, thermometers, …")
    cameras: list[CameraConfig] = Field(default_factory=list, description="cameras")
    thermal: list[ThermalConfig] = Field(default_factory=list, description="what belongs to the thermal arrays")
    elsewhere: list[ElsewhereConfig] = Field(
        default_factory=list, max_length=100, description="cameras of other devices that see the same floor"
    )
    door: DoorConfig | None = Field(
        default=None, description="the hens' door, where they go out: the evening roll call"
    )
    keeping: KeepingConfig = Field(default_factory=KeepingConfig, description="pictures kept for training")

    @field_validator("instruments")
    @classmethod
    def _pathsbeside_config(cls, instruments: list[InstrumentConfig], info: ValidationInfo) -> list[InstrumentConfig]:
        return [_anchored(instrument, info) for instrument in instruments]

    @model_validator(mode="after")
    def _slugs_are_unique(self) -> Self:
        slugs = [one.slug for one in self.instruments] + [one.slug for one in self.cameras]
        twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
        if DEVICE in slugs:
            raise ValueError(
                f"{DEVICE!r} is what the device tells of itself; give the instrument or camera another slug"
            )
        if twice:
            raise ValueError(f"each instrument and camera needs a slug of its own; used twice: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _thermal_names_what_is_there(self) -> Self:
        instruments, cameras = {one.slug for one in self.instruments}, {one.slug for one in self.cameras}
        named = [one.instrument for one in self.thermal]
        for one in self.thermal:
            wanted = {one.instrument, *([one.air] if one.air else [])} - instruments | set(one.cameras) - cameras
            if wanted:
                raise ValueError(f"thermal names what is not configured: {', '.join(sorted(wanted))}")
            if named.count(one.instrument) > 1:
                raise ValueError(f"thermal names {one.instrument} twice; put its cameras into one block")
        return self

    @model_validator(mode="after")
    def _elsewhere_is_elsewhere(self) -> Self:
        names = [f"{one.device}/{one.slug}" for one in self.elsewhere]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"elsewhere names a camera twice: {', '.join(twice)}")
        if any(one.device == self.place.device for one in self.elsewhere):
            raise ValueError(f"elsewhere is for other devices; {self.place.device} is this one: see [[cameras]]")
        return self
