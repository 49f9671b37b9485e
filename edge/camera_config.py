"""What stands in a [[cameras]] section of edge.toml. Places in a picture are shares of its width and height."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from contract.place import Slug
from edge.config_section import LocalPath, Section, beside_config
from edge.errors import BadMarks
from edge.vision.polygon import area, crosses_itself

SHIPPED_CLIP = Path(__file__).parent / "vision" / "demo" / "flock.mp4"
"""What ``source = "demo"`` plays."""

FPS_AT_GATES, LEAST_FPS_AT_GATES = 10, 5
"""At 2 pictures a second half of the birds of an evening rush pass unseen (docs/benchmarks.md)."""

SourceKind = Literal["file", "device", "stream", "pictures"]
_STREAMS = ("rtsp", "rtsps", "http", "https")


_USER = re.compile(r"[a-z]+://([^/?#:@]*)(:(?!\d*/).*)?@.*", re.DOTALL)
"""Of an address; a password may hold @ and /, as people type it in."""

Share = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Share, Share]
"""A place in the picture: shares of its width and height, [0, 0] is top left."""
LEAST_AREA = 1e-5
"""Of a polygon, as a share of the picture: a square of 3 pixels in a picture of 1,000."""


def round_an_area(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the corners of a polygon as they are.

    Raises:
        BadMarks: they lie on a line, or the border crosses itself.
    """
    if area(corners) < LEAST_AREA:
        raise BadMarks(
            "marks_flat", "the corners lie on a line or are not in order; name them as one walks around the area"
        )
    if crosses_itself(corners):
        raise BadMarks("marks_cross", "the border crosses itself; name the corners as one walks around the area")
    return corners


Polygon = Annotated[tuple[Point, ...], Field(min_length=3, max_length=100), AfterValidator(round_an_area)]
TileCount = Annotated[int, Field(ge=1, le=8)]
Metres = Annotated[float, Field(ge=-10_000, le=10_000)]


def user_in(source: str) -> str:
    """Return the user that stands in an address, as it stands there; empty when none does."""
    return _USER.sub(r"\1", source) if _USER.match(source) else ""


def password_in(source: str) -> str:
    """Return the password that stands in an address, as it stands there; empty when none does."""
    found = _USER.match(source)
    return (found.group(2) or "").removeprefix(":") if found else ""


def with_password(source: str, password: str) -> str:
    """Return an address whose user has a password now."""
    scheme, _mark, rest = source.partition("://")
    user, _at, host = rest.partition("@")
    return f"{scheme}://{user}:{quote(password, safe='')}@{host}"


def without_password(source: str) -> str:
    """Return an address whose user has none any more."""
    password = password_in(source)
    return source.replace(f":{password}@", "@", 1) if password else source


def masked(source: str) -> str:
    """Return a source as it may be logged: without what an address may hold of a password.

    Passwords are often typed in as they are, with ``@`` and ``/``: so all up to the last ``@`` goes, and any query.
    """
    return re.sub(r"(?<=\?).*", "***", re.sub(r"(?<=://).*@", "***@", source)) if "://" in source else source


class ZoneConfig(Section):
    """A part of the floor whose birds are counted on their own."""

    slug: Slug = Field(description="name of the zone")
    kind: Literal["feeder", "drinker", "resting", "other"] = Field(default="other", description="what is there")
    polygon: Polygon = Field(description="its corners, shares of width and height: [[0.1, 0.2], …]")


class GateConfig(Section):
    """A line birds walk over, or a pop hole they vanish in and come out of."""

    slug: Slug = Field(description="name of the gate")
    line: tuple[Point, Point] | None = Field(default=None, description="its two ends, shares of width and height")
    inside: Literal["left", "right"] = Field(
        default="left", description="side of the line where the house is, looking from its first end to its second"
    )
    hole: Polygon | None = Field(default=None, description="corners of a pop hole, instead of a line")
    hole_leads: Literal["in", "out"] = Field(
        default="in", description="where a bird has gone that vanished in the hole"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.line is None) == (self.hole is None):
            raise ValueError("a gate has either a line or a hole")
        if self.line is not None and self.line[0] == self.line[1]:
            raise BadMarks("marks_flat", "the two ends of the line are the same point")
        return self


class PlanConfig(Section):
    """Where the picture lies on the house's floor: at least four points, found in the picture and measured."""

    picture: Annotated[tuple[Point, ...], Field(min_length=4, max_length=50)] = Field(
        description="points of the floor in the picture, shares of width and height"
    )
    metres: Annotated[tuple[tuple[Metres, Metres], ...], Field(min_length=4, max_length=50)] = Field(
        description="the same points on the floor, in m from any corner of the house that all cameras share"
    )

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        if len(self.picture) != len(self.metres):
            raise ValueError(f"picture has {len(self.picture)} points and metres {len(self.metres)}: one for each")
        return self


class ElsewhereConfig(Section):
    """A camera of the house on another device, whose floor may overlap with that of ours: its birds are its own."""

    device: Slug = Field(description="slug of the other device")
    slug: Slug = Field(description="name of the camera there")
    plan: PlanConfig = Field(description="where its picture lies on the house's floor, as in its own edge.toml")
    floor: Polygon | None = Field(default=None, description="its floor, as in its own edge.toml; default: all")


