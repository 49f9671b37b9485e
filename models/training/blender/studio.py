"""Engine, cameras, lights, and the second render that says which pixel shows which bird."""

import math
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

Colour = tuple[float, float, float]
Place = Sequence[float] | np.ndarray


def open_studio(threads: int) -> None:
    """Empty Blender and set it to fast path tracing on the processor."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.use_persistent_data = False
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.compression = 5
    scene.render.dither_intensity = 0
    cycles = scene.cycles
    cycles.device, cycles.use_adaptive_sampling = "CPU", False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 2, 1, 1
    cycles.transparent_max_bounces = 6
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.denoising_quality, cycles.denoising_prefilter = "FAST", "NONE"


def clear(kept: Iterable[bpy.types.Mesh] = ()) -> None:
    """Take everything out of the scene but the meshes that are kept for the next one."""
    keep = {mesh.name for mesh in kept}
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    for mesh in list(bpy.data.meshes):
        if mesh.name not in keep and not mesh.use_fake_user:
            bpy.data.meshes.remove(mesh)
    for store in (bpy.data.materials, bpy.data.lights, bpy.data.cameras, bpy.data.worlds, bpy.data.images):
        for item in list(store):
            store.remove(item)


def add(
    mesh: bpy.types.Mesh,
    place: Place = (0, 0, 0),
    turn: Place = (0, 0, 0),
    scale: Place = (1, 1, 1),
) -> bpy.types.Object:
    """Put a mesh into the scene."""
    item = bpy.data.objects.new("thing", mesh)
    item.location, item.rotation_euler, item.scale = place, turn, scale
    bpy.context.scene.collection.objects.link(item)
    return item


def dress(item: bpy.types.Object, materials: Sequence[bpy.types.Material]) -> None:
    """Give one object materials of its own, whatever other objects of the same mesh wear."""
    for slot, worn in zip(item.material_slots, materials, strict=True):
        slot.link, slot.material = "OBJECT", worn


def place_camera(place: Place, towards: Place, *, roll: float = 0.0) -> bpy.types.Object:
    """Put the scene's camera at a place, looking at another."""
    eye = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    eye.location = place
    eye.rotation_euler = (Vector(towards) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
    eye.rotation_euler.rotate_axis("Z", roll)
    eye.data.clip_start, eye.data.clip_end = 0.02, 500
    bpy.context.scene.collection.objects.link(eye)
    bpy.context.scene.camera = eye
    return eye


def sky(above: Colour, below: Colour, strength: float) -> None:
    """Light from everywhere: what the ceiling throws down and what the floor throws back."""
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    tree = world.node_tree
    place, axes, ramp = (
        tree.nodes.new(kind) for kind in ("ShaderNodeTexCoord", "ShaderNodeSeparateXYZ", "ShaderNodeValToRGB")
    )
    tree.links.new(place.outputs["Generated"], axes.inputs[0])
    tree.links.new(axes.outputs[2], ramp.inputs["Fac"])
    ends = ramp.color_ramp.elements
    ends[0].position, ends[0].color = 0.0, (*below, 1)
    ends[1].position, ends[1].color = 0.35, (*above, 1)
    tree.links.new(ramp.outputs["Color"], tree.nodes["Background"].inputs["Color"])
    tree.nodes["Background"].inputs["Strength"].default_value = strength
    bpy.context.scene.world = world


def lamp(kind: str, place: Place, towards: Place, *, energy: float, size: float, colour: Colour) -> None:
    """Hang a lamp: `SUN` (energy in W/m2, size in radians), `AREA` or `POINT` (watts, metres)."""
    light = bpy.data.lights.new("lamp", kind)
    light.energy, light.color = energy, colour
    setattr(light, {"SUN": "angle", "AREA": "size", "POINT": "shadow_soft_size"}[kind], size)
    hung = bpy.data.objects.new("lamp", light)
    hung.location = place
    hung.rotation_euler = (Vector(towards) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(hung)


def render(size_wh: tuple[int, int], *, samples: int, seed: int, clear_film: bool = False) -> np.ndarray:
    """Render and return (h, w, 4) uint8, red green blue alpha."""
    scene = bpy.context.scene
    scene.render.film_transparent = clear_film
    scene.cycles.samples, scene.cycles.seed, scene.cycles.use_denoising = samples, seed, True
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BLACKMAN_HARRIS", 1.3
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.color_mode = "RGBA"
    return _shoot(size_wh)


def render_owners(size_wh: tuple[int, int], birds: Sequence[bpy.types.Object]) -> np.ndarray:
    """Return (h, w) int32: the number of the bird each pixel shows, -1 where it shows none.

    Everything is rendered flat in a colour of its own, one ray through the middle of each pixel. Things through which
    one sees (wire) must be hidden from this render by `thing["see_through"] = True`.
    """
    scene, layer = bpy.context.scene, bpy.context.view_layer
    hidden = [item for item in scene.objects if item.get("see_through")]
    for item in hidden:
        item.hide_render = True
    for number, bird in enumerate(birds, start=1):
        bird.color = (number % 256 / 255, number // 256 / 255, 0.5, 1)
    layer.material_override = flat_colours()
    scene.render.film_transparent = True
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    scene.view_settings.view_transform = "Raw"
    picture = _shoot(size_wh).astype(np.int32)
    layer.material_override = None
    for item in hidden:
        item.hide_render = False
    owner = picture[..., 0] + 256 * picture[..., 1] - 1
    owner[(picture[..., 2] < 100) | (picture[..., 2] > 150)] = -1  # birds carry 0.5 in blue, other things 1
    return owner


def flat_colours() -> bpy.types.Material:
    """Make a material that shines in the object's own colour, whatever the light."""
    made = bpy.data.materials.new("flat")
    made.use_nodes = True
    tree = made.node_tree
    about, shine = tree.nodes.new("ShaderNodeObjectInfo"), tree.nodes.new("ShaderNodeEmission")
    tree.links.new(about.outputs["Color"], shine.inputs["Color"])
    tree.links.new(shine.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    return made


def _shoot(size_wh: tuple[int, int]) -> np.ndarray:
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = size_wh
    scene.render.resolution_percentage = 100
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "shot.png")
        bpy.ops.render.render(write_still=True)
        return read_picture(Path(scene.render.filepath))


def read_picture(path: Path) -> np.ndarray:
    """Read a PNG as (h, w, 4) uint8 without touching its values."""
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    flat = np.empty(image.size[0] * image.size[1] * 4, np.float32)
    image.pixels.foreach_get(flat)
    pixels = np.rint(flat.reshape(image.size[1], image.size[0], 4)[::-1] * 255).astype(np.uint8)
    bpy.data.images.remove(image)
    return np.ascontiguousarray(pixels)


def towards(elevation: float, azimuth: float) -> np.ndarray:
    """Return the unit vector that points from the floor to something at an elevation and azimuth (radians)."""
    flat = math.cos(elevation)
    return np.array((flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation)))
