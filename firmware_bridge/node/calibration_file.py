"""The calibration of a platform in its file beside the configuration: the points as they were taken, and by whom.

The factors are found anew from the points whenever the file is read; ``found`` in the file is for people's eyes.
"""

import os
from dataclasses import asdict
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from firmware_bridge.errors import BadCalibration
from firmware_bridge.node.calibration import Fit, Point, fit


class KeptPoint(BaseModel):
    """One point; see ``calibration.Point``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grams: float
    counts: dict[int, float]
    noise_counts: dict[int, float]
    celsius: float | None = None

    def point(self) -> Point:
        """Return it as the maths take it."""
        return Point(self.grams, self.counts, self.noise_counts, self.celsius)


class Calibration(BaseModel):
    """All that is known of how a platform was calibrated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made_at: AwareDatetime
    machine: str = Field(description="id of the node's board; empty when it wasn't known")
    input: str = Field(description="input and gain of the amplifiers: a128, a64 or b32")
    points: list[KeptPoint]
    drift_grams_per_celsius: float = 0.0
    found: dict[str, object] = Field(default_factory=dict, description="the fit, for people's eyes; not read")

    @classmethod
    def of(
        cls,
        points: list[Point],
        *,
        made_at: AwareDatetime,
        machine: str,
        source: str = "a128",
        drift_grams_per_celsius: float = 0.0,
    ) -> "Calibration":
        """Make one of points. Raises BadCalibration, as ``calibration.fit``."""
        found = fit(points, drift_grams_per_celsius=drift_grams_per_celsius)
        return cls(
            made_at=made_at,
            machine=machine,
            input=source,
            points=[KeptPoint(**asdict(one)) for one in points],
            drift_grams_per_celsius=drift_grams_per_celsius,
            found=asdict(found),
        )

    def fit(self) -> Fit:
        """Find the factors. Raises BadCalibration."""
        return fit([one.point() for one in self.points], drift_grams_per_celsius=self.drift_grams_per_celsius)


def load(path: Path) -> Calibration:
    """Read a calibration that can be used.

    Raises:
        BadCalibration: it isn't there, is damaged, or its points give no scale; the message says what to do.
    """
    try:
        kept = Calibration.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadCalibration(
            f"the calibration {path} can't be read ({error.strerror}); make it with `henwise-bridge calibrate`"
        ) from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False)[0]["loc"])) or "its form"
        raise BadCalibration(f"the calibration {path} is damaged ({where}); calibrate anew") from error
    try:
        kept.fit()
    except BadCalibration as error:
        raise BadCalibration(f"the calibration {path}: {error}") from error
    return kept


def save(path: Path, calibration: Calibration) -> None:
    """Write it so that after a power cut the file holds the old calibration or the new.

    Raises:
        BadCalibration: the folder can't be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w") as file:
            file.write(calibration.model_dump_json(indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadCalibration(f"the calibration {path} can't be written ({error.strerror}); check the folder") from error
