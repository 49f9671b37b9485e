"""Reports to one's own mailboxes: to those e-mail channels of the person who asks, and to nobody else's."""

from collections.abc import Callable
from datetime import date
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request

from cloud.api.caller import Person, WithPerson, may
from cloud.api.flocks import FlockPath
from cloud.api.language import Language, language_of
from cloud.api.models import ComparisonMail, NotificationNow, ReportMail
from cloud.api.paths import FarmPath
from cloud.api.reports import checked_flocks, gatherer, taken_away, today
from cloud.api.services import Services, WithServices
from cloud.api.telling import notification_now
from cloud.report.desk import Wish, last_day
from cloud.report.files import Format
from cloud.report.mailing import letter, mailboxes
from cloud.report.others import read_by
from cloud.rights import Right
from cloud.store import notifications, sent

Asked = tuple[str, date | None, Callable[..., Wish]]
"""The farm whose day counts, the last day if it is said, and what makes the wish of one."""

router = APIRouter(tags=["reports"])


@router.post(
    "/farms/{farm}/flocks/{flock}/report/mail",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[Depends(may(Right.EXPORT))],
)
async def mail_report(
    farm: FarmPath, flock: FlockPath, mail: ReportMail, request: Request, services: WithServices, person: WithPerson
) -> NotificationNow:
    """Send a report about a flock to one's own mailboxes."""
    wish = partial(Wish, mail.kind, ((farm, flock),), units=mail.units)
    return await _mailed(services, person, (farm, mail.last, wish), mail.formats, language_of(request.headers))


@router.post("/comparison/mail", status_code=HTTPStatus.ACCEPTED)
async def mail_comparison(
    mail: ComparisonMail, request: Request, services: WithServices, person: WithPerson
) -> NotificationNow:
    """Send a comparison of flocks to one's own mailboxes."""
    flocks = checked_flocks(mail.flocks, person.caller, Right.EXPORT)
    wish = partial(Wish, "comparison", flocks, units=mail.units)
    asked = (flocks[0][0], mail.last, wish)
    return await _mailed(services, person, asked, mail.formats, language_of(request.headers))


async def _mailed(
    services: Services, person: Person, asked: Asked, formats: list[Format], language: Language
) -> NotificationNow:
    farm, last, wished = asked

    def put() -> NotificationNow:
        wish = wished(last=last_day(last, today(services, farm)), reads=read_by(services.records, person.caller.grants))
        boxes = mailboxes(services.records, person.id)
        written = letter(gatherer(services), wish, formats, person.id, boxes)
        taken_away(services, person.caller, (farm for farm, _ in wish.flocks), f"by e-mail: {', '.join(formats)}")
        notifications.post(services.records, written, person.caller.acting().at_ms)
        message = sent.find(services.records, written.id)
        if message is None:
            raise LookupError(f"{written.id} was written and is not there")
        return notification_now(message, language)

    on_its_way = await services.heavy.do(person.caller.key, put)
    services.notifications.wake_sender()
    return on_its_way
