"""``henwise-edge init``: find what is plugged in, ask what can't be known, write edge.toml."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote

import typer

from contract.errors import BadPlace
from contract.place import checked_slug
from edge.camera_config import password_in, user_in, without_password
from edge.config_file import ENROLLED, checked
from edge.errors import NotInstalled
from edge.finding import FoundCamera, FoundInstrument
from edge.kept_file import write_kept
from edge.language import Said, say
from edge.secret import CREDSTORE, OURS, write_secret

DATA_DIR: Final = "/var/lib/henwise"
_HEAD: Final = """\
# Written by henwise-edge init. Every key is explained in docs/edge-config.md;
# `henwise-edge check-config edge.toml` names each mistake by its line.
"""


class Asks(Protocol):
    """Whoever answers; a person at a terminal, or a test."""

    def text(self, question: str, default: str = "") -> str:
        """Return what was typed in."""
        ...

    def secret(self, question: str) -> str:
        """Return what was typed in unseen."""
        ...

    def yes(self, question: str) -> bool:
        """Return whether the answer was yes."""
        ...


class Terminal:
    """A person at a terminal."""

    def text(self, question: str, default: str = "") -> str:
        """Return what was typed in."""
        return str(typer.prompt(say(question), default=default or None))

    def secret(self, question: str) -> str:
        """Return what was typed in unseen."""
        return str(typer.prompt(say(question), hide_input=True))

    def yes(self, question: str) -> bool:
        """Return whether the answer was yes."""
        return typer.confirm(say(question), default=True)


class Nobody:
    """Takes everything as it is proposed."""

    def text(self, _question: str, default: str = "") -> str:
        """Return the default."""
        return default

    def secret(self, _question: str) -> str:
        """Return none."""
        return ""

    def yes(self, _question: str) -> bool:
        """Return yes."""
        return True


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found."""

    instruments: Sequence[FoundInstrument]
    cameras: Sequence[FoundCamera]


def written(
    path: Path,
    found: Discovered,
    asks: Asks,
    tell: Callable[[str], object],
    *,
    data_dir: str = DATA_DIR,
    secrets: Path = CREDSTORE,
) -> str:
    """Ask what can't be known and return the text of edge.toml; passwords of cameras go into files of their own.

    Args:
        path: where it will be; what ``enroll`` has fetched lies beside it.
        found: what is plugged in.
        asks: answers.
        tell: prints a line.
        data_dir: the folder for what must survive.
        secrets: the folder for passwords.

    Raises:
        BadConfig: what came out has mistakes; ours.
        NotInstalled: a password can't be written.
    """
    blocks = [_HEAD + f"\ndata_dir = {json.dumps(data_dir)}"]
    if not (path.parent / ENROLLED).exists():
        blocks += _place_and_broker(asks, tell)
    slugs: set[str] = set()
    for instrument in found.instruments:
        blocks += _instrument(instrument, asks, tell, slugs)
    for camera in found.cameras:
        blocks += _camera(camera, asks, slugs, secrets)
    text = "\n\n".join(blocks) + "\n"
    checked(path, text)
    return text


def keep(path: Path, text: str) -> Path | None:
    """Write edge.toml; return where an older one was put aside.

    Raises:
        NotInstalled: the folder can't be written.
    """
    aside: Path | None = None
    before = os.umask(0o027)
    try:
        if path.exists():
            aside = path.with_name(f"{path.name}.before")
            write_kept(aside, path.read_bytes())
        write_kept(path, text.encode())
    except OSError as error:
        raise NotInstalled(
            Said(
                f"{path} can't be written ({error.strerror}): run it with sudo",
                f"{path} 无法写入（{error.strerror}）：请用 sudo 运行",
            )
        ) from error
    finally:
        os.umask(before)
    return aside


