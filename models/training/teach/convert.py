"""From a sealed ONNX file to the forms that NCNN and LiteRT read, on a desk machine. No checkpoint is needed.

OpenVINO and TensorRT read the ONNX file itself. A form has one input size, and the card lists its files and their
seals: the folder that comes out holds network, card and forms, and is what a device gets.
"""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from models.card import Form, ModelCard, card_path, load_weights, read_card, sha256_of, write_card
from models.errors import RuntimeMissing, TrainingError

SizeWH = tuple[int, int]
Format: TypeAlias = Literal["ncnn", "litert"]
INSTALL = "pip install 'henwise[convert]'"


def wanted_format(name: str) -> Format:
    """Check the name of a format.

    Raises:
        TrainingError: it is not one we convert to.
    """
    try:
        return TypeAdapter(Format).validate_python(name)
    except ValidationError as error:
        raise TrainingError(f"{name} is not ncnn or litert; OpenVINO and TensorRT read the .onnx itself") from error


def wanted_size(text: str | None) -> SizeWH | None:
    """Read a size like 640x384.

    Raises:
        TrainingError: it is none, or its sides are not multiples of 32 from 32 to 4096.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if any(side % 32 or not 32 <= side <= 4096 for side in sides):
        raise TrainingError(
            f"{text} is no input size: give WIDTHxHEIGHT, multiples of 32 from 32 to 4096, like 640x384"
        )
    return sides


def convert(network: Path, wanted: Format, input_wh: SizeWH | None, out: Path) -> Form:
    """Convert a network for one input size and write it, with network and card, into the folder ``out``.

    A second conversion into the same folder adds to it.

    Raises:
        WeightsError: the network or its card is missing, or they don't belong together.
        TrainingError: ``out`` holds another network of this name, or the converter fails.
        RuntimeMissing: the extra ``convert`` is not installed.
    """
    card, content = load_weights(network)
    copy = out / network.name
    forms = _forms_there(copy, card)
    size_wh = input_wh or card.input_size_wh
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fixed = Path(folder) / "network.onnx"
        fixed.write_bytes(with_one_size(content, size_wh))
        made = CONVERTERS[wanted](fixed)
        stem = f"{network.stem}.{size_wh[0]}x{size_wh[1]}"
        files = {f"{stem}{path.suffix}": path.read_bytes() for path in made}
    for name, data in files.items():
        (out / name).write_bytes(data)
    form = Form(
        format=wanted,
        input_wh=size_wh,
        files={name: sha256_of(data) for name, data in files.items()},
        made_with=_versions(wanted),
    )
    copy.write_bytes(content)
    others = [one for one in forms if (one.format, one.input_wh) != (wanted, size_wh)]
    write_card(card.model_copy(update={"forms": (*others, form)}), copy)
    return form


def _forms_there(copy: Path, card: ModelCard) -> tuple[Form, ...]:
    if not copy.exists():
        return ()
    there = read_card(card_path(copy))
    if there.sha256 != card.sha256:
        raise TrainingError(f"{copy} is another network: choose an empty folder")
    return there.forms


def with_one_size(content: bytes, input_wh: SizeWH) -> bytes:
    """Return the network for one input size, shapes computed and 16-bit weights widened.

    Raises:
        RuntimeMissing: onnx or onnxslim is not installed.
    """
    onnx, onnxslim = _need("onnx"), _need("onnxslim")
    model = onnx.load_from_string(content)
    name = model.graph.input[0].name
    fixed = onnxslim.slim(model, input_shapes=[f"{name}:1,3,{input_wh[1]},{input_wh[0]}"])
    return bytes(fixed.SerializeToString())


def to_ncnn(fixed: Path) -> list[Path]:
    """Convert with pnnx's program, which reads ONNX by itself.

    Raises:
        RuntimeMissing: pnnx is not installed.
        TrainingError: pnnx fails.
    """
    spec = importlib.util.find_spec("pnnx")
    if spec is None or not spec.origin:
        raise RuntimeMissing(f"converting to ncnn needs pnnx: {INSTALL}")
    program = shutil.which("pnnx", path=str(Path(spec.origin).parent))
    if program is None:
        raise RuntimeMissing(f"the package pnnx that is installed brings no program for this machine: {INSTALL}")
    done = subprocess.run(
        [program, fixed.name, "fp16=1"], cwd=fixed.parent, capture_output=True, text=True, check=False
    )
    made = [fixed.with_suffix(".ncnn.param"), fixed.with_suffix(".ncnn.bin")]
    if done.returncode or not all(path.is_file() for path in made):
        raise TrainingError(f"pnnx cannot convert the network: {(done.stderr or done.stdout).strip()[-300:]}")
    return made


def to_litert(fixed: Path) -> list[Path]:
    """Rebuild the network in torch and convert it with litert-torch.

    Raises:
        RuntimeMissing: litert-torch is not installed.
        TrainingError: the network holds an operation that we can't rebuild.
    """
    litert_torch, torch, onnx = _need("litert_torch"), _need("torch"), _need("onnx")
    from models.training.teach.rebuilt import Rebuilt

    rebuilt = Rebuilt(onnx.load(fixed).graph).eval()
    made = fixed.with_suffix(".tflite")
    litert_torch.convert(rebuilt, (torch.zeros(rebuilt.input_shape),)).export(str(made))
    return [made]


CONVERTERS: dict[str, Callable[[Path], list[Path]]] = {"ncnn": to_ncnn, "litert": to_litert}


def _need(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise RuntimeMissing(f"converting needs {module}: {INSTALL}") from error


def _versions(wanted: str) -> str:
    package = {"ncnn": "pnnx", "litert": "litert-torch"}[wanted]
    return f"{package} {importlib.metadata.version(package)}"
