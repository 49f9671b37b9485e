"""The card of a network: what it was taught, what it scored, how it is to be run, and the seal of its file.

A network `x.onnx` has its card beside it, `x.card.json`. Weights without a card are not run.

    CardPart            closed and frozen
    └── Described       what every card says: what the network was taught, its limits, its seal
        ├── ModelCard         task detect: finds birds
        └── ClassifierCard    task classify: says what a picture or a crop shows
"""

import hashlib
from datetime import date
from math import log
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

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
    closer_score: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None,
        description="the same where small birds are looked at again, larger: they get lower scores; absent: `score`",
    )
    nms_iou: Share = Field(description="of two boxes overlapping more than this (IoU) the weaker is dropped")
    contained: Annotated[float, Field(gt=0.5, le=1)] | None = Field(
        default=None,
        description="a box of which at least this share lies inside a stronger one is dropped; absent: none is",
    )
    max_boxes: int = Field(ge=1000, description="boxes kept at most; low limits would silently cap a count")

    def from_score(self, score: float) -> Self:
        """Return the same with another score."""
        return self.model_copy(update={"score": score})

    @property
    def lift(self) -> float:
        """Power that lifts a score of a closer look onto the scale of the first: ``closer_score`` becomes ``score``."""
        return log(self.score) / log(self.closer_score) if self.closer_score and 0 < self.score < 1 else 1.0


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
    f1: Share | None = Field(default=None, description="harmonic mean of precision and recall")
    map50: Share | None = None
    map50_95: Share | None = None
    count_mae: float | None = Field(default=None, ge=0, description="mean absolute error of the count, birds")
    count_mape: float | None = Field(
        default=None, ge=0, description="mean of |error| / true count over pictures with birds; 0.1 is 10 %"
    )
    count_bias: float | None = Field(default=None, description="mean of found - true, birds; below 0 counts too few")
    count_bias_share: float | None = Field(default=None, ge=-1, description="all found / all true - 1")
    measured: date
    note: str = ""


class ClassScore(CardPart):
    """One measurement of a classifier on pictures the training did not see."""

    dataset: Text
    split: Text
    pictures: Count
    accuracy: Share = Field(description="share of pictures whose most probable class is the true one")
    f1: dict[Text, Share] = Field(description="per true class with pictures in this set")
    ece: Share = Field(description="calibration error: mean gap between said and true probability, 10 equal bins")
    sure: Share = Field(description="share of pictures that get an answer other than not_sure")
    sure_accuracy: Share | None = Field(default=None, description="accuracy among these")
    false_accept: Share | None = Field(
        default=None, description="share of pictures of the reject class that are surely called another class"
    )
    measured: date
    note: str = ""


class AnswerRule(CardPart):
    """What turns a classifier's probabilities into an answer."""

    temperature: float = Field(gt=0, le=20, description="logits are divided by it: 1 leaves the network as trained")
    not_sure_below: Share = Field(description="below this calibrated probability the answer is not_sure")
    reject: Text | None = Field(default=None, description="the class that means: none of the others")


class Form(CardPart):
    """The same network, converted to the file format of another inference library."""

    format: Literal["ncnn", "litert"]
    input_wh: tuple[Side, Side] = Field(description="the one input size it was converted for, pixels")
    files: dict[FileName, Seal] = Field(min_length=1, description="files beside the .onnx and their sha256")
    made_with: Text = Field(description="converter and its version")


class Described(CardPart):
    """What the card of any network says."""

    name: Text
    version: Text
    classes: tuple[Text, ...] = Field(min_length=1)
    base: Text = Field(description="weights the training started from")
    data: tuple[TrainingSource, ...]
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


class ModelCard(Described):
    """The sidecar of a detector's weights."""

    task: Literal["detect"]
    input_size_wh: tuple[Side, Side] = Field(description="largest picture the network is fed, pixels, multiples of 32")
    thresholds: Thresholds
    scores: tuple[Score, ...]


