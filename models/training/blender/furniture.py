"""What stands in a house besides birds: floors, walls, wire, feeder and drinker lines, clutter."""

import math
from dataclasses import dataclass

import bmesh
import bpy
import numpy as np
from mathutils import Matrix

from models.training.blender.plumage import Colour, Weave, jitter, material, plain
from models.training.blender.studio import add

LITTERS: dict[str, tuple[Colour, Colour, Colour, Colour]] = {
    "litter": ((0.32, 0.22, 0.12), (0.5, 0.38, 0.23), (0.18, 0.11, 0.06), (0.6, 0.48, 0.32)),
    "dark": ((0.08, 0.055, 0.035), (0.16, 0.11, 0.07), (0.05, 0.035, 0.025), (0.25, 0.18, 0.11)),
    "soil": ((0.2, 0.13, 0.08), (0.3, 0.2, 0.13), (0.12, 0.08, 0.05), (0.35, 0.27, 0.2)),
    "grass": ((0.06, 0.12, 0.03), (0.12, 0.2, 0.05), (0.04, 0.07, 0.02), (0.25, 0.24, 0.1)),
    "concrete": ((0.35, 0.34, 0.32), (0.45, 0.44, 0.42), (0.25, 0.24, 0.22), (0.5, 0.5, 0.48)),
    "straw": ((0.5, 0.36, 0.14), (0.66, 0.5, 0.24), (0.3, 0.2, 0.08), (0.75, 0.62, 0.35)),
    "husks": ((0.45, 0.36, 0.25), (0.6, 0.5, 0.36), (0.3, 0.23, 0.15), (0.68, 0.6, 0.47)),
}
RED, ORANGE, YELLOW, METAL = (0.45, 0.02, 0.02), (0.6, 0.12, 0.02), (0.6, 0.5, 0.05), (0.5, 0.5, 0.5)
PAINTS = (RED, RED, ORANGE, YELLOW, METAL, (0.05, 0.1, 0.4), (0.7, 0.7, 0.68), (0.05, 0.05, 0.05))


@dataclass(frozen=True)
class Plot:
    """The floor between the walls, metres: from -half_x to half_x and from near to far; `unit` is a bird's length."""

    half_x: float
    near: float
    far: float
    wall: float
    unit: float

    def spot(self, rng: np.random.Generator) -> tuple[float, float]:
        """Choose a place."""
        return float(rng.uniform(-self.half_x, self.half_x) * 0.9), float(rng.uniform(self.near, self.far))


def tube(bottom: float, top: float, high: float) -> bpy.types.Mesh:
    """Make an upright tube or cone that stands on z = 0."""
    shape = bmesh.new()
    place = Matrix.Translation((0, 0, high / 2))
    bmesh.ops.create_cone(shape, cap_ends=True, segments=24, radius1=bottom, radius2=top, depth=high, matrix=place)
    return _mesh(shape)


def block() -> bpy.types.Mesh:
    """Make a cube of side 1 around the origin."""
    shape = bmesh.new()
    bmesh.ops.create_cube(shape, size=1)
    return _mesh(shape)


def ball() -> bpy.types.Mesh:
    """Make a ball of radius 1."""
    shape = bmesh.new()
    bmesh.ops.create_uvsphere(shape, u_segments=16, v_segments=10, radius=1)
    return _mesh(shape)


def _mesh(shape: bmesh.types.BMesh) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new("thing")
    shape.to_mesh(mesh)
    shape.free()
    return mesh


def painted(mesh: bpy.types.Mesh, paint: bpy.types.Material) -> bpy.types.Mesh:
    """Paint a mesh."""
    mesh.materials.append(paint)
    return mesh


