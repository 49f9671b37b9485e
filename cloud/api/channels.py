"""Where alerts go: a person's own channels, and a farm's group chats.

Addresses are secrets: they come in and never go out again.
"""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Request
from fastapi.concurrency import run_in_threadpool

from cloud.alerts.delivery import address
from cloud.alerts.delivery.address import BadAddress
from cloud.alerts.delivery.channels.push import Subscription
from cloud.alerts.delivery.egress import NotAllowed
from cloud.alerts.delivery.kinds import PUSH
from cloud.api.caller import COOKIE, Caller, WithCaller, WithPerson, may
from cloud.api.language import Language, language_of
from cloud.api.models import ChannelNow, ChannelsNow, NewChannel, NewPush, NotificationNow
from cloud.api.paths import FarmPath
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.api.telling import channel_now, channels_now, kinds_now, notification_now
from cloud.errors import BadRecord, TooManyTests
from cloud.rights import Right
from cloud.store import channels, sent, sessions
from cloud.store.channels import KeptChannel, Owner

ChannelPath = Annotated[int, Path(ge=1, le=2**31 - 1)]

mine = APIRouter(prefix="/me", tags=["notifications"])
farms = APIRouter(prefix="/farms", tags=["notifications"], dependencies=[Depends(may(Right.CHANNELS))])


@mine.get("/channels")
def list_my_channels(services: WithServices, person: WithPerson) -> ChannelsNow:
    """List your channels, how they do, and what can be added; the best way for this place stands first."""
    return _listed(services, Owner(user=person.id))


@mine.post("/channels", status_code=HTTPStatus.CREATED)
def add_my_channel(new: NewChannel, request: Request, services: WithServices, person: WithPerson) -> ChannelNow:
    """Add a channel of yours; the same address again changes its name."""
    return _added(services, (Owner(user=person.id), person.caller), new, new.language or language_of(request.headers))


@mine.post("/push", status_code=HTTPStatus.CREATED)
def add_my_browser(new: NewPush, request: Request, services: WithServices, person: WithPerson) -> ChannelNow:
    """Add this browser; the same browser again is brought up to date, and is yours from now on."""
    try:
        services.notifications.setting.egress.check(_host(new.endpoint))
    except NotAllowed as error:
        raise _refused("host_not_allowed", str(error)) from error
    subscription = Subscription(endpoint=new.endpoint, keys=new.keys)
    kept = channels.NewChannel(
        PUSH,
        new.label,
        subscription.model_dump_json(),
        _host(new.endpoint),
        new.language or language_of(request.headers),
        session=sessions.hashed(request.cookies.get(COOKIE, "")),
    )
    return _kept(services, (Owner(user=person.id), person.caller), kept)


@mine.delete("/channels/{channel}", status_code=HTTPStatus.NO_CONTENT)
def remove_my_channel(channel: ChannelPath, services: WithServices, person: WithPerson) -> None:
    """Remove a channel of yours and what waits for it."""
    _removed(services, (Owner(user=person.id), person.caller), channel)


@mine.post("/channels/{channel}/test", status_code=HTTPStatus.ACCEPTED)
async def test_my_channel(
    channel: ChannelPath, request: Request, services: WithServices, person: WithPerson
) -> NotificationNow:
    """Send a real message over one channel; ask for it again to see how far it got."""
    farm = min(person.caller.farms(Right.READ), default="")
    return await _tested(services, Owner(user=person.id), channel, farm, language_of(request.headers))


@farms.get("/{farm}/channels")
def list_farm_channels(farm: FarmPath, services: WithServices) -> ChannelsNow:
    """List the group chats that hear of a farm's alerts."""
    return _listed(services, Owner(farm=farm))


@farms.post("/{farm}/channels", status_code=HTTPStatus.CREATED)
def add_farm_channel(
    farm: FarmPath, new: NewChannel, request: Request, services: WithServices, caller: WithCaller
) -> ChannelNow:
    """Add a group chat; it hears of every alert at once, but no repeats and no digest."""
    return _added(services, (Owner(farm=farm), caller), new, new.language or language_of(request.headers))


@farms.delete("/{farm}/channels/{channel}", status_code=HTTPStatus.NO_CONTENT)
def remove_farm_channel(farm: FarmPath, channel: ChannelPath, services: WithServices, caller: WithCaller) -> None:
    """Remove a group chat."""
    _removed(services, (Owner(farm=farm), caller), channel)


@farms.post("/{farm}/channels/{channel}/test", status_code=HTTPStatus.ACCEPTED)
async def test_farm_channel(
    farm: FarmPath, channel: ChannelPath, request: Request, services: WithServices
) -> NotificationNow:
    """Send a real message to a group chat."""
    return await _tested(services, Owner(farm=farm), channel, farm, language_of(request.headers))


def _listed(services: Services, owner: Owner) -> ChannelsNow:
    setting = services.notifications.setting
    kinds = kinds_now(mainland=setting.mainland, group=owner.user is None)
    return channels_now(channels.of(services.records, owner), kinds, setting.keys.public)


def _added(services: Services, whose: tuple[Owner, Caller], new: NewChannel, language: Language) -> ChannelNow:
    setting = services.notifications.setting
    try:
        read = address.read(new.address, setting.egress, own_mail=setting.smtp is not None)
    except BadAddress as error:
        raise _refused(error.code, str(error)) from error
    return _kept(services, whose, channels.NewChannel(read.kind, new.label, read.url, read.shown, language))


def _kept(services: Services, whose: tuple[Owner, Caller], new: channels.NewChannel) -> ChannelNow:
    owner, caller = whose
    actor = caller.acting()
    try:
        return channel_now(channels.put(services.records, owner, new, actor.at_ms, actor))
    except BadRecord as error:
        raise Refusal(HTTPStatus.CONFLICT, "too_many_channels", str(error)) from error


def _removed(services: Services, whose: tuple[Owner, Caller], channel: int) -> None:
    owner, caller = whose
    if not channels.remove(services.records, owner, channel, caller.acting()):
        raise _no_such_channel(channel)


async def _tested(services: Services, owner: Owner, channel: int, farm: str, language: Language) -> NotificationNow:
    desk = services.notifications

    def put() -> NotificationNow:
        try:
            message = sent.find(services.records, desk.test(_known(services, owner, channel), farm))
        except TooManyTests as error:
            wait = {"Retry-After": "60"}
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many_tests", str(error), wait) from error
        if message is None:
            raise _no_such_channel(channel)
        return notification_now(message, language)

    on_its_way = await run_in_threadpool(put)
    desk.wake_sender()
    return on_its_way


def _known(services: Services, owner: Owner, channel: int) -> KeptChannel:
    found = channels.find(services.records, owner, channel)
    if found is None:
        raise _no_such_channel(channel)
    return found


def _no_such_channel(channel: int) -> Refusal:
    return not_found("no_such_channel", f"There is no channel {channel} here; load the list again.")


def _refused(code: str, detail: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail)


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or ""
