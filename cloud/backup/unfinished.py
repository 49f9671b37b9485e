"""What is left to do of a restore: a file in the data folder from its first write to its end.

A restore that was killed is begun again with the same backup: what it has done whole stays, the rest is done anew.
Until then no service starts on what is there in part.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from cloud.backup.archive import Manifest
from cloud.errors import CannotStart
from cloud.store.folder import UNFINISHED
from cloud.store.media import write_synced


class Unfinished(BaseModel):
    """A restore that was begun: of which backup, which parts of it are all there, and which may be there in part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    taken_at_ms: int
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def wanting(self, parts: Iterable[str]) -> Self:
        """Return it with these parts left as well."""
        return self.model_copy(update={"left": tuple(dict.fromkeys((*self.left, *parts)))})

    def without(self, part: str) -> Self:
        """Return it with a part done."""
        left = tuple(one for one in self.left if one != part)
        return self.model_copy(update={"done": (*self.done, part), "left": left})


def begun(data_dir: Path, manifest: Manifest) -> Unfinished:
    """Return how far an earlier restore of this backup came; with nothing done or left when there was none.

    Raises:
        CannotStart: another backup was being restored.
    """
    path, own = data_dir / UNFINISHED, Unfinished(version=manifest.version, taken_at_ms=manifest.taken_at_ms)
    try:
        found = Unfinished.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return own
    except ValidationError as error:
        raise CannotStart(f"{path} can't be read; empty the stores and remove it") from error
    if (found.version, found.taken_at_ms) != (own.version, own.taken_at_ms):
        raise CannotStart(
            f"a restore of another backup did not come to its end here; restore that one, or empty the stores and "
            f"remove {path}"
        )
    return found


def note(data_dir: Path, unfinished: Unfinished) -> None:
    """Write down what is left, on the disk when this returns; nothing: the restore is over."""
    path = data_dir / UNFINISHED
    if unfinished.left:
        write_synced(path, unfinished.model_dump_json().encode())
    else:
        path.unlink(missing_ok=True)
