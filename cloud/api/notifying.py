"""How people and farms want to be told, and what was said to whom."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from cloud.alerts.delivery.audience import audience, name_of
from cloud.alerts.delivery.recipients import Quiet
from cloud.api.caller import WithCaller, WithPerson, may
from cloud.api.language import language_of
from cloud.api.models import Escalating, EscalationNow, ListenerNow, NotificationNow, Notifying, QuietHours
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath
from cloud.api.problems import Refusal
from cloud.api.services import WithServices
from cloud.api.telling import notification_now
from cloud.rights import Right
from cloud.store import listeners, sent
from cloud.store.listeners import Escalation, Wishes
from cloud.store.sent import Sent

LIMIT_MAX: Final = 200

mine = APIRouter(prefix="/me", tags=["notifications"])
farms = APIRouter(prefix="/farms", tags=["notifications"], dependencies=[Depends(may(Right.CHANNELS))])

Page = Annotated[Paged, paging(20, LIMIT_MAX, int, str)]


@mine.get("/notifying")
def my_notifying(services: WithServices, person: WithPerson) -> Notifying:
    """Return how you want to be told."""
    with services.records.reading() as connection:
        wishes = listeners.wishes_of(connection, [person.id])[person.id]
    quiet = wishes.quiet
    return Notifying(
        from_level=wishes.from_level,
        quiet=QuietHours(begins=_clock(quiet.from_minute), ends=_clock(quiet.until_minute)) if quiet else None,
        digest_at=None if wishes.digest_minute is None else _clock(wishes.digest_minute),
    )


@mine.put("/notifying")
def set_my_notifying(wanted: Notifying, services: WithServices, person: WithPerson) -> Notifying:
    """Say how you want to be told; the hours are those of the farm."""
    quiet = Quiet(_minute(wanted.quiet.begins), _minute(wanted.quiet.ends)) if wanted.quiet else None
    digest = None if wanted.digest_at is None else _minute(wanted.digest_at)
    listeners.wish(services.records, person.id, Wishes(wanted.from_level, quiet, digest))
    return wanted


@mine.get("/notifications")
def my_notifications(request: Request, services: WithServices, person: WithPerson, page: Page) -> list[NotificationNow]:
    """List what you were told, the newest first, and over which channel it reached you."""
    found = page.cut(sent.to_user(services.records, person.id, page.wanted, page.after), _key)
    return [notification_now(one, language_of(request.headers)) for one in found]


@farms.get("/{farm}/notifications")
def farm_notifications(farm: FarmPath, request: Request, services: WithServices, page: Page) -> list[NotificationNow]:
    """List what people were told about a farm, the newest first, and how far it got."""
    found = page.cut(sent.on_farm(services.records, farm, page.wanted, page.after), _key)
    return [notification_now(one, language_of(request.headers)) for one in found]


@farms.get("/{farm}/escalation")
def escalation(farm: FarmPath, services: WithServices) -> EscalationNow:
    """Return who is told after whom, and whether they can be reached."""
    people = services.notifications.people.answering(farm)
    reached = audience(services.records, farm, people)
    order = reached.escalation.order
    ordered = sorted(people, key=lambda one: order.index(one.user) if one.user in order else len(order))
    return EscalationNow(
        severe_minutes=reached.escalation.severe_minutes,
        warning_minutes=reached.escalation.warning_minutes,
        cap_per_hour=reached.escalation.cap_per_hour,
        people=[
            ListenerNow(
                name=person.name,
                channels=len(ways),
                reachable=any(channel.state != "dead" for channel in ways),
            )
            for person in ordered
            for ways in [reached.channels.get(name_of(person.user), ())]
        ],
    )


@farms.put("/{farm}/escalation")
def set_escalation(farm: FarmPath, wanted: Escalating, services: WithServices, caller: WithCaller) -> EscalationNow:
    """Say who is told after whom."""
    users = {person.name: person.user for person in services.notifications.people.answering(farm)}
    strangers = [name for name in wanted.order if name not in users]
    if strangers or len(set(wanted.order)) < len(wanted.order):
        detail = f"order: {', '.join(strangers) or 'a name'} stands there " + (
            "and may not answer alerts of this farm" if strangers else "twice"
        )
        zh = f"order：{'、'.join(strangers)}不能处理本场的告警。" if strangers else "order：有人名重复。"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", detail, zh=zh)
    order = tuple(users[name] for name in wanted.order)
    kept = Escalation(wanted.severe_minutes, wanted.warning_minutes, wanted.cap_per_hour, order)
    listeners.escalate(services.records, farm, kept, caller.acting())
    return escalation(farm, services)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _key(message: Sent) -> tuple[int, str]:
    return message.at_ms, message.id
