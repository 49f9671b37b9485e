"""Which back end runs which network on this device: measured by ``henwise-edge doctor --bench``, read by the agent."""

import logging
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from edge.kept_file import write_kept
from models.card import first_problem, load_weights
from models.errors import ModelsError
from models.runtime import SHIPPED, Detector

log = logging.getLogger(__name__)

FILE = "inference.json"
"""Its name in data_dir."""
Threads = Annotated[int, Field(ge=1, le=256)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Row):
    """What runs one network here.

    Attributes:
        network_sha256: seal of the network that was measured.
        input_px: longest side of the input it was measured at.
        backend: a name of ``models.runtime.LIBRARIES``.
        threads: processor threads.
        median_ms: time for one frame.
        measured: when.
    """

    network_sha256: str
    input_px: int
    backend: str
    threads: Threads
    median_ms: float
    measured: AwareDatetime


class Choices(_Row):
    """The file."""

    choices: tuple[Choice, ...] = ()


def write_choice(data_dir: Path, choice: Choice) -> Path:
    """Write a choice beside those for other networks, whole or not at all, and return the file.

    Raises:
        OSError: the folder can't be written.
    """
    kept = [one for one in read_choices(data_dir).choices if one.network_sha256 != choice.network_sha256]
    path = data_dir / FILE
    content = Choices(choices=(*kept, choice)).model_dump_json(indent=2) + "\n"
    write_kept(path, content.encode())
    return path


def read_choices(data_dir: Path) -> Choices:
    """Read the file; a missing one is empty, a damaged one is said in the log and counts as empty."""
    path = data_dir / FILE
    try:
        return Choices.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Choices()
    except (OSError, ValidationError) as error:
        # Pydantic's own text is four lines and holds what stands in the file.
        why = first_problem(error) if isinstance(error, ValidationError) else error
        log.warning("%s can't be used (%s); measure again with henwise-edge doctor --bench", path, why)
        return Choices()


def open_as_chosen(data_dir: Path, network: Path | None, *, least_score: float | None = None) -> Detector:
    """Open a network with what was chosen for it here; with ONNX Runtime where nothing was, or where that fails now.

    ``least_score``: see ``models.runtime.Detector``.

    Raises:
        WeightsError: the network or its card is missing, damaged, or they don't belong together.
        RuntimeMissing: not even onnxruntime is installed.
    """
    card, _ = load_weights(network or SHIPPED)
    choices = read_choices(data_dir).choices
    fitting = [one for one in choices if one.network_sha256 == card.sha256]
    if choices and not fitting:
        log.info("%s %s was never measured here; henwise-edge doctor --bench may find it a quicker back end",
                 card.name, card.version)  # fmt: skip
    for choice in fitting:
        try:
            found = Detector.open(network, backend=choice.backend, threads=choice.threads, least_score=least_score)
        except ModelsError as error:
            log.warning("%s was chosen here but can't be used now (%s); ONNX Runtime is", choice.backend, error)
        else:
            log.info("%s runs on %s with %d threads, as measured here", card.name, choice.backend, choice.threads)
            return found
    return Detector.open(network, least_score=least_score)
