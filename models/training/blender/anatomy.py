"""The shape of a bird in every posture, as ellipsoids. Pure: numpy only.

Lengths are in bird lengths: a standing adult is about one long from breast to tail. The head looks along +x, z is up,
and the lowest point is moved to z = 0 when the mesh is made.
"""

import math
from dataclasses import dataclass

import numpy as np

POSTURES = ("standing", "walking", "pecking", "preening", "sitting", "lying", "back")
KINDS = ("adult", "broiler", "juvenile", "chick")
BODY, COMB, HORN, TAIL = 0, 1, 2, 3
"""Which material a part wears: plumage, comb and wattles, beak and legs, tail and wing tips."""

Vector = np.ndarray


@dataclass(frozen=True)
class Blob:
    """An ellipsoid: centre, half axes, Euler angles (x, y, z, radians), material."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    wears: int = BODY


@dataclass(frozen=True)
class Bird:
    """A bird as ellipsoids, and how it is rolled over (radians about x, then about y) before it is set down."""

    blobs: tuple[Blob, ...]
    roll: float = 0.0
    pitch: float = 0.0


@dataclass(frozen=True)
class Frame:
    """Measures of one bird that its parts share."""

    kind: str
    high: float
    width: float
    lean: float


def make_bird(rng: np.random.Generator, kind: str, posture: str) -> Bird:
    """Shape one bird; the same generator state gives the same bird."""
    frame = measure(rng, kind, posture)
    head = head_place(rng, frame, posture)
    blobs = [*trunk(rng, frame, posture), *neck_and_head(rng, frame, head, posture), *legs(rng, frame, posture)]
    if posture == "lying":
        sprawled = rng.random() < 0.35  # fallen forward with a leg to the side, as lame broilers lie
        roll = rng.choice([-1, 1]) * (rng.uniform(0.2, 0.6) if sprawled else rng.uniform(1.0, 1.75))
        return Bird(tuple(blobs), float(roll), float(rng.normal(0, 0.08)))
    if posture == "back":
        return Bird(tuple(blobs), math.pi + float(rng.normal(0, 0.3)), float(rng.normal(0, 0.1)))
    return Bird(tuple(blobs))


def measure(rng: np.random.Generator, kind: str, posture: str) -> Frame:
    """Choose height of the body's middle, half width and lean (radians, positive: breast down)."""
    low = posture in {"sitting", "lying", "back"}
    high = 0.25 if low else {"chick": 0.40, "juvenile": 0.52}.get(kind, 0.49) * rng.uniform(0.94, 1.08)
    width = {"adult": 0.245, "broiler": 0.315, "juvenile": 0.22, "chick": 0.27}[kind] * rng.uniform(0.92, 1.1)
    lean = {"pecking": rng.uniform(0.2, 0.45), "sitting": rng.uniform(-0.12, 0.1)}.get(posture, rng.uniform(-0.35, 0.1))
    if kind == "broiler" and not low:
        high *= 0.92
    return Frame(kind, high, width, 0.0 if posture in {"lying", "back"} else lean)


