"""Scores of the agent's rules on the scenes of ``sick_scenes``: who was told, when, and who was not."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from edge.vision.looks import overlap
from edge.vision.stillness import StillBirds, StillRules
from edge.vision.suspects import SuspectConfig, Suspects
from edge.vision.tracking import Tracker, TrackerConfig, Tracks
from models.runtime import Classifier, Detector, cut_crops
from tests.bench.sick_scenes import Frame, Scene, draw, sheets
from tests.bench.sick_scenes import play as frames_of

FPS, LENGTH_S = 2.0, 120.0
LYING = (1, 2, 0, 1)
"""Birds that lie sick or dead in one scene after the other."""
SHOWN = 0.5
"""A bird counts when it shows in so large a share of the frames, and is found by IoU of so much."""
FAST = StillRules(still_s=60, dead_s=80)
"""The clock of still birds made to fit two minutes: 60 s in place of 20 min, 80 s in place of 2 h."""
ROLES = ("sick", "dead", "sits", "walks")


@dataclass
class Outcome:
    """One bird of a scene: what it did, when it was told by looks and as still or dead; None = never."""

    role: str
    suspect_s: float | None = None
    still_s: float | None = None
    dead_s: float | None = None


@dataclass
class Tally:
    """What came of all scenes; ``stray`` are suspicions on no bird that shows."""

    birds: list[Outcome] = field(default_factory=list)
    stray: Counter[str] = field(default_factory=Counter)

    def of(self, *roles: str) -> list[Outcome]:
        """Return the birds of some roles."""
        return [one for one in self.birds if one.role in roles]


class Rules:
    """The agent's rules on one camera, as ``edge.vision.observers.birds`` joins them, and beside them a fast clock."""

    def __init__(self, posture: Classifier, score: float) -> None:
        config = SuspectConfig()
        self._posture = posture
        self._tracker = Tracker(TrackerConfig(sure_score=score))
        self._still = StillBirds(StillRules(still_s=config.still_s / 2, dead_s=config.dead_s))
        self._fast = StillBirds(FAST)
        self._suspects = Suspects(config)

    def see(self, frame: Frame, detector: Detector) -> list[tuple[str, NDArray[np.float32]]]:
        """Take a frame and return what is told of it: `suspect`, `still`, `dead`, each with its box."""
        tracks = self._tracker.update(frame.at_s, detector.detect(frame.image))
        self._look(frame, tracks)
        told = [
            ("suspect", one.xyxy) for one in self._suspects.judge(frame.at_s, self._still.update(frame.at_s, tracks))
        ]
        still = self._fast.update(frame.at_s, tracks)
        return told + [("dead" if one.dead_suspect else "still", one.xyxy) for one in still]

    def _look(self, frame: Frame, tracks: Tracks) -> None:
        high, wide = frame.image.shape[:2]
        chosen = self._suspects.choose(frame.at_s, tracks.ids, tracks.xyxy, tracks.seen, frame_wh=(wide, high))
        if len(chosen):
            said = self._posture.classify(cut_crops(frame.image, tracks.xyxy[chosen], margin=self._posture.card.margin))
            columns = np.column_stack([said.column(name) for name in ("standing", "sitting", "lying")])
            self._suspects.looked(frame.at_s, tracks.ids[chosen], columns, None)


def judge(scene: Scene, rules: Rules, detector: Detector, tally: Tally) -> None:
    """Play a scene and add what came of each of its birds."""
    birds = [Outcome(actor.role) for actor in scene.actors]
    shown, frames = np.zeros(len(birds), int), 0
    stray: set[str] = set()
    places = np.full((len(birds), 4), -9.0)  # where each bird showed last: it may be hidden when it is told
    for frame in frames_of(scene, FPS):
        frames += 1
        shown += [box is not None for box in frame.boxes]
        places = np.array([old if box is None else box for old, box in zip(places, frame.boxes, strict=True)])
        for kind, xyxy in rules.see(frame, detector):
            who = nearest(places, xyxy)
            if who is None:
                stray.add(f"{kind} {np.rint(xyxy / 20).astype(int).tolist()}")  # the same place counts once
            else:
                mark(birds[who], kind, frame.at_s)
    tally.birds += [bird for bird, count in zip(birds, shown, strict=True) if count >= SHOWN * frames]
    tally.stray.update(one.split()[0] for one in stray)


def nearest(places: NDArray[np.float64], xyxy: NDArray[np.float32]) -> int | None:
    """Return which bird, of boxes (n, 4), a box lies on best, None when none by IoU of SHOWN."""
    overlaps = overlap(places, xyxy.astype(np.float64)[None])
    return int(overlaps.argmax()) if overlaps.max() >= SHOWN else None


def mark(bird: Outcome, kind: str, at_s: float) -> None:
    """Note when a bird was told first; who is told as dead is told as still as well."""
    if kind == "suspect":
        bird.suspect_s = at_s if bird.suspect_s is None else bird.suspect_s
    else:
        bird.still_s = at_s if bird.still_s is None else bird.still_s
    if kind == "dead":
        bird.dead_s = at_s if bird.dead_s is None else bird.dead_s


def scene_table(sprites: Path, count: int, detector: Detector, posture: Classifier, networks: str) -> str:
    """Play the scenes and return their table."""
    flocks, tally = sheets(sprites), Tally()
    for number in range(count):
        lying = LYING[number % len(LYING)]
        flock = flocks[number % len(flocks)]
        scene = draw(number, flock, lying=lying, frames=int(LENGTH_S * FPS), fps=FPS)
        judge(scene, Rules(posture, detector.card.thresholds.score), detector, tally)
        print(f"scene {number + 1} of {count}", file=sys.stderr, flush=True)
    return f"### Suspects on {count} drawn scenes, {LENGTH_S:.0f} s each, {networks}\n\n" + rows(tally)


def rows(tally: Tally) -> str:
    """Return the table of a tally."""
    lines = [
        "| told as | of lying birds | precision | time to it, median (longest) | of sitting | of walking | on no bird |"
    ]
    lines.append("| --- " * 7 + "|")
    for word, name in (("suspect", "suspect_s"), ("still, fast clock", "still_s"), ("dead, fast clock", "dead_s")):
        told = {role: [at for one in tally.of(role) if (at := getattr(one, name)) is not None] for role in ROLES}
        right = told["sick"] + told["dead"]
        wrong = len(told["sits"]) + len(told["walks"]) + tally.stray[word.split(",", maxsplit=1)[0]]
        precision = f"{len(right) / (len(right) + wrong):.2f}" if right or wrong else "-"
        when = f"{median(right):.0f} s ({max(right):.0f} s)" if right else "-"
        lines.append(
            f"| {word} | {len(right)} of {len(tally.of('sick', 'dead'))} | {precision} | {when} "
            f"| {len(told['sits'])} of {len(tally.of('sits'))} | {len(told['walks'])} of {len(tally.of('walks'))} "
            f"| {tally.stray[word.split(',', maxsplit=1)[0]]} |"
        )
    return "\n".join(lines)
