"""Materials: feathers of each strain, combs and legs, plain things, floors."""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

Colour = tuple[float, float, float]

STRAINS: dict[str, tuple[Colour, Colour, Colour, Colour]] = {
    "white": ((0.78, 0.75, 0.68), (0.66, 0.61, 0.52), (0.82, 0.79, 0.72), (0.78, 0.75, 0.68)),
    "dirty": ((0.6, 0.52, 0.4), (0.4, 0.32, 0.23), (0.66, 0.57, 0.43), (0.5, 0.43, 0.33)),
    "brown": ((0.27, 0.1, 0.03), (0.14, 0.048, 0.016), (0.4, 0.17, 0.05), (0.07, 0.035, 0.02)),
    "black": ((0.02, 0.02, 0.025), (0.05, 0.05, 0.05), (0.03, 0.02, 0.02), (0.01, 0.01, 0.012)),
    "grey": ((0.2, 0.2, 0.2), (0.55, 0.55, 0.52), (0.4, 0.4, 0.38), (0.12, 0.12, 0.12)),
    "mottled": ((0.1, 0.06, 0.04), (0.5, 0.4, 0.28), (0.45, 0.25, 0.1), (0.03, 0.03, 0.03)),
    "buff": ((0.55, 0.3, 0.1), (0.4, 0.2, 0.07), (0.65, 0.42, 0.18), (0.3, 0.16, 0.07)),
}
"""Body, body's second tone, neck, tail; linear light, red green blue."""
DOWN: dict[str, Colour] = {
    "yellow": (0.8, 0.6, 0.2), "cream": (0.75, 0.65, 0.38), "tan": (0.5, 0.35, 0.15), "brown": (0.25, 0.18, 0.1),
    "pale": (0.8, 0.72, 0.5), "dark": (0.09, 0.07, 0.05),
}  # fmt: skip


@dataclass(frozen=True)
class Coat:
    """The four materials of a bird, in the order of anatomy's BODY, COMB, HORN, TAIL, and the name of its colour."""

    colour: str
    materials: tuple[bpy.types.Material, ...]


def coat(rng: np.random.Generator, kind: str, colour: str) -> Coat:
    """Make the coat of one bird of a strain; birds of a strain differ a little."""
    if kind == "chick":
        down = jitter(rng, DOWN[colour])
        tones = [down, (0.85 * down[0], 0.85 * down[1], 0.85 * down[2]), down, down]
    else:
        tones = [jitter(rng, tone) for tone in STRAINS[colour]]
    rough = colour in {"mottled", "grey"}
    body = feathers(rng, tones, sharp=rough)
    tail = feathers(rng, (tones[3],) * 4, sharp=False)
    comb = plain(jitter(rng, (0.5, 0.03, 0.025), 0.4), 0.5)
    horn = plain(jitter(rng, (0.55, 0.3, 0.06) if rng.random() < 0.75 else (0.45, 0.33, 0.22), 0.3), 0.5)
    return Coat(colour, (body, comb, horn, tail))


def jitter(rng: np.random.Generator, colour: Colour, by: float = 0.12) -> Colour:
    """Move a colour a little, brightness more than hue."""
    level = rng.uniform(1 - by, 1 + by)
    red, green, blue = (float(np.clip(part * level * rng.uniform(1 - by / 3, 1 + by / 3), 0, 1)) for part in colour)
    return (red, green, blue)


