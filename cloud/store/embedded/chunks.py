"""One hour of one series as a compressed blob, and the other way round. Pure; exact to the last bit.

    byte 0      version (1)
    byte 1      decimals d: values are integers / 10^d, as differences; 255: they are IEEE doubles
    bytes 2-5   n, little endian
    rest        zlib of: time differences in ms (n x uint32), then the values (n x int64 or n x float64)

Each column is stored byte by byte (all first bytes, then all second ones ...): that is what makes it small. Instruments
speak in few decimals, so nearly all series take the integer form.
"""

import struct
import zlib

import numpy as np

from cloud.store.columns import HOUR_MS, Columns, Values

_VERSION = 1
_DOUBLES = 255
_DECIMALS_MAX = 4
_EXACT_MAX = 2.0**53
_HEAD = struct.Struct("<BBI")


def pack(hour: int, columns: Columns) -> bytes:
    """Compress the rows of one hour (``hour``: hours since 1970)."""
    offsets = np.diff(columns.at_ms, prepend=hour * HOUR_MS).astype("<u4")
    decimals, numbers = _integers(columns.value)
    body = _transposed(offsets) + _transposed(numbers)
    return _HEAD.pack(_VERSION, decimals, len(offsets)) + zlib.compress(body, 6)


def unpack(hour: int, blob: bytes) -> Columns:
    """Undo ``pack``."""
    version, decimals, n = _HEAD.unpack_from(blob)
    if version != _VERSION:
        raise ValueError(f"a chunk of version {version} was written by a newer Henwise; update this one")
    body = zlib.decompress(blob[_HEAD.size :])
    at_ms = np.cumsum(_restored(body[: 4 * n], "<u4").astype(np.int64)) + hour * HOUR_MS
    if decimals == _DOUBLES:
        return Columns(at_ms, _restored(body[4 * n :], "<f8").astype(np.float64))
    return Columns(at_ms, np.cumsum(_restored(body[4 * n :], "<i8")) / 10.0**decimals)


def _integers(value: Values) -> tuple[int, np.ndarray]:
    for decimals in range(_DECIMALS_MAX + 1):
        scaled = np.rint(value * 10.0**decimals)
        if np.abs(scaled).max(initial=0) >= _EXACT_MAX:
            break
        if np.array_equal(scaled / 10.0**decimals, value):
            return decimals, np.diff(scaled.astype("<i8"), prepend=0)
    return _DOUBLES, value.astype("<f8")


def _transposed(column: np.ndarray) -> bytes:
    return column.view(np.uint8).reshape(len(column), -1).T.tobytes() if len(column) else b""


def _restored(data: bytes, dtype: str) -> np.ndarray:
    width = np.dtype(dtype).itemsize
    return np.frombuffer(np.frombuffer(data, np.uint8).reshape(width, -1).T.tobytes(), dtype)
