"""The droppings network within the service: loaded when the first photo comes, one photo at a time.

It needs the extra ``droppings`` (ONNX Runtime and OpenCV, no torch); without it the service does all else.
"""

from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from models.runtime import Classifier

THREADS: Final = 1
"""A farmer waits for one photo now and then; ingest must not wait for it."""


class NoNetwork(Exception):
    """The libraries that run the network are not installed, or its file is damaged; the message says what to do."""


class NoPhoto(Exception):
    """The photo can't be read; the message says what to do."""


class Said(NamedTuple):
    """What the network says of a photo: a class or ``not_sure``, each class's probability, and which network."""

    answer: str
    probabilities: dict[str, float]
    network: str


class DroppingsNetwork:
    """Looks at photos of droppings. All calls block and may come from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._classifier: Classifier | None = None

    def look(self, jpeg: bytes) -> Said:
        """Say what a photo shows.

        Raises:
            NoNetwork: see there.
            NoPhoto: see there.
        """
        with self._lock:
            try:
                from models.errors import DatasetError, ModelsError
                from models.runtime.photo import decoded
            except ImportError as error:
                raise NoNetwork("This service can't look at droppings: pip install 'henwise[droppings]'.") from error
            try:
                picture = decoded(jpeg, "the photo")
                classifier = self._opened()
            except DatasetError as error:
                raise NoPhoto(f"{error}") from error
            except ModelsError as error:
                raise NoNetwork(f"{error}") from error
            said = classifier.classify([picture])
            row = said.probabilities[0]
            probabilities = {name: round(float(share), 4) for name, share in zip(said.classes, row, strict=True)}
            return Said(said.answers[0], probabilities, classifier.card.name)

    def _opened(self) -> "Classifier":
        if self._classifier is None:
            from models.runtime import DROPPINGS, Classifier

            self._classifier = Classifier.open(DROPPINGS, threads=THREADS)
        return self._classifier
