"""Findings, verdicts, drawings and commands as the API answers with them. Blocking; call it from a thread."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from cloud.api.models import CommandNow, CommandReport, DrawingNow, FindingNow, FindingsNow, VerdictNow, ViewNow
from cloud.store import drawings, findings, houses, verdicts
from cloud.store.commands import Told
from cloud.store.drawings import Drawn
from cloud.store.findings import EvidenceKey, Found
from cloud.store.mail import instant
from cloud.store.records import Records
from cloud.store.verdicts import Said
from contract.messages import Announcement, HealthFinding, parse
from contract.place import Place

OPEN_ROWS: Final = 20
JUDGED_ROWS: Final = 5


def findings_now(records: Records, farm: str, house: str) -> FindingsNow:
    """Return the newest open findings of a house, and the last that were judged."""
    found = findings.newest(records, farm, house, unanswered=True, limit=OPEN_ROWS)
    found += findings.newest(records, farm, house, unanswered=False, limit=JUDGED_ROWS)
    found.sort(key=lambda one: one.key.at_ms, reverse=True)
    return FindingsNow(open=findings.unanswered(records, farm, house), rows=with_verdicts(records, farm, house, found))


def health_finding(found: Found) -> HealthFinding:
    """Read a kept finding back; its ``jpeg`` is empty, the picture is in ``media``."""
    return parse(HealthFinding, f'{found.message[:-1]},"jpeg":""}}')


def verdict_now(said: Said) -> VerdictNow:
    """Return a verdict as the API answers with it."""
    return VerdictNow(
        verdict=said.verdict,
        answer=said.answer,
        birds=said.birds,
        about_at=instant(said.about_ms),
        at=instant(said.at_ms),
        by=said.by,
        state=said.state,
        detail=said.detail,
    )


def views_now(records: Records, farm: str, house: str) -> list[ViewNow]:
    """Return what is marked in the picture of each camera of a house."""
    announced = [
        (row.device, parse(Announcement, row.announcement))
        for row in houses.devices(records, farm, house)
        if row.announcement
    ]
    found = []
    for device, announcement in announced:
        place = Place(farm=farm, house=house, device=device)
        for view in announcement.views:
            drawn = drawings.newest(records, place, view.slug)
            last = drawing_now(drawn) if drawn else None
            found.append(ViewNow(device=device, camera=view.slug, marks=view.marks, drawing=view.drawing, last=last))
    return found


def drawing_now(drawn: Drawn) -> DrawingNow:
    """Return a drawing as the API answers with it."""
    return DrawingNow(
        drawing=drawn.drawing,
        marks=drawn.marks,
        picture_at=instant(drawn.picture_ms),
        at=instant(drawn.at_ms),
        by=drawn.by,
        state=drawn.state,
        code=drawn.code,
        detail=drawn.detail,
    )


def command_now(told: Told) -> CommandNow:
    """Return a command as the API answers with it."""
    return CommandNow(
        command=told.command,
        action=told.action,
        target=told.target,
        at=instant(told.at_ms),
        by=told.by,
        expires_at=instant(told.expires_ms),
        state=told.state,
        answered_at=None if told.answered_ms is None else instant(told.answered_ms),
        code=told.code,
        detail=told.detail,
        has_report=bool(told.report),
    )


def command_report(told: Told) -> CommandReport:
    """Return a command with what it asked for."""
    return CommandReport(**command_now(told).model_dump(), report=told.report)


def evidence_url(key: EvidenceKey) -> str:
    """Return the address of a finding's picture, from the root of the service."""
    place = key.place
    house = f"/api/v1/houses/{quote(place.farm)}/{quote(place.house)}"
    return f"{house}/findings/{quote(place.device)}/{quote(key.finding)}/{key.at_ms}.jpg"


def with_verdicts(records: Records, farm: str, house: str, found: Iterable[Found]) -> list[FindingNow]:
    """Return findings with what people said of them, in the order they are handed in."""
    rows = list(found)
    said = verdicts.of_findings(records, farm, house, [one.key.finding for one in rows])
    return [_finding(one, said.get((one.key.place.device, one.key.finding))) for one in rows]


def _finding(found: Found, said: Said | None) -> FindingNow:
    event = health_finding(found)
    return FindingNow(
        device=event.device,
        finding=event.finding,
        camera=event.camera,
        at=event.at,
        since=event.since,
        kind=event.kind,
        reasons=event.reasons,
        score=event.score,
        box=event.box,
        size_wh=event.size_wh,
        picture=evidence_url(found.key) if found.pictured else None,
        verdict=verdict_now(said) if said else None,
    )