def floor(rng: np.random.Generator, size: float) -> None:
    """Spread litter, grass or concrete: patches, grains, shavings in colour and relief."""
    name = str(rng.choice([*LITTERS, "litter", "litter", "husks", "dark"]))
    tones = [jitter(rng, tone, 0.2) for tone in LITTERS[name]]
    made, surface = material("floor", 0.9)
    weave = Weave(made)
    fine = rng.uniform(0.5, 2)
    patches = weave.texture("ShaderNodeTexNoise", Scale=rng.uniform(0.4, 2), Detail=4.0)
    grain = weave.texture(
        "ShaderNodeTexVoronoi", weave.stretched((1, rng.uniform(1, 3), 1)), Scale=rng.uniform(40, 110) * fine
    )
    colour = weave.ramp(patches.outputs[0], (tones[0], tones[1]), (0.35, 0.65))
    strength = 0.12 if name == "concrete" else float(rng.uniform(0.35, 0.7))
    chips = weave.ramp(grain.outputs["Color"], (tones[2], tones[0], tones[3]), (0.0, 0.5, 1.0))
    colour = weave.mix(strength, colour, chips)
    weave.tree.links.new(colour, surface.inputs["Base Color"])
    weave.emboss(grain.outputs[0], surface, 0.1 if name == "concrete" else 0.7)
    ground = painted(block(), made)
    ground.transform(Matrix.Diagonal((size, size, 0.1, 1)))  # not scaled: the litter is measured in metres
    add(ground, (0, 0, -0.05))


def walls(rng: np.random.Generator, plot: Plot) -> None:
    """Raise walls around the plot: boards, or wire through which one sees."""
    wired = rng.random() < 0.3
    tone = jitter(
        rng,
        [(0.5, 0.5, 0.5), (0.4, 0.3, 0.2), (0.7, 0.68, 0.62), (0.25, 0.17, 0.1), (0.15, 0.2, 0.3)][rng.integers(5)],
        0.3,
    )
    worn = wire(tone, float(rng.uniform(0.03, 0.06)) * max(plot.unit / 0.2, 0.6)) if wired else plain(tone, 0.7)
    deep, middle = plot.far - plot.near, (plot.far + plot.near) / 2
    sides = [
        ((-plot.half_x, middle), (0.02, deep)), ((plot.half_x, middle), (0.02, deep)),
        ((0, plot.far), (2 * plot.half_x, 0.02)), ((0, plot.near), (2 * plot.half_x, 0.02)),
    ]  # fmt: skip
    for (x, y), (wide, thick) in sides:
        wall = add(painted(block(), worn), (x, y, plot.wall / 2), scale=(wide, thick, plot.wall))
        wall.data.transform(Matrix.Diagonal((wide, thick, plot.wall, 1)))
        wall.scale = (1, 1, 1)  # so that the wire is measured in metres
        wall["see_through"] = wired


def wire(colour: Colour, cell: float) -> bpy.types.Material:
    """Make wire netting with meshes of `cell` metres."""
    made, surface = material("wire")
    surface.inputs["Base Color"].default_value = (*colour, 1)
    weave = Weave(made)
    axes = weave.node("ShaderNodeSeparateXYZ")
    weave.tree.links.new(weave.place, axes.inputs[0])
    total = None
    for axis in range(3):
        steps = [weave.node("ShaderNodeMath") for _ in range(3)]
        for step, (how, value) in zip(steps, (("MULTIPLY", 1 / cell), ("FRACT", 0), ("LESS_THAN", 0.12)), strict=True):
            step.operation, step.inputs[1].default_value = how, value
        weave.tree.links.new(axes.outputs[axis], steps[0].inputs[0])
        weave.tree.links.new(steps[0].outputs[0], steps[1].inputs[0])
        weave.tree.links.new(steps[1].outputs[0], steps[2].inputs[0])
        if total is None:
            total = steps[2].outputs[0]
            continue
        either = weave.node("ShaderNodeMath")
        either.operation = "MAXIMUM"
        weave.tree.links.new(total, either.inputs[0])
        weave.tree.links.new(steps[2].outputs[0], either.inputs[1])
        total = either.outputs[0]
    weave.tree.links.new(total, surface.inputs["Alpha"])
    return made


def bar(start: np.ndarray, end: np.ndarray, radius: float, paint: bpy.types.Material) -> None:
    """Lay a rod from one point to another."""
    along = end - start
    long = float(np.linalg.norm(along))
    tilt, turn = math.acos(float(along[2]) / long), math.atan2(float(along[1]), float(along[0]))
    add(painted(tube(radius, radius, long), paint), start, (0, tilt, turn))


