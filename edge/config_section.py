"""What every section of edge.toml shares: unknown keys are refused, and a path starts beside the file."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


def beside_config(path: Path, info: ValidationInfo) -> Path:
    """Return a path as seen from the folder of edge.toml."""
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / path.expanduser()


LocalPath = Annotated[Path, AfterValidator(beside_config)]
"""A path; a relative one starts at the folder of edge.toml."""


class Section(BaseModel):
    """A section of edge.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
