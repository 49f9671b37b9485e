"""``henwise-cloud user | farm | house`` as an operator types them, beside a running service."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.cloud.service import CloudProcess
from tests.servers import free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

LI = {"name": "li@farm.example", "password": "a long phrase"}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[CloudProcess]:
    service = CloudProcess(tmp_path, free_port())
    service.start()
    yield service
    service.stop()


def said(cloud: CloudProcess, *words: str, stdin: str = "") -> str:
    ran = cloud.command(*words, stdin=stdin)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def refused(cloud: CloudProcess, *words: str) -> str:
    ran = cloud.command(*words)
    assert ran.returncode == 1, ran.stdout
    assert "Traceback" not in ran.stderr
    return ran.stderr


def test_from_the_printed_link_to_a_farm_with_people_and_machines(cloud: CloudProcess):
    cloud.wait_until_logged("/setup#", 1)
    [link] = re.findall(rf"{re.escape(cloud.url)}/setup#(\S+)", cloud.log)
    with httpx.Client(base_url=cloud.url) as mei:
        accept = {"token": link, "name": "mei", "password": "correct horse", "organisation": "Green Hill"}
        assert mei.post("/api/v1/invitations/accept", json=accept).status_code == 200
        assert "users already" in refused(cloud, "user", "setup-link")

        said(cloud, "farm", "add", "hill", "--name", "青山", "--time-zone", "Asia/Urumqi")
        said(cloud, "house", "add", "hill", "house-1", "--name", "一号")
        assert mei.get("/api/v1/houses").json() == [{"farm": "hill", "house": "house-1", "name": "一号"}]
        assert "taken" in refused(cloud, "farm", "add", "hill")
        assert "farm add brook" in refused(cloud, "house", "add", "brook", "house-1")
        assert "not a time zone" in refused(cloud, "farm", "add", "brook", "--time-zone", "Mars/North")
        assert said(cloud, "farm", "describe", "hill", "--time-zone", "Asia/Kashgar") == "hill: 青山, Asia/Kashgar."
        assert "farm add brook" in refused(cloud, "farm", "describe", "brook", "--name", "Brook")
        assert "hill  organisation 1  青山  Asia/Kashgar" in said(cloud, "farm", "list")
        assert mei.get("/api/v1/farms").json()[0]["time_zone"] == "Asia/Kashgar"

        secret = said(cloud, "user", "token", "office", "--right", "read", "--farm", "hill")
        answer = httpx.get(f"{cloud.url}/api/v1/farms", headers={"authorization": f"Bearer {secret}"})
        assert [farm["farm"] for farm in answer.json()] == ["hill"]
        assert "no farm 'valley'" in refused(
            cloud, "user", "token", "x", "--right", "read", "--farm", "valley", "--organisation", "1"
        )

        invitation = said(cloud, "user", "invite", "--role", "viewer", "--farm", "hill", "--email", LI["name"])
        assert invitation.startswith(f"{cloud.url}/join#")
        with httpx.Client(base_url=cloud.url) as li:
            token = invitation.split("#")[1]
            joined = li.post("/api/v1/invitations/accept", json={"token": token, **LI})
            assert [(post["role"], post["farm"]) for post in joined.json()["posts"]] == [("viewer", "hill")]

        rows = mei.get("/api/v1/organisations/1/audit").json()["rows"]
        assert {row["action"] for row in rows if row["who"] == "console"} == {
            "farm-added", "farm-described", "house-described", "token-made", "person-invited",
        }  # fmt: skip
    httpx.post(f"{cloud.url}/api/v1/session", json={"name": "correct horse", "password": "mei"})
    [stranger] = said(cloud, "user", "audit").splitlines()
    assert re.fullmatch(r"\S+ \S+Z  -  sign-in-refused  -    127\.0\.0\.1", stranger)
    assert "mei  signed-in" in said(cloud, "user", "audit", "--organisation", "1")


def test_a_person_of_one_farm_is_added_with_a_password(cloud: CloudProcess):
    said(cloud, "user", "add", "mei", stdin="correct horse\n")
    said(cloud, "farm", "add", "meadow")
    said(cloud, "user", "add", "wang", "--role", "farmer", "--farm", "meadow", stdin="a long phrase\n")
    with httpx.Client(base_url=cloud.url) as wang:
        signed_in = wang.post("/api/v1/session", json={"name": "wang", "password": "a long phrase"})
        assert [(post["role"], post["farm"]) for post in signed_in.json()["posts"]] == [("farmer", "meadow")]
    assert "all farms" in cloud.command("user", "add", "zhao", "--farm", "meadow", stdin="a long phrase\n").stderr
    with closing(sqlite3.connect(cloud.folder / "data" / "records.db")) as db:
        kept = [hashed for (hashed,) in db.execute("SELECT password_hash FROM users")]
    assert [hashed.split("$")[1:4] for hashed in kept] == [["argon2id", "v=19", "m=65536,t=3,p=4"]] * 2  # RFC 9106


def test_the_link_is_not_printed_again_once_somebody_is_there(tmp_path: Path):
    service = CloudProcess(tmp_path, free_port())
    assert service.command("user", "add", "mei", stdin="correct horse\n").returncode == 0
    service.start()
    try:
        assert "/setup#" not in service.log
    finally:
        service.stop()
