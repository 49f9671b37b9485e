"""Ten hours of watching, as fast as the machine goes, by the agent's own parts put together by the agent's own code.

    python -m tests.bench soak                 # 10 hours of footage at 2 frames/s, 72,000 frames
    python -m tests.bench soak --hours 1
    python -m tests.bench soak --tiles off     # one look a frame: several times as quick
    python -m tests.bench soak --tiles off --input 320 --threads 1    # and the network at half the size, on one core

All that a camera of an agent does is in it: decode, is the picture fit, detect, track, place, count, gate and roll
call, wellness, still birds, posture, suspects, evidence pictures, snapshots, uncertain frames kept on the disk; and a
real outbox whose messages are read and confirmed as they would be by the cloud. Suspicion is set far sharper than an
agent's, so that healthy birds give findings, and the store of kept pictures so small that it overflows.

The shipped clip is opened anew at its end, as the agent does. A window is as long as the clip, so that every window
sees the same frames and must give the same count. Time is handed in; nothing waits.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import psutil

from contract.messages import FlockCount, SeqRange, parse
from edge.camera_config import SHIPPED_CLIP
from edge.config import EdgeConfig
from edge.memory import share_heaps
from edge.origin import Origin, new_boot
from edge.outbox import Outbox
from edge.vision.camera import Frame
from edge.vision.composition import Cameras
from edge.vision.inference_choice import Choice, write_choice
from edge.vision.keeping import FOLDER
from models.card import card_path, read_card
from models.runtime import SHIPPED
from models.runtime.detector import checked_size

FPS = 2
EVERY = 6
"""The clip has 12 frames a second; two are looked at."""
CLIP_S = 24.0
HOURS = 10.0
LOOK_EVERY = 48
TELL_EVERY = 1_200
WARM_SHARE = 0.1
"""Caches fill at first; the slope is taken from what comes after."""
BEGAN = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)
KEPT_MB = 1
ROWS = 1_000
GROUP_WAIT_S = 0.01
"""Far less than an agent's: here nobody may wait."""


@dataclass
class Soak:
    """What was measured.

    Attributes:
        frames: looked at.
        took_s: wall clock.
        cpu_s: processor time of all threads.
        resident_mb: resident memory, a value each 48 frames.
        handles: open files at the same times.
        kept_mb: the pictures kept, on the disk, at the same times.
        disk_mb: all of data_dir at the same times.
        told: messages by leaf, as they were read from the outbox.
        counts: each window's count after the first, which has one frame more.
        gaps: messages whose number did not follow the one before.
        dropped: messages the outbox gave up.
        troubles: what the camera's status named, once each.
    """

    frames: int = 0
    took_s: float = 0.0
    cpu_s: float = 0.0
    resident_mb: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    kept_mb: list[float] = field(default_factory=list)
    disk_mb: list[float] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    counts: list[float] = field(default_factory=list)
    gaps: int = 0
    dropped: int = 0
    troubles: set[str] = field(default_factory=set)

    def slope_mb(self) -> float:
        """Return how much memory grows over the whole run, by the line through all but the first tenth, in MB."""
        kept = np.array(self.resident_mb[int(len(self.resident_mb) * WARM_SHARE) :])
        if len(kept) < 2:  # a line needs two points
            return 0.0
        return float(np.polyfit(np.arange(len(kept)), kept, 1)[0]) * len(self.resident_mb)

    def drift(self) -> float:
        """Return by how many birds the windows differ at most."""
        return max(self.counts) - min(self.counts)

    def look(self, data_dir: Path) -> None:
        """Note memory, handles and disk."""
        process = psutil.Process()
        self.resident_mb.append(process.memory_info().rss / 1e6)
        self.handles.append(process.num_fds())
        self.kept_mb.append(size_mb(data_dir / FOLDER))
        self.disk_mb.append(size_mb(data_dir))


