"""From the ellipsoids of a bird to one smooth mesh."""

import math
from collections.abc import Iterable

import bmesh
import bpy
import numpy as np
from mathutils import Euler, Matrix

from models.training.blender.anatomy import BODY, HORN, Bird, Blob, make_bird

VOXEL = 0.03
"""Side of the cells in which the body's ellipsoids melt together, bird lengths."""
VARIETY = 7
"""Meshes made of each kind and posture; size, stretch and colour vary on top of it."""


class Flock:
    """Meshes of birds, made when first asked for and kept for the next."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._meshes: dict[tuple[str, str, int], bpy.types.Mesh] = {}

    def mesh(self, kind: str, posture: str, rng: np.random.Generator) -> bpy.types.Mesh:
        """Return one of the birds of this kind and posture."""
        number = int(rng.integers(VARIETY))
        key = (kind, posture, number)
        if key not in self._meshes:
            own = np.random.default_rng([self._seed, number, *f"{kind} {posture}".encode()])
            self._meshes[key] = mesh_of(make_bird(own, kind, posture), "_".join((kind, posture, str(number))))
        return self._meshes[key]


def mesh_of(bird: Bird, name: str) -> bpy.types.Mesh:
    """Melt the plumage together, add the other parts as they are, roll the bird over and set it on z = 0."""
    whole = bmesh.new()
    for wears in sorted({blob.wears for blob in bird.blobs}):
        blobs = [blob for blob in bird.blobs if blob.wears == wears]
        part = melted(blobs) if wears == BODY else heaped(blobs)
        before = len(whole.faces)
        whole.from_mesh(part)
        whole.faces.ensure_lookup_table()
        for face in whole.faces[before:]:
            face.material_index, face.smooth = wears, True
        bpy.data.meshes.remove(part)
    roll = Matrix.Rotation(bird.roll, 4, "X") @ Matrix.Rotation(bird.pitch, 4, "Y")
    bmesh.ops.transform(whole, matrix=roll, verts=whole.verts)
    lowest = np.percentile([vertex.co.z for vertex in whole.verts], 1.5 if bird.roll else 0)
    bmesh.ops.translate(whole, vec=(0, 0, -float(lowest)), verts=whole.verts)
    mesh = bpy.data.meshes.new(name)
    whole.to_mesh(mesh)
    whole.free()
    for _ in range(4):
        mesh.materials.append(None)
    mesh.use_fake_user = True
    return mesh


def heaped(blobs: Iterable[Blob]) -> bpy.types.Mesh:
    """Lay ellipsoids into one mesh as they are."""
    heap = bmesh.new()
    for blob in blobs:
        rings = (8, 6) if blob.wears == HORN else (20, 12)
        place = (
            Matrix.Translation(blob.centre) @ Euler(blob.turn).to_matrix().to_4x4() @ Matrix.Diagonal((*blob.radii, 1))
        )
        bmesh.ops.create_uvsphere(heap, u_segments=rings[0], v_segments=rings[1], radius=1, matrix=place)
    mesh = bpy.data.meshes.new("part")
    heap.to_mesh(mesh)
    heap.free()
    return mesh


def melted(blobs: Iterable[Blob]) -> bpy.types.Mesh:
    """Unite ellipsoids into one smooth skin."""
    raw = heaped(blobs)
    body = bpy.data.objects.new("body", raw)
    bpy.context.scene.collection.objects.link(body)
    skin = body.modifiers.new("skin", "REMESH")
    skin.mode, skin.voxel_size = "VOXEL", VOXEL
    smooth = body.modifiers.new("smooth", "SMOOTH")
    smooth.iterations, smooth.factor = 5, 0.6
    graph = bpy.context.evaluated_depsgraph_get()
    graph.update()
    mesh = bpy.data.meshes.new_from_object(body.evaluated_get(graph))
    bpy.data.objects.remove(body)
    bpy.data.meshes.remove(raw)
    mesh.materials.clear()
    return mesh


def outline(mesh: bpy.types.Mesh, points: int = 120) -> np.ndarray:
    """Return (n, 3) float32, some vertices of a mesh: enough to find its box on a picture."""
    flat = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", flat)
    corners = flat.reshape(-1, 3)
    sides = np.array([(math.cos(a), math.sin(a), b) for a in np.linspace(0, 2 * math.pi, 16) for b in (-1, 0, 1)])
    extreme = (corners @ sides.T.astype(np.float32)).argmax(axis=0)
    return np.vstack([corners[extreme], corners[:: max(1, len(corners) // points)]])
