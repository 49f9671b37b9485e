"""What people tell the device: done once, one after the other, and answered through the outbox.

A command may come twice (MQTT at least once, a cloud that asks again), also after a restart that it caused itself: so
what was begun is kept on the disk. Carried out in a thread of its own, so that the word "committed" need not wait for
a slow doctor.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from contract.messages import Action, Command, CommandResult
from edge.answering import DETAIL_MAX, Answer
from edge.kept_file import read_kept, write_kept
from edge.origin import Origin
from edge.outbox import Outbox

log = logging.getLogger(__name__)

REMEMBERED: Final = 100

OUTLIVES_US: Final[frozenset[Action]] = frozenset({"update", "configure", "reload"})
"""These go on while the agent starts anew; whoever ends them answers."""

Do = Callable[[Command], Answer | None]
"""Carries a command out; None when the answer comes later, by ``Commands.answer``. Blocking, for a bounded time."""

_INTERRUPTED = Answer(
    done=False, detail="the device stopped while it carried this out: look how it does, and say it again",
    code="interrupted",
)  # fmt: skip
_UNKNOWN = Answer(done=False, detail="nothing on this device can do that", code="not_installed")
_EXPIRED = Answer(done=False, detail="it came too late and was left alone", code="expired")
_STRANGE = Answer(done=False, detail="it failed for a reason of ours; the device's log has more", code="other")


class Commands:
    """Handles commands; hand ``take`` to the publisher and run ``run``.

    Args:
        origin: who we are.
        outbox: where the answers go.
        file: where it is kept what was begun and answered.
        actions: what each action does here.
        elsewhere: says of a command whether another process of this device carries it out.
    """

    def __init__(
        self,
        origin: Origin,
        outbox: Outbox,
        file: Path,
        actions: Mapping[Action, Do],
        elsewhere: Callable[[Command], bool] = lambda _: False,
    ) -> None:
        self._origin = origin
        self._outbox = outbox
        self._file = file
        self._actions = actions
        self._elsewhere = elsewhere
        self._begun: OrderedDict[str, Answer | None] = _kept(file)
        self._running: set[str] = set()
        self._waiting: asyncio.Queue[Command] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None

    def take(self, command: Command) -> None:
        """Put a command into the queue, from any thread."""
        if self._elsewhere(command) or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, command)

    async def run(self) -> None:
        """Carry out what comes, until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            command = await self._waiting.get()
            if command.command not in self._running:
                await asyncio.to_thread(self._carry_out, command)

    def waits_for(self, command: str) -> bool:
        """Say whether a command was begun and not answered yet, by this process or the one before."""
        return command in self._begun and self._begun[command] is None

    def answer(self, command: str, answer: Answer) -> None:
        """Answer a command; the answer is kept before it is sent."""
        self._running.discard(command)
        self._keep(command, answer)
        self._send(command, answer)

    def _carry_out(self, command: Command) -> None:
        name = f"{command.action} {command.target or ''}".strip()
        if command.command in self._begun:
            known = self._begun[command.command]
            if known is not None or command.action not in OUTLIVES_US:
                self.answer(command.command, known or _INTERRUPTED)
            return
        do = self._actions.get(command.action)
        if command.expires_at < self._origin.clock.guess():
            answer: Answer | None = _EXPIRED
        elif do is None:
            answer = _UNKNOWN
        else:
            log.info("%s: wanted by the cloud", name)
            self._running.add(command.command)
            self._keep(command.command, None)
            answer = _done(do, command)
        if answer is not None:
            log.info("%s: %s", name, answer.detail)
            self.answer(command.command, answer)

    def _keep(self, command: str, answer: Answer | None) -> None:
        self._begun[command] = answer
        while len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        rows = {name: asdict(one) | {"report": ""} if one else None for name, one in self._begun.items()}
        try:
            write_kept(self._file, json.dumps(rows, ensure_ascii=False).encode())
        except OSError as error:
            log.warning("%s can't be written (%s): after a restart a command may be done twice", self._file, error)

    def _send(self, command: str, answer: Answer) -> None:
        self._outbox.put(
            CommandResult(
                **self._origin.stamp_now(),
                command=command,
                done=answer.done,
                detail=answer.detail[:DETAIL_MAX],
                code=answer.code,
                report=answer.report,
            )
        )


def _done(do: Do, command: Command) -> Answer | None:
    try:
        return do(command)
    except Exception:
        log.exception("%s %s failed; please report this", command.action, command.target or "")
        return _STRANGE


def _kept(file: Path) -> "OrderedDict[str, Answer | None]":
    try:
        rows = json.loads(read_kept(file) or b"{}")
        return OrderedDict((name, Answer(**row) if row else None) for name, row in rows.items())
    except (ValueError, TypeError, AttributeError) as error:
        log.warning("%s can't be read (%s): begun anew", file, error)
        return OrderedDict()