class Cloud:
    """Reads the outbox and confirms, as publisher and cloud do together."""

    def __init__(self, outbox: Outbox, told: Soak) -> None:
        self._outbox = outbox
        self._told = told
        self._last = 0

    def take(self) -> None:
        """Take and confirm all that waits."""
        while rows := self._outbox.waiting(live_since_ms=0, but=(), limit=ROWS):
            for row in rows:
                self._told.gaps += row.seq != self._last + 1
                self._last = row.seq
                self._told.told[row.leaf] += 1
                if row.leaf == "count":
                    self._told.counts.append(parse(FlockCount, row.payload).visible_birds)
            self._outbox.confirm([SeqRange(boot=row.boot, first=row.seq, last=row.seq) for row in rows])


def own_network(folder: Path, input_px: int) -> Path:
    """Lay the shipped network down with a card of another input size, as a farm's own, and return its path."""
    weights = folder / "chicken.onnx"
    shutil.copyfile(SHIPPED, weights)
    card = read_card(card_path(SHIPPED)).model_copy(update={"input_size_wh": checked_size(input_px)})
    card_path(weights).write_text(card.model_dump_json())
    return weights


def chosen_threads(data_dir: Path, threads: int) -> None:
    """Write down what ``henwise-edge doctor --bench`` would, had it chosen so many threads."""
    card = read_card(card_path(SHIPPED))
    measured = {"input_px": max(card.input_size_wh), "median_ms": 1.0, "measured": BEGAN}
    write_choice(data_dir, Choice(network_sha256=card.sha256, backend="onnx", threads=threads, **measured))


def configured(data_dir: Path, tiles: str, network: Path | None) -> EdgeConfig:
    """Give a device with one camera, on which everything is switched on."""
    camera = {
        "slug": "soak",
        "source": "demo",
        "fps": 10,  # as gates want it; the frames are handed in
        "window_s": CLIP_S,
        "tiles": tiles,
        "network": network,
        "zones": [{"slug": "left", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}],
        "gates": [{"slug": "middle", "line": [[0.5, 0], [0.5, 1]]}],
        "wellness": {
            "still_min": 0.5,
            "dead_min": 5,
            "usual_rests": False,
            "again_min": 10,
            "suspect_score": 0.1,
        },
    }
    return EdgeConfig.model_validate(
        {
            "place": {"farm": "f", "house": "h", "device": "edge-1"},
            "data_dir": data_dir,
            "cameras": [camera],
            "door": {"opens": "06:30", "closes": "14:00", "flock_birds": 40, "timezone": "UTC"},
            "keeping": {"most_mb": KEPT_MB, "uncertain_per_day": 2_000},
        }
    )


def soak(hours: float, tiles: str = "auto", *, input_px: int | None = None, threads: int = 2) -> Soak:
    """Watch so many hours of footage; ``tiles`` as in edge.toml, the input as the network's card has it if None."""
    told = Soak()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as networks:
        data_dir, boot = Path(folder), new_boot()
        config = configured(data_dir, tiles, own_network(Path(networks), input_px) if input_px else None)
        chosen_threads(data_dir, threads)
        # The footage is told to be of one past day: too old to wait for a cloud, were it not for max_days.
        with Outbox(data_dir / "outbox.db", boot, group_wait_s=GROUP_WAIT_S, max_days=36_500) as outbox:
            began_s, began_cpu_s = time.monotonic(), time.process_time()
            watch(config, Origin("edge-1", boot), outbox, told, frames=int(hours * 3600 * FPS))
            told.took_s, told.cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    told.counts = told.counts[1:]
    return told


