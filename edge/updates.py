"""An update that the cloud asks for: handed to the service that may do it (root's), its result handed back.

This process may write nothing but its own data, so it leaves a request there; systemd starts henwise-update, which
checks the signature of what it fetches and writes the result where only root can.
"""

import asyncio
import json
from pathlib import Path
from typing import Final

from contract.messages import Command
from edge.answering import Answer
from edge.commands import Commands
from edge.kept_file import read_kept, write_kept

RESULT: Final = Path("/opt/henwise/result.json")
LOOK_S: Final = 2.0


def request_file(data_dir: Path) -> Path:
    """Return where a request for an update lies."""
    return data_dir / "update" / "request.json"


def ask(command: Command, data_dir: Path, result: Path = RESULT) -> Answer | None:
    """Ask for an update; the answer comes later."""
    if not (result.parent / "guard").exists():
        return Answer(
            done=False, detail="this device was not installed with henwise-edge install, so it can't update itself",
            code="not_installed",
        )  # fmt: skip
    request = {"command": command.command, "version": command.text}
    try:
        write_kept(request_file(data_dir), json.dumps(request).encode())
    except OSError as error:
        return Answer(done=False, detail=f"it can't be kept: {error.strerror or error}", code="disk_refuses")
    return None


class Updates:
    """Hands the result of an update back to the cloud; it may be another version that does.

    Args:
        data_dir: where the request lies.
        commands: knows what is waited for, and answers.
        result: where the result comes.
    """

    def __init__(self, data_dir: Path, commands: Commands, result: Path = RESULT) -> None:
        self._request = request_file(data_dir)
        self._commands = commands
        self._result = result

    async def run(self) -> None:
        """Look for a result until cancelled."""
        while True:
            await asyncio.to_thread(self._look)
            await asyncio.sleep(LOOK_S)

    def _look(self) -> None:
        try:
            told = json.loads(read_kept(self._result) or b"{}")
            command, answer = str(told["command"]), Answer(bool(told["done"]), str(told["detail"]), told["code"])
        except (ValueError, KeyError, TypeError):
            return
        if self._commands.waits_for(command):
            self._commands.answer(command, answer)
            self._request.unlink(missing_ok=True)
