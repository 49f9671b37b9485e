"""A new edge.toml is on trial: it holds once the device has come up with it and reached the broker, else the old does.

What is needed for the way back stands in data_dir, so that a crash or a power cut on the way ends well too: the agent
counts its starts while a trial is on, and goes back by itself after the third.
"""

import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from edge.config import EdgeConfig
from edge.config_file import checked, load
from edge.errors import BadConfig
from edge.kept_file import read_kept, write_kept

log = logging.getLogger(__name__)

TRIAL_S: Final = 90.0
STARTS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """A trial that is on.

    Attributes:
        command: whoever wanted it waits for this answer.
        starts: how often the agent started with it.
    """

    command: str
    starts: int = 0


class Trial:
    """The trial of one device.

    Args:
        path: its edge.toml.
        config: as the agent runs with it.
        within_s: how long the device may take to reach the broker, in s.
    """

    def __init__(self, path: Path, config: EdgeConfig, within_s: float = TRIAL_S) -> None:
        self._path = path
        self._config = config
        self._good = config.data_dir / "config" / "good.toml"
        self._state = config.data_dir / "config" / "trial.json"
        self._until_s = time.monotonic() + within_s

    @property
    def pending(self) -> Pending | None:
        """The trial that is on."""
        content = read_kept(self._state)
        try:
            return Pending(**json.loads(content)) if content else None
        except (ValueError, TypeError):
            return Pending("")

    def over(self) -> bool:
        """Say whether a trial is on and its time is up."""
        return time.monotonic() > self._until_s and self.pending is not None

    def begin(self, text: str, command: str) -> None:
        """Put a new configuration in the place of the old one; the agent is to be started anew then.

        Raises:
            BadConfig: it has mistakes, or changes what can't be changed from afar; nothing has happened.
            OSError: the disk refuses; nothing has happened.
        """
        wanted = checked(self._path, text)
        if (wanted.place, wanted.data_dir) != (self._config.place, self._config.data_dir):
            raise BadConfig([f"{self._path.name}: place and data_dir stay as they are; change them on the device"])
        if not self._good.exists():
            self._keep_good()
        self._note(Pending(command))
        try:
            write_kept(self._path, text.encode())
        except OSError:
            self._state.unlink()
            raise

    def reload(self, command: str) -> None:
        """Try what somebody has written into edge.toml on the device.

        Raises:
            BadConfig: it has mistakes.
            OSError: the disk refuses.
        """
        load(self._path)
        if self._good.exists():
            self._note(Pending(command))

    def _note(self, pending: Pending) -> None:
        write_kept(self._state, json.dumps(asdict(pending)).encode())

    def _keep_good(self) -> None:
        content = self._path.read_bytes()
        if read_kept(self._good) != content:
            write_kept(self._good, content)

    def started(self) -> bool:
        """Note a start; return False when there were too many of them and the old configuration must come back."""
        pending = self.pending
        if pending is None:
            return True
        if pending.starts >= STARTS_MAX:
            return False
        try:
            self._note(Pending(pending.command, pending.starts + 1))
        except OSError as error:
            log.warning("%s can't be written (%s): starts are not counted", self._state, error)
        return True

    def passed(self) -> Pending | None:
        """Keep edge.toml as one the device came up with, and end the trial; return what was on."""
        pending = self.pending
        try:
            self._keep_good()
            self._state.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s can't be kept (%s): there is no way back to it", self._path, error)
        return pending

    def fall_back(self) -> Pending | None:
        """Put the old configuration back and end the trial; return what was on."""
        pending, good = self.pending, read_kept(self._good)
        try:
            if good is not None:
                write_kept(self._path, good)
                log.error("%s: the device did not come up with it; the one before holds again", self._path)
            self._state.unlink(missing_ok=True)
        except OSError as error:
            log.error("%s can't be put back (%s): do it by hand, it is %s", self._path, error, self._good)  # noqa: TRY400  # a sentence, not a traceback
        return pending
