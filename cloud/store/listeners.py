"""Records of how people and farms want to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, select

from cloud.alerts.delivery.notice import Level
from cloud.alerts.delivery.recipients import DIGEST_MINUTE, NIGHT, Quiet
from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, add, upsert
from cloud.store.tables import FarmNotifying, Listener, Turn

ESCALATE_SEVERE_MINUTES: Final = 15
ESCALATE_WARNING_MINUTES: Final = 120
CAP_PER_HOUR: Final = 12


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told; see ``cloud.alerts.delivery.recipients``."""

    from_level: Level = "warning"
    quiet: Quiet | None = NIGHT
    digest_minute: int | None = DIGEST_MINUTE


@dataclass(frozen=True, slots=True)
class Escalation:
    """How a farm wants to be told.

    Attributes:
        severe_minutes: without an answer to a severe alert the next person is told after this time.
        warning_minutes: the same for warnings.
        cap_per_hour: messages of the farm within an hour, but for new severe alerts.
        order: user ids, the first to be told first; who may answer and is not named comes after them.
    """

    severe_minutes: int = ESCALATE_SEVERE_MINUTES
    warning_minutes: int = ESCALATE_WARNING_MINUTES
    cap_per_hour: int = CAP_PER_HOUR
    order: tuple[int, ...] = ()


def wishes_of(connection: Connection, users: Sequence[int]) -> dict[int, Wishes]:
    """Return what these people want; who never said gets what suits most."""
    rows = connection.execute(select(Listener).where(Listener.user_id.in_(users)))
    said = {
        row.user_id: Wishes(row.from_level, _quiet(row.quiet_from_minute, row.quiet_until_minute), row.digest_minute)
        for row in rows
    }
    return {user: said.get(user, Wishes()) for user in users}


def wish(records: Records, user: int, wishes: Wishes) -> None:
    """Keep what a person wants."""
    quiet = wishes.quiet
    row = {
        "user_id": user,
        "from_level": wishes.from_level,
        "quiet_from_minute": quiet.from_minute if quiet else None,
        "quiet_until_minute": quiet.until_minute if quiet else None,
        "digest_minute": wishes.digest_minute,
    }
    with records.writing() as connection:
        upsert(connection, Listener, row)


def escalation_of(connection: Connection, farm: str) -> Escalation:
    """Return how a farm wants to be told."""
    order = tuple(connection.scalars(select(Turn.user_id).where(Turn.farm == farm).order_by(Turn.place)))
    row = connection.execute(select(FarmNotifying).where(FarmNotifying.farm == farm)).first()
    if row is None:
        return Escalation(order=order)
    return Escalation(row.escalate_severe_minutes, row.escalate_warning_minutes, row.cap_per_hour, order)


def escalate(records: Records, farm: str, escalation: Escalation, actor: Actor) -> None:
    """Keep how a farm wants to be told."""
    row = {
        "farm": farm,
        "escalate_severe_minutes": escalation.severe_minutes,
        "escalate_warning_minutes": escalation.warning_minutes,
        "cap_per_hour": escalation.cap_per_hour,
    }
    with records.writing() as connection:
        upsert(connection, FarmNotifying, row)
        connection.execute(delete(Turn).where(Turn.farm == farm))
        for place, user in enumerate(escalation.order):
            add(connection, Turn, {"farm": farm, "user_id": user, "place": place})
        audit.note(connection, actor, "escalation-changed", farm, farm=farm)


def _quiet(from_minute: int | None, until_minute: int | None) -> Quiet | None:
    return None if from_minute is None or until_minute is None else Quiet(from_minute, until_minute)
