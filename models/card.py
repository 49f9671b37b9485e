"""The card of a network: what it was taught, what it scored, how it is to be run, and the seal of its file.

A network `x.onnx` has its card beside it, `x.card.json`. Weights without a card are not run.
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import WeightsError

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Seal = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", description="a name without a folder")]
Side = Annotated[int, Field(ge=32, le=4096, multiple_of=32)]


class CardPart(BaseModel):
    """Base of all parts: unknown fields are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(CardPart):
    """What turns raw output into boxes."""

    score: Share = Field(description="a box below this score is not a bird")
    nms_iou: Share = Field(description="of two boxes overlapping more than this (IoU) the weaker is dropped")
    max_boxes: int = Field(ge=1000, description="boxes kept at most; low limits would silently cap a count")


class TrainingSource(CardPart):
    """Pictures the network was taught with."""

    name: Text
    licence: Text
    pictures: Count
    boxes: Count
    note: str = ""


class Score(CardPart):
    """One measurement on pictures the training did not see."""

    dataset: Text
    split: Text
    pictures: Count
    boxes: Count
    precision: Share | None = Field(default=None, description="at the card's score threshold, IoU 0.5")
    recall: Share | None = Field(default=None, description="at the card's score threshold, IoU 0.5")
    map50: Share | None = None
    map50_95: Share | None = None
    count_mae: float | None = Field(default=None, ge=0, description="mean absolute error of the count, birds")
    count_mape: float | None = Field(
        default=None, ge=0, description="mean of |error| / true count over pictures with birds; 0.1 is 10 %"
    )
    measured: date
    note: str = ""


class Form(CardPart):
    """The same network, converted to the file format of another inference library."""

    format: Literal["ncnn", "litert"]
    input_wh: tuple[Side, Side] = Field(description="the one input size it was converted for, pixels")
    files: dict[FileName, Seal] = Field(min_length=1, description="files beside the .onnx and their sha256")
    made_with: Text = Field(description="converter and its version")


class ModelCard(CardPart):
    """The sidecar of a weights file."""

    name: Text
    version: Text
    task: Literal["detect"]
    classes: tuple[Text, ...] = Field(min_length=1)
    input_size_wh: tuple[Side, Side] = Field(description="largest picture the network is fed, pixels, multiples of 32")
    thresholds: Thresholds
    base: Text = Field(description="weights the training started from")
    data: tuple[TrainingSource, ...]
    scores: tuple[Score, ...]
    limits: tuple[Text, ...] = Field(description="what it can't do, in plain words")
    licence: Text
    made: date
    sha256: Seal
    forms: tuple[Form, ...] = Field(default=(), description="converted copies, for libraries that don't read ONNX")

    @model_validator(mode="after")
    def _classes_differ(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes must differ from each other")
        return self


def card_path(weights: Path) -> Path:
    """Where the card of a weights file lies."""
    return weights.with_suffix(".card.json")


def load_weights(weights: Path) -> tuple[ModelCard, bytes]:
    """Read a network and its card, and check that they belong together.

    Raises:
        WeightsError: a file is missing or unreadable, the card is wrong, or the seal does not fit the weights.
    """
    card = read_card(card_path(weights))
    content = _read(weights)
    if sha256_of(content) != card.sha256:
        raise WeightsError(
            f"{weights} is not the file its card describes (sha256 differs): it is damaged or was exchanged; "
            "fetch both files again, or export the network again with henwise-models export"
        )
    return card, content


def check_form(weights: Path, form: Form) -> dict[str, Path]:
    """Check the files of a converted form, which lie beside the weights, and return their paths by name ending.

    Raises:
        WeightsError: a file is missing, unreadable or not the one the card describes.
    """
    paths: dict[str, Path] = {}
    for name, seal in form.files.items():
        path = weights.with_name(name)
        if sha256_of(_read(path)) != seal:
            raise WeightsError(f"{path} is not the file its card describes (sha256 differs): convert the network again")
        paths[path.suffix] = path
    return paths


def read_card(path: Path) -> ModelCard:
    """Read a card alone.

    Raises:
        WeightsError: the file is missing, or a field is missing, unknown or out of range.
    """
    try:
        return ModelCard.model_validate_json(_read(path))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise WeightsError(f"the card {path} is wrong: {field}: {first['msg']}") from error


def write_card(card: ModelCard, weights: Path) -> Path:
    """Write the card beside its weights and return its path."""
    path = card_path(weights)
    path.write_text(card.model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")
    return path


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}; a network needs its card beside it") from error