def watch(config: EdgeConfig, origin: Origin, outbox: Outbox, told: Soak, *, frames: int) -> None:
    """Hand so many frames to the camera's part, and what it tells to the outbox."""
    cameras = Cameras(config, origin=origin, outbox=outbox)
    cameras.open()
    looking = cameras.looking(cameras.scene(config.cameras[0]))
    looking.open()
    cloud = Cloud(outbox, told)
    for image in looped(frames):
        at_s = told.frames / FPS
        stored = [outbox.put(event) for event in looking.take(Frame(image, BEGAN + timedelta(seconds=at_s), at_s, 1))]
        for one in stored:
            one.result()  # on the disk: nothing piles up in memory that an agent at its own pace would have stored
        told.troubles.add(looking.health.status().cause)
        if told.frames % LOOK_EVERY == 0:
            cloud.take()
            told.look(config.data_dir)
        if told.frames % TELL_EVERY == 0:
            counted = f"{told.counts[-1]:g}" if told.counts else "-"
            print(f"{told.frames} frames, {told.resident_mb[-1]:.1f} MB, {counted} birds", file=sys.stderr, flush=True)
        told.frames += 1
    cloud.take()
    told.dropped = outbox.dropped_rows


def looped(frames: int) -> Iterator[np.ndarray]:
    """Give so many frames of the clip, every sixth, over and over."""
    given = 0
    while given < frames:
        capture = cv2.VideoCapture(str(SHIPPED_CLIP), cv2.CAP_FFMPEG)
        number = 0
        while given < frames and capture.grab():
            if number % EVERY == 0:
                yield capture.retrieve()[1]
                given += 1
            number += 1
        capture.release()


def size_mb(folder: Path) -> float:
    """Return what the files below a folder take, in MB; one that goes meanwhile takes nothing."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size if path.is_file() else 0)
        except FileNotFoundError:
            continue
    return sum(sizes) / 1e6


def table(*words: str) -> str:
    """Soak and lay out what was measured."""
    options = argparse.ArgumentParser(prog="python -m tests.bench soak")
    options.add_argument("--hours", type=float, default=HOURS, help="hours of footage at 2 frames/s")
    options.add_argument("--tiles", default="auto", choices=("auto", "off", "close"), help="as in edge.toml")
    options.add_argument("--input", type=int, help="longest side of the network's input, px; default: its card's")
    options.add_argument("--threads", type=int, default=2, help="processor threads of the network")
    chosen = options.parse_args(words)
    hours, looked_at = chosen.hours, f"{chosen.tiles}; {chosen.input or 'as shipped'}; {chosen.threads}"
    share_heaps()  # as the agent does before anything else
    told = soak(hours, chosen.tiles, input_px=chosen.input, threads=chosen.threads)
    steady = told.resident_mb[int(len(told.resident_mb) * WARM_SHARE) :]
    messages = ", ".join(f"{count} {leaf}" for leaf, count in told.told.most_common())
    rows = [
        f"| frames (hours at 2 frames/s); tiles; input, px; threads | {told.frames} ({hours:g}); {looked_at} |",
        f"| wall clock, min; processor ms a frame | {told.took_s / 60:.1f}; {1000 * told.cpu_s / told.frames:.1f} |",
        f"| resident MB after the first tenth, least to most | {min(steady):.1f} to {max(steady):.1f} |",
        f"| growth of memory over the run by the fitted line, MB | {told.slope_mb():+.2f} |",
        f"| open files: at the start, at the end, most | {told.handles[0]}, {told.handles[-1]}, {max(told.handles)} |",
        f"| kept pictures, MB (limit {KEPT_MB}): at the end, most | {told.kept_mb[-1]:.2f}, {max(told.kept_mb):.2f} |",
        f"| all of data_dir, MB: at the end, most | {told.disk_mb[-1]:.2f}, {max(told.disk_mb):.2f} |",
        f"| messages read and confirmed | {messages} |",
        f"| gaps in their numbers; given up by the outbox | {told.gaps}; {told.dropped} |",
        f"| count of the first and of the last window | {told.counts[0]:g}, {told.counts[-1]:g} |",
        f"| greatest difference between two of {len(told.counts)} windows, birds | {told.drift():g} |",
        f"| what the camera's status named | {', '.join(sorted(told.troubles - {''})) or 'nothing'} |",
    ]
    head = "### Soak: the shipped clip in a loop at full speed\n\n| | |\n| --- | --- |"
    return "\n".join([head, *rows])
