"""The agent: lives, one after the other, until it is told to stop; signals, and a word to systemd.

A life is everything that edge.toml names, running (``edge.life``). It ends when somebody wants the agent to start anew,
for example with another configuration; the next begins in the same process. Only when a thread hangs in a driver must
the process end: then systemd starts it.
"""

import asyncio
import logging
import signal
import threading
from pathlib import Path

from contract.errors import HenwiseError
from edge.answering import Answer
from edge.clock import MachineClocks
from edge.composing import Share
from edge.config import EdgeConfig
from edge.config_file import load
from edge.errors import PartHangs
from edge.life import Ending, Life
from edge.logs import RecentLines
from edge.notify import tell_systemd
from edge.threads import OF_PARTS
from edge.trial import TRIAL_S, Trial

log = logging.getLogger(__name__)

_FELL_BACK = Answer(
    done=False,
    detail="with the new configuration the device did not come up; the one before holds again",
    code="config_fell_back",
)


async def run(
    path: Path, recent: RecentLines, trial_s: float = TRIAL_S, share: Share = "all", clocks: MachineClocks | None = None
) -> None:
    """Run the agent until SIGTERM or SIGINT.

    Args:
        path: edge.toml.
        recent: the log, for people far away.
        share: what of the device this process runs.
        clocks: of the machine; none: the real ones.
        trial_s: how long the device may take to reach the broker with a new configuration, in s.

    Raises:
        BadConfig: edge.toml has mistakes.
        OutboxTaken: another agent works in the same data_dir.
        OutboxStuck: data_dir can't be written.
        PartHangs: it shall start anew, but something hangs; only a new process helps.
    """
    stop = _stop_on_signals()
    told: tuple[str, Answer] | None = None
    ending = Ending.ANEW
    while ending is not Ending.STOP:
        config, trial, fallen = _configured(path, trial_s, share)
        told = (fallen, _FELL_BACK) if fallen else told
        life = Life(path, config, trial, share=share, recent=recent, told=told, clocks=clocks)
        try:
            ending = await life.run(stop)
        except (HenwiseError, OSError):
            if trial.pending is None or share == "vision":
                raise
            log.exception("the new configuration does not come up")
            ending = Ending.FALL_BACK
        told = None
        if ending is Ending.FALL_BACK:
            pending = trial.fall_back()
            told = (pending.command, _FELL_BACK) if pending and pending.command else None
        if ending is not Ending.STOP:
            _check_nothing_hangs()
            log.info("starting anew")
    tell_systemd("STOPPING=1")
    log.info("stopped")


def _configured(path: Path, trial_s: float, share: Share) -> tuple[EdgeConfig, Trial, str]:
    """Read edge.toml; the one before when the device started with this one too often and never came up."""
    config = load(path)
    trial = Trial(path, config, trial_s)
    if share == "vision" or trial.started():
        return config, trial, ""
    pending = trial.fall_back()
    config = load(path)
    return config, Trial(path, config, trial_s), pending.command if pending else ""


def _check_nothing_hangs() -> None:
    hanging = [thread.name for thread in threading.enumerate() if thread.name.startswith(OF_PARTS)]
    if hanging:
        raise PartHangs(f"hanging and not to be ended: {', '.join(hanging)}; the agent must be started as a process")


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