class ClassifierCard(Described):
    """The sidecar of a classifier's weights."""

    task: Literal["classify"]
    input_px: Side = Field(description="side of the square the network is fed, pixels, a multiple of 32")
    margin: float = Field(
        default=0, ge=0, le=2, description="share of a bird's longer side kept around its box; 0 for whole pictures"
    )
    answer: AnswerRule
    scores: tuple[ClassScore, ...]

    @model_validator(mode="after")
    def _rejects_a_class(self) -> Self:
        if self.answer.reject is not None and self.answer.reject not in self.classes:
            raise ValueError("answer.reject must be one of the classes")
        return self


AnyCard = ModelCard | ClassifierCard
_ANY: TypeAdapter[AnyCard] = TypeAdapter(Annotated[AnyCard, Field(discriminator="task")])


def card_path(weights: Path) -> Path:
    """Where the card of a weights file lies."""
    return weights.parent / f"{weights.stem}.card.json"


def load_weights(weights: Path) -> tuple[ModelCard, bytes]:
    """Read a detector and its card, and check that they belong together.

    Raises:
        WeightsError: a file is missing or unreadable, the card is wrong, or the seal does not fit the weights.
    """
    card = read_card(card_path(weights))
    return card, _sealed(weights, card)


def load_classifier(weights: Path) -> tuple[ClassifierCard, bytes]:
    """Read a classifier and its card, and check that they belong together.

    Raises:
        WeightsError: a file is missing or unreadable, the card is wrong, or the seal does not fit the weights.
    """
    card = read_classifier_card(card_path(weights))
    return card, _sealed(weights, card)


def load_any(weights: Path) -> tuple[AnyCard, bytes]:
    """Read a network and its card, whatever it does, and check that they belong together.

    Raises:
        WeightsError: a file is missing or unreadable, the card is wrong, or the seal does not fit the weights.
    """
    card = read_any_card(card_path(weights))
    return card, _sealed(weights, card)


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
    """Read the card of a detector alone.

    Raises:
        WeightsError: the file is missing, a field is missing, unknown or out of range, or it is not a detector's.
    """
    card = read_any_card(path)
    if not isinstance(card, ModelCard):
        raise WeightsError(f"the network of {path} classifies pictures and finds no birds: give a detector")
    return card


def read_classifier_card(path: Path) -> ClassifierCard:
    """Read the card of a classifier alone.

    Raises:
        WeightsError: the file is missing, a field is missing, unknown or out of range, or it is not a classifier's.
    """
    card = read_any_card(path)
    if not isinstance(card, ClassifierCard):
        raise WeightsError(f"the network of {path} finds birds and classifies nothing: give a classifier")
    return card


def read_any_card(path: Path) -> AnyCard:
    """Read a card, whatever its network does.

    Raises:
        WeightsError: the file is missing, or a field is missing, unknown or out of range.
    """
    try:
        return _ANY.validate_json(_read(path))
    except ValidationError as error:
        raise WeightsError(f"the card {path} is wrong: {first_problem(error)}") from error


def make_card(fields: dict[str, Any]) -> AnyCard:
    """Make a card from its fields, the task among them.

    Raises:
        WeightsError: a field is missing, unknown or out of range; the message begins with its name.
    """
    try:
        return _ANY.validate_python(fields)
    except ValidationError as error:
        raise WeightsError(first_problem(error)) from error


def first_problem(error: ValidationError) -> str:
    """Say the first thing wrong with a card: `field: what is wrong with it`."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("detect", "classify"))
    return f"{field or 'the file'}: {first['msg']}"


def write_card(card: AnyCard, weights: Path) -> Path:
    """Write the card beside its weights and return its path."""
    path = card_path(weights)
    path.write_text(card.model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")
    return path


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _sealed(weights: Path, card: AnyCard) -> bytes:
    content = _read(weights)
    if sha256_of(content) != card.sha256:
        raise WeightsError(
            f"{weights} is not the file its card describes (sha256 differs): it is damaged or was exchanged; "
            "fetch both files again, or export the network again with henwise-models export"
        )
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}; a network needs its card beside it") from error
