"""What the cloud tells a device is done once and answered, whatever is restarted in between."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.messages import Command, CommandResult, parse
from edge.answering import Answer
from edge.commands import Commands
from edge.origin import Origin
from edge.outbox import Outbox
from tests.edge.samples import BOOT

ORIGIN = Origin("edge-1", BOOT)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "o.sqlite", BOOT, group_wait_s=0.02) as outbox:
        yield outbox


def command(action: str = "logs", name: str = "c-1", *, lives_s: float = 60, **more: Any) -> Command:
    now = datetime.now(UTC)
    said = {"device": "edge-1", "at": now, "command": name, "action": action}
    return Command.model_validate({**said, "expires_at": now + timedelta(seconds=lives_s), **more})


def results(outbox: Outbox) -> list[CommandResult]:
    rows = outbox.waiting(live_since_ms=0, but=(), limit=100)
    return [parse(CommandResult, row.payload) for row in rows if row.leaf == "result"]


async def answers(outbox: Outbox, count: int) -> list[CommandResult]:
    async with asyncio.timeout(90):
        while len(results(outbox)) < count:
            await asyncio.sleep(0.02)
    return results(outbox)


@asynccontextmanager
async def running(commands: Commands) -> AsyncIterator[Commands]:
    task = asyncio.create_task(commands.run())
    await asyncio.sleep(0)
    yield commands
    task.cancel()
    await asyncio.wait([task])


async def test_a_command_that_comes_twice_is_done_once_and_answered_twice(outbox: Outbox, tmp_path: Path):
    done: list[str] = []

    def read_logs(one: Command) -> Answer:
        done.append(one.command)
        return Answer(done=True, detail="here", report="line 1\nline 2")

    async with running(Commands(ORIGIN, outbox, tmp_path / "c.json", {"logs": read_logs})) as commands:
        commands.take(command())
        [first] = await answers(outbox, 1)
        commands.take(command())
        [_, second] = await answers(outbox, 2)
    assert done == ["c-1"]
    assert (first.done, first.command, first.report) == (True, "c-1", "line 1\nline 2")
    assert (second.done, second.detail) == (True, "here")


async def test_what_was_begun_before_a_restart_is_not_begun_again(outbox: Outbox, tmp_path: Path):
    done: list[str] = []

    def restart(one: Command) -> None:
        done.append(one.command)

    async with running(Commands(ORIGIN, outbox, tmp_path / "c.json", {"restart": restart})) as commands:
        commands.take(command("restart"))
        while not done:
            await asyncio.sleep(0.01)
    async with running(Commands(ORIGIN, outbox, tmp_path / "c.json", {"restart": restart})) as commands:
        commands.take(command("restart"))
        [told] = await answers(outbox, 1)
        assert (told.done, told.code) == (False, "interrupted")
        commands.answer("c-1", Answer(done=True, detail="it came up after all"))
        commands.take(command("restart"))
        assert (await answers(outbox, 3))[2].done
    assert done == ["c-1"]


async def test_what_comes_too_late_what_is_unknown_and_what_fails_are_answered(outbox: Outbox, tmp_path: Path):
    def fail(_: Command) -> Answer:
        raise RuntimeError("a mistake of ours")

    async with running(Commands(ORIGIN, outbox, tmp_path / "c.json", {"doctor": fail})) as commands:
        commands.take(command("tare", "c-1", target="scale", lives_s=-1))
        commands.take(command("update", "c-2", text="9.9"))
        commands.take(command("doctor", "c-3"))
        told = await answers(outbox, 3)
    assert [(one.command, one.done, one.code) for one in told] == [
        ("c-1", False, "expired"), ("c-2", False, "not_installed"), ("c-3", False, "other"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["", "{", "[]", '{"c-1": {"no": "answer"}}'])
async def test_a_damaged_memory_does_not_stop_the_device(outbox: Outbox, tmp_path: Path, content: str):
    (tmp_path / "c.json").write_text(content, encoding="utf-8")
    table = {"logs": lambda _: Answer(done=True, detail="here")}
    async with running(Commands(ORIGIN, outbox, tmp_path / "c.json", table)) as commands:
        commands.take(command())
        assert (await answers(outbox, 1))[0].done
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["c-1"]["done"]