def hang_line(rng: np.random.Generator, plot: Plot) -> list[tuple[float, float]]:
    """Hang a feeder or a nipple line, and return the places it draws birds to."""
    across = rng.random() < 0.6
    x, y = plot.spot(rng)
    skew = float(rng.normal(0, 0.05)) * plot.half_x
    ends = (
        ((-plot.half_x, y - skew), (plot.half_x, y + skew)) if across else ((x - skew, plot.near), (x + skew, plot.far))
    )
    feeds = rng.random() < 0.55
    high = plot.unit * rng.uniform(0.8, 1.5)
    start, end = (np.array((*place, high)) for place in ends)
    grey = plain(jitter(rng, METAL, 0.4), 0.35)
    bar(start, end, plot.unit * rng.uniform(0.03, 0.07), grey)
    gap = plot.unit * (rng.uniform(1.6, 3) if feeds else rng.uniform(0.5, 1.2))
    count = int(np.clip(np.linalg.norm(end - start) / gap, 2, 50))
    spots = [start + (end - start) * (step + 0.5) / count for step in range(count)]
    parts = feeder_parts(rng, plot.unit, high) if feeds else cup_parts(rng, plot.unit, high)
    for spot in spots:
        for mesh, lift in parts:
            add(mesh, (spot[0], spot[1], lift))
    for spot in spots[:: max(1, count // 5)]:
        bar(spot, spot + np.array((0, 0, 4.0)), 0.004, grey)
    return [(float(spot[0]), float(spot[1])) for spot in spots]


def feeder_parts(rng: np.random.Generator, unit: float, high: float) -> list[tuple[bpy.types.Mesh, float]]:
    """Make a pan feeder: pan, feed, cone; each with its height above the floor."""
    paint = plain(jitter(rng, PAINTS[rng.integers(len(PAINTS))], 0.3), 0.4)
    radius = unit * rng.uniform(0.38, 0.55)
    feed = plain(jitter(rng, (0.35, 0.22, 0.1)), 0.9)
    return [
        (painted(tube(radius * 0.8, radius, radius * 0.35), paint), 0.02),
        (painted(tube(radius * 0.85, radius * 0.85, 0.01), feed), 0.02 + radius * 0.33),
        (painted(tube(radius * rng.uniform(0.35, 0.7), radius * 0.14, high - radius * 0.3), paint), radius * 0.3),
    ]


def cup_parts(rng: np.random.Generator, unit: float, high: float) -> list[tuple[bpy.types.Mesh, float]]:
    """Make a nipple with its cup."""
    paint = plain(jitter(rng, PAINTS[rng.integers(len(PAINTS))], 0.3), 0.4)
    size = unit * rng.uniform(0.05, 0.14)
    return [
        (painted(tube(size * 0.5, size * 0.5, size * 2), paint), high - size * 2),
        (painted(tube(size, size * 1.3, size), paint), high - size * 3),
    ]


def stand_about(rng: np.random.Generator, plot: Plot) -> list[tuple[float, float]]:
    """Stand bells, buckets, crates, stones and hoses about; return the places that draw birds."""
    spots = []
    for _ in range(rng.integers(0, 5)):
        x, y = plot.spot(rng)
        paint = plain(jitter(rng, PAINTS[rng.integers(len(PAINTS))], 0.4), float(rng.uniform(0.2, 0.9)))
        size = plot.unit * rng.uniform(0.2, 0.8)
        shape = rng.random()
        if shape < 0.5:
            add(painted(tube(size, size * rng.uniform(0.2, 1.1), plot.unit * rng.uniform(0.05, 1)), paint), (x, y, 0))
            spots.append((x, y))
        elif shape < 0.75:
            add(
                painted(block(), paint),
                (x, y, size * 0.2),
                (0, 0, rng.uniform(0, 3)),
                (size, size * rng.uniform(0.3, 3), size * 0.5),
            )
        else:
            add(
                painted(ball(), paint),
                (x, y, 0),
                (0, 0, rng.uniform(0, 3)),
                (size * 0.6, size * rng.uniform(0.2, 0.6), size * rng.uniform(0.02, 0.4)),
            )
    return spots
