"""What each command does on this device."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contract.messages import REPORT_MAX_CHARACTERS, Action, Command, CommandCode
from edge.answering import Answer
from edge.commands import Do
from edge.doctor.run import examine
from edge.errors import BadConfig
from edge.logs import RecentLines
from edge.running import Runner
from edge.sensors import Instrument
from edge.trial import Trial
from edge.updates import ask
from firmware_bridge.errors import BadValue, BridgeError, WrongSettings

if TYPE_CHECKING:
    from edge.vision.composition import Cameras

log = logging.getLogger(__name__)

ADJUST_S: Final = 25.0
"""Longer than a scale waits for its load to stand still."""
PICTURE_S: Final = 30.0


class Actions:
    """What can be done from afar.

    Args:
        path: edge.toml.
        data_dir: of the device.
        instruments: the running ones.
        cameras: the running ones; None on a device without.
        runners: slug -> what keeps a part running.
        trial: tries new configurations.
        recent: the log.
        start_anew: has the whole agent start anew; from any thread.
        in_loop: runs something on the event loop; from any thread.
    """

    def __init__(
        self,
        path: Path,
        data_dir: Path,
        *,
        instruments: list[Instrument],
        cameras: "Cameras | None",
        runners: Mapping[str, Runner],
        trial: Trial,
        recent: RecentLines,
        start_anew: Callable[[], object],
        in_loop: Callable[[Callable[[], object]], object],
    ) -> None:
        self._path = path
        self._data_dir = data_dir
        self._instruments = {one.health.slug: one for one in instruments}
        self._cameras = cameras
        self._runners = runners
        self._trial = trial
        self._recent = recent
        self._start_anew = start_anew
        self._in_loop = in_loop

    def table(self) -> dict[Action, Do]:
        """Return what each action does."""
        return {
            "snapshot": self._snapshot,
            "tare": self._adjust,
            "zero": self._adjust,
            "reload": self._reload,
            "configure": self._configure,
            "restart": self._restart,
            "logs": lambda _: Answer(done=True, detail="the newest lines of the log", report=self._recent.text()),
            "doctor": self._doctor,
            "update": lambda command: ask(command, self._data_dir),
        }

    def _snapshot(self, command: Command) -> Answer:
        camera = command.target or ""
        if camera not in self._runners or self._cameras is None or camera in self._instruments:
            return self._no_such("no_such_camera", camera, set(self._runners) - set(self._instruments))
        taken = self._cameras.picture(camera)
        if taken is None:
            return Answer(done=False, detail=f"{camera} is not up yet: see its state", code="no_picture")
        return _awaited(taken, PICTURE_S, "the picture is on its way", f"{camera} gives no picture now", "no_picture")

    def _adjust(self, command: Command) -> Answer:
        scale = self._instruments.get(command.target or "")
        if scale is None:
            return self._no_such("no_such_part", command.target or "", set(self._instruments))
        granted = scale.adjust("tare" if command.action == "tare" else "zero")
        did = "tared" if command.action == "tare" else "zeroed"
        return _awaited(granted, ADJUST_S, f"{scale.health.slug} is {did}", "it does not answer", "part_silent")

    def _reload(self, command: Command) -> Answer | None:
        return self._try(lambda: self._trial.reload(command.command))

    def _configure(self, command: Command) -> Answer | None:
        return self._try(lambda: self._trial.begin(command.text, command.command))

    def _try(self, begin: Callable[[], None]) -> Answer | None:
        try:
            begin()
        except BadConfig as error:
            detail = f"it has {len(error.problems)} mistakes; the old configuration holds: {error.problems[0]}"
            return Answer(done=False, detail=detail, code="config_mistakes", report="\n".join(error.problems))
        except OSError as error:
            detail = f"it can't be kept: {error.strerror or error}; make room on the disk or check it"
            return Answer(done=False, detail=detail, code="disk_refuses")
        self._start_anew()
        return None if self._trial.pending else Answer(done=True, detail="read again")

    def _restart(self, command: Command) -> Answer:
        if command.target is None:
            self._start_anew()
            return Answer(done=True, detail="the agent starts anew")
        runner = self._runners.get(command.target)
        if runner is None:
            return self._no_such("no_such_part", command.target, set(self._runners))
        self._in_loop(runner.again)
        return Answer(done=True, detail=f"{command.target} starts anew")

    def _doctor(self, command: Command) -> Answer:
        lines: list[str] = []
        well = examine(self._path, bench=False, as_json=False, say=lines.append, language=command.language)
        detail = "all is well" if well else "something is wrong"
        return Answer(done=True, detail=detail, report="\n".join(lines)[:REPORT_MAX_CHARACTERS])

    def _no_such(self, code: CommandCode, wanted: str, there: set[str]) -> Answer:
        known = ", ".join(sorted(there)) or "none"
        return Answer(done=False, detail=f"this device has no {wanted}; it has: {known}", code=code)


def _awaited(wish: "Future[None]", most_s: float, done: str, late: str, code: CommandCode) -> Answer:
    try:
        wish.result(most_s)
    except TimeoutError:
        wish.cancel()
        return Answer(done=False, detail=f"{late}: nothing came within {most_s:.0f} s", code=code)
    except WrongSettings as error:
        return Answer(done=False, detail=str(error), code="not_adjustable")
    except BadValue as error:
        return Answer(done=False, detail=str(error), code="load_moves")
    except BridgeError as error:
        return Answer(done=False, detail=str(error), code="part_silent")
    return Answer(done=True, detail=done)