def leaned(frame: Frame, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Carry a point of the level body (z measured from its middle) along with the lean."""
    c, s = math.cos(frame.lean), math.sin(frame.lean)
    return (x * c + z * s, y, frame.high - x * s + z * c)


def trunk(rng: np.random.Generator, frame: Frame, posture: str) -> list[Blob]:
    """Shape body, breast, rump, wings and tail."""
    wide, lean = frame.width, frame.lean
    if frame.kind == "chick":
        body = [Blob(leaned(frame, 0, 0, 0), (0.34, wide, 0.27), (0, lean - 0.1, 0))]
        body.append(Blob(leaned(frame, -0.24, 0, 0.03), (0.15, 0.13, 0.11), (0, lean, 0)))
        return body + [Blob(leaned(frame, -0.05, s * wide * 0.85, 0), (0.2, 0.05, 0.12)) for s in (-1, 1)]
    deep = 0.24 + 0.16 * (wide - 0.2)
    body = [
        Blob(leaned(frame, 0, 0, 0), (0.42, wide, deep), (0, lean + 0.1, 0)),
        Blob(leaned(frame, 0.19, 0, -0.03), (0.25, wide * 0.93, deep * 0.95), (0, lean, 0)),
        Blob(leaned(frame, -0.35, 0, 0.06), (0.2, wide * 0.62, 0.14), (0, lean + 0.35, 0)),
    ]
    return body + wings(rng, frame, posture) + tail(rng, frame)


def wings(rng: np.random.Generator, frame: Frame, posture: str) -> list[Blob]:
    """Fold the wings; now and then one droops, in a lying bird often."""
    blobs = []
    for side in (-1, 1):
        droop = rng.uniform(0.4, 1.0) if rng.random() < (0.4 if posture in {"lying", "back"} else 0.06) else 0.0
        out = frame.width * (0.86 + 0.22 * math.sin(droop))
        at = leaned(frame, -0.08, side * out, 0.03 - 0.07 * droop)
        blobs.append(Blob(at, (0.33, 0.08, 0.19), (side * droop * -0.8, frame.lean + 0.16, side * -0.05)))
        tip = leaned(frame, -0.33, side * out * 0.8, 0.04 - 0.07 * droop)
        blobs.append(Blob(tip, (0.2, 0.04, 0.1), (side * droop * -0.8, frame.lean + 0.1, side * 0.15), TAIL))
    return blobs


def tail(rng: np.random.Generator, frame: Frame) -> list[Blob]:
    """Fan the tail."""
    long = {"adult": rng.uniform(0.18, 0.32), "juvenile": rng.uniform(0.14, 0.24)}.get(frame.kind, 0.13)
    up = rng.uniform(0.1, 1.0) if frame.kind == "adult" else rng.uniform(-0.1, 0.3)
    centre = leaned(frame, -0.5 - long * 0.35 * math.cos(up), 0, 0.1 + long * 0.5 * math.sin(up))
    turns = ((0, up + frame.lean, side * 0.28) for side in (-1, 0, 1))
    return [
        Blob((centre[0], 0.045 * side, centre[2]), (long, 0.045, long * 0.36), turn, TAIL)
        for side, turn in zip((-1, 0, 1), turns, strict=True)
    ]


def head_place(rng: np.random.Generator, frame: Frame, posture: str) -> tuple[Vector, float]:
    """Return where the head is, and the direction (radians about z) it looks."""
    small = frame.kind == "chick"
    turn = float(rng.normal(0, 0.45))
    reach, up = (0.36, 0.24) if small else (rng.uniform(0.42, 0.56), rng.uniform(0.26, 0.5))
    if posture == "pecking":
        reach, up = (0.5, 0.11 - frame.high) if small else (rng.uniform(0.58, 0.72), 0.11 - frame.high)
    elif posture == "preening":
        turn = float(rng.choice([-1, 1]) * rng.uniform(1.7, 2.5))
        reach, up = 0.42, rng.uniform(0.12, 0.3)
    elif posture == "sitting":
        reach, up = (0.34, 0.2) if small else (rng.uniform(0.34, 0.52), rng.uniform(0.12, 0.4))
    elif posture in {"lying", "back"}:
        reach, up = (0.44, 0.02) if small else (rng.uniform(0.5, 0.72), rng.uniform(-0.14, 0.22))
    root = 0.1 if small else 0.22
    ahead = reach - root
    return np.array((root + ahead * math.cos(turn), ahead * math.sin(turn), frame.high + up)), turn


def neck_and_head(rng: np.random.Generator, frame: Frame, head: tuple[Vector, float], posture: str) -> list[Blob]:
    """Shape the neck as a row of balls, the head, beak, comb and wattles."""
    place, turn = head
    small = frame.kind == "chick"
    root = np.array(leaned(frame, 0.14 if small else 0.27, 0, 0.08))
    thick, thin = (0.15, 0.14) if small else (0.155, 0.085 if frame.kind != "broiler" else 0.095)
    steps = np.linspace(0, 1, 7)
    sag = np.array((0, 0, -0.05 if posture == "pecking" else 0.03))
    spots = [root * (1 - t) + place * t + sag * math.sin(math.pi * t) for t in steps]
    blobs = [Blob(_xyz(spot), ((thick + (thin - thick) * t),) * 3) for spot, t in zip(spots, steps, strict=True)]
    size = 0.155 if small else 0.098 * rng.uniform(0.9, 1.1)
    blobs.append(Blob(_xyz(place), (size * 1.12, size * 0.9, size * 0.95), (0, 0, turn)))
    return blobs + face(rng, frame, (place, turn, size), down=posture == "pecking")


def face(rng: np.random.Generator, frame: Frame, head: tuple[Vector, float, float], *, down: bool) -> list[Blob]:
    """Add the beak, and comb and wattles as the kind has them."""
    place, turn, size = head
    ahead = np.array((math.cos(turn), math.sin(turn), 0))
    beak = place + ahead * (size * (0.75 if down else 1.25)) - (0, 0, size * (1.0 if down else 0.15))
    blobs = [Blob(_xyz(beak), (0.07, 0.03, 0.03), (0, 0.95 if down else 0.2, turn), HORN)]
    red = {"adult": rng.uniform(0.6, 1.5), "broiler": rng.uniform(0.35, 0.8), "juvenile": 0.3}.get(frame.kind, 0.0)
    if red:
        crown = place + np.array((0, 0, size * 0.95))
        wattle = place + ahead * size * 0.8 - (0, 0, size * 0.9)
        blobs.append(Blob(_xyz(crown), (0.1 * red, 0.02, 0.07 * red), (0, 0, turn), COMB))
        blobs.append(Blob(_xyz(wattle), (0.04 * red, 0.035, 0.06 * red), (0, 0, turn), COMB))
        blobs.append(Blob(_xyz(place + ahead * size * 0.5), (size * 0.55, size * 0.9, size * 0.5), (0, 0, turn), COMB))
    return blobs


def legs(rng: np.random.Generator, frame: Frame, posture: str) -> list[Blob]:
    """Place thighs, shanks and toes: under the body, folded away, or stretched out."""
    if posture == "sitting":
        return []
    blobs: list[Blob] = []
    stride = rng.uniform(0.12, 0.3) if posture == "walking" else rng.uniform(0, 0.06)
    for side in (-1, 1):
        if posture in {"lying", "back"}:
            hip, knee, foot, toes = stretched(rng, frame, side, up=posture == "back")
        else:
            hip = np.array((0.02, side * frame.width * 0.42, frame.high - 0.14))
            foot = np.array((0.06 + side * stride, side * frame.width * 0.45, 0.03))
            knee = (hip + foot) / 2 + (-0.06, 0, 0.04)
            toes = np.array((1.0, 0, -0.05))
        blobs += limb(frame, (hip, knee, foot), toes)
    return blobs


def stretched(rng: np.random.Generator, frame: Frame, side: int, *, up: bool) -> tuple[Vector, Vector, Vector, Vector]:
    """Stretch a leg out of a body that lies: backwards when on its side, to the sky when on its back."""
    hip = np.array((-0.12, side * frame.width * 0.5, frame.high - 0.16))
    back = rng.uniform(-0.2, 0.5) if up else rng.uniform(0.35, 1.0)
    down = rng.uniform(0.7, 1.0) if up else rng.uniform(0.15, 0.75)
    along = np.array((-back, side * rng.uniform(0, 0.45), -down))
    along /= np.linalg.norm(along)
    knee = hip + along * 0.2
    bent = along + rng.normal(0, 0.25, 3)
    foot = knee + bent / np.linalg.norm(bent) * 0.26
    toes = bent + rng.normal(0, 0.35, 3)
    return hip, knee, foot, toes / np.linalg.norm(toes)


def limb(frame: Frame, joints: tuple[Vector, Vector, Vector], toes: Vector) -> list[Blob]:
    """Draw one leg through its joints, and three toes with a spur."""
    hip, knee, foot = joints
    thick = 0.03 if frame.kind == "broiler" else 0.022
    blobs = [rod(hip, knee, 0.085 if frame.kind != "chick" else 0.06, BODY), rod(knee, foot, thick, HORN)]
    across = np.cross(toes, (0, 0, 1.0)) + 1e-6
    across /= np.linalg.norm(across)
    for spread, long in ((-0.6, 0.11), (0, 0.14), (0.6, 0.11), (math.pi, 0.05)):
        tip = foot + (toes * math.cos(spread) + across * math.sin(spread)) * long
        blobs.append(rod(foot, tip, thick * 0.6, HORN))
    return blobs


def rod(start: Vector, end: Vector, thick: float, wears: int) -> Blob:
    """Return an ellipsoid that reaches from start to end."""
    along = end - start
    half = float(np.linalg.norm(along)) / 2
    turn = (0.0, -math.asin(float(along[2]) / max(2 * half, 1e-9)), math.atan2(float(along[1]), float(along[0])))
    return Blob(_xyz((start + end) / 2), (half * 1.15, thick, thick), turn, wears)


def _xyz(place: Vector) -> tuple[float, float, float]:
    return (float(place[0]), float(place[1]), float(place[2]))
