"""The people of an organisation: who they are, what they may be, and that they leave."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from cloud.api.caller import Caller, OrganisationPath, within
from cloud.api.models import PersonNow, Post, Posts
from cloud.api.paging import Paged, paging
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.errors import BadRecord
from cloud.rights import Right
from cloud.store import memberships
from cloud.store.memberships import LastOwner, Member

PersonPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
Keeper = Annotated[Caller, Depends(within(Right.PEOPLE))]

router = APIRouter(prefix="/organisations/{organisation}/people", tags=["people"])


@router.get("")
def list_people(
    organisation: OrganisationPath,
    services: WithServices,
    _keeper: Keeper,
    page: Annotated[Paged, paging(200, 1_000, str, int)],
) -> list[PersonNow]:
    """List the people of an organisation by name."""
    members = memberships.members(services.records, organisation)
    return [_person(member) for member in page.sliced(members, lambda one: (one.name, one.id))]


@router.put("/{person}")
def change_person(
    organisation: OrganisationPath, person: PersonPath, posts: Posts, services: WithServices, keeper: Keeper
) -> PersonNow:
    """Say all that a person is from now on; the last owner stays one."""
    _set(services, organisation, person, posts.posts, keeper)
    found = [one for one in memberships.members(services.records, organisation) if one.id == person]
    if not found:
        raise _no_such_person(person)
    return _person(found[0])


@router.delete("/{person}", status_code=HTTPStatus.NO_CONTENT)
def remove_person(organisation: OrganisationPath, person: PersonPath, services: WithServices, keeper: Keeper) -> None:
    """Take a person out of the organisation; the last owner stays."""
    _set(services, organisation, person, [], keeper)


def _set(services: Services, organisation: int, person: int, posts: list[Post], keeper: Caller) -> None:
    wanted = [memberships.Post(post.role, post.farm) for post in posts]
    try:
        known = memberships.set_posts(services.records, organisation, person, wanted, keeper.acting())
    except LastOwner as error:
        zh = "组织必须至少有一位场主，请先指定另一位场主。"
        raise Refusal(HTTPStatus.CONFLICT, "last_owner", f"{error}", zh=zh) from error
    except BadRecord as error:
        raise bad_post(error) from error
    if not known:
        raise _no_such_person(person)


def bad_post(error: BadRecord) -> Refusal:
    """Say that the organisation can't give this post."""
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_post", f"{error}")


def _no_such_person(person: int) -> Refusal:
    return not_found("no_such_person", f"There is no person {person} here.", zh=f"这里没有编号为 {person} 的人员。")


def _person(member: Member) -> PersonNow:
    posts = [Post(role=post.role, farm=post.farm) for post in member.posts]
    return PersonNow(id=member.id, name=member.name, email=member.email, posts=posts)
