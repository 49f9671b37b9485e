"""Records of verdicts: a row first, then a message to the device, sent again until its answer is here.

States: ``pending`` (on its way), ``done`` and ``refused`` (the device's answer), ``unanswered`` (given up).
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, desc, select, update

from cloud.store.records import Records, add
from cloud.store.tables import Verdict
from contract.place import Place

State = Literal["pending", "done", "refused", "unanswered"]
Answer = Literal["right", "false_alarm", "count"]

FIRST_AGAIN_MS: Final = 15_000
LAST_AGAIN_MS: Final = 5 * 60_000
"""A device that does not answer is told again at this distance, doubling from the first to the last."""

GIVE_UP_MS: Final = int(timedelta(days=14).total_seconds() * 1000)
SEND_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict as it is kept.

    Attributes:
        place: the device it is for.
        verdict: its id.
        camera: the camera it is about.
        finding: the finding it is about, None for a count.
        about_ms: when the finding was made or the picture taken, Unix ms.
        answer: what was said.
        birds: the count, with answer count.
        at_ms: when it was said, Unix ms.
        by: who said it.
        state: see the module.
        detail: the device's own words.
    """

    place: Place
    verdict: str
    camera: str
    finding: str | None
    about_ms: int
    answer: Answer
    birds: int | None
    at_ms: int
    by: str
    state: State = "pending"
    detail: str = ""


def new_id() -> str:
    """Return an id that no other verdict has."""
    return f"v-{secrets.token_hex(8)}"


def say(records: Records, said: Said) -> Said:
    """Keep a verdict to be sent; the same one again adds nothing and answers with the one there is.

    A pending older one about the same thing is dropped, so that a changed mind never arrives first.
    """
    with records.writing() as connection:
        known = connection.execute(_newest_first().where(*_about(said))).first()
        if known and (known.answer, known.birds) == (said.answer, said.birds) and known.state in {"pending", "done"}:
            return _said(known)
        connection.execute(delete(Verdict).where(*_about(said), Verdict.state == "pending"))
        add(connection, Verdict, _row(said))
    return said


def answered(connection: Connection, place: Place, verdict: str, *, done: bool, detail: str) -> bool:
    """Note a device's answer; say whether it was to a verdict."""
    change = update(Verdict).where(*_of(place), Verdict.verdict == verdict)
    state: State = "done" if done else "refused"
    return connection.execute(change.values(state=state, detail=detail)).rowcount > 0


def due(records: Records, now_ms: int) -> list[Said]:
    """List what is to be sent now, oldest first, at most ``SEND_ROWS``."""
    query = _pending().where(Verdict.next_ms <= now_ms).order_by(Verdict.at_ms, Verdict.verdict).limit(SEND_ROWS)
    with records.reading() as connection:
        return [_said(row) for row in connection.execute(query)]


def hurry(records: Records, heard: Collection[Place], now_ms: int) -> None:
    """Make all that waits for these devices due."""
    if not heard:
        return
    query = select(Verdict.farm, Verdict.house, Verdict.device).where(Verdict.state == "pending").distinct()
    with records.reading() as connection:
        waited_for = {Place(farm=row.farm, house=row.house, device=row.device) for row in connection.execute(query)}
    if not waited_for.isdisjoint(heard):
        with records.writing() as connection:
            for place in waited_for.intersection(heard):
                pending = (*_of(place), Verdict.state == "pending")
                connection.execute(update(Verdict).where(*pending).values(next_ms=now_ms))


def sent(records: Records, said: Iterable[Said], now_ms: int) -> None:
    """Note that these were sent, and when to send them again."""
    with records.writing() as connection:
        for one in said:
            is_it = (*_of(one.place), Verdict.verdict == one.verdict)
            tries = connection.scalar(select(Verdict.tries).where(*is_it)) or 0
            wait_ms = min(FIRST_AGAIN_MS * 2 ** min(tries, 20), LAST_AGAIN_MS)
            connection.execute(update(Verdict).where(*is_it).values(tries=tries + 1, next_ms=now_ms + wait_ms))


def give_up(records: Records, now_ms: int) -> None:
    """Send no more what no device has answered for two weeks."""
    old = (Verdict.state == "pending", Verdict.at_ms < now_ms - GIVE_UP_MS)
    with records.reading() as connection:
        if connection.execute(select(Verdict.verdict).where(*old).limit(1)).first() is None:
            return
    with records.writing() as connection:
        connection.execute(update(Verdict).where(*old).values(state="unanswered"))


def of_findings(records: Records, farm: str, house: str, findings: Iterable[str]) -> dict[tuple[str, str], Said]:
    """Return (device, finding) -> the newest verdict on each of these findings."""
    query = _newest_first().where(Verdict.farm == farm, Verdict.house == house, Verdict.finding.in_(list(findings)))
    newest: dict[tuple[str, str], Said] = {}
    with records.reading() as connection:
        for row in connection.execute(query):
            newest.setdefault((row.device, row.finding), _said(row))
    return newest


def newest_count(records: Records, place: Place, camera: str) -> Said | None:
    """Return the last count by hand for a camera."""
    query = _newest_first().where(*_of(place), Verdict.camera == camera, Verdict.answer == "count").limit(1)
    with records.reading() as connection:
        row = connection.execute(query).first()
    return _said(row) if row else None


def _pending() -> Select[Verdict]:
    return select(Verdict).where(Verdict.state == "pending")


def _newest_first() -> Select[Verdict]:
    return select(Verdict).order_by(desc(Verdict.at_ms), desc(Verdict.verdict))


def _of(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (Verdict.farm == place.farm, Verdict.house == place.house, Verdict.device == place.device)


def _about(said: Said) -> tuple[ColumnElement[bool], ...]:
    if said.finding:
        return (*_of(said.place), Verdict.finding == said.finding)
    picture = (Verdict.camera == said.camera, Verdict.about_ms == said.about_ms)
    return (*_of(said.place), *picture, Verdict.finding.is_(None))


def _row(said: Said) -> dict[str, Any]:
    return {
        **said.place.model_dump(),
        "verdict": said.verdict,
        "camera": said.camera,
        "finding": said.finding,
        "about_ms": said.about_ms,
        "answer": said.answer,
        "birds": said.birds,
        "at_ms": said.at_ms,
        "by": said.by,
        "state": said.state,
        "detail": said.detail,
        "tries": 0,
        "next_ms": said.at_ms,
    }


def _said(row: Row[Any]) -> Said:
    return Said(
        place=Place(farm=row.farm, house=row.house, device=row.device),
        verdict=row.verdict,
        camera=row.camera,
        finding=row.finding,
        about_ms=row.about_ms,
        answer=row.answer,
        birds=row.birds,
        at_ms=row.at_ms,
        by=row.by,
        state=row.state,
        detail=row.detail,
    )
