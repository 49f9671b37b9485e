"""Records of what devices were told to do: a row first, then a message, see ``cloud.store.mail``."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, delete, desc, select

from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.mail import Mail, State, instant
from cloud.store.records import Records, add
from cloud.store.tables import Command
from contract import messages
from contract.messages import Action, CommandCode, CommandResult
from contract.place import Place

KEPT_PER_DEVICE: Final = 100

_AT_ONCE: Final = timedelta(minutes=2)
_SOON: Final = timedelta(minutes=15)
_SOME_DAY: Final = timedelta(days=7)
LIVES: Final[dict[Action, timedelta]] = {
    "snapshot": _AT_ONCE,
    "tare": _AT_ONCE,  # later a bird may stand on the scale
    "zero": _AT_ONCE,
    "reload": _SOON,
    "restart": _SOON,
    "logs": _SOON,
    "doctor": _SOON,
    "configure": _SOME_DAY,
    "update": _SOME_DAY,
}
"""How long after it was said a device may carry it out."""


@dataclass(frozen=True, slots=True)
class Told:
    """One command as it is kept.

    Attributes:
        place: the device it is for.
        command: its id.
        action: what to do.
        target: the instrument or camera, where the action has one.
        text: the new configuration or the version, where the action has one.
        language: of the report.
        at_ms: when it was said, Unix ms.
        by: who said it.
        expires_ms: not to be carried out afterwards, Unix ms.
        state: see ``cloud.store.mail``.
        answered_ms: when the device answered, on its clock, Unix ms.
        code: what it answered, as a key for translated sentences.
        detail: the device's own words.
        report: what it was asked for.
    """

    place: Place
    command: str
    action: Action
    target: str | None
    text: str
    language: Literal["en", "zh"]
    at_ms: int
    by: str
    expires_ms: int
    state: State = "pending"
    answered_ms: int | None = None
    code: CommandCode = ""
    detail: str = ""
    report: str = ""


def tell(
    records: Records, place: Place, action: Action, actor: Actor, *,
    target: str | None = None, text: str = "", language: Literal["en", "zh"] = "en",
) -> Told:  # fmt: skip
    """Keep a command to be sent, with a row in the audit log; one that waits for the same answer already is returned.

    An older configuration that has not arrived yet is dropped, so that it never arrives later.
    """
    lives_ms = int(LIVES[action].total_seconds() * 1000)
    told = Told(
        place, f"c-{secrets.token_hex(8)}", action, target, text, language, actor.at_ms, actor.who,
        actor.at_ms + lives_ms,
    )  # fmt: skip
    with records.writing() as connection:
        about = (*_of(place), Command.action == action, Command.target.is_not_distinct_from(target))
        waiting = connection.execute(
            select(Command).where(*about, Command.state == "pending", Command.expires_ms > actor.at_ms)
        ).first()
        if waiting and waiting.text == text:
            return _told(waiting)
        connection.execute(delete(Command).where(*about, Command.state == "pending"))
        add(connection, Command, _row(told))
        what = f"{place.house}/{place.device}: {action}" + (f" {target}" if target else "")
        audit.note(connection, actor, "device-told", what, farm=place.farm)
        newest = select(Command.command).where(*_of(place)).order_by(desc(Command.at_ms), desc(Command.command))
        beyond = list(connection.scalars(newest.offset(KEPT_PER_DEVICE).limit(1_000)))
        connection.execute(delete(Command).where(*_of(place), Command.command.in_(beyond)))
    return told


def newest(records: Records, place: Place, limit: int) -> list[Told]:
    """List what a device was told last, newest first."""
    query = select(Command).where(*_of(place)).order_by(desc(Command.at_ms), desc(Command.command)).limit(limit)
    with records.reading() as connection:
        return [_told(row) for row in connection.execute(query)]


def newest_of_house(records: Records, farm: str, house: str, since_ms: int) -> dict[str, Sequence[Told]]:
    """Return device -> what it was told since then, newest first."""
    query = (
        select(Command)
        .where(Command.farm == farm, Command.house == house, Command.at_ms >= since_ms)
        .order_by(desc(Command.at_ms), desc(Command.command))
    )
    found: dict[str, list[Told]] = {}
    with records.reading() as connection:
        for row in connection.execute(query):
            found.setdefault(row.device, []).append(_told(row))
    return {**found}


def one(records: Records, place: Place, command: str) -> Told | None:
    """Return a command by its id."""
    with records.reading() as connection:
        row = connection.execute(select(Command).where(*_of(place), Command.command == command)).first()
    return _told(row) if row else None


def message_of(told: Told) -> messages.Command:
    """Return a command as it goes over the wire."""
    return messages.Command(
        device=told.place.device,
        at=instant(told.at_ms),
        command=told.command,
        action=told.action,
        target=told.target,
        text=told.text,
        language=told.language,
        expires_at=instant(told.expires_ms),
    )


def _of(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (Command.farm == place.farm, Command.house == place.house, Command.device == place.device)


def _row(told: Told) -> dict[str, Any]:
    return {
        **told.place.model_dump(), "command": told.command, "action": told.action, "target": told.target,
        "text": told.text, "language": told.language, "at_ms": told.at_ms, "by": told.by,
        "expires_ms": told.expires_ms, "state": told.state, "answered_ms": None, "code": "", "detail": "",
        "report": "", "tries": 0, "next_ms": told.at_ms,
    }  # fmt: skip


def _told(row: Row[Any]) -> Told:
    return Told(
        Place(farm=row.farm, house=row.house, device=row.device), row.command, row.action, row.target, row.text,
        row.language, row.at_ms, row.by, row.expires_ms, row.state, row.answered_ms, row.code, row.detail, row.report,
    )  # fmt: skip


def _answered(result: CommandResult) -> dict[str, Any]:
    return {"code": result.code, "report": result.report, "answered_ms": int(result.at.timestamp() * 1000)}


MAIL = Mail(Command, "command", lambda row: message_of(_told(row)), answers=_answered, expires=Command.expires_ms)
