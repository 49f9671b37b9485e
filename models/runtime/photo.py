"""Read a photo from a file."""

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
        content = np.frombuffer(path.read_bytes(), np.uint8)
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
    except (OSError, cv2.error) as error:  # cv2.error: more pixels than OpenCV will read
        reason = error.strerror if isinstance(error, OSError) else "it is too large"
        raise DatasetError(f"cannot read {path}: {reason}") from error
    if picture is None:
        raise DatasetError(f"{path} is no picture that can be read: give a JPEG or PNG file")
    return np.asarray(picture, np.uint8)
