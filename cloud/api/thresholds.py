"""A house's limits: read, tried on the past, changed. A change is a new version; who made it stays to be read.

The ETag is the version, and a change must name the one it was made on: two people can't undo each other unseen.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Response

from cloud.alerts.history import HouseHistory
from cloud.alerts.replay import NOT_REPLAYED, replay
from cloud.alerts.rules.settings import HouseSettings, Lives
from cloud.alerts.rules.table import rules
from cloud.alerts.telling import ring_now
from cloud.alerts.thresholds import settings_change, thresholds
from cloud.api.caller import WithCaller, may
from cloud.api.models import ReplayAnswer, ReplayAsked, SettingsChange, Thresholds
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import alert_settings, flocks
from cloud.store.alert_settings import SetOnce

CHANGES_MOST: Final = 200
RINGS_MOST: Final = 500
MINUTES_A_DAY: Final = 1_440
"""A replay looks at a value a minute: more would change nothing with hold times of minutes."""

READ: Final = Depends(may(Right.READ))
LIMITS: Final = Depends(may(Right.LIMITS))
IfMatch = Annotated[str | None, Header(description='the ETag the change was made on, like "3"')]

router = APIRouter(prefix="/houses", tags=["thresholds"])


@router.get("/{farm}/{house}/thresholds", dependencies=[READ])
def read(farm: FarmPath, house: HousePath, services: WithServices, response: Response) -> Thresholds:
    """Return every rule with its limits today, what was set here, and what is shipped, with its source."""
    known_house(services, farm, house)
    return _answer(services, farm, house, _newest(services, farm, house), response)


@router.put("/{farm}/{house}/thresholds", dependencies=[LIMITS])
def change(
    farm: FarmPath,
    house: HousePath,
    settings: HouseSettings,
    services: WithServices,
    caller: WithCaller,
    response: Response,
    if_match: IfMatch = None,
) -> Thresholds:
    """Set all at once; a rule that is left out is as shipped again."""
    known_house(services, farm, house)
    wanted = SetOnce(_version(if_match) + 1, settings, caller.name, to_unix_ms(datetime.now(UTC)))
    if not alert_settings.change(services.records, farm, house, wanted, caller.address):
        detail = f"Version {wanted.version - 1} is not the newest any more; read the limits again."
        raise Refusal(HTTPStatus.PRECONDITION_FAILED, "changed_meanwhile", detail)
    services.engine.changed_from_thread(farm, house)
    return _answer(services, farm, house, wanted, response)


@router.get("/{farm}/{house}/thresholds/changes", dependencies=[READ])
def changes(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    page: Annotated[Paged, paging(50, CHANGES_MOST, int)],
) -> list[SettingsChange]:
    """List who changed what and when, newest first."""
    known_house(services, farm, house)
    below = page.after[0] if page.after else None
    found = alert_settings.history(services.records, farm, house, page.wanted, below)
    return [settings_change(one) for one in page.cut(found, lambda one: (one.version,))]


@router.post("/{farm}/{house}/thresholds/replay", dependencies=[READ])
async def try_out(
    farm: FarmPath, house: HousePath, asked: ReplayAsked, services: WithServices, caller: WithCaller
) -> ReplayAnswer:
    """Say what would have rung on the past days with these settings; nothing is changed."""
    return await services.heavy.do(caller.key, lambda: _replayed(services, farm, house, asked))


def _replayed(services: Services, farm: str, house: str, asked: ReplayAsked) -> ReplayAnswer:
    known_house(services, farm, house)
    settings = asked.settings or _newest(services, farm, house).settings
    now = datetime.now(UTC)
    began = now - timedelta(days=asked.days)
    history = HouseHistory(
        services.series, services.records, farm, house, services.zones.of(farm), points=asked.days * MINUTES_A_DAY
    )
    only = set(rules()) if asked.rules is None else set(asked.rules)
    played = replay(history, settings, to_unix_ms(began), to_unix_ms(now), only)
    counts = {key: sum(ring.rule == key for ring in played.rings) for key in rules() if key in only}
    return ReplayAnswer.model_validate(
        {
            "from": began, "to": now, "rings": [ring_now(ring) for ring in played.rings[:RINGS_MOST]],
            "counts": counts, "told": len(played.told_ms), "not_replayed": [key for key in NOT_REPLAYED if key in only],
        }
    )  # fmt: skip


def _newest(services: Services, farm: str, house: str) -> SetOnce:
    with services.records.reading() as connection:
        return alert_settings.newest(connection, farm, house)


def _answer(services: Services, farm: str, house: str, kept: SetOnce, response: Response) -> Thresholds:
    response.headers["ETag"] = f'"{kept.version}"'
    today = services.zones.day(farm, datetime.now(UTC))
    flock = flocks.facts_on(services.records, farm, house, today)
    return thresholds(kept, Lives(flock.breed, flock.placed_on) if flock else None, today)


def _version(if_match: str | None) -> int:
    text = (if_match or "").removeprefix("W/").strip('"')
    if not text.isdecimal():
        detail = 'Send the ETag you read as If-Match, like If-Match: "3"; "0" where nothing was ever changed.'
        raise Refusal(HTTPStatus.PRECONDITION_REQUIRED, "which_version", detail)
    return int(text)