def _place_and_broker(asks: Asks, tell: Callable[[str], object]) -> Iterator[str]:
    tell(
        Said(
            "This device is not enrolled (henwise-edge enroll): say where it stands and what broker it sends to.",
            "本设备尚未绑定（henwise-edge enroll）：请填写位置和消息服务器。",
        )
    )
    farm = _slug(asks, tell, Said("Farm, in lower-case letters", "养殖场名（小写字母）"), "farm")
    house = _slug(asks, tell, Said("House", "鸡舍名"), "house-1")
    device = _slug(asks, tell, Said("This device", "本设备名"), "pi-1")
    yield f"[place]\nfarm = {json.dumps(farm)}\nhouse = {json.dumps(house)}\ndevice = {json.dumps(device)}"
    host = asks.text(Said("Broker (host name)", "消息服务器地址"), "127.0.0.1")
    tls = "" if host in {"127.0.0.1", "localhost", "::1"} else "\ntls = true"
    yield f"[broker]\nhost = {json.dumps(host)}{tls}"


def _slug(asks: Asks, tell: Callable[[str], object], question: str, default: str) -> str:
    while True:
        try:
            return checked_slug(asks.text(question, default))
        except BadPlace as error:
            tell(Said(str(error), "名称只能用 1 到 63 个小写字母、数字和中间的连字符，例如 house-2"))


def _instrument(found: FoundInstrument, asks: Asks, tell: Callable[[str], object], slugs: set[str]) -> Iterator[str]:
    if not found.family:
        tell(Said(f"{found.port}: {found.why}", f"{found.port}：没有识别出仪器（{found.why}）"))
        return
    question = Said(f"{found.port}: {found.family} ({found.why}). Use it?", f"{found.port}：{found.family}。使用它吗？")
    if not asks.yes(question):
        return
    slug = _free(asks, tell, _kind_of(found.family, found.port), slugs)
    lines = [f"slug = {json.dumps(slug)}", f"family = {json.dumps(found.family)}", f"port = {json.dumps(found.port)}"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in found.settings.items()]
    yield "[[instruments]]\n" + "\n".join(lines)


def _camera(found: FoundCamera, asks: Asks, slugs: set[str], secrets: Path) -> Iterator[str]:
    what = found.what or found.source
    if not asks.yes(Said(f"Camera {what} ({found.source}). Use it?", f"摄像头 {what}（{found.source}）。使用它吗？")):
        return
    source = found.source
    if source.startswith("rtsp://"):
        source = asks.text(
            Said(
                "Its address: rtsp://user@host/path of its small stream",
                "完整地址（子码流）：rtsp://用户@主机/路径",
            ),
            found.source,
        )
    slug = next(name for number in range(1, 1_000) if (name := f"camera-{number}") not in slugs)
    slugs.add(slug)
    lines = [f"slug = {json.dumps(slug)}", f"source = {json.dumps(without_password(source))}"]
    if user_in(source):
        password = unquote(password_in(source)) or asks.secret(Said("Its password", "密码"))
        file = secrets.absolute() / f"{OURS}{slug}-password"
        _keep_password(file, password)
        lines.append(f"password_file = {json.dumps(str(file))}")
    yield "[[cameras]]\n" + "\n".join(lines)


def _keep_password(file: Path, password: str) -> None:
    try:
        write_secret(file, password)
    except OSError as error:
        raise NotInstalled(
            Said(
                f"{file} can't be written ({error.strerror}): run it with sudo",
                f"{file} 无法写入（{error.strerror}）：请用 sudo 运行",
            )
        ) from error


def _free(asks: Asks, tell: Callable[[str], object], kind: str, slugs: set[str]) -> str:
    default = next(name for number in range(1, 1_000) if (name := f"{kind}-{number}") not in slugs)
    while True:
        slug = _slug(asks, tell, Said("Its name", "名称"), default)
        if slug not in slugs:
            slugs.add(slug)
            return slug
        tell(Said(f"{slug} is taken already", f"{slug} 已被使用"))


def _kind_of(family: str, port: str) -> str:
    from firmware_bridge.config import InstrumentConfig
    from firmware_bridge.registry import build

    quantities = build(InstrumentConfig(slug="any", family=family, port=port)).quantities
    if "load_grams" in quantities:
        return "scale"
    return re.sub(r"[^a-z].*", "", quantities[0]) if quantities else "instrument"
