"""Write a PNG with the standard library alone."""

import struct
import zlib
from pathlib import Path

import numpy as np

KINDS = {3: 2, 4: 6}
"""Channels of a picture and PNG's number for such a picture (ISO/IEC 15948, 11.2.2)."""


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write (h, w, 3 or 4) uint8, red green blue (alpha)."""
    high, wide, channels = picture.shape
    rows = np.zeros((high, 1 + wide * channels), np.uint8)  # each row starts with its filter: none
    rows[:, 1:] = picture.reshape(high, -1)
    head = struct.pack(">IIBBBBB", wide, high, 8, KINDS[channels], 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
