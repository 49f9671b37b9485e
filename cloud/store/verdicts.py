"""Records of verdicts: a row first, then a message to the device, see ``cloud.store.mail``."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, delete, desc, select

from cloud.store.mail import Mail, State, instant
from cloud.store.records import Records, add
from cloud.store.tables import Verdict
from contract import messages
from contract.place import Place

Answer = Literal["right", "false_alarm", "count"]


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
        state: see ``cloud.store.mail``.
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


def message_of(said: Said) -> messages.Verdict:
    """Return a verdict as it goes over the wire."""
    return messages.Verdict(
        device=said.place.device,
        at=instant(said.at_ms),
        verdict=said.verdict,
        camera=said.camera,
        finding=said.finding,
        about_at=instant(said.about_ms),
        answer=said.answer,
        birds=said.birds,
    )


MAIL = Mail(Verdict, "verdict", lambda row: message_of(_said(row)))