class WellnessConfig(Section):
    """What is made of how the birds move."""

    enabled: bool = Field(default=True, description="follow the birds at all")
    window_s: float = Field(default=300, ge=10, le=3_600, description="one report per window, in s")
    still_min: float = Field(default=20, gt=0, le=720, description="a bird lying still so long is a finding, in min")
    dead_min: float = Field(default=120, gt=0, le=1_440, description="so long, and it may be dead, in min")
    usual_rests: bool = Field(
        default=True, description="still_min grows to the longest rest of a bird that got up in the last days"
    )
    again_min: float = Field(default=120, gt=0, le=1_440, description="the same finding is told again after, in min")
    suspect_score: float = Field(default=0.6, gt=0, lt=1, description="a sick-bird suspect is told from this score up")
    appearance: LocalPath | None = Field(
        default=None, description="a classifier (.onnx) of your own, with a class unwell, that looks at resting birds"
    )


class CameraConfig(Section):
    """One camera."""

    slug: Slug = Field(description="name of the camera inside this device")
    source: str = Field(
        min_length=1, description="a video file, /dev/videoN, rtsp://…, http://…, or demo (shipped clip)"
    )
    password_file: LocalPath | None = Field(
        default=None, description="file whose first line is the camera's password; the user stands in source"
    )
    single_pictures: bool = Field(
        default=False, description="an http address that gives one JPEG each time it is asked, not a stream"
    )
    loop: bool = Field(default=True, description="a file starts again at its end")
    fps: float = Field(
        default=2, gt=0, le=30, description="most pictures looked at per second; 10 for a camera with gates"
    )
    window_s: float = Field(default=10, ge=1, le=600, description="one count is sent per window, in s")
    snapshot_every_s: float = Field(default=300, ge=1, le=86_400, description="time between pictures sent, in s")
    network: LocalPath | None = Field(default=None, description="network (.onnx) to use; default: the shipped one")
    read_timeout_s: float = Field(
        default=5, ge=1, le=60, description="a stream silent for so long is opened anew, in s"
    )

    frozen_after_s: float = Field(
        default=60, ge=10, le=86_400, description="the very same picture for so long is a frozen one, in s"
    )
    position: int = Field(
        default=1, ge=1, le=1_000_000, description="raise it by one when the camera was moved on purpose"
    )

    tiles: Literal["auto", "off", "close"] | tuple[TileCount, TileCount] = Field(
        default="auto", description="look at small birds again, larger: auto, off, close (always), or [columns, rows]"
    )
    floor: Polygon | None = Field(default=None, description="part of the picture in which birds count; default: all")
    zones: list[ZoneConfig] = Field(default_factory=list, max_length=50, description="parts of the floor to count")
    gates: list[GateConfig] = Field(default_factory=list, max_length=20, description="lines and holes birds pass")
    plan: PlanConfig | None = Field(default=None, description="where the picture lies on the house's floor")
    wellness: WellnessConfig = Field(default_factory=WellnessConfig, description="still birds, activity")

    @field_validator("source")
    @classmethod
    def _known_source(cls, source: str, info: ValidationInfo) -> str:
        if source == "demo":
            return str(SHIPPED_CLIP)
        if "://" in source:
            # A password may hold @ and /, as people type it in.
            parts = urlsplit(re.sub(r"(?<=://).*@", "", source))
            if parts.scheme not in _STREAMS or not parts.hostname:
                raise ValueError(
                    f"can't be read; allowed: a file, /dev/videoN, demo, {', '.join(s + '://' for s in _STREAMS)}"
                )
            return source
        return source if source.startswith("/dev/video") else str(beside_config(Path(source), info))

    @model_validator(mode="before")
    @classmethod
    def _gates_need_more_pictures(cls, section: Any) -> Any:
        if isinstance(section, dict) and section.get("gates") and "fps" not in section:
            return {**section, "fps": FPS_AT_GATES}
        return section

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.gates and self.fps < LEAST_FPS_AT_GATES:
            raise BadMarks(
                "gate_needs_pictures",
                f"fps = {self.fps:g} misses birds that pass a gate: set {LEAST_FPS_AT_GATES} or more, better "
                f"{FPS_AT_GATES}",
            )
        if self.single_pictures and not self.source.startswith(("http://", "https://")):
            raise ValueError("single_pictures needs a source that begins with http:// or https://")
        if self.password_file and not (user_in(self.source) and not password_in(self.source)):
            raise ValueError("password_file needs a source with a user and without a password: rtsp://user@host/path")
        slugs = [zone.slug for zone in self.zones] + [gate.slug for gate in self.gates]
        twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
        if twice:
            told = f"zones and gates of a camera need slugs of their own; used twice: {', '.join(twice)}"
            raise BadMarks("names_twice", told)
        return self

    @property
    def kind(self) -> SourceKind:
        """What sort of source it is."""
        if "://" in self.source:
            return "pictures" if self.single_pictures else "stream"
        return "device" if self.source.startswith("/dev/video") else "file"
