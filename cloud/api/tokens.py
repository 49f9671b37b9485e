"""Tokens: keys of machines to an organisation's data, shown once."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Row

from cloud.api.caller import Caller, OrganisationPath, within
from cloud.api.models import NewToken, TokenMade, TokenNow
from cloud.api.paging import Paged, paging
from cloud.api.people import bad_post
from cloud.api.problems import not_found
from cloud.api.services import WithServices
from cloud.api.times import perhaps
from cloud.errors import BadRecord
from cloud.rights import Right
from cloud.store import tokens
from cloud.store.mail import instant
from cloud.store.tokens import Scope

Keeper = Annotated[Caller, Depends(within(Right.PEOPLE))]
TokenPath = Annotated[int, Path(ge=1, le=2**31 - 1)]

router = APIRouter(prefix="/organisations/{organisation}/tokens", tags=["tokens"])


@router.post("", status_code=HTTPStatus.CREATED)
def make_token(organisation: OrganisationPath, wanted: NewToken, services: WithServices, keeper: Keeper) -> TokenMade:
    """Make a token; this answer is the only one that shows it."""
    actor = keeper.acting()
    ends = None if wanted.days is None else actor.at_ms + int(timedelta(days=wanted.days).total_seconds() * 1000)
    farms = None if wanted.farms is None else frozenset(wanted.farms)
    scope = Scope(wanted.name, frozenset(wanted.rights), farms, ends)
    try:
        token_id, secret = tokens.make(services.records, organisation, scope, actor)
    except BadRecord as error:
        raise bad_post(error) from error
    return TokenMade(id=token_id, secret=secret)


@router.get("")
def list_tokens(
    organisation: OrganisationPath,
    services: WithServices,
    _keeper: Keeper,
    page: Annotated[Paged, paging(200, 1_000, int)],
) -> list[TokenNow]:
    """List the organisation's tokens, newest first, without their secrets."""
    every = tokens.every(services.records, organisation)
    return [_token(row) for row in page.sliced(every, lambda row: (-row.id,))]


@router.delete("/{token}", status_code=HTTPStatus.NO_CONTENT)
def revoke(organisation: OrganisationPath, token: TokenPath, services: WithServices, keeper: Keeper) -> None:
    """Make a token void at once."""
    if not tokens.revoke(services.records, organisation, token, keeper.acting()):
        raise not_found("no_such_token", "There is no such token any more.", zh="该令牌已不存在。")


def _token(row: Row[Any]) -> TokenNow:
    return TokenNow(
        id=row.id, name=row.name, rights=json.loads(row.rights),
        farms=None if row.farms is None else json.loads(row.farms), by=row.by, made_at=instant(row.created_ms),
        expires_at=perhaps(row.expires_ms), used_at=perhaps(row.used_ms),
    )  # fmt: skip
