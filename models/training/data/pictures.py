"""Read a picture file, whatever its depth and channels."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def read_picture(path: Path) -> NDArray[np.uint8] | None:
    """Return a picture as (h, w, 3) uint8, blue-green-red, or None if the file is no picture.

    Grey becomes three equal channels, 16 bits become 8 (the upper ones), transparency is left away, and the
    orientation a camera wrote into the file is applied.
    """
    try:
        content = np.fromfile(path, np.uint8)
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
    except (OSError, cv2.error):  # cv2.error: a picture of more pixels than OpenCV will read
        return None
    return None if picture is None else np.asarray(picture, np.uint8)
