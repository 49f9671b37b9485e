"""``henwise-edge enroll``: a one-time code becomes this device's place, its account at the broker and the CA to trust.

What is fetched stands beside edge.toml: ``enrolled.toml`` (place and broker, no secret), ``ca.pem``, and the password
in a file only root can read, from where systemd hands it to the service.
"""

import json
import ssl
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from edge.config import is_loopback
from edge.config_file import ENROLLED
from edge.errors import NotEnrolled
from edge.kept_file import write_kept
from edge.language import Said
from edge.secret import OURS, write_secret

PASSWORD: Final = f"{OURS}broker-password"
CA: Final = "ca.pem"
WITHIN_S: Final = 30.0
ANSWER_MAX_BYTES: Final = 200_000
_FORM: Final = "https://farm.example.org#K7QF-2M9P-XWRT"
_ADDRESS: Final = "/api/v1/enrolment"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a person was given: the service's address and a code."""

    cloud: str
    code: str

    @classmethod
    def read(cls, text: str) -> "Ticket":
        """Read ``https://farm.example.org#K7QF-2M9P-XWRT``.

        Raises:
            NotEnrolled: it is not of that form, or would go over the network unencrypted.
        """
        cloud, mark, code = text.strip().partition("#")
        parts = urlsplit(cloud)
        if not (mark and code and parts.hostname and parts.scheme in {"https", "http"}):
            raise NotEnrolled(
                Said(
                    f"{cloud!r} and its code are not of the form {_FORM}: copy the whole line",
                    f"{cloud!r} 格式不对，应为 {_FORM}，请复制整行",
                )
            )
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise NotEnrolled(
                Said(
                    f"{cloud} is another machine and http is not encrypted: use https, or the code is everybody's",
                    f"{cloud} 是另一台机器，http 未加密：请使用 https，否则途中任何人都能看到绑定码",
                )
            )
        return cls(cloud.rstrip("/"), code.strip())


def check_folders(folder: Path, secrets: Path) -> None:
    """Check that what is fetched can be written, before the code is used up.

    Raises:
        NotEnrolled: it can't.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder), tempfile.TemporaryFile(dir=secrets):
            return
    except OSError as error:
        raise NotEnrolled(
            Said(
                f"{folder} can't be written ({error.strerror}): run it with sudo",
                f"{folder} 无法写入（{error.strerror}）：请用 sudo 运行",
            )
        ) from error


def fetch(ticket: Ticket, ca_file: Path | None = None) -> dict[str, Any]:
    """Give the code to the service and return what it answers.

    Args:
        ticket: where, and the code.
        ca_file: authority of the service's own certificate, where it is none of the system's.

    Raises:
        NotEnrolled: the service can't be reached or does not know the code; the sentence says what to do.
    """
    body = json.dumps({"code": ticket.code}).encode()
    request = urllib.request.Request(  # noqa: S310  # http or https, see Ticket
        ticket.cloud + _ADDRESS, body, {"content-type": "application/json", "accept": "application/json"}
    )
    # Only where this goes: a proxy of the environment could be anybody's.
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if ticket.cloud.startswith("https:"):
        handlers.append(urllib.request.HTTPSHandler(context=_context(ca_file)))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=WITHIN_S) as answer:
            return _membership(answer.read(ANSWER_MAX_BYTES)) | {"cloud": ticket.cloud}
    except urllib.error.HTTPError as error:
        raise NotEnrolled(_refused(ticket, error.code)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NotEnrolled(
            Said(
                f"{ticket.cloud} can't be reached ({reason}): check the network, the address and the clock",
                f"无法连接 {ticket.cloud}（{reason}）：请检查网络、地址和时钟",
            )
        ) from error


def _context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise NotEnrolled(Said(f"{ca_file} can't be used: {error}", f"{ca_file} 无法使用：{error}")) from error


def _membership(content: bytes) -> dict[str, Any]:
    answer = json.loads(content)
    wanted = {"farm", "house", "device", "broker_host", "broker_port", "tls", "ca", "username", "password"}
    if not isinstance(answer, dict) or answer.keys() < wanted:
        raise ValueError("it answers strangely; is it a Henwise service of this version?")
    return answer


def _refused(ticket: Ticket, status: int) -> Said:
    if status == HTTPStatus.NOT_FOUND:
        return Said(
            "this code is used, over or wrong: have another made on the farm's page",
            "此绑定码已使用、已过期或有误：请在农场页面重新生成",
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Said("too many wrong codes: wait five minutes", "绑定码输错次数太多：请五分钟后再试")
    return Said(
        f"{ticket.cloud} refuses ({status}): its log says why", f"{ticket.cloud} 拒绝（{status}）：原因见服务日志"
    )


def keep(membership: dict[str, Any], folder: Path, secrets: Path) -> None:
    """Write what was fetched beside edge.toml; the password so that only this user (root) can read it.

    Args:
        membership: what was fetched.
        folder: where edge.toml is.
        secrets: where secrets are.

    Raises:
        NotEnrolled: the folder can't be written.
    """
    try:
        if membership["ca"]:
            write_kept(folder / CA, str(membership["ca"]).encode())
        if membership["password"]:
            write_secret(secrets / PASSWORD, str(membership["password"]))
        write_kept(folder / ENROLLED, _toml(membership, secrets).encode())
    except OSError as error:
        raise NotEnrolled(
            Said(
                f"{folder} can't be written ({error.strerror}): run it with sudo and with another code",
                f"{folder} 无法写入（{error.strerror}）：请用 sudo 运行，并重新生成绑定码",
            )
        ) from error


def _toml(membership: dict[str, Any], secrets: Path) -> str:
    lines = ["# Written by henwise-edge enroll; [place] and [broker] of edge.toml count before it.", ""]
    lines += [f"cloud = {json.dumps(membership['cloud'])}", "", "[place]"]
    lines += [f"{name} = {json.dumps(membership[name])}" for name in ("farm", "house", "device")]
    host, port, tls = (membership[name] for name in ("broker_host", "broker_port", "tls"))
    lines += ["", "[broker]", f"host = {json.dumps(host)}", f"port = {port:d}", f"tls = {json.dumps(bool(tls))}"]
    if membership["ca"]:
        lines.append(f"ca_file = {json.dumps(CA)}")
    if membership["username"]:
        lines.append(f"username = {json.dumps(membership['username'])}")
        lines.append(f"password_file = {json.dumps(str(secrets.absolute() / PASSWORD))}")
    return "\n".join(lines) + "\n"
