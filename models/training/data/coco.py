"""Read a data set in COCO form: one JSON with images, annotations and categories."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from models.errors import DatasetError
from models.training.data.marked import Marked, Reading, find_picture, flat_stem
from models.training.data.pictures import read_picture

Number = Annotated[float, Field(allow_inf_nan=False)]
Side = Annotated[int, Field(gt=0)]


class Image(BaseModel):
    """An entry of images."""

    id: int | str
    file_name: str
    width: Side | None = None
    height: Side | None = None


class Category(BaseModel):
    """An entry of categories."""

    id: int | str
    name: str


class Annotation(BaseModel):
    """An entry of annotations: bbox is left, top, width, height in pixels; polygons are lists x1 y1 x2 y2 ..."""

    image_id: int | str
    category_id: int | str
    bbox: Annotated[list[Number], Field(min_length=4, max_length=4)] | None = None
    segmentation: list[list[Number]] | dict[str, object] | None = None
    iscrowd: bool = False

    def xyxy(self) -> list[float] | None:
        """Give left, top, right, bottom: of the box, else around the polygons; None if there is neither."""
        if self.bbox is not None:
            left, top, wide, high = self.bbox
            return [left, top, left + wide, top + high]
        if not isinstance(self.segmentation, list) or not any(self.segmentation):
            return None
        corners = np.array([value for polygon in self.segmentation for value in polygon[: len(polygon) // 2 * 2]])
        return [*corners.reshape(-1, 2).min(axis=0).tolist(), *corners.reshape(-1, 2).max(axis=0).tolist()]


class Document(BaseModel):
    """A COCO file, as far as boxes go."""

    images: list[Image]
    categories: list[Category]
    annotations: list[Annotation] = []


def read_coco(path: Path, folders: Sequence[Path], *, split: str) -> Reading:
    """Read a COCO JSON; pictures are looked for in `folders`. Boxes around crowds (iscrowd) are left out.

    Raises:
        DatasetError: the file is missing or is not COCO; the message names the place.
    """
    document = _document(path)
    reading, names = Reading(split), {one.id: one.name for one in document.categories}
    images, boxes = {one.id for one in document.images}, defaultdict[int | str, list[tuple[str, list[float]]]](list)
    for at, one in enumerate(document.annotations):
        box, where = one.xyxy(), f"{path}: annotations.{at}"
        if one.iscrowd:
            reading.crowds += 1
        elif one.category_id not in names:
            reading.problems.append(f"{where}: there is no category {one.category_id}")
        elif one.image_id not in images:
            reading.problems.append(f"{where}: there is no image {one.image_id}")
        elif box is None:
            reading.problems.append(f"{where} has neither bbox nor polygon")
        else:
            boxes[one.image_id].append((names[one.category_id], box))
    for image in document.images:
        try:
            reading.pictures.append(_marked(image, boxes[image.id], folders))
        except DatasetError as error:
            reading.problems.append(f"{path}: {error}")
    return reading


def _document(path: Path) -> Document:
    try:
        return Document.model_validate_json(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError) as error:
        raise DatasetError(f"{path} does not exist: give the COCO file (.json)") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DatasetError(f"{path} is not a COCO file: {place}: {first['msg']}") from error


def _marked(image: Image, boxes: Sequence[tuple[str, list[float]]], folders: Sequence[Path]) -> Marked:
    picture = find_picture(image.file_name, folders)
    size = (image.width, image.height) if image.width and image.height else size_of(picture)
    xyxy = np.array([box for _, box in boxes], np.float64).reshape(-1, 4)
    return Marked(picture, flat_stem(image.file_name), size, tuple(name for name, _ in boxes), xyxy)


def size_of(picture: Path) -> tuple[int, int]:
    """Return width and height of a picture file.

    Raises:
        DatasetError: it cannot be read.
    """
    frame = read_picture(picture)
    if frame is None:
        raise DatasetError(f"{picture} cannot be read as a picture")
    return frame.shape[1], frame.shape[0]
