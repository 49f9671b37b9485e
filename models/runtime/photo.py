"""Read a photo from a file, or from what was sent."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import DatasetError


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Return a picture as (h, w, 3) uint8, blue-green-red, turned the way the camera was held.

    Raises:
        DatasetError: the file cannot be read, or is no picture.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror}") from error
    return decoded(content, f"{path}")


def decoded(content: bytes, name: str) -> NDArray[np.uint8]:
    """Return the picture that a file's content holds, as `read_picture` does; `name` is what its errors call it.

    Raises:
        DatasetError: it is no picture.
    """
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    except cv2.error as error:  # more pixels than OpenCV will read
        raise DatasetError(f"cannot read {name}: it is too large") from error
    if picture is None:
        raise DatasetError(f"{name} is no picture that can be read: give a JPEG or PNG file")
    return np.asarray(picture, np.uint8)
