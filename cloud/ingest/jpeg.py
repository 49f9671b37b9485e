"""Is it a JPEG of the size that its message says? Looks at the file's marks, decodes nothing. Pure.

A device is trusted no further than its broker account: what it calls a picture is served to browsers as one. The marks
are those of ITU-T T.81 (1992), annex B: start and end of image, and the frame header with height and width.
"""

from collections.abc import Iterator

MOST_PX = 4096
"""A picture with a longer side is refused: a few hundred kilobytes can unfold to gigabytes in a browser."""

MOST_SCANS = 100
"""A progressive picture has about ten; thousands of them, thirty bytes each, keep a decoder busy for minutes."""

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


def jpeg_problem(content: bytes, size_wh: tuple[int, int] | None = None) -> str:
    """Say what is wrong with a picture that is said to be a JPEG (of ``size_wh``); empty when nothing is."""
    if content[:2] != bytes((0xFF, _START)) or content[-2:] != bytes((0xFF, _END)):
        return "jpeg: this is no whole JPEG: send pictures as JPEG files, from FF D8 to FF D9"
    found_wh = _size_wh(content)
    if found_wh is None:
        return "jpeg: it says no size before its first scan: send baseline or progressive JPEG"
    if size_wh is not None and found_wh != size_wh:
        return f"jpeg: it is {found_wh[0]}x{found_wh[1]} pixels, size_wh says {size_wh[0]}x{size_wh[1]}"
    if max(found_wh) > MOST_PX:
        return f"jpeg: {max(found_wh)} pixels on a side are too many; send at most {MOST_PX}"
    # Within a scan FF is followed by 00, so this is a mark, or a rare chance within the segments before the first one.
    scans = content.count(bytes((0xFF, _SCAN)))
    if scans > MOST_SCANS:
        return f"jpeg: {scans} scans are too many; send baseline or progressive JPEG as cameras make it"
    return ""


def _size_wh(content: bytes) -> tuple[int, int] | None:
    for mark, at in _segments(content):
        if mark in _FRAMES and at + 7 <= len(content):
            return int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 3 : at + 5])
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Give mark and place of the length of each segment before the first scan."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004  # every mark begins so
        mark = content[at + 1]
        at += 1 if mark == 0xFF else 2  # noqa: PLR2004  # a mark may be led by any number of these
        if mark == 0xFF or mark in _ALONE:  # noqa: PLR2004  # as above
            continue
        if mark in {_SCAN, _END}:
            return
        yield mark, at
        at += max(2, int.from_bytes(content[at : at + 2]))
