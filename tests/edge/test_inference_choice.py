import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from edge.vision.detecting import SharedDetector
from edge.vision.inference_choice import Choice, open_as_chosen, read_choices, write_choice
from models.card import card_path, read_card
from models.runtime import SHIPPED

TINY = Path(__file__).parents[1] / "fixtures/networks/tiny.onnx"


def choice(backend: str, network: Path = TINY, threads: int = 1) -> Choice:
    card = read_card(card_path(network))
    return Choice(
        network_sha256=card.sha256,
        input_px=64,
        backend=backend,
        threads=threads,
        median_ms=1,
        measured=datetime.now(UTC),
    )


def backend_of(detector: object) -> str:
    """The library that a detector really runs on."""
    return type(detector._backend).__module__.rpartition(".")[2]  # type: ignore[attr-defined]  # no public way to see it


@pytest.mark.parametrize("backend", ["onnx", "openvino", "ncnn", "litert"])
def test_the_agent_takes_the_back_end_that_was_chosen(backend: str, tmp_path: Path):
    write_choice(tmp_path, choice(backend))
    assert backend_of(open_as_chosen(tmp_path, TINY)) == backend


def test_without_a_choice_onnx_runtime_runs_and_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        assert backend_of(open_as_chosen(tmp_path, TINY)) == "onnx"
    assert not caplog.records


def test_a_choice_for_another_network_is_not_taken_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    write_choice(tmp_path, choice("openvino", SHIPPED))
    with caplog.at_level(logging.INFO):
        assert backend_of(open_as_chosen(tmp_path, TINY)) == "onnx"
    assert "tiny 1 was never measured here" in caplog.text


@pytest.mark.parametrize("gone", ["tensorrt", "a_library_of_tomorrow"])
def test_a_back_end_that_vanished_is_replaced_and_said(gone: str, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    write_choice(tmp_path, choice(gone))
    assert backend_of(open_as_chosen(tmp_path, TINY)) == "onnx"
    assert f"{gone} was chosen here but can't be used now" in caplog.text


@pytest.mark.parametrize("content", [b"", b"{", b'{"choices": [{"backend": 5}]}', b"\xff\xfe"])
def test_a_damaged_file_is_said_and_ignored(content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "inference.json").write_bytes(content)
    assert backend_of(open_as_chosen(tmp_path, TINY)) == "onnx"
    assert "measure again with henwise-edge doctor --bench" in caplog.text
    assert not any("\n" in record.getMessage() for record in caplog.records)


def test_choices_for_two_networks_stand_side_by_side_and_the_newer_one_wins(tmp_path: Path):
    write_choice(tmp_path, choice("ncnn"))
    write_choice(tmp_path, choice("openvino", SHIPPED))
    path = write_choice(tmp_path, choice("litert"))
    found = {one.backend for one in read_choices(tmp_path).choices}
    assert found == {"openvino", "litert"}
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert len(json.loads(path.read_text("utf-8"))["choices"]) == 2


def test_a_shared_network_runs_as_chosen_and_looks_at_each_camera_in_its_own_way(tmp_path: Path):
    write_choice(tmp_path, choice("openvino"))
    shared = SharedDetector.as_chosen(TINY, tmp_path)
    assert shared.open().name == "tiny 1"
    assert backend_of(shared._detector) == "openvino"
    frame = np.random.default_rng(3).integers(0, 256, (128, 256, 3), np.uint8)
    whole, tiled = shared.detect(frame), shared.detect(frame, tiles=(4, 2))
    assert len(tiled) > len(whole)
