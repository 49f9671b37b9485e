"""A picture made narrower, for a strip of them on a phone with one bar of reception."""

import io
from enum import IntEnum
from typing import Final

from PIL import Image


class Width(IntEnum):
    """How wide a picture may be asked for, in pixels: few ways, so that a browser keeps few versions of one."""

    STRIP = 320
    GLANCE = 640


QUALITY: Final = 75


def narrowed(jpeg: bytes, width: Width) -> bytes:
    """Return a JPEG of at most ``width`` pixels across; one that is no wider, or can't be read, comes as it is."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            if picture.width <= width:
                return jpeg
            height = max(1, round(picture.height * width / picture.width))
            picture.draft("RGB", (width, height))  # the decoder itself halves it, as often as it may
            small = picture.convert("RGB").resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    except (OSError, Image.DecompressionBombError):
        return jpeg
    made = io.BytesIO()
    small.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
