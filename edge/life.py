"""One life of the agent: the parts that edge.toml names, kept running in one task group.

A part that fails is started again, not the agent. The watchdog is fed only while every part gets on: a frame, a
value, a commit, or an attempt that came back, even if it failed. A thread that hangs in a driver stops the feeding,
and systemd starts the agent anew; a camera that is unplugged does not.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final

from contract.messages import Command, Drawing, Message, Verdict
from edge.actions import Actions
from edge.answering import Answer
from edge.board import Board
from edge.clock import Clock, MachineClocks
from edge.commands import Commands
from edge.composing import Composed, Part, Share, composed
from edge.config import EdgeConfig
from edge.drawings import Drawings
from edge.logs import RecentLines
from edge.marks import DrawnMarks
from edge.notify import tell_systemd, watchdog_s
from edge.origin import Origin, new_boot
from edge.outbox import Outbox
from edge.pacing import Pace
from edge.publisher import Publisher
from edge.running import Runner, ended
from edge.speaking import Speaker
from edge.trial import Trial
from edge.updates import Updates
from edge.verdicts import Verdicts
from edge.vitals import Vitals
from edge.weighed_by_hand import WeighedByHand

log = logging.getLogger(__name__)

WATCH_EVERY_S: Final = 10.0
LOOK_S: Final = 0.5
ANEW_AFTER_S: Final = 0.5
"""The answer to who wanted it is in the outbox by then."""

AT_ONCE: Final = timedelta(seconds=10)

Work = Callable[[], Coroutine[Any, Any, None]]


class Ending(Enum):
    """How a life ends."""

    STOP = auto()
    ANEW = auto()
    FALL_BACK = auto()


class Life:
    """Everything that runs.

    Args:
        path: edge.toml.
        config: what stands there.
        trial: whether it is on trial, and the way back.
        share: what of the device this process runs.
        recent: the log, for people far away.
        told: a command that ended the life before, and its answer.
        clocks: of the machine.
    """

    def __init__(
        self,
        path: Path,
        config: EdgeConfig,
        trial: Trial,
        *,
        share: Share,
        recent: RecentLines,
        told: tuple[str, Answer] | None,
        clocks: MachineClocks | None = None,
    ) -> None:
        self._path = path
        self._trial = trial
        self._share: Share = share
        self._recent = recent
        self._told = told
        self._marks = DrawnMarks(config)
        self._config = config
        clock = Clock(
            clocks,
            wait_s=config.clock.wait_hours * 3_600,
            kept=Board.of(config.data_dir).folder / self._name("clock.json"),
        )
        self._origin = Origin(config.place.device, new_boot(), clock)
        self._ending: asyncio.Queue[Ending] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def run(self, stop: asyncio.Event) -> Ending:
        """Live until ``stop`` is set or somebody wants the agent to start anew.

        Raises:
            OutboxTaken: another agent works in the same data_dir.
            OutboxStuck: data_dir can't be written.
        """
        for line in self._marks.load():
            log.info("%s", line)
        self._config = self._marks.config
        bounds = self._config.outbox
        with Outbox(
            self._file("outbox", "db"),
            self._origin.boot,
            clock=self._origin.clock,
            max_rows=bounds.max_rows,
            max_bytes=bounds.max_mb * 1_000_000,
            keep_days=bounds.keep_days,
            max_days=bounds.max_days,
        ) as outbox:
            ending = await self._run(stop, outbox)
        log.info("%d events wait for the cloud", outbox.rows)
        return ending

    def _file(self, name: str, ending: str) -> Path:
        """Return a file of this process in data_dir."""
        return self._config.data_dir / self._name(f"{name}.{ending}")

    def _name(self, file: str) -> str:
        """Return the name of a file that each process of the device has for itself."""
        name, _dot, ending = file.partition(".")
        return f"{name}-vision.{ending}" if self._share == "vision" else file

    async def _run(self, stop: asyncio.Event, outbox: Outbox) -> Ending:
        config, board = self._config, Board.of(self._config.data_dir)
        made = composed(config, self._share, outbox, self._origin, board)
        runners = {part.health.slug: Runner(part.health.slug, part.run, part.health) for part in made.parts}
        speaker = Speaker(
            config, self._share, origin=self._origin, outbox=outbox, composed=made, marks=self._marks, board=board,
            connected=lambda: not publisher.problem,
        )  # fmt: skip
        commands = self._commands(outbox, made, runners)
        publisher = Publisher(
            config.broker,
            config.place,
            outbox,
            announcement=speaker.announcement,
            status=speaker.status,
            clock=self._origin.clock,
            heard=self._heard(outbox, made, commands),
            speaks=self._share != "vision",
            pace=Pace(config.outbox.replay_rows_per_s),
        )
        if self._told:
            commands.answer(*self._told)
        works = self._works(outbox, made, speaker) | {"publisher": publisher.run, "commands": commands.run}
        if self._share != "vision":
            works["updates"] = Updates(config.data_dir, commands).run
        async with asyncio.TaskGroup() as group:
            tasks = {group.create_task(one.run()) for one in runners.values()}
            tasks |= {group.create_task(Runner(name, work).run()) for name, work in works.items()}
            tasks.add(group.create_task(_keep_watch(outbox, made.parts)))
            tasks.add(group.create_task(self._come_up(publisher, commands)))
            tell_systemd("READY=1")
            log.info("running with %d instruments and %d cameras", len(made.instruments), len(made.watches))
            ending = await self._ended(stop)
            log.info("stopping")
            await ended(tasks)
        return ending

    def _works(self, outbox: Outbox, made: Composed, speaker: Speaker) -> dict[str, Work]:
        """Return what runs beside the parts, by name."""
        config = self._config
        if self._share == "vision":
            return {"board": speaker.leave_word, "configuration": self._watch_configuration}
        slugs = [instrument.slug for instrument in config.instruments]
        vitals = Vitals(
            self._origin, outbox, config.data_dir,
            lines=[one.health for one in made.instruments],
            frame_age_s=speaker.frame_age_s, outbox_age_hours=speaker.outbox_age_hours,
        )  # fmt: skip
        works: dict[str, Work] = {
            "vitals": vitals.run,
            "weighings by hand": WeighedByHand(config.data_dir, slugs, outbox, self._origin).run,
        }
        return works | ({"board": speaker.leave_word} if self._share == "sensors" else {})

    def _commands(self, outbox: Outbox, made: Composed, runners: dict[str, Runner]) -> Commands:
        loop = self._loop
        actions = Actions(
            self._path,
            self._config.data_dir,
            instruments=made.instruments,
            cameras=made.cameras,
            runners=runners,
            trial=self._trial,
            recent=self._recent,
            start_anew=lambda: loop.call_soon_threadsafe(loop.call_later, ANEW_AFTER_S, self._anew),
            in_loop=loop.call_soon_threadsafe,
        )
        file = self._file("commands", "json")
        return Commands(self._origin, outbox, file, actions.table(), elsewhere=self._elsewhere)

    def _elsewhere(self, command: Command) -> bool:
        """Say whether the device's other process carries a command out; the whole agent both start anew."""
        of_camera = command.target in {camera.slug for camera in self._config.cameras}
        of_all = self._share == "vision" and command.action == "restart" and command.target is None
        if (
            of_all and self._origin.clock.guess() - command.at < AT_ONCE
        ):  # said again until the other process has answered
            self._loop.call_soon_threadsafe(self._anew)
        return {"all": False, "sensors": of_camera, "vision": not of_camera}[self._share]

    def _heard(self, outbox: Outbox, made: Composed, commands: Commands) -> dict[type[Message], Callable[[Any], None]]:
        heard: dict[type[Message], Callable[[Any], None]] = {Command: commands.take}
        if self._share != "sensors":
            heard[Verdict] = _verdicts(self._config, outbox, self._origin, made).take
            heard[Drawing] = Drawings(self._origin, outbox, self._marks, made.cameras).take
        return heard

    def _anew(self) -> None:
        self._ending.put_nowait(Ending.ANEW)

    async def _ended(self, stop: asyncio.Event) -> Ending:
        told, stopped = asyncio.create_task(self._ending.get()), asyncio.create_task(stop.wait())
        await asyncio.wait({told, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (told, stopped):
            task.cancel()
        return Ending.STOP if stop.is_set() else told.result()

    async def _come_up(self, publisher: Publisher, commands: Commands) -> None:
        """Wait until the broker is reached, and end the trial of a new configuration one way or the other."""
        if self._share == "vision":
            return
        while publisher.problem:
            if self._trial.over():
                self._ending.put_nowait(Ending.FALL_BACK)
                return
            await asyncio.sleep(LOOK_S)
        pending = await asyncio.to_thread(self._trial.passed)
        if pending and pending.command:
            answer = Answer(done=True, detail="the device runs with the new configuration")
            await asyncio.to_thread(commands.answer, pending.command, answer)

    async def _watch_configuration(self) -> None:
        """Start anew when the other process has taken a new configuration."""
        known = await asyncio.to_thread(_stamp, self._path)
        while await asyncio.to_thread(_stamp, self._path) == known:  # noqa: ASYNC110  # a file, no event
            await asyncio.sleep(LOOK_S)
        self._anew()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return stat.st_mtime_ns, stat.st_ino


def _verdicts(config: EdgeConfig, outbox: Outbox, origin: Origin, made: Composed) -> Verdicts:
    return Verdicts(
        origin,
        outbox,
        made.cameras.keeper if made.cameras else None,
        hand_count=made.cameras.hand_counts.take if made.cameras else None,
        cameras=tuple(camera.slug for camera in config.cameras),
    )


async def _keep_watch(outbox: Outbox, parts: list[Part]) -> None:
    feed_every_s = watchdog_s()
    while True:
        hanging = [part.health.slug for part in parts if part.stalled()]
        if outbox.stalled():
            hanging.append("outbox")
        if hanging:
            log.error("no progress in: %s", ", ".join(hanging))
        else:
            tell_systemd("WATCHDOG=1", f"STATUS={len(parts)} parts, {outbox.rows} events wait for the cloud")
        await asyncio.sleep(min(feed_every_s or WATCH_EVERY_S, WATCH_EVERY_S))
