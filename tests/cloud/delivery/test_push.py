"""Web Push, our half: what a push service is sent can be read by the browser it is for, and is signed by us."""

import json
import stat
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from py_vapid.jwt import decode

from cloud.alerts.delivery.channels import push
from cloud.alerts.delivery.channels.push import Subscription
from cloud.alerts.delivery.content import Content, Words
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.keys import load_keys
from cloud.alerts.delivery.links import PICTURE_MS, Link, Signer
from cloud.alerts.delivery.outgoing import ANSWERS, Writer
from cloud.config import BucketConfig
from cloud.errors import CannotStart
from cloud.store.bucket import BucketMedia
from cloud.store.channels import KeptChannel, Owner
from cloud.store.deliveries import Claimed
from cloud.store.media import FolderMedia
from tests.cloud.delivery.conftest import Receiver
from tests.cloud.delivery.farmyard import NOON
from tests.cloud.delivery.subscribed import Subscribed
from tests.servers import free_port

HERE = Egress(private=True)


def claimed(browser: Subscribed, picture: str | None = None, body: str = "现在 34 °C。") -> Claimed:
    words = {"zh": Words(subject="舍温过高", body=body), "en": Words(subject="Too warm", body=body)}
    content = Content(words=words, level="severe", page="/houses/hill/house-2", alerts=("a-1",), picture=picture)
    kept = KeptChannel(7, Owner(user=1), "push", "phone", browser.subscription, "", "zh", "new", "", None)
    return Claimed("0123456789abcdef01234567", "hill", 1, "news", kept, content, 1, NOON)


def test_a_browser_reads_what_was_sent_and_the_push_service_sees_who_sent_it(receiver: Receiver, tmp_path: Path):
    picture = tmp_path / "hill" / "found.jpg"
    picture.parent.mkdir()
    picture.write_bytes(b"jpeg")
    keys, browser = load_keys(tmp_path), Subscribed(f"{receiver.url}/send/abc")
    signer = Signer(keys.links)
    outgoing = Writer(signer, None, FolderMedia(tmp_path)).write(claimed(browser, "hill/found.jpg"), NOON)
    receiver.status = 201
    assert push.send(browser.subscription, outgoing, keys.vapid, "mailto:farm@example.org", HERE) == ""

    [request] = receiver.requests
    message = browser.read(request.body)
    assert (message["title"], message["body"], message["lang"]) == ("舍温过高", "现在 34 °C。", "zh-CN")
    assert [answer["action"] for answer in message["answers"]] == ["acknowledge", "snooze"]
    posted = message["answers"][0]["post"].rpartition("/")[2]
    assert signer.read(posted, NOON) == Link("acknowledge", outgoing.id, 1, NOON + 24 * 3600_000)
    shown = message["picture"].removeprefix(ANSWERS + "/").removesuffix("/picture")
    assert signer.read(shown, NOON) == Link("picture", outgoing.id, 1, NOON + PICTURE_MS)
    assert (request.headers["urgency"], request.headers["topic"]) == ("high", outgoing.id)

    vapid = request.headers["authorization"].removeprefix("vapid ")
    parts = dict(part.strip().split("=", 1) for part in vapid.split(","))
    claims = decode(parts["t"], parts["k"])
    assert parts["k"] == keys.public
    assert (claims["aud"], claims["sub"]) == (receiver.url, "mailto:farm@example.org")
    assert time.time() < claims["exp"] <= time.time() + 86_400


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(404, "gone"), (410, "gone"), (400, "refused"), (413, "refused"), (429, "failed"), (500, "failed")],
)
def test_what_a_push_service_answers_is_told_apart(receiver: Receiver, tmp_path: Path, status: int, trouble: str):
    keys, browser = load_keys(tmp_path), Subscribed(f"{receiver.url}/send/abc")
    outgoing = Writer(Signer(keys.links), None, FolderMedia(tmp_path)).write(claimed(browser), NOON)
    receiver.status = status
    assert push.send(browser.subscription, outgoing, keys.vapid, "mailto:farm@example.org", HERE) == trouble


def test_a_push_service_on_a_private_host_is_refused_and_a_silent_one_unreachable(receiver: Receiver, tmp_path: Path):
    keys, browser = load_keys(tmp_path), Subscribed(f"{receiver.url}/send/abc")
    outgoing = Writer(Signer(keys.links), None, FolderMedia(tmp_path)).write(claimed(browser), NOON)
    assert push.send(browser.subscription, outgoing, keys.vapid, "mailto:a@b.org", Egress()) == "not_allowed"
    assert receiver.requests == []
    nobody = Subscribed(f"http://127.0.0.1:{free_port()}/x")
    assert push.send(nobody.subscription, outgoing, keys.vapid, "mailto:a@b.org", HERE) == "unreachable"


def test_a_long_message_fits(receiver: Receiver, tmp_path: Path):
    keys, browser = load_keys(tmp_path), Subscribed(f"{receiver.url}/send/abc")
    outgoing = Writer(Signer(keys.links), None, FolderMedia(tmp_path)).write(claimed(browser, body="鸡" * 5_000), NOON)
    receiver.status = 201
    assert push.send(browser.subscription, outgoing, keys.vapid, "mailto:a@b.org", HERE) == ""
    assert len(receiver.requests[0].body) <= 4096


def test_words_do_not_wait_for_a_picture_whose_storage_is_away(tmp_path: Path):
    fields = {"name": "x", "endpoint": f"http://127.0.0.1:{free_port()}", "access_key": "a", "secret_key": "b"}
    away = BucketMedia("x", BucketConfig.model_validate(fields | {"timeout_s": 1}))
    away.open()
    keys, browser = load_keys(tmp_path), Subscribed("https://push.example.org/abc")
    outgoing = Writer(Signer(keys.links), None, away).write(claimed(browser, "hill/found.jpg"), NOON)
    assert (outgoing.subject, outgoing.picture) == ("舍温过高", None)
    assert "picture" not in json.loads(outgoing.push)


def test_keys_are_made_once_for_the_owner_only_and_a_broken_one_is_told(tmp_path: Path):
    first = load_keys(tmp_path)
    again = load_keys(tmp_path)
    assert (first.public, first.links) == (again.public, again.links)
    for name in ("vapid.pem", "links.key"):
        assert stat.S_IMODE((tmp_path / "notify" / name).stat().st_mode) == 0o600
    (tmp_path / "notify" / "vapid.pem").write_text("no key")
    with pytest.raises(CannotStart, match="put the backup back"):
        load_keys(tmp_path)


def test_a_link_is_for_one_thing_one_person_and_some_hours():
    signer = Signer(b"k" * 32)
    link = Link("acknowledge", "0123456789abcdef01234567", 7, NOON)
    token = signer.write(link)
    assert signer.read(token, NOON - 1) == link
    assert signer.read(token, NOON) is None
    for forged in (token.replace(".7.", ".8."), "s" + token[1:], token[:-1], token + "A", "", "a.b.c", "鸡.x.1.2.3"):
        assert signer.read(forged, NOON - 1) is None
    assert Signer(b"j" * 32).read(token, NOON - 1) is None


def test_only_what_a_browser_gives_is_a_subscription():
    good = json.loads(Subscribed("https://push.example/abc").subscription)
    assert urlsplit(Subscription.model_validate(good).endpoint).hostname == "push.example"
    for endpoint in ("ftp://push.example/abc", "https://", "javascript:alert(1)", "https://push.example/ a"):
        with pytest.raises(ValueError):
            Subscription.model_validate({**good, "endpoint": endpoint})
