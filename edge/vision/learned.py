"""What a camera learned of its flock, on the device's disk: JSON that is begun anew when it is damaged."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from edge.kept_file import write_kept

log = logging.getLogger(__name__)


class Learner(Protocol):
    """What learns; ``edge.vision.rhythm.DayRhythm`` is one."""

    def state(self) -> dict[str, Any]:
        """Return all that was learned, fit for JSON."""
        ...


L = TypeVar("L", bound=Learner)


def restored(path: Path, restore: Callable[[object], L]) -> L:
    """Read what was learned from its file; a missing one is begun anew, a damaged one too, and told in the log.

    Args:
        path: the file.
        restore: takes up what ``state`` gave; raises ValueError when it is something else.
    """
    try:
        return restore(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return restore({})
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        log.warning("%s can't be read (%s): what is usual is learned anew", path, error)
        return restore({})


def keep(path: Path, learner: Learner) -> None:
    """Write what was learned; a disk that refuses is told in the log."""
    try:
        write_kept(path, json.dumps(learner.state()).encode())
    except OSError as error:
        log.warning("%s can't be written (%s): what is usual is learned anew after a restart", path, error)
