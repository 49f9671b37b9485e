"""Signing in through an OpenID provider that runs over real HTTP beside the service."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import RSAKey
from sqlalchemy import select, update

from cloud.app import create_app
from cloud.config import CloudConfig, OidcConfig
from cloud.rights import Role
from cloud.store import invitations, people
from cloud.store.audit import Actor
from cloud.store.memberships import Post
from cloud.store.records import Records
from cloud.store.tables import User
from tests.cloud.conftest import BASE, PASSWORD
from tests.openid_provider import SECRET, OpenIdProvider, openid_provider

LI = {"sub": "s-li", "email": "Li@farm.example", "email_verified": True, "name": "李梅"}


@dataclass
class Service:
    app: FastAPI
    provider: OpenIdProvider

    @property
    def records(self) -> Records:
        records: Records = self.app.state.services.records
        return records

    async def invite(self, email: str | None = None) -> str:
        actor, post = Actor("mei", int(time.time() * 1000)), Post(Role.VIEWER)
        return (await asyncio.to_thread(invitations.invite, self.records, 1, post, actor, email=email))[1]


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as running:
        running.redirect_uri = f"{BASE}/api/v1/session/oidc/callback"
        running.claims = dict(LI)
        yield running


@pytest.fixture
async def service(config: CloudConfig, dist: Any, provider: OpenIdProvider) -> AsyncIterator[Service]:
    oidc = OidcConfig(issuer=provider.issuer, client_secret=SECRET, name="农场账号")
    http = config.http.model_copy(update={"public_url": BASE})
    app = create_app(config.model_copy(update={"oidc": oidc, "http": http}), dist)
    async with app.router.lifespan_context(app):
        records: Records = app.state.services.records
        await asyncio.to_thread(people.add_user, records, people.Passwords(), "mei", PASSWORD, datetime.now(UTC))
        yield Service(app, provider)


@pytest.fixture
async def phone(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE) as client:
        yield client


async def callback(phone: httpx.AsyncClient, invitation: str | None = None) -> str:
    """Go to the provider and return the address it sends the browser back to."""
    leaving = await phone.post("/api/v1/session/oidc", json={"invitation": invitation})
    assert leaving.status_code == 200, leaving.text
    async with httpx.AsyncClient() as outside:
        return (await outside.get(leaving.json()["address"])).headers["location"]


async def signed_in(phone: httpx.AsyncClient, invitation: str | None = None) -> str:
    """Sign in and return where that leads."""
    answer = await phone.get(await callback(phone, invitation), headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_an_invited_address_gets_an_account_and_keeps_it(service: Service, phone: httpx.AsyncClient):
    assert (await phone.get("/api/v1/session/ways")).json()["provider"] == "农场账号"
    await service.invite(LI["email"])
    assert await signed_in(phone) == "/?signed-in"
    user = (await phone.get("/api/v1/session")).json()
    assert (user["name"], user["email"], user["has_password"]) == ("李梅", "li@farm.example", False)
    assert [post["role"] for post in user["posts"]] == ["viewer"]
    service.provider.claims = {"sub": LI["sub"]}  # the address changed there; it is the same person
    assert await signed_in(phone) == "/?signed-in"
    assert (await phone.get("/api/v1/session")).json()["name"] == "李梅"
    for password in ("", "x"):
        answer = await phone.post("/api/v1/session", json={"name": "李梅", "password": password})
        assert answer.status_code in {401, 422}


async def test_whoever_nobody_let_in_stays_out(service: Service, phone: httpx.AsyncClient):
    assert await signed_in(phone) == "/?refused=not_invited"
    await service.invite(LI["email"])
    service.provider.claims["email_verified"] = False
    assert await signed_in(phone) == "/?refused=not_invited"
    assert (await phone.get("/api/v1/session")).status_code == 401
    with service.records.reading() as connection:
        assert connection.scalars(select(User.name)).all() == ["mei"]


async def test_a_known_address_is_the_user_who_was_there(service: Service, phone: httpx.AsyncClient):
    with service.records.writing() as connection:
        connection.execute(update(User).values(email="li@farm.example"))
    assert await signed_in(phone) == "/?signed-in"
    assert (await phone.get("/api/v1/session")).json()["name"] == "mei"


async def test_whoever_made_an_account_for_somebody_elses_address_is_out_once_its_owner_comes(
    service: Service, phone: httpx.AsyncClient
):
    token = await service.invite(LI["email"])  # by an owner, who opens the link instead of sending it
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE) as inviter:
        made = {"token": token, "name": "trap", "password": PASSWORD}
        assert (await inviter.post("/api/v1/invitations/accept", json=made)).status_code == 200
        assert await signed_in(phone) == "/?signed-in"
        user = (await phone.get("/api/v1/session")).json()
        assert (user["name"], user["has_password"]) == ("trap", False)
        assert (await inviter.get("/api/v1/session")).status_code == 401
        again = await inviter.post("/api/v1/session", json={"name": "trap", "password": PASSWORD})
        assert again.status_code == 401


async def test_a_link_is_accepted_on_the_way_back_even_without_a_verified_address(
    service: Service, phone: httpx.AsyncClient
):
    service.provider.claims = {"sub": "s-9", "name": "mei"}
    token = await service.invite()
    assert await signed_in(phone, token) == "/?signed-in"
    assert (await phone.get("/api/v1/session")).json()["name"] == "mei 2"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE) as another:
        service.provider.claims = {"sub": "s-10"}
        assert await signed_in(another, token) == "/?refused=not_invited"


async def test_somebody_who_is_here_does_not_join_what_came_unasked(service: Service, phone: httpx.AsyncClient):
    await service.invite(LI["email"])
    await signed_in(phone)
    with service.records.writing() as connection:
        people.farms.make_organisation(connection, "pushy", 0)
    actor = Actor("pushy", int(time.time() * 1000))
    await asyncio.to_thread(invitations.invite, service.records, 2, Post(Role.VIEWER), actor, email=LI["email"])
    await signed_in(phone)
    assert [post["organisation"] for post in (await phone.get("/api/v1/session")).json()["posts"]] == [1]


@pytest.mark.parametrize(
    "twisted",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"exp": 1_000_000_000},
        {"nonce": "of another question"},
        {"sub": None},
    ],
    ids=lambda twisted: next(iter(twisted)),
)
async def test_a_token_that_says_something_else_opens_nothing(
    service: Service, phone: httpx.AsyncClient, twisted: dict[str, Any]
):
    await service.invite(LI["email"])
    service.provider.twisted = twisted
    assert await signed_in(phone) == "/?refused=provider_failed"


async def test_a_token_of_somebody_elses_key_opens_nothing(service: Service, phone: httpx.AsyncClient):
    await service.invite(LI["email"])
    service.provider.shown = RSAKey.generate_key(2048, auto_kid=True)
    assert await signed_in(phone) == "/?refused=provider_failed"


async def test_an_answer_belongs_to_the_browser_that_asked_and_works_once(service: Service, phone: httpx.AsyncClient):
    await service.invite(LI["email"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=BASE) as victim:
        stolen = await callback(phone)
        assert (await victim.get(stolen)).headers["location"] == "/?refused=provider_failed"
        await callback(victim)
        assert (await victim.get(stolen)).headers["location"] == "/?refused=provider_failed"
    assert (await phone.get(stolen)).headers["location"] == "/?signed-in"
    assert (await phone.get(stolen)).headers["location"] == "/?refused=provider_failed"


async def test_a_person_who_says_no_and_a_provider_that_is_away(service: Service, phone: httpx.AsyncClient):
    service.provider.refuses = True
    assert await signed_in(phone) == "/?refused=provider_failed"


async def test_a_provider_that_is_away_or_another_one_is_said(config: CloudConfig, dist: Any, provider: OpenIdProvider):
    for issuer in ("http://127.0.0.1:9", f"{provider.issuer}/"):
        app = create_app(config.model_copy(update={"oidc": OidcConfig(issuer=issuer)}), dist)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client,
        ):
            answer = await client.post("/api/v1/session/oidc", json={})
        assert (answer.status_code, answer.json()["code"]) == (502, "provider_failed")


async def test_without_a_provider_there_is_no_such_way(stranger: httpx.AsyncClient):
    for answer in (
        await stranger.post("/api/v1/session/oidc", json={}),
        await stranger.get("/api/v1/session/oidc/callback?code=a&state=b"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "no_provider")
