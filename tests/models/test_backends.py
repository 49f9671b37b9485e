"""The same boxes from each back end. What needs a converted form of the shipped network is in tests/training."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.card import card_path, read_card, write_card
from models.errors import RuntimeMissing, WeightsError
from models.runtime import LIBRARIES, SHIPPED, Detector, installed
from tests.models.parity import assert_same_birds, clip_frames

TINY = Path(__file__).parents[1] / "fixtures/networks/tiny.onnx"
ROOT = Path(__file__).parents[2]


def picture() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)


@pytest.mark.parametrize("frame_wh", [(960, 540), (540, 960), (333, 200)])
def test_openvino_finds_the_same_birds_as_onnx_runtime_in_frames_of_any_shape(frame_wh: tuple[int, int]):
    ours, other = Detector.open(), Detector.open(backend="openvino")
    for frame in clip_frames(every=72):
        resized = cv2.resize(frame, frame_wh)
        assert_same_birds(ours.detect(resized), other.detect(resized))


@pytest.mark.parametrize("backend", ["openvino", "ncnn", "litert"])
def test_each_library_gives_the_raw_answer_of_onnx_runtime_on_a_small_network(backend: str):
    expected = Detector.open(TINY, tiles="off").detect(picture())
    assert len(expected) >= 2
    found = Detector.open(TINY, backend=backend, threads=1, tiles="off")
    for _ in range(2):  # a second run must not be spoilt by the first
        again = found.detect(picture())
        assert np.allclose(again.scores, expected.scores, atol=0.002)
        assert np.allclose(again.xyxy, expected.xyxy, atol=0.1)
    found.close()


@pytest.mark.parametrize("backend", ["ncnn", "litert"])
def test_a_network_of_one_size_gets_every_frame_at_that_size(backend: str):
    wide = np.full((30, 90, 3), 200, np.uint8)
    found = Detector.open(TINY, backend=backend, tiles="off").detect(wide)
    assert (found.xyxy <= np.array([90, 30, 90, 30])).all()


@pytest.mark.parametrize("backend", ["ncnn", "litert"])
def test_a_network_without_the_form_is_refused_with_the_command_that_makes_it(backend: str):
    with pytest.raises(
        WeightsError, match=f"henwise-models convert-network chicken-v3.onnx --format {backend} --size 640x640"
    ):
        Detector.open(backend=backend)


@pytest.mark.parametrize(("backend", "ending"), [("ncnn", ".bin"), ("litert", ".tflite")])
def test_a_form_that_was_exchanged_is_refused(backend: str, ending: str, tmp_path: Path):
    for file in TINY.parent.glob("tiny.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / f"tiny.64x64{ending}").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="is not the file its card describes"):
        Detector.open(tmp_path / TINY.name, backend=backend)


@pytest.mark.parametrize("name", ["../other.bin", "a/b.bin", "", ".."])
def test_a_card_cannot_name_a_file_elsewhere(name: str, tmp_path: Path):
    card = read_card(card_path(TINY))
    text = card.model_dump_json().replace("tiny.64x64.bin", name)
    (tmp_path / "tiny.card.json").write_text(text, "utf-8")
    with pytest.raises(WeightsError, match="forms"):
        read_card(tmp_path / "tiny.card.json")


def test_an_unknown_back_end_is_refused_with_the_known_ones():
    with pytest.raises(RuntimeMissing, match="no back end torch; known are: onnx, openvino, ncnn, litert, tensorrt"):
        Detector.open(backend="torch")


def test_tensorrt_is_refused_where_onnx_runtime_lacks_it():
    with pytest.raises(RuntimeMissing, match="built without TensorRT: install NVIDIA's onnxruntime-gpu"):
        Detector.open(backend="tensorrt")


@pytest.mark.parametrize("name", ["onnx", "openvino", "ncnn", "litert"])
def test_a_library_that_is_not_installed_is_a_sentence_with_the_pip_line(name: str):
    code = (
        f"import sys; sys.modules[{LIBRARIES[name].needs!r}] = None\n"
        "from pathlib import Path; from models.runtime import Detector\n"
        "try:\n"
        f"    Detector.open(Path({str(TINY)!r}), backend={name!r})\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("RuntimeMissing")
    assert LIBRARIES[name].install in done.stdout


def test_all_libraries_of_the_test_environment_are_seen_as_installed():
    assert {"onnx", "openvino", "ncnn", "litert"} <= set(installed())


@pytest.mark.parametrize("size", [0, 100, 8192])
def test_an_input_size_that_cannot_be_is_refused(size: int):
    with pytest.raises(ValueError, match="multiple of 32"):
        Detector.open(input_px=size)


def test_a_larger_input_finds_birds_that_a_small_one_misses():
    small = cv2.resize(clip_frames(every=400)[0], (240, 135))
    canvas = cv2.copyMakeBorder(small, 400, 400, 500, 500, cv2.BORDER_REPLICATE)
    assert len(Detector.open(input_px=1280).detect(canvas)) > len(Detector.open().detect(canvas))


def test_forms_survive_on_the_card(tmp_path: Path):
    card = read_card(card_path(TINY))
    write_card(card, tmp_path / "tiny.onnx")
    assert {form.format for form in read_card(tmp_path / "tiny.card.json").forms} == {"ncnn", "litert"}
    assert read_card(card_path(SHIPPED)).forms == ()
