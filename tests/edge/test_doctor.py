import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.camera_config import CameraConfig
from edge.cli import app
from edge.doctor.bench import Measured, best, measure_one, table
from edge.doctor.checks import camera, disk, folder, network, processor
from edge.doctor.farm_checks import backlog, set_aside
from edge.doctor.run import all_is_well
from edge.doctor.said import Check
from edge.outbox import Outbox
from edge.outbox_file import OutboxFile
from edge.outbox_rows import NewRow
from tests.edge.samples import BOOT, reading

TINY = Path(__file__).parents[1] / "fixtures/networks/tiny.onnx"


def write_config(tmp_path: Path, camera_lines: str) -> Path:
    path = tmp_path / "edge.toml"
    place = '[place]\nfarm = "f"\nhouse = "h"\ndevice = "d"'
    path.write_text(f'data_dir = "data"\n{place}\n[[cameras]]\nslug = "cam"\n{camera_lines}\n', encoding="utf-8")
    return path


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["doctor", *(str(word) for word in words)])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_a_working_farm_gets_a_line_for_each_thing(tmp_path: Path):
    _, output = run(write_config(tmp_path, f'source = "demo"\nnetwork = "{TINY}"'))
    lines = output.splitlines()
    for start in (
        "ok       program: henwise", "ok       libraries: onnxruntime", "ok       configuration:",
        "ok       data folder:", "ok       network: tiny 1", "ok       camera cam: gives pictures of 960x540",
    ):  # fmt: skip
        assert any(line.startswith(start) for line in lines), start


def test_what_is_wrong_is_said_with_what_to_do_and_ends_with_1(tmp_path: Path):
    status, output = run(write_config(tmp_path, 'source = "gone.mp4"\nnetwork = "gone.onnx"'))
    assert status == 1
    assert "PROBLEM  network: can't be used: cannot read" in output
    assert "PROBLEM  camera cam: no picture:" in output
    assert "is not there; check source" in output


def test_a_mistake_in_the_configuration_is_a_problem_with_its_line(tmp_path: Path):
    status, output = run(write_config(tmp_path, 'source = "demo"\nfps = -1'))
    assert status == 1
    assert "PROBLEM  configuration: has a mistake: " in output
    assert "edge.toml:9" in output


def test_json_says_the_same(tmp_path: Path):
    status, output = run(write_config(tmp_path, 'source = "gone.mp4"'), "--json")
    document = json.loads(output)
    assert status == 1
    wrong = [check["name"] for check in document["checks"] if not check["ok"]]
    assert "camera cam" in wrong
    assert document["bench"] == []


def test_a_bench_writes_the_choice_that_the_agent_takes(tmp_path: Path):
    _, output = run(write_config(tmp_path, f'source = "demo"\nnetwork = "{TINY}"'), "--bench", "--json")
    document = json.loads(output)
    own = [row for row in document["bench"] if row["input_px"] == 64]
    assert {"onnx", "openvino", "ncnn", "litert"} <= {row["backend"] for row in own if row["median_ms"]}
    assert all(20 < row["peak_mb"] < 600 for row in own if row["median_ms"])
    refused = [row for row in document["bench"] if row["backend"] == "tensorrt"]
    assert not refused  # its package is not installed here
    (chosen,) = json.loads((tmp_path / "data/inference.json").read_text("utf-8"))["choices"]
    fastest = min(row["median_ms"] for row in own if row["median_ms"])
    assert chosen["median_ms"] <= 1.1 * fastest
    assert (chosen["backend"], chosen["threads"]) in {(row["backend"], row["threads"]) for row in own}


