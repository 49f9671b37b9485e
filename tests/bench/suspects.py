"""How soon a bird that lies sick is told, and how often healthy birds are: the agent's rules on clips and on scenes.

    HENWISE_CLIPS=folder SPRITES=folder POSTURE=posture.onnx DETECTOR=chicken.onnx python -m tests.bench suspects

Clips: ``sick_*.mp4`` in HENWISE_CLIPS show a sick bird, all others healthy ones; without the folder only the shipped
clip is played. Each clip is played in a loop, as the agent does, 2 frames/s: detector, tracker, posture network on the
birds that the suspects ask for, suspects. Still birds can't add anything: nothing is still for 20 minutes here. A frame
that comes again in the loop is not run through the detector again, which changes nothing but the time this takes.

Scenes: drawn houses with the rendered birds of SPRITES (tests/bench/sick_scenes.py), which no network must have been
trained on; left out without that folder. HENWISE_SCENES is how many, 12 unless told; half a minute of a core each.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from edge.camera_config import SHIPPED_CLIP
from edge.vision.detecting import WEAK_SCORE
from edge.vision.suspects import Suspects, Suspicion
from edge.vision.tracking import Tracker, TrackerConfig
from models.runtime import POSTURE, Classifier, Detections, Detector, cut_crops
from tests.bench.sick_scores import scene_table

FPS = 2.0
SICK_S, HEALTHY_S = 60.0, 600.0
COLUMNS = (
    "clip", "birds are", "played", "birds seen", "told", "first", "as", "looks that say lying", "looks/s", "per look",
    "rules per frame",
)  # fmt: skip
ORDER = ("standing", "sitting", "lying")


@dataclass
class Played:
    """What came of one clip."""

    name: str
    sick: bool
    seconds: float
    told: list[tuple[float, Suspicion]] = field(default_factory=list)
    crops: int = 0
    posture_s: float = 0.0
    suspects_s: float = 0.0
    birds: list[int] = field(default_factory=list)
    lying: list[float] = field(default_factory=list)

    def row(self) -> str:
        """Return its row of the table."""
        first = f"{self.told[0][0]:.0f} s" if self.told else "never"
        kinds = ", ".join(sorted({one.kind for _at, one in self.told})) or "-"
        per_s = self.crops / self.seconds
        cost = 1000 * self.posture_s / max(1, self.crops)
        rules = 1000 * self.suspects_s / max(1, len(self.birds))
        says = f"{100 * np.mean(np.array(self.lying) >= 0.5):.0f} %" if self.lying else "-"
        return (
            f"| {self.name} | {'sick' if self.sick else 'healthy'} | {self.seconds:.0f} s | {np.mean(self.birds):.0f} "
            f"| {len(self.told)} | {first} | {kinds} | {says} | {per_s:.1f} | {cost:.1f} ms | {rules:.2f} ms |"
        )


def table() -> str:
    """Play all clips, and the scenes where there are birds for them, and return the tables."""
    own = os.environ.get("DETECTOR")
    detector = Detector.open(Path(own) if own else None, threads=1, least_score=WEAK_SCORE)
    posture = Classifier.open(Path(os.environ.get("POSTURE", POSTURE)), threads=1)
    networks = ", ".join(f"{card.name} {card.version}" for card in (detector.card, posture.card))
    sprites, scenes = os.environ.get("SPRITES"), int(os.environ.get("HENWISE_SCENES", "12"))
    tables = [] if os.environ.get("HENWISE_ONLY") == "scenes" else [clip_table(detector, posture, networks)]
    if sprites:
        tables.append(scene_table(Path(sprites), scenes, detector, posture, networks))
    return "\n\n".join(tables)


def clip_table(detector: Detector, posture: Classifier, networks: str) -> str:
    """Play all clips and return their table."""
    folder = os.environ.get("HENWISE_CLIPS")
    clips = sorted(Path(folder).glob("*.mp4")) if folder else []
    only = os.environ.get("HENWISE_ONLY", "")
    rows = [play(clip, detector, posture) for clip in [*clips, SHIPPED_CLIP] if only in clip.name]
    title = f"### Suspects on looped clips, {networks}\n\n"
    return title + "\n".join(
        [f"| {' | '.join(COLUMNS)} |", "| --- " * len(COLUMNS) + "|", *(one.row() for one in rows)]
    )


def play(clip: Path, detector: Detector, posture: Classifier) -> Played:
    """Play one clip for as long as it is to be judged."""
    sick = clip.name.startswith("sick_")
    played = Played(clip.name, sick, SICK_S if sick else HEALTHY_S)
    score = detector.card.thresholds.score
    tracker, suspects = Tracker(TrackerConfig(sure_score=score)), Suspects()
    found: dict[int, Detections] = {}
    for at_s, number, image in looped(clip, played.seconds):
        if number not in found:
            found[number] = detector.detect(image)
        tracks = tracker.update(at_s, found[number])
        played.birds.append(len(tracks))
        began_s = time.perf_counter()
        high, wide = image.shape[:2]
        chosen = suspects.choose(at_s, tracks.ids, tracks.xyxy, tracks.seen, frame_wh=(wide, high))
        played.suspects_s += time.perf_counter() - began_s
        if len(chosen):
            began_s = time.perf_counter()
            said = posture.classify(cut_crops(image, tracks.xyxy[chosen], margin=posture.card.margin))
            played.posture_s += time.perf_counter() - began_s
            played.crops += len(chosen)
            played.lying += said.column("lying").tolist()
            columns = np.column_stack([said.column(name) for name in ORDER])
            suspects.looked(at_s, tracks.ids[chosen], columns, None)
        began_s = time.perf_counter()
        played.told += [(at_s, one) for one in suspects.judge(at_s, [])]
        played.suspects_s += time.perf_counter() - began_s
    return played


def looped(clip: Path, seconds: float) -> Iterator[tuple[float, int, np.ndarray]]:
    """Give time, number in the clip and picture of the frames that a camera of FPS sees of a clip in a loop."""
    capture = cv2.VideoCapture(str(clip))
    fps = capture.get(cv2.CAP_PROP_FPS)
    images = []
    while (whole_image := capture.read())[0]:
        images.append(cv2.imencode(".jpg", whole_image[1], [cv2.IMWRITE_JPEG_QUALITY, 97])[1])
    for number in range(int(seconds * FPS)):
        at = int(number / FPS * fps) % len(images)
        yield number / FPS, at, np.asarray(cv2.imdecode(images[at], cv2.IMREAD_COLOR), np.uint8)
