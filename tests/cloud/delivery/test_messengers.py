"""Apprise's ways, each to a real server on this machine: what arrives, and what happens when nothing does."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from cloud.alerts.delivery.address import BadAddress, read
from cloud.alerts.delivery.channels import messenger
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.outgoing import Outgoing
from tests.cloud.delivery.conftest import Receiver
from tests.cloud.delivery.makers import Makers, makers
from tests.cloud.mailbox import Mailbox
from tests.servers import free_port

HERE = Egress(private=True)
SUBJECT = "【立即处理】2 号鸡舍：舍温过高"
BODY = "现在 34 °C，上限 30 °C。\n请打开进风口。"
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
SECRET = "0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d"


@pytest.fixture
def outgoing() -> Outgoing:
    return Outgoing("0123456789abcdef01234567", SUBJECT, BODY, "", "severe", JPEG, "{}")


def mail_url(port: int) -> str:
    return f"mailto://127.0.0.1:{port}?from=hens@example.org&mode=insecure&smtp=127.0.0.1&to=mei@example.org"


def test_e_mail_keeps_its_chinese_its_picture_and_its_id(mailbox: tuple[Mailbox, int], outgoing: Outgoing):
    box, port = mailbox
    assert messenger.send(mail_url(port), outgoing, HERE) == ""
    [letter] = box.letters
    assert (letter["Subject"], letter["To"]) == (SUBJECT, "mei@example.org")
    assert letter["X-Henwise-Message"] == outgoing.id
    text = letter.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n").strip() == BODY
    [attached] = letter.iter_attachments()
    assert attached.get_content() == JPEG


def test_a_webhook_gets_json_with_the_picture_and_the_id(receiver: Receiver, outgoing: Outgoing):
    assert messenger.send(f"json://127.0.0.1:{receiver.port}/hens", outgoing, HERE) == ""
    [request] = receiver.requests
    said = json.loads(request.body)
    assert (request.path, said["title"], said["message"], said["type"]) == ("/hens", SUBJECT, BODY, "failure")
    assert request.headers["x-henwise-message"] == outgoing.id
    assert len(said["attachments"]) == 1


def test_ntfy_gets_text_and_picture(receiver: Receiver, outgoing: Outgoing):
    assert messenger.send(f"ntfy://127.0.0.1:{receiver.port}/hens-topic", outgoing, HERE) == ""
    [request] = receiver.requests
    said = parse_qs(urlsplit(request.path).query)
    assert (said["title"], said["message"]) == ([SUBJECT], [BODY])
    assert request.body == JPEG


def test_bark_gets_the_id_by_which_it_replaces_a_repeat(receiver: Receiver, outgoing: Outgoing):
    assert messenger.send(f"bark://127.0.0.1:{receiver.port}/DEVICEKEY", outgoing, HERE) == ""
    said = json.loads(receiver.requests[-1].body)
    assert (said["title"], said["body"], said["id"]) == (SUBJECT, BODY, outgoing.id)


@pytest.mark.parametrize(
    ("status", "trouble"), [(500, "failed"), (503, "failed"), (429, "failed"), (403, "refused"), (404, "refused")]
)
def test_what_a_service_answers_is_told_apart(receiver: Receiver, outgoing: Outgoing, status: int, trouble: str):
    receiver.status = status
    assert messenger.send(f"json://127.0.0.1:{receiver.port}/hens", outgoing, HERE) == trouble


def test_nobody_there_is_unreachable(outgoing: Outgoing):
    port = free_port()
    assert messenger.send(f"json://127.0.0.1:{port}/hens", outgoing, HERE) == "unreachable"
    assert messenger.send(mail_url(port), outgoing, HERE) == "unreachable"


def test_private_hosts_are_refused_by_name_by_address_and_behind_a_redirect(receiver: Receiver, outgoing: Outgoing):
    for host in ("127.0.0.1", "localhost", "2130706433"):
        assert messenger.send(f"json://{host}:{receiver.port}/x", outgoing, Egress()) == "not_allowed"
    assert messenger.send(mail_url(receiver.port), outgoing, Egress()) == "not_allowed"
    assert receiver.requests == []
    allowed = Egress(hosts=("localhost",))
    assert messenger.send(f"json://localhost:{receiver.port}/x", outgoing, allowed) == ""
    assert messenger.send(f"json://127.0.0.1:{receiver.port}/x", outgoing, allowed) == "not_allowed"
    receiver.status, receiver.location = 307, f"http://127.0.0.1:{receiver.port}/inside"
    assert messenger.send(f"json://localhost:{receiver.port}/x", outgoing, allowed) != ""
    assert "/inside" not in {request.path for request in receiver.requests}


def test_secrets_are_neither_shown_nor_logged(receiver: Receiver, outgoing: Outgoing, caplog: pytest.LogCaptureFixture):
    receiver.status = 500
    with caplog.at_level(logging.DEBUG):
        for text in (
            f"json://mei:{SECRET}@127.0.0.1:{receiver.port}/{SECRET}",
            f"bark://127.0.0.1:{receiver.port}/{SECRET}",
            f"ntfy://127.0.0.1:{receiver.port}/{SECRET}",
        ):
            address = read(text, HERE, own_mail=False)
            assert address.shown == "127.0.0.1"
            assert messenger.send(address.url, outgoing, HERE) == "failed"
    # Apprise names ntfy's topic in a warning, so its logger ends with us; pytest listens there all the same.
    assert not logging.getLogger("apprise").propagate
    assert [record for record in caplog.records if record.name != "apprise" and SECRET in record.getMessage()] == []


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={SECRET}", "wecom", "…4c5d"),
        (f"wecombot://{SECRET}", "wecom", "…4c5d"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={SECRET}", "dingtalk", "…4c5d"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={SECRET}&secret=SEC{SECRET}ff", "dingtalk", "…4c5d"),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{SECRET}", "feishu", "…4c5d"),
        (f"pushplus://{SECRET}", "pushplus", "…4c5d"),
        ("tgram://123456789:AAHexampletokenexampletokenexample/12345678", "telegram", "…5678"),
        ("barks://1.1.1.1/DEVICEKEY", "bark", "1.1.1.1"),
        ("mei@example.org", "email", "mei@example.org"),
        ("mailtos://u:pw@1.1.1.1?to=mei@example.org&from=a@example.org", "email", "mei@example.org"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "other", "slack …i7FQ"),
    ],
)
def test_what_people_paste_is_understood(text: str, kind: str, shown: str):
    address = read(text, Egress(), own_mail=True)
    assert (address.kind, address.shown) == (kind, shown)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_address"),
        ("13800138000", "bad_address"),
        ("https://example.org/hook", "bad_address"),
        ("syslog://", "bad_address"),
        ("fcm://project/device?keyfile=/etc/passwd", "bad_address"),
        ("discord://a/b?template=/etc/passwd", "bad_address"),
        ("json://1.1.1.1/x?rto=9999", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("json://127.0.0.1/x", "host_not_allowed"),
        ("json://[::1]/x", "host_not_allowed"),
        ("json://[64:ff9b::7f00:1]/x", "host_not_allowed"),
        ("json://[2002:a00:1::]/x", "host_not_allowed"),
        ("json://[::127.0.0.1]/x", "host_not_allowed"),
        ("ntfy://169.254.169.254/x", "host_not_allowed"),
        ("gotify://localhost/AbCdEfGhIjKlMnO", "host_not_allowed"),
        ("mailto://u:p@10.0.0.1?to=a@example.org&from=a@example.org", "host_not_allowed"),
        ("mei@example.org", "no_mail_server"),
        ("json://1.1.1.1/" + "x" * 2_000, "bad_address"),
    ],
)
def test_what_can_not_be_an_address_is_refused_with_a_reason(text: str, code: str):
    with pytest.raises(BadAddress) as refused:
        read(text, Egress(), own_mail=False)
    assert refused.value.code == code


@pytest.fixture
def at_the_makers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Makers]:
    with makers(tmp_path) as held:
        monkeypatch.setenv("HTTPS_PROXY", held.proxy)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(held.ca_file))
        yield held


@pytest.mark.parametrize(
    ("text", "host", "path"),
    [
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={SECRET}", "qyapi.weixin.qq.com",
         f"/cgi-bin/webhook/send?key={SECRET}"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={SECRET}&secret=SEC{SECRET}", "oapi.dingtalk.com",
         f"/robot/send?access_token={SECRET}"),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{SECRET}", "open.feishu.cn",
         f"/open-apis/bot/v2/hook/{SECRET}"),
        (f"pushplus://{SECRET}", "www.pushplus.plus", "/send"),
    ],
)  # fmt: skip
def test_the_makers_are_asked_in_their_own_words(
    at_the_makers: Makers, outgoing: Outgoing, text: str, host: str, path: str
):
    address = read(text, HERE, own_mail=False)
    at_the_makers.answer = b'{"errcode": 0, "code": 0, "StatusCode": 0}'
    if "pushplus" in host:
        at_the_makers.answer = b'{"code": 200, "msg": "ok"}'
    assert messenger.send(address.url, outgoing, HERE) == ""
    asked, at, body = at_the_makers.requests[0]
    assert (asked, at.startswith(path)) == (host, True)
    assert len(at_the_makers.requests) == (2 if "weixin" in host else 1)  # the picture is a message of its own
    assert "舍温过高" in json.dumps(json.loads(body), ensure_ascii=False)
    if "dingtalk" in host:
        assert "timestamp=" in at
        assert "sign=" in at


def test_telegram_gets_the_words_beside_the_picture(at_the_makers: Makers, outgoing: Outgoing):
    token = "123456789:AAHexampletokenexampletokenexample0"
    assert messenger.send(f"tgram://{token}/12345678", outgoing, HERE) == ""
    asked = {(host, path) for host, path, _ in at_the_makers.requests}
    assert {host for host, _ in asked} == {"api.telegram.org"}
    assert all(path.startswith(f"/bot{token}/send") for _, path in asked)
    sent = b"".join(body for _, _, body in at_the_makers.requests)
    assert JPEG in sent
    assert "请打开进风口。" in _readable(sent)
    at_the_makers.status, at_the_makers.answer = 403, b'{"ok": false, "description": "bot was blocked by the user"}'
    assert messenger.send(f"tgram://{token}/12345678", outgoing, HERE) == "refused"


ACCOUNT = "AC" + SECRET


def test_a_text_message_has_the_words(at_the_makers: Makers, outgoing: Outgoing):
    assert messenger.send(f"twilio://{ACCOUNT}:{SECRET}@+15551234567/+15557654321", outgoing, HERE) == ""
    [(host, path, body)] = at_the_makers.requests
    said = parse_qs(body.decode())
    assert (host, path) == ("api.twilio.com", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert said["To"] == ["+15557654321"]
    assert SUBJECT in said["Body"][0]
    assert BODY in said["Body"][0]


@pytest.mark.parametrize(
    ("subject", "body", "language"), [(SUBJECT, BODY, "zh-CN"), ("Act now: House 2", "It is 34 °C, < 30 °C.", "en-GB")]
)
def test_a_call_is_spoken_in_the_words_own_language(
    at_the_makers: Makers, outgoing: Outgoing, subject: str, body: str, language: str
):
    call = f"twilio://{ACCOUNT}:{SECRET}@+15551234567/+15557654321?method=call"
    assert messenger.send(call, replace(outgoing, subject=subject, text=body), HERE) == ""
    [(host, path, sent)] = at_the_makers.requests
    assert (host, path) == ("api.twilio.com", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    words = escape(f"{subject}\n\n{body}")
    assert parse_qs(sent.decode())["Twiml"] == [f'<Response><Say language="{language}">{words}</Say></Response>']


def _readable(sent: bytes) -> str:
    """Undo JSON's escapes, in which Chinese may stand."""
    text = sent.decode("utf-8", "replace")
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize(
    ("text", "answer", "trouble"),
    [
        (f"dingtalk://{SECRET}", b'{"errcode": 310000, "errmsg": "keywords not in content"}', "refused"),
        (f"dingtalk://{SECRET}", b'{"errcode": 130101, "errmsg": "send too fast"}', "failed"),
        (f"wecombot://{SECRET}", b'{"errcode": 93000, "errmsg": "invalid webhook url"}', "refused"),
        (f"wecombot://{SECRET}", b"<html>a hotel's sign-in page</html>", "failed"),
        (f"feishu://{SECRET}", b'{"code": 19024, "msg": "Key Words Not Found"}', "failed"),
    ],
)
def test_a_maker_that_says_no_with_200_is_believed(
    at_the_makers: Makers, outgoing: Outgoing, text: str, answer: bytes, trouble: str
):
    at_the_makers.answer = answer
    assert messenger.send(text, outgoing, HERE) == trouble


def test_a_text_too_long_for_a_bot_loses_its_end_and_not_its_links(outgoing: Outgoing):
    long = replace(outgoing, text="鸡" * 2_000, foot="确认: https://farm.example/x")
    whole = long.whole(2048)
    assert len(whole.encode()) <= 2048
    assert whole.startswith(SUBJECT)
    assert whole.endswith("鸡…\n\n确认: https://farm.example/x")
    assert outgoing.whole(2048) == f"{SUBJECT}\n\n{BODY}"