def test_a_folder_that_cannot_be_written_and_a_full_disk_are_problems(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    assert not folder(blocked / "data").ok
    (wanted,) = disk(tmp_path, outbox_mb=10**9)
    assert not wanted.ok
    assert "lower outbox.max_mb" in wanted.advice


def test_an_outbox_that_the_card_has_damaged_is_told_with_what_to_do(tmp_path: Path):
    for name in ("outbox.db", "outbox-vision.db"):
        (tmp_path / name).write_bytes(b"no database at all" * 100)
        with Outbox(tmp_path / name, BOOT) as outbox:
            outbox.put(reading(age_s=3_600)).result(timeout=10)
    asides = sorted(tmp_path.glob("*.broken-*"))
    told = list(set_aside(tmp_path))
    assert len(told) == len(asides) == 2
    for check, aside in zip(told, asides, strict=True):
        assert check.line().startswith("PROBLEM  card: waiting events were damaged on ")
        assert f"{aside} (0.0 MB) is set aside: " in check.line()
        assert f"sqlite3 {aside} .recover" in check.line("zh")
        assert check.line("zh").startswith("故障  存储卡：待上传数据于 ")
    sensors, cameras = backlog(tmp_path)
    assert sensors.line().startswith("PROBLEM  cloud: 1 events wait, the oldest for 60 min: ")
    assert cameras.line().startswith("PROBLEM  cloud, of the cameras: 1 events wait, the oldest for 60 min: ")
    for aside in asides:
        aside.unlink()
    assert list(set_aside(tmp_path)) == []


def test_events_that_wait_for_the_time_are_not_old(tmp_path: Path):
    rows = [NewRow(BOOT, seq, "readings", 1, 5_000, b"{}", held) for seq, held in ((1, "a" * 16), (2, "a" * 16))]
    file = OutboxFile(tmp_path / "outbox.db", max_rows=9, max_bytes=999)
    file.open()
    file.append(rows)
    file.close()
    (check,) = backlog(tmp_path)
    assert check.line().startswith("ok       cloud: 2 events wait, the oldest for 0 min")


def test_a_busy_processor_is_a_warning_and_no_problem():
    busy = processor(cores=2, load=4.1)
    assert busy.line().startswith("warning  processor: ")
    assert "see top" in busy.line()
    assert (busy.ok, busy.passing) == (False, True)
    assert processor(cores=2, load=4.0).line().startswith("ok ")


def test_a_busy_processor_alone_does_not_end_with_1():
    busy = processor(cores=2, load=1000)
    assert all_is_well([Check("program", ok=True, says="x"), busy])
    assert not all_is_well([Check("disk", ok=False, says="x", advice="y"), busy])


def test_a_network_without_its_card_is_a_problem(tmp_path: Path):
    (tmp_path / "a.onnx").write_bytes(TINY.read_bytes())
    assert "a network needs its card beside it" in network(tmp_path / "a.onnx").advice


def test_a_password_in_a_camera_address_is_never_told():
    config = CameraConfig(slug="cam", source="rtsp://me:secret@127.0.0.1:9/none", read_timeout_s=1)
    check = camera(config)
    assert not check.ok
    assert "secret" not in check.line()


def row(backend: str, threads: int, median_ms: float | None, input_px: int = 640) -> Measured:
    return Measured("a.onnx", backend, threads, input_px, median_ms, 200, "" if median_ms else "no such form")


def test_the_quickest_is_chosen_and_fewer_threads_when_that_is_as_good():
    rows = [row("onnx", 1, 30.0), row("onnx", 4, 12.0), row("openvino", 2, 10.9), row("openvino", 4, 10.0)]
    chosen = best(rows, 640)
    assert chosen is not None
    assert (chosen.backend, chosen.threads) == ("openvino", 2)


def test_only_rows_of_the_networks_own_size_count():
    assert best([row("onnx", 1, 3.0, input_px=320), row("ncnn", 1, None)], 640) is None


def test_a_back_end_that_kills_its_process_is_a_row_and_nothing_else(tmp_path: Path):
    (tmp_path / "x.onnx").write_bytes(b"no network")
    (measured,) = measure_one(tmp_path / "x.onnx", "onnx", 1, ["not a size"])  # type: ignore[list-item]  # it dies of it
    assert measured.median_ms is None
    assert "ended with status 1" in measured.problem
    assert "ended with status" in table([measured])[1]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_without_a_configuration_the_device_alone_is_looked_at(words: tuple[str, ...]):
    _, output = run(*words)
    assert "onnxruntime" in output
    assert "camera" not in output
