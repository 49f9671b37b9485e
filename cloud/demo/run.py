"""Start the demo's farm, say where it is, keep it running, end everything at Ctrl-C."""

import fcntl
import secrets
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FrameType

from cloud.book.flocks import FlockBook
from cloud.book.moment import Writing
from cloud.config import load_config
from cloud.demo.farm import BREED, FARM, HOUSE, PLACED_BIRDS, DemoFarm
from cloud.demo.processes import Processes, answers, free_port
from cloud.errors import DemoImpossible, PartFailed
from cloud.store.flocks import FlockFacts, default_id
from cloud.store.folder import opened_records
from cloud.store.people import Passwords, add_user

USER = "demo"
NEEDED_BYTES = 300_000_000
RESTART_AFTER_S = 2.0
STREAMS = ("rtsp://", "rtsps://", "http://", "https://")


def run_demo(home: Path, http_port: int, video: str | None, age_days: int, say: Callable[[str], None]) -> None:
    """Run the demo until SIGINT or SIGTERM.

    Args:
        home: folder for configuration, data and logs; kept between runs.
        http_port: where the page is served on loopback.
        video: file, ``rtsp://...`` or ``/dev/videoN``; None plays the shipped clip.
        age_days: age of the flock at the first start; later starts go on with the same flock.
        say: prints one line for people.

    Raises:
        DemoImpossible: the port is taken, the video is missing, the disk is full, the folder is in use or can't be.
        PartFailed: a part did not come up.
    """
    source = _checked(home, http_port, video)
    ended = _signals()
    try:
        with _only_demo(home):
            _run(home, http_port, source, age_days, ended, say)
    except OSError as error:
        raise DemoImpossible(
            f"{error.filename or home}: {error.strerror}; make room there, or name another folder with --home"
        ) from error


@contextmanager
def _only_demo(home: Path) -> Iterator[None]:
    """Hold the folder: a second demo would replace the first one's configuration and virtual ports."""
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoImpossible(
                f"Another demo runs in {home}: end it first, or name another folder with --home"
            ) from error
        yield


def _run(  # run_demo's own arguments and its end
    home: Path, http_port: int, source: str, age_days: int, ended: threading.Event, say: Callable[[str], None]
) -> None:
    farm = DemoFarm(
        home=home, http_port=http_port, broker_port=free_port(), video=source,
        age_days=_age_today(home, age_days), time_zone=local_time_zone(),
    )  # fmt: skip
    farm.write_configuration()
    password = _people_and_flock(farm)
    processes = Processes(home / "logs")
    try:
        for part in farm.parts():
            if ended.is_set():
                return
            processes.start(part)
        say(f"Henwise: http://127.0.0.1:{http_port}  user: {USER}  password: {password}  (Ctrl-C ends it)")
        _watch(processes, ended, say)
    finally:
        processes.stop()


def _checked(home: Path, http_port: int, video: str | None) -> str:
    if answers(http_port):
        raise DemoImpossible(
            f"Port {http_port} is taken: end what listens there, or try: make demo PORT={http_port + 1}"
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoImpossible(f"{home} can't be made: {error.strerror}; name another folder with --home") from error
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        raise DemoImpossible(
            f"Only {free // 1_000_000} MB are free in {home}; the demo wants {NEEDED_BYTES // 1_000_000} MB"
        )
    if video is None:
        return "demo"
    if "://" not in video and not Path(video).exists():
        raise DemoImpossible(f"{video} is not there: name a video file, rtsp://... or /dev/video0 with VIDEO=")
    if "://" in video and not video.startswith(STREAMS):
        raise DemoImpossible(f"{video} is no stream the camera can open: it begins with one of {', '.join(STREAMS)}")
    if Path(video).is_dir() or (Path(video).is_file() and not Path(video).stat().st_size):
        raise DemoImpossible(f"{video} is a folder or empty: name a video file, rtsp://... or /dev/video0 with VIDEO=")
    return video if "://" in video else str(Path(video).absolute())


def _signals() -> threading.Event:
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return ended


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _age_today(home: Path, age_days: int) -> int:
    """Return today's age of the demo's flock; its day of placement is kept beside its data."""
    file = home / "placed_on"
    if not file.exists():
        file.write_text((_today() - timedelta(days=age_days)).isoformat(), "ascii")
    return (_today() - _placed_on(home)).days


def _placed_on(home: Path) -> date:
    file = home / "placed_on"
    try:
        return date.fromisoformat(file.read_text("ascii").strip())
    except ValueError as error:
        raise DemoImpossible(f"{file} holds no date such as 2026-11-01: delete it, and try again") from error


def local_time_zone() -> str:
    """Return this machine's IANA time zone, UTC where it has none."""
    _, _, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name or "UTC"


def _people_and_flock(farm: DemoFarm) -> str:
    """Enter the demo's user and flock; return the user's password, which stays the same between runs."""
    now = datetime.now(UTC)
    placed_on = _placed_on(farm.home)
    flock = FlockFacts(HOUSE, BREED, placed_on, PLACED_BIRDS)
    file = farm.home / "password"
    settings = load_config(farm.cloud_toml)
    with opened_records(settings) as records:
        password = file.read_text("utf-8", errors="replace").strip() if file.exists() else ""
        # Also when one of both was lost: the file is written first, and the records may have been deleted.
        if not password or Passwords().check(records, USER, password) is None:
            password = secrets.token_urlsafe(9)
            file.touch(mode=0o600)
            file.write_text(password, "ascii")
            add_user(records, Passwords(), USER, password, now, replace=True)
        writing = Writing(USER, int(now.timestamp() * 1000), now.astimezone(settings.zone).date())
        FlockBook(records, FARM).place(default_id(HOUSE, placed_on), flock, writing)
    return password


def _watch(processes: Processes, ended: threading.Event, say: Callable[[str], None]) -> None:
    """Start a part that died again, for ever: a farm's parts are restarted by systemd in the same way."""
    while not ended.wait(RESTART_AFTER_S):
        for name in processes.ended():
            say(f"{name} ended; starting it again. Its last words:\n{processes.tail(name)}")
            try:
                processes.restart(name)
            except PartFailed as failure:
                say(str(failure))
