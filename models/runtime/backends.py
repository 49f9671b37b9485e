"""What can run a network on this device, by name. Each library is imported when it is chosen, not before."""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.card import Form, ModelCard, check_form
from models.errors import RuntimeMissing, WeightsError

SizeWH = tuple[int, int]


class Backend(Protocol):
    """What runs a network: (1, 3, h, w) float32 RGB 0..1 in, raw (1, 4 + classes, anchors) float32 out."""

    @property
    def input_wh(self) -> SizeWH | None:
        """The only input size it takes; None when it takes all multiples of 32."""
        ...

    def run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network once. The answer may be overwritten by the next run."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


@dataclass(frozen=True)
class Network:
    """A network that was checked against its card, and how it is to be run.

    Attributes:
        path: the .onnx; converted forms lie beside it.
        card: its card.
        content: bytes of the .onnx.
        limit_wh: the largest input wanted, pixels.
        threads: processor threads.
    """

    path: Path
    card: ModelCard
    content: bytes
    limit_wh: SizeWH
    threads: int

    def form(self, wanted: str) -> tuple[SizeWH, dict[str, Path]]:
        """Return input size and files (by name ending) of the converted form that fits ``limit_wh``.

        Raises:
            WeightsError: there is no such form, or its files are not what the card says.
        """
        fitting = [form for form in self.card.forms if form.format == wanted and self._fits(form)]
        if not fitting:
            size = "x".join(map(str, self.limit_wh))
            raise WeightsError(
                f"{self.path.name} has no {wanted} form for {size} pixels beside it: on a desk machine run "
                f"henwise-models convert-network {self.path.name} --format {wanted} --size {size} --out FOLDER "
                "and copy the folder here"
            )
        return fitting[0].input_wh, check_form(self.path, fitting[0])

    def _fits(self, form: Form) -> bool:
        return max(form.input_wh) == max(self.limit_wh)


@dataclass(frozen=True)
class Library:
    """A back end that Henwise knows.

    Attributes:
        module: module of ours that holds its ``open_network(Network) -> Backend``.
        needs: module of theirs that must be importable.
        install: what to type when it is missing.
        package: name of the package that must be installed, where the module alone does not tell.
    """

    module: str
    needs: str
    install: str
    package: str | None = None

    @property
    def installed(self) -> bool:
        """Whether it is here, as far as that can be said without loading it."""
        try:
            return bool(importlib.util.find_spec(self.needs) and (not self.package or version(self.package)))
        except PackageNotFoundError:
            return False


LIBRARIES = {
    "onnx": Library("models.runtime.onnx", "onnxruntime", "pip install 'henwise[edge]'"),
    "openvino": Library("models.runtime.openvino", "openvino", "pip install 'henwise[openvino]'"),
    "ncnn": Library("models.runtime.ncnn", "ncnn", "pip install 'henwise[ncnn]'"),
    "litert": Library("models.runtime.litert", "ai_edge_litert", "pip install 'henwise[litert]'"),
    "tensorrt": Library(
        "models.runtime.tensorrt",
        "onnxruntime",
        "install NVIDIA's onnxruntime-gpu for this JetPack, see docs/inference.md",
        "onnxruntime-gpu",
    ),
}
"""Back ends by the name they have in configurations."""


def installed() -> list[str]:
    """Return the names of the back ends whose library is here, without loading one."""
    return [name for name, library in LIBRARIES.items() if library.installed]


def open_backend(name: str, network: Network) -> Backend:
    """Load a network into a back end.

    Raises:
        RuntimeMissing: the back end is unknown, or its library is not installed or can't be loaded here.
        WeightsError: the library refuses the network, or it needs a converted form that is not there.
    """
    if name not in LIBRARIES:
        raise RuntimeMissing(f"there is no back end {name}; known are: {', '.join(LIBRARIES)}")
    opener: Callable[[Network], Backend] = importlib.import_module(LIBRARIES[name].module).open_network
    return opener(network)


def load_library(name: str) -> ModuleType:
    """Import the library of a back end.

    Raises:
        RuntimeMissing: it is not installed or can't be loaded here.
    """
    library = LIBRARIES[name]
    try:
        return importlib.import_module(library.needs)
    except (ImportError, OSError) as error:  # OSError: a library of theirs that this system lacks
        raise RuntimeMissing(f"the back end {name} needs {library.needs} ({error}): {library.install}") from error
