"""What a person drew on a camera's picture, kept beside what else is known of the camera, and put over edge.toml.

edge.toml says what holds at first. What was drawn since wins: floor, zones and gates together, until it is taken back
on the page, its file is deleted, or the camera's ``position`` is raised, for then it shows something else.
"""

import logging
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from contract.marks import CameraView, Marks
from contract.messages import Drawing
from contract.place import Slug
from edge.camera_config import CameraConfig
from edge.config import EdgeConfig
from edge.errors import BadMarks
from edge.kept_file import read_kept, write_kept

log = logging.getLogger(__name__)

TURN = 1_000
"""A camera that was drawn on after it was turned is in another place, so far above any that edge.toml names."""

TURNS_MAX = 900

MARKED = {"floor", "zones", "gates"}
"""The keys of [[cameras]] that a drawing replaces."""


class Kept(BaseModel):
    """The file of one camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drawing: Slug
    at: AwareDatetime = Field(description="when it was drawn")
    position: int = Field(description="the camera's place in edge.toml then")
    turns: int = Field(
        default=0, ge=0, le=TURNS_MAX, description="how often it was drawn after the camera had been turned"
    )
    marks: Marks | None = Field(description="none: it was taken back, edge.toml holds")


def drawn_file(data_dir: Path, camera: str) -> Path:
    """Return where a camera's drawing is kept."""
    return data_dir / "cameras" / f"{camera}.marks.json"


def marks_of(camera: CameraConfig) -> Marks:
    """Return what is marked in a camera's picture."""
    return Marks.model_validate_json(camera.model_dump_json(include=MARKED))


def marked(camera: CameraConfig, marks: Marks | None, turns: int = 0) -> CameraConfig:
    """Return a camera with other marks (None: its own), checked as edge.toml is.

    Args:
        camera: as edge.toml says it.
        marks: what was drawn.
        turns: how often it was turned and drawn on since; its place is another one each time.

    Raises:
        BadMarks: they can't be used; the code and the sentence say why.
    """
    # What was not set stays so: a camera with gates looks more often by itself.
    said = camera.model_dump(exclude_unset=True)
    if marks is not None:
        said |= marks.model_dump()
    if turns:
        said["position"] = camera.position + TURN * turns
    try:
        return CameraConfig.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        where = ".".join(str(key) for key in first["loc"])
        problem = f"{where}: {cause or first['msg']}".removeprefix(": ")
        raise BadMarks(cause.code if isinstance(cause, BadMarks) else "other", problem) from error


class DrawnMarks:
    """What was drawn for the cameras of a device; ``config`` is edge.toml with it.

    Args:
        config: as edge.toml says it.
    """

    def __init__(self, config: EdgeConfig) -> None:
        self._base = config
        self._kept: dict[str, Kept] = {}
        self._holding: dict[str, str] = {}
        self.config = config

    def load(self) -> list[str]:
        """Read what is kept, and say of each camera with a drawing what has become of it, one sentence each."""
        told = []
        for camera in self._base.cameras:
            kept = _read(drawn_file(self._base.data_dir, camera.slug))
            if kept is not None:
                self._kept[camera.slug] = kept
                told += self._load_one(camera, kept)
        return told

    def _load_one(self, camera: CameraConfig, kept: Kept) -> list[str]:
        file = drawn_file(self._base.data_dir, camera.slug)
        if kept.position != camera.position and kept.marks is None:
            return []
        if kept.position != camera.position:
            where = f"position {kept.position}, the camera is at {camera.position}"
            return [f"{camera.slug}: what was drawn on its picture does not hold any more ({where}); draw it anew"]
        try:
            self._put(marked(camera, kept.marks, kept.turns), kept)
        except BadMarks as error:
            return [f"{camera.slug}: what was drawn on its picture can't be used with edge.toml: {error}"]
        if kept.marks is None:
            return []
        what = f"{_listed(kept.marks)}, drawn on {kept.at:%Y-%m-%d %H:%M} UTC, hold instead of those of edge.toml"
        return [f"{camera.slug}: {what}; to end that, take it back on the page or delete {file}"]

    def checked(self, drawing: Drawing, *, turned: bool) -> tuple[CameraConfig, Kept]:
        """Return a camera as a drawing wants it, and what is to be kept; nothing is kept yet.

        Args:
            drawing: what was drawn.
            turned: the camera was turned since the drawing before, and this one is made on what it shows now.

        Raises:
            BadMarks: it can't be used; the code and the sentence say why.
        """
        camera = next((one for one in self._base.cameras if one.slug == drawing.camera), None)
        if camera is None:
            known = ", ".join(one.slug for one in self._base.cameras) or "none"
            raise BadMarks("no_such_camera", f"this device has no camera {drawing.camera}; it has: {known}")
        kept = self._kept.get(drawing.camera)
        if kept is not None and kept.at > drawing.at:
            raise BadMarks("drawn_since", f"a newer drawing of {kept.at:%Y-%m-%d %H:%M:%S} UTC is here")
        turns = min(TURNS_MAX, (kept.turns if kept and kept.position == camera.position else 0) + turned)
        new = Kept(drawing=drawing.drawing, at=drawing.at, position=camera.position, turns=turns, marks=drawing.marks)
        return marked(camera, drawing.marks, turns), new

    def holds(self, drawing: Drawing) -> bool:
        """Say whether it is the one that is kept: an answer may have been lost, and the same word comes again."""
        kept = self._kept.get(drawing.camera)
        return kept is not None and kept.drawing == drawing.drawing

    def keep(self, camera: CameraConfig, kept: Kept) -> EdgeConfig:
        """Put what ``checked`` gave on the disk and return the configuration that holds from now on.

        Raises:
            OSError: the disk refuses; all stays as it was.
        """
        write_kept(drawn_file(self._base.data_dir, camera.slug), kept.model_dump_json(indent=1).encode())
        self._kept[camera.slug] = kept
        self._put(camera, kept)
        return self.config

    def views(self) -> list[CameraView]:
        """Return what holds in each camera's picture, and where it is from."""
        holding = self._holding
        return [
            CameraView(slug=one.slug, marks=marks_of(one), drawing=holding.get(one.slug)) for one in self.config.cameras
        ]

    def _put(self, camera: CameraConfig, kept: Kept) -> None:
        cameras = [camera if one.slug == camera.slug else one for one in self.config.cameras]
        held = {camera.slug: kept.drawing} if kept.marks is not None else {}
        self._holding = {slug: drawing for slug, drawing in self._holding.items() if slug != camera.slug} | held
        self.config = self.config.model_copy(update={"cameras": cameras})


def _listed(marks: Marks) -> str:
    parts = ["the floor"] if marks.floor else []
    parts += [f"{len(found)} {name}" for name, found in (("zones", marks.zones), ("gates", marks.gates)) if found]
    return " and ".join(parts) or "no marks at all"


def _read(path: Path) -> Kept | None:
    content = read_kept(path)
    if content is None:
        return None
    try:
        return Kept.model_validate_json(content)
    except ValidationError as error:
        log.warning("%s can't be read (%s): edge.toml holds; draw it anew", path, error.errors()[0]["msg"])
        return None
