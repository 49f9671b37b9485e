"""Invitations: a link for one person. Its token stands behind the #, so that no server on the way logs it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from cloud.api.caller import Caller, OrganisationPath, address_of, anybody, resolve, within
from cloud.api.models import (
    Acceptance,
    InvitationMade,
    InvitationNow,
    InvitationSeen,
    InvitationToken,
    NewInvitation,
    Post,
    User,
)
from cloud.api.paging import Paged, paging
from cloud.api.people import bad_post
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.api.session import let_in, user_of
from cloud.errors import BadRecord
from cloud.rights import Right
from cloud.store import invitations, joining, memberships
from cloud.store.joining import NameTaken
from cloud.store.mail import instant

Keeper = Annotated[Caller, Depends(within(Right.PEOPLE))]
InvitationPath = Annotated[int, Path(ge=1, le=2**31 - 1)]

OF_ORGANISATION = "/organisations/{organisation}/invitations"

router = APIRouter(tags=["invitations"])


@router.post(OF_ORGANISATION, status_code=HTTPStatus.CREATED)
def invite(
    organisation: OrganisationPath, wanted: NewInvitation, services: WithServices, keeper: Keeper
) -> InvitationMade:
    """Make a link that lets one person in, once."""
    post = memberships.Post(wanted.role, wanted.farm)
    try:
        made, token = invitations.invite(
            services.records, organisation, post, keeper.acting(), email=wanted.email, days=wanted.days
        )
    except BadRecord as error:
        raise bad_post(error) from error
    return InvitationMade(id=made, path=invitations.join_path(token))


@router.get(OF_ORGANISATION)
def list_invitations(
    organisation: OrganisationPath,
    services: WithServices,
    _keeper: Keeper,
    page: Annotated[Paged, paging(200, 1_000, int)],
) -> list[InvitationNow]:
    """List the links that still let somebody in, newest first."""
    open_ones = invitations.open_ones(services.records, organisation, datetime.now(UTC))
    return [
        InvitationNow(
            id=one.id, post=Post(role=one.post.role, farm=one.post.farm), email=one.email, by=one.by,
            expires_at=instant(one.expires_ms),
        )
        for one in page.sliced(open_ones, lambda one: (-one.id,))
    ]  # fmt: skip


@router.delete(OF_ORGANISATION + "/{invitation}", status_code=HTTPStatus.NO_CONTENT)
def withdraw(
    organisation: OrganisationPath, invitation: InvitationPath, services: WithServices, keeper: Keeper
) -> None:
    """Make a link void."""
    if not invitations.withdraw(services.records, organisation, invitation, keeper.acting()):
        raise _no_such_invitation()


@router.post("/invitations/look", dependencies=[Depends(anybody)])
def look(asked: InvitationToken, request: Request, services: WithServices) -> InvitationSeen:
    """Say what a link offers, and who would join."""
    with services.records.reading() as connection:
        invited = invitations.look(connection, asked.token, datetime.now(UTC))
    if invited is None:
        raise _no_such_invitation()
    caller = resolve(services, request)
    return InvitationSeen(
        organisation=invited.organisation_name, role=invited.post.role, farm=invited.post.farm, by=invited.by,
        email=invited.email, signed_in_as=caller.name if caller and caller.user_id else None,
    )  # fmt: skip


@router.post("/invitations/accept", dependencies=[Depends(anybody)])
def accept(asked: Acceptance, request: Request, response: Response, services: WithServices) -> User:
    """Join: as a new person who is signed in from now on, or as whoever is signed in."""
    caller = resolve(services, request)
    if asked.name is not None and asked.password is not None:
        user_id = _join(services, asked, request, asked.password.get_secret_value())
        let_in(services, request, response, user_id)
    elif caller is not None and caller.user_id is not None:
        user_id = caller.user_id
        if not joining.join_known(services.records, asked.token, user_id, caller.acting()):
            raise _no_such_invitation()
    else:
        detail = "name and password: needed to make an account; or sign in first"
        zh = "name 和 password：新建账号时必填；已有账号请先登录。"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", detail, zh=zh)
    return user_of(services, user_id)


def _join(services: Services, asked: Acceptance, request: Request, password: str) -> int:
    newcomer = joining.Newcomer(asked.name or "", password, asked.organisation)
    try:
        user_id = joining.join_new(
            services.records, services.passwords, asked.token, newcomer, address_of(request), datetime.now(UTC)
        )
    except NameTaken as error:
        zh = "该用户名已被使用，请换一个；如果是您本人，请先登录。"
        raise Refusal(HTTPStatus.CONFLICT, "name_taken", f"{error}", zh=zh) from error
    if user_id is None:
        raise _no_such_invitation()
    return user_id


def _no_such_invitation() -> Refusal:
    detail = "This link was used already, has expired or was withdrawn; ask for a new one."
    return not_found("no_such_invitation", detail, zh="该链接已被使用、已过期或已撤回，请索取新的链接。")