def material(name: str, roughness: float = 0.85) -> tuple[bpy.types.Material, bpy.types.ShaderNode]:
    """Make a material and return it with its surface node."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    surface = made.node_tree.nodes["Principled BSDF"]
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Specular IOR Level"].default_value = 0.2
    return made, surface


def plain(colour: Colour, roughness: float = 0.6) -> bpy.types.Material:
    """Make a thing of one colour."""
    made, surface = material("plain", roughness)
    surface.inputs["Base Color"].default_value = (*colour, 1)
    return made


class Weave:
    """Builds the nodes of one material."""

    def __init__(self, made: bpy.types.Material) -> None:
        self.tree = made.node_tree
        self.place = self.node("ShaderNodeTexCoord").outputs["Object"]

    def node(self, kind: str, **values: float) -> bpy.types.ShaderNode:
        """Add a node and set its inputs by name."""
        added = self.tree.nodes.new(kind)
        for name, value in values.items():
            added.inputs[name].default_value = value
        return added

    def texture(self, kind: str, place: bpy.types.NodeSocket | None = None, **values: float) -> bpy.types.ShaderNode:
        """Add a texture in the object's own coordinates."""
        added = self.node(kind, **values)
        self.tree.links.new(place or self.place, added.inputs["Vector"])
        return added

    def stretched(self, scale: Sequence[float]) -> bpy.types.NodeSocket:
        """Scale the coordinates differently along the axes."""
        mapping = self.node("ShaderNodeMapping")
        mapping.inputs["Scale"].default_value = tuple(scale)
        self.tree.links.new(self.place, mapping.inputs["Vector"])
        return mapping.outputs[0]

    def ramp(
        self, share: bpy.types.NodeSocket, colours: Sequence[Colour], stops: Sequence[float]
    ) -> bpy.types.NodeSocket:
        """Turn a number into colours."""
        ramp = self.node("ShaderNodeValToRGB")
        points = ramp.color_ramp.elements
        while len(points) < len(colours):
            points.new(0.5)
        for point, colour, stop in zip(points, colours, stops, strict=True):
            point.position, point.color = stop, (*colour, 1)
        self.tree.links.new(share, ramp.inputs["Fac"])
        return ramp.outputs["Color"]

    def mix(
        self,
        share: bpy.types.NodeSocket | float,
        one: bpy.types.NodeSocket,
        two: bpy.types.NodeSocket | Colour,
        how: str = "MIX",
    ) -> bpy.types.NodeSocket:
        """Mix two colours."""
        mixing = self.node("ShaderNodeMixRGB")
        mixing.blend_type = how
        for number, value in enumerate((share, one, two)):
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, mixing.inputs[number])
            else:
                mixing.inputs[number].default_value = value if number == 0 else (*value, 1)
        return mixing.outputs[0]

    def emboss(self, height: bpy.types.NodeSocket, surface: bpy.types.ShaderNode, strength: float) -> None:
        """Let a number be seen as relief."""
        bump = self.node("ShaderNodeBump", Strength=strength, Distance=0.03)
        self.tree.links.new(height, bump.inputs["Height"])
        self.tree.links.new(bump.outputs[0], surface.inputs["Normal"])


GREYS = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def feathers(rng: np.random.Generator, tones: Sequence[Colour], *, sharp: bool) -> bpy.types.Material:
    """Make plumage: patches of two tones, another neck, scales of feathers in colour and relief, soil below."""
    made, surface = material("feathers")
    weave = Weave(made)
    patches = weave.texture("ShaderNodeTexNoise", Scale=rng.uniform(5, 14), Detail=4.0)
    width = 0.03 if sharp else 0.14
    base = weave.ramp(patches.outputs[0], (tones[0], tones[1]), (0.5 - width, 0.52 + width * 2))
    axes = weave.node("ShaderNodeSeparateXYZ")
    weave.tree.links.new(weave.place, axes.inputs[0])
    base = weave.mix(weave.ramp(axes.outputs[0], GREYS, (0.25, 0.5)), base, tones[2])
    scales = weave.texture("ShaderNodeTexVoronoi", weave.stretched((0.55, 1.0, 1.0)), Scale=rng.uniform(13, 24))
    shade = weave.ramp(scales.outputs[0], ((0.45, 0.45, 0.45), (1.0, 1.0, 1.0)), (0.0, 0.5))
    base = weave.mix(float(rng.uniform(0.2, 0.45)), base, shade, "MULTIPLY")
    soil = weave.ramp(axes.outputs[2], ((0.62, 0.5, 0.36), (1.0, 1.0, 1.0)), (0.0, float(rng.uniform(0.1, 0.35))))
    base = weave.mix(float(rng.uniform(0, 0.9)), base, soil, "MULTIPLY")
    weave.tree.links.new(base, surface.inputs["Base Color"])
    relief = scales.outputs[0]  # a second, finer texture would cost half as much again
    weave.emboss(relief, surface, float(rng.uniform(0.4, 0.9)))
    return made
