"""What the doctor looks at beyond the machine itself: instruments, broker, cloud."""

import fcntl
import socket
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from edge.config import EdgeConfig
from edge.doctor.said import Check
from edge.language import Said
from edge.outbox_disk import damaged
from edge.secret import secret_file
from firmware_bridge.config import InstrumentConfig
from firmware_bridge.device import Device
from firmware_bridge.errors import BridgeError, LineSilent

LINE_S = 6.0
BROKER_S = 8.0
_CLOUD = Said("cloud", "云端")
BACKLOG_S = 15 * 60.0
"""An event that waits longer waits in vain: the cloud takes nothing of this device."""


def is_running(data_dir: Path) -> bool:
    """Say whether an agent works in this data_dir."""
    try:
        with (data_dir / "outbox.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def line(config: InstrumentConfig, *, running: bool) -> Check:
    """Say whether an instrument answers; while the agent runs, the line is its own."""
    from firmware_bridge.registry import build

    name = Said(f"instrument {config.slug}", f"仪器 {config.slug}")
    if running:
        says = Said("the agent that runs has its line; see its state on the page", "由运行中的程序占用，状态见页面")
        return Check(name, ok=True, says=says)
    device = build(config)
    try:
        device.open()
        values = _first_values(device)
    except BridgeError as error:
        return Check(name, ok=False, says=Said("does not work", "没有响应"), advice=str(error))
    finally:
        device.close()
    return Check(name, ok=True, says=", ".join(f"{key} {value:g}" for key, value in values.items()))


def _first_values(device: Device) -> dict[str, float]:
    until_s = time.monotonic() + LINE_S
    while True:
        try:
            return device.read().values
        except LineSilent:
            if time.monotonic() > until_s:
                raise


def broker(config: EdgeConfig) -> Iterator[Check]:
    """Say whether the broker is there and is who it says."""
    name, where = Said("broker", "消息服务器"), f"{config.broker.host}:{config.broker.tcp_port}"
    password_file = config.broker.password_file
    if password_file and not secret_file(password_file).exists():
        advice = Said(
            f"{password_file} is not there: enrol the device again", f"{password_file} 不存在，请重新绑定设备"
        )
        yield Check(Said("password", "密码"), ok=False, says=Said("missing", "缺失"), advice=advice)
    try:
        with socket.create_connection((config.broker.host, config.broker.tcp_port), BROKER_S) as plain:
            if config.broker.tls:
                ca = str(config.broker.ca_file) if config.broker.ca_file else None
                with ssl.create_default_context(cafile=ca).wrap_socket(plain, server_hostname=config.broker.host):
                    pass
    except ssl.SSLError as error:
        advice = Said(
            f"its certificate is not trusted ({error.reason}): check ca_file, the name and this device's clock",
            f"证书不可信（{error.reason}）：请检查 ca_file、域名和本机时钟",
        )
        yield Check(name, ok=False, says=where, advice=advice)
    except OSError as error:
        advice = Said(
            f"it can't be reached ({error}): check the network, host and port",
            f"无法连接（{error}）：请检查网络、地址和端口",
        )
        yield Check(name, ok=False, says=where, advice=advice)
    else:
        how = Said("encrypted", "已加密") if config.broker.tls else Said("not encrypted", "未加密")
        yield Check(name, ok=True, says=Said(f"{where}, {how}", f"{where}，{how.zh}"))


def backlog(data_dir: Path) -> Iterator[Check]:
    """Say whether the cloud takes what this device sends, as far as its outboxes tell."""
    for file in (data_dir / "outbox.db", data_dir / "outbox-vision.db"):
        if file.exists():
            yield _backlog(file, Said("cloud, of the cameras", "云端（摄像头）") if "vision" in file.name else _CLOUD)


def _backlog(file: Path, name: Said) -> Check:
    # What waits for the time has none yet: it is as old as the device has been on.
    oldest = "min(CASE WHEN held IS NULL THEN at_ms END)"
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            query = f"SELECT count(*), {oldest} FROM outbox WHERE acked_ms IS NULL"  # noqa: S608  # fixed texts
            rows, oldest_ms = db.execute(query).fetchone()
    except sqlite3.Error as error:
        return Check(name, ok=False, says=str(error), advice=Said("check the disk", "请检查磁盘"))
    age_s = time.time() - oldest_ms / 1000 if oldest_ms else 0.0
    says = Said(
        f"{rows} events wait, the oldest for {age_s / 60:.0f} min", f"{rows} 条待上传，最早 {age_s / 60:.0f} 分钟前"
    )
    advice = Said(
        "the cloud takes nothing: is the network up, and the device approved on the farm's page?",
        "云端没有接收：请检查网络，并在农场页面确认设备已批准",
    )
    late = age_s > BACKLOG_S
    return Check(name, ok=not late, says=says, advice=advice if late else "")


def set_aside(data_dir: Path) -> Iterator[Check]:
    """Say that the card has damaged events, each file for itself, and what to do."""
    for file in sorted(found for kind in ("outbox", "outbox-vision") for found in damaged(data_dir / f"{kind}.db")):
        stat = file.stat()
        at, size_mb = datetime.fromtimestamp(stat.st_ctime, UTC), stat.st_size / 1e6
        says = Said(
            f"waiting events were damaged on {at:%Y-%m-%d %H:%M} UTC; {file} ({size_mb:.1f} MB) is set aside",
            f"待上传数据于 {at:%Y-%m-%d %H:%M} UTC 发现损坏，已另存为 {file}（{size_mb:.1f} MB）",
        )
        advice = Said(
            "what could be read of it goes to the cloud, the log says how many (outbox can't be read);"
            f" replace the card, then delete the file; sqlite3 {file} .recover may find more in it",
            "能读出的数据会继续上传，数量见日志（outbox can't be read）；请更换存储卡，然后删除该文件；"
            f"用 sqlite3 {file} .recover 或可找回更多",
        )
        yield Check(Said("card", "存储卡"), ok=False, says=says, advice=advice)
