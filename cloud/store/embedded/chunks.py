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
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cloud.store.columns import HOUR_MS, Columns, Times, Values

_VERSION = 1
_DOUBLES = 255
_DECIMALS_MAX = 4
_EXACT_MAX = 2.0**53
_HEAD = struct.Struct("<BBI")


def pack(hour: int, columns: Columns) -> bytes:
    """Compress the rows of one hour (``hour``: hours since 1970)."""
    return pack_all([hour], [columns])[0]


def pack_all(hours: Sequence[int], parts: Sequence[Columns]) -> list[bytes]:
    """Compress the rows of many hours of any series, each with at least a row, into a chunk each.

    All at once: a chunk has few rows, and to reckon with few costs nearly as much as with many.
    """
    counts = np.array([len(part.at_ms) for part in parts])
    ends = np.cumsum(counts)
    starts = ends - counts
    offsets = _steps(np.concatenate([part.at_ms for part in parts]), starts, np.array(hours) * HOUR_MS).astype("<u4")
    decimals, numbers = _numbers(np.concatenate([part.value for part in parts]), starts, counts)
    times, values = _bytes_of(offsets), _bytes_of(numbers)
    return [
        _HEAD.pack(_VERSION, places, end - start)
        + zlib.compress(times[start:end].T.tobytes() + values[start:end].T.tobytes(), 6)
        for start, end, places in zip(starts.tolist(), ends.tolist(), decimals.tolist(), strict=True)
    ]


class DamagedChunk(ValueError):
    """The disk does not give back what was written."""


def unpack(hour: int, blob: bytes) -> Columns:
    """Undo ``pack``.

    Raises:
        DamagedChunk: these are not the bytes that were packed.
        ValueError: a newer Henwise packed them.
    """
    if blob[:1] > bytes((_VERSION,)):
        raise ValueError(f"a chunk of version {blob[0]} was written by a newer Henwise; update this one")
    try:
        _, decimals, n = _HEAD.unpack_from(blob)
        body = zlib.decompress(blob[_HEAD.size :])
    except (struct.error, zlib.error) as error:
        raise DamagedChunk(str(error)) from error
    if len(body) != 12 * n:
        raise DamagedChunk(f"{len(body)} bytes for {n} rows")
    at_ms = np.cumsum(_restored(body[: 4 * n], "<u4").astype(np.int64)) + hour * HOUR_MS
    if decimals == _DOUBLES:
        return Columns(at_ms, _restored(body[4 * n :], "<f8").astype(np.float64))
    return Columns(at_ms, np.cumsum(_restored(body[4 * n :], "<i8")) / 10.0**decimals)


def _numbers(value: Values, starts: Times, counts: Times) -> tuple[NDArray[np.uint8], np.ndarray]:
    """Return the decimals of each part, and the eight bytes of each value: integers as differences, or doubles."""
    decimals = np.full(len(starts), _DOUBLES, np.uint8)
    whole = np.zeros(len(value), "<i8")
    for places in range(_DECIMALS_MAX + 1):
        with np.errstate(over="ignore"):
            scaled = np.rint(value * 10.0**places)
        exact = (np.abs(scaled) < _EXACT_MAX) & (scaled / 10.0**places == value)
        found = np.logical_and.reduceat(exact, starts) & (decimals == _DOUBLES)
        decimals[found] = places
        rows = np.repeat(found, counts)
        whole[rows] = scaled[rows].astype("<i8")
        if (decimals != _DOUBLES).all():
            break
    doubles = np.repeat(decimals == _DOUBLES, counts)
    return decimals, np.where(doubles, value.astype("<f8").view("<i8"), _steps(whole, starts, 0))


def _steps(rising: Times, starts: Times, before: Times | int) -> Times:
    """Return each number less the one before it; at the start of a part, less ``before``."""
    steps = np.empty_like(rising)
    np.subtract(rising[1:], rising[:-1], out=steps[1:])
    steps[starts] = rising[starts] - before
    return steps


def _bytes_of(column: np.ndarray) -> NDArray[np.uint8]:
    return column.view(np.uint8).reshape(len(column), -1)


def _restored(data: bytes, dtype: str) -> np.ndarray:
    width = np.dtype(dtype).itemsize
    return np.frombuffer(np.frombuffer(data, np.uint8).reshape(width, -1).T.tobytes(), dtype)
