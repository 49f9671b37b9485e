"""Birds and houses rendered with Blender: pictures whose boxes and postures are known exactly.

This package runs in an environment of its own (`pip install "bpy==5.0.1" "numpy<2"` on Python 3.11), for Blender's
module wants an older numpy than Henwise; so it imports only bpy, numpy and the standard library.

    anatomy.py (shapes of a bird, pure) -> flesh.py (meshes), plumage.py (colours) -> studio.py (light, camera, render)
        -> sheets.py   single birds on a transparent ground, many to a render       `python -m ...blender sprites`
        -> barns.py    whole pens and houses with furniture.py               `python -m ...blender scenes`

What a real camera does to a picture (exposure, night, noise, JPEG) is added later, by models.training.scenes.camera.
"""
