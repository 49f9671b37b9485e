"""Every list is read in the same way: ``limit``, ``cursor``, and the address of the next page in ``Link``."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cloud.api.document import api_document
from cloud.api.paging import written
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.store import farms, houses
from cloud.store.records import Records
from tests.cloud.conftest import settle
from tests.cloud.sending import finding

HOUSE = "/api/v1/houses/hill/house-2"
PAGES = frozenset({"AlertPage", "AuditPage", "LogPage"})
WHOLE = frozenset({"/api/v1/updates", "/api/v1/houses/{farm}/{house}/pictures"})
"""Always whole: the few versions that lie in a folder of the operator; some pictures spread over the span asked for."""


def lists() -> list[tuple[str, dict[str, Any]]]:
    """Return address and operation of each GET that answers with a list, or with a page of one."""
    found = []
    for path, operations in api_document(create_app(CloudConfig()))["paths"].items():
        operation = operations.get("get", {})
        content = operation.get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if schema.get("type") == "array" or schema.get("$ref", "").rpartition("/")[2] in PAGES:
            found.append((path, operation))
    return found


def test_every_list_has_a_limit_a_cursor_and_a_link_in_the_document():
    found = lists()
    assert len(found) >= 13
    for path, operation in ((path, operation) for path, operation in found if path not in WHOLE):
        told = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert {"limit", "cursor"} <= told.keys(), path
        assert told["limit"]["schema"]["maximum"] >= told["limit"]["schema"]["default"]
        assert operation["responses"]["200"]["headers"]["Link"]["example"].endswith('rel="next"'), path


async def pages(client: httpx.AsyncClient, address: str) -> list[list[Any]]:
    """Follow the links of a list from page to page."""
    found = []
    following: str | None = address
    while following is not None:
        answer = await client.get(following)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        following = answer.links["next"]["url"] if "next" in answer.links else None
    return found


def _many(records: Records) -> None:
    with records.writing() as connection:
        for number in range(5):
            houses.seen(connection, [(f"farm-{number}", f"house-{one}") for one in (1, 2)], 0)
            farms.adopt_all(connection, [f"farm-{number}"], 0)


async def test_a_list_is_the_same_whole_and_page_by_page(app: FastAPI, mei: httpx.AsyncClient):
    await asyncio.to_thread(_many, app.state.services.records)
    for address, size in (("/api/v1/houses", 10), ("/api/v1/farms", 5)):
        whole = (await mei.get(address)).json()
        by_three = await pages(mei, f"{address}?limit=3")
        assert [len(page) for page in by_three] == [3, 3, 3, 1] if size == 10 else [3, 2]
        assert [row for page in by_three for row in page] == whole
        assert "link" not in (await mei.get(f"{address}?limit={size}")).headers


async def test_a_row_that_vanishes_between_two_pages_takes_no_other_along(app: FastAPI, mei: httpx.AsyncClient):
    [post] = (await mei.get("/api/v1/session")).json()["posts"]
    tokens = f"/api/v1/organisations/{post['organisation']}/tokens"
    for number in range(5):
        assert (await mei.post(tokens, json={"name": f"t-{number}", "rights": ["read"]})).status_code == 201
    first = await mei.get(tokens, params={"limit": 2})
    assert [one["name"] for one in first.json()] == ["t-4", "t-3"]
    await mei.delete(f"{tokens}/{first.json()[-1]['id']}")
    rest = await pages(mei, first.links["next"]["url"])
    assert [[one["name"] for one in page] for page in rest] == [["t-2", "t-1"], ["t-0"]]


async def test_what_was_asked_besides_stays_in_the_link(app: FastAPI, mei: httpx.AsyncClient):
    at = datetime(2026, 11, 22, 4, tzinfo=UTC)
    await settle(app, *(finding(number, f"f-{number}", at + timedelta(seconds=number // 2)) for number in range(1, 6)))
    found = await pages(mei, f"{HOUSE}/findings?open=true&limit=2")
    assert [[one["finding"] for one in page] for page in found] == [["f-4", "f-5"], ["f-2", "f-3"], ["f-1"]]
    assert (await pages(mei, f"{HOUSE}/findings?open=false&limit=2")) == [[]]


@pytest.mark.parametrize(
    "cursor",
    [
        "", "{}", "é", "AAAA", written(()), written(("a",)), written(("a", "b")), written((1.5, "a")),  # type: ignore[arg-type]
        written((2**70, "a", "b")), written((1, "a\0", "b")), written((True, "a", "b")), "W1tbW1tb" * 60,
        "WzEsIlx1ZDgwMCIsImIiXQ",
    ],
)  # fmt: skip
async def test_a_cursor_of_nowhere_is_refused(app: FastAPI, mei: httpx.AsyncClient, cursor: str):
    await settle(app, finding(1))
    answer = await mei.get(f"{HOUSE}/findings", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor"), answer.text
