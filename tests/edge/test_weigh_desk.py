"""henwise-edge weigh and calibrate weighing, as a user calls them."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from contract.statistics import DayOfWeights, day_of_weights
from edge.cli import app
from edge.config import WeighingConfig
from edge.errors import NotCalibrated, RecordingUnreadable
from edge.weighdesk.hand_weighings import HandWeighing, HandWeighings
from edge.weighdesk.recording import lines_of
from edge.weighdesk.replay import day_of, replay_crates
from firmware_bridge.node.calibration_file import save
from firmware_bridge.node.line import encode as node_line
from firmware_bridge.node.records import Load
from firmware_bridge.node.records import line_of as record_line
from firmware_bridge.scales.xk3190 import encode
from firmware_bridge.simulated.node import calibration

Run = Callable[..., Result]
CONFIG = """
data_dir = "data"
[place]
farm = "hill"
house = "house-1"
device = "edge-1"
[[instruments]]
slug = "scale-1"
family = "xk3190-a9"
port = "/dev/ttyUSB0"
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edge.toml").write_text(CONFIG, encoding="utf-8")
    return lambda *words: CliRunner().invoke(app, [*words])


def loads(*birds: float, hz: int = 10) -> list[float]:
    rng = random.Random(1)
    levels = [level for grams in birds for level in [0.0] * 3 * hz + [grams] * 4 * hz + [0.0] * 2 * hz]
    return [round(level + rng.gauss(0, 1)) for level in levels]


def recording(path: Path, *birds: float, from_s: float = 0.0) -> None:
    lines = [f"{from_s + number / 10:.1f},{grams:g}" for number, grams in enumerate(loads(*birds))]
    path.write_text("\n".join(["t,grams", *lines]), encoding="utf-8")


def test_a_csv_becomes_weighings_and_a_day(run: Run, tmp_path: Path):
    recording(tmp_path / "r.csv", 1500, 1400, 1600, 3000)
    told = run("weigh", "r.csv", "--json", "--flock-birds", "100")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert [round(one["grams"], -1) for one in document["weighings"]] == [1500, 1400, 1600]
    assert document["refused"]["too_heavy"] == 1
    [day] = document["days"]
    assert (day["day"], day["weighings"], day["mean_grams"]) == (1, 3, pytest.approx(1500, abs=3))
    assert day["flock"] is None
    assert day["flock_percent"] == 2


def test_json_lines_and_recorded_bytes_say_the_same(run: Run, tmp_path: Path):
    birds = loads(1500, 1400, 1600)
    lines = [json.dumps({"t": number / 10, "grams": grams}) for number, grams in enumerate(birds)]
    (tmp_path / "r.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "r.bin").write_bytes(b"noise" + b"".join(encode(int(grams), 3) for grams in birds))
    by_lines, by_bytes = run("weigh", "r.jsonl", "--json"), run("weigh", "r.bin", "--family", "xk3190-a9", "--json")
    assert json.loads(by_lines.stdout)["weighings"] == json.loads(by_bytes.stdout)["weighings"] != []


@pytest.mark.parametrize(("lang", "said"), [("en", "uniformity"), ("zh", "均匀度")])
def test_the_table_speaks_both_languages(run: Run, tmp_path: Path, lang: str, said: str):
    recording(tmp_path / "r.csv", 1500, 1400, 1600)
    told = run("weigh", "r.csv", "--lang", lang)
    assert said in told.stdout
    assert "1500" in told.stdout


def test_gains_are_per_day_and_days_have_dates(run: Run, tmp_path: Path):
    recording(tmp_path / "a.csv", 1500, 1400, 1600)
    recording(tmp_path / "b.csv", 1620, 1520, 1720, from_s=2 * 86_400)
    both = (tmp_path / "a.csv").read_text() + "\n" + (tmp_path / "b.csv").read_text().partition("\n")[2]
    (tmp_path / "r.csv").write_text(both, encoding="utf-8")
    days = json.loads(run("weigh", "r.csv", "--json", "--begins", "2026-11-01").stdout)["days"]
    assert [day["day"] for day in days] == ["2026-11-01", "2026-11-03"]
    assert days[1]["gain_grams_per_day"] == pytest.approx(60, abs=2)


def test_crates_are_weighed(run: Run, tmp_path: Path):
    recording(tmp_path / "r.csv", 7500, 27_500, 28_300)
    told = run("weigh", "r.csv", "--crate-birds", "8", "--crate-tare", "7500")
    assert "2 crates, 16 birds" in told.stdout
    assert "2550 g a bird" in told.stdout


def test_crates_of_two_recordings_one_after_the_other_are_weighed_both(run: Run, tmp_path: Path):
    recording(tmp_path / "a.csv", *[27_500, 28_300] * 5)
    text = (tmp_path / "a.csv").read_text("utf-8")
    (tmp_path / "r.csv").write_text(f"{text}\n{text.partition(chr(10))[2]}", encoding="utf-8")
    told = json.loads(run("weigh", "r.csv", "--crate-birds", "8", "--json").stdout)
    assert [round(crate["mean_grams"], -1) for crate in told["crates"]] == [2500, 2600] * 10
    assert told["seconds"] == pytest.approx(90, abs=0.2)


def test_crates_on_an_indicator_that_sends_gross_and_net_in_turn_are_weighed_gross():
    gross = [(number / 10, float(grams), "gross") for number, grams in enumerate(loads(27_500, 28_300))]
    both = [one for at_s, grams, of in gross for one in ((at_s, grams, of), (at_s + 0.05, grams - 7500, "net"))]
    alone, in_turn = (replay_crates(one, WeighingConfig(), birds=8, tare_grams=7500).crates for one in (gross, both))
    assert len(alone) == 2
    assert in_turn == alone


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x,3", "'x,3' is no sample"),
        ("5.0,1500", "t is 5 after"),
        ('{"t": 1}', "is no sample"),
        ("9999,nan", "must be numbers"),
        ("1790000000000,1500", "in s, not in ms"),
        ("62.", "is no sample"),
        (f'{{"t": 62, "grams": {10**400}}}', "is no sample"),
    ],
)
def test_a_line_that_is_no_sample_is_left_out_and_told_with_its_number(run: Run, tmp_path: Path, line: str, said: str):
    recording(tmp_path / "r.csv", 1500, 1400, 1600)
    whole = run("weigh", "r.csv", "--json")
    lines = (tmp_path / "r.csv").read_text("utf-8").splitlines()
    (tmp_path / "r.csv").write_text("\n".join([*lines[:200], line, *lines[200:]]), encoding="utf-8")
    told = run("weigh", "r.csv", "--json")
    assert told.exit_code == 0
    assert "r.csv:201: " in told.stderr
    assert said in told.stderr
    assert told.stdout == whole.stdout


def test_many_such_lines_are_told_ten_at_a_time_and_a_file_of_them_is_refused(run: Run, tmp_path: Path):
    recording(tmp_path / "r.csv", 1500, 1400, 1600)
    with (tmp_path / "r.csv").open("a", encoding="utf-8") as file:
        file.write("\nfoot" * 13)
    told = run("weigh", "r.csv")
    assert (told.exit_code, told.stderr.count("foot"), "and 3 more" in told.stderr) == (0, 10, True)
    (tmp_path / "r.csv").write_text("foot\n" * 3, encoding="utf-8")
    told = run("weigh", "r.csv")
    assert (told.exit_code, "none of its 3 lines is a sample" in told.stderr) == (1, True)
    (tmp_path / "r.csv").write_text("t,grams\n", encoding="utf-8")
    told = run("weigh", "r.csv", "--json")
    assert (told.exit_code, json.loads(told.stdout)["weighings"], "holds no line" in told.stderr) == (0, [], True)


@pytest.mark.parametrize(
    ("heading", "write"),
    [
        ("grams;note;t", lambda t, grams: f"{grams:g},0;x;{t:.1f}".replace(".", ",")),
        ("T\tGrams", lambda t, grams: f"{t:.1f}\t{grams:g}"),
        ("", lambda t, grams: f'"{t:.1f}","{grams:g}"'),
    ],
)
def test_a_table_from_elsewhere_is_read_too(run: Run, tmp_path: Path, heading: str, write: Callable[..., str]):
    recording(tmp_path / "plain.csv", 1500, 1400, 1600)
    rows = [write(number / 10, grams) for number, grams in enumerate(loads(1500, 1400, 1600))]
    (tmp_path / "r.csv").write_text("\ufeff" + "\r\n".join([heading, *rows]), encoding="utf-8")
    told, plain = (run("weigh", name, "--json") for name in ("r.csv", "plain.csv"))
    assert told.stderr == ""
    assert json.loads(told.stdout)["weighings"] == json.loads(plain.stdout)["weighings"] != []


def test_two_recordings_one_after_the_other_are_weighed_both(run: Run, tmp_path: Path):
    recording(tmp_path / "a.csv", *[1500, 1400, 1600] * 3)
    text = (tmp_path / "a.csv").read_text("utf-8")
    (tmp_path / "r.csv").write_text(f"{text}\n{text.partition(chr(10))[2]}", encoding="utf-8")
    told = run("weigh", "r.csv", "--json")
    assert "the weighing begins anew" in told.stderr
    assert [round(one["grams"], -1) for one in json.loads(told.stdout)["weighings"]] == [1500, 1400, 1600] * 6


def test_what_of_recorded_bytes_was_left_out_is_told(run: Run, tmp_path: Path):
    (tmp_path / "r.bin").write_bytes(b"noise" + b"".join(encode(int(grams), 3) for grams in loads(1500, 1400, 1600)))
    told = run("weigh", "r.bin", "--family", "xk3190-a9")
    assert "r.bin: 5 bytes skipped, 0 bad frames, 0 of " in told.stderr
    assert "leave out --decimals" in run("weigh", "r.bin", "--family", "xk3190-a9", "--decimals", "3").stderr
    assert "give --decimals" in run("weigh", "r.bin", "--family", "xk3190-c602").stderr
    digits = b"".join(b"\x02%06d\r\n\x03" % max(0, int(grams)) for grams in loads(1500, 1400, 1600))
    (tmp_path / "c602.bin").write_bytes(digits)
    told = run("weigh", "c602.bin", "--family", "xk3190-c602", "--decimals", "3", "--json")
    assert [round(one["grams"], -1) for one in json.loads(told.stdout)["weighings"]] == [1500, 1400, 1600]


def test_a_recorded_node_is_weighed_by_its_calibration(run: Run, tmp_path: Path):
    save(tmp_path / "c.json", calibration())
    counts = [84_000 + 25 * round(grams) for grams in loads(1500, 1400, 1600)]
    lines = [node_line(record_line(number, Load(0, "a128", raw))) for number, raw in enumerate(counts)]
    (tmp_path / "r.bin").write_bytes(b"noise" + b"".join(lines))
    words = ("weigh", "r.bin", "--family", "node", "--json")
    told = run(*words, "--calibration", "c.json")
    assert [round(one["grams"], -1) for one in json.loads(told.stdout)["weighings"]] == [1500, 1400, 1600]
    assert "5 bytes skipped, 0 lines lost" in told.stderr
    node = CONFIG.replace("xk3190-a9", "node") + 'calibration = "c.json"\n'
    (tmp_path / "edge.toml").write_text(node, encoding="utf-8")
    assert run(*words, "--config", "edge.toml", "--scale", "scale-1").stdout == told.stdout
    assert "give --calibration" in run(*words).stderr
    assert "no load of that platform" in run("weigh", "c.json", *words[2:], "--calibration", "c.json").stderr
    assert "others send a weight" in run("weigh", "r.bin", "--calibration", "c.json").stderr


def test_what_can_not_be_read_is_a_sentence(run: Run, tmp_path: Path):
    (tmp_path / "r.bin").write_bytes(bytes(range(256)))
    assert "--family" in run("weigh", "r.bin").stderr
    (tmp_path / "text.bin").write_bytes(b"ST,GS,+ 000080kg\r\n" * 9)
    assert "--family" in run("weigh", "text.bin").stderr.splitlines()[-1]
    assert "no frame of xk3190-a9" in run("weigh", "r.bin", "--family", "xk3190-a9").stderr
    assert "these have" in run("weigh", "r.bin", "--family", "toaster").stderr
    assert "can't be read" in run("weigh", "gone.csv").stderr
    assert "--config" in run("weigh", "r.bin", "--scale", "scale-1").stderr
    assert "allowed are" in run("weigh", "r.bin", "--mode", "sideways").stderr
    assert "between 1970 and" in run("weigh", "r.bin", "--begins", "9999-12-31").stderr
    with pytest.raises(RecordingUnreadable):
        list(lines_of(tmp_path))


def test_a_recording_without_birds_says_so(run: Run, tmp_path: Path):
    (tmp_path / "r.csv").write_text("1,0\n2,0\n", encoding="utf-8")
    assert "no bird was weighed in 2 samples" in run("weigh", "r.csv").stdout


def test_a_hand_weighing_corrects_the_days_openly(run: Run, tmp_path: Path):
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    told = run(
        *("calibrate", "weighing", "edge.toml", "scale-1", "2410", "--birds", "400", "--age", "40"),
        *("--said", "2330", "--weighings", "2000", "--on", "2026-11-18"),
    )
    assert told.exit_code == 0, told.output
    assert "2330 g, 2410 g by hand" in told.stdout
    recording(tmp_path / "r.csv", 2400, 2300, 2500, from_s=noon.timestamp())
    words = ("weigh", "r.csv", "--config", "edge.toml", "--scale", "scale-1")
    [day] = json.loads(run(*words, "--json").stdout)["days"]
    assert day["mean_grams"] == pytest.approx(2400, abs=3)
    flock = day["flock"]
    assert 1.02 < flock["mean_grams"] / day["mean_grams"] < 1.06
    assert flock["interval_grams"][0] < flock["mean_grams"] < flock["interval_grams"][1]
    assert (flock["hand_weighings"], flock["away_percent"] > 2) == (1, True)
    shown = run(*words).stdout
    assert "for heavy birds that stay away" in shown
    assert f"{day['mean_grams']:.0f}" in shown
    assert "全群均重" in run(*words, "--lang", "zh").stdout


def test_calibrating_what_can_not_be_is_a_sentence(run: Run):
    words = ("--birds", "100", "--said", "2330")
    assert (
        "no instrument scale-9"
        in run("calibrate", "weighing", "edge.toml", "scale-9", "2400", *words, "--age", "40").stderr
    )
    young = run("calibrate", "weighing", "edge.toml", "scale-1", "2400", *words, "--age", "20")
    assert "from day 33 on" in young.stderr
    far = run("calibrate", "weighing", "edge.toml", "scale-1", "4000", *words, "--age", "40")
    assert "too far" in far.stderr
    assert {young.exit_code, far.exit_code} == {1}


def test_calibrating_a_camera_needs_no_name_of_the_kind(run: Run):
    for words in (("calibrate", "edge.toml"), ("calibrate", "camera", "edge.toml")):
        assert "no camera door" in run(*words, "door", "50").stderr


def hand(day: date, age_days: int, apart: float, birds: int = 100) -> HandWeighing:
    return HandWeighing(
        day=day, age_days=age_days, grams=2000 * (1 + apart), birds=birds, scale_grams=2000, scale_weighings=500
    )


def said(day: date, grams: float = 2100.0) -> dict[date, DayOfWeights]:
    return {day: day_of_weights([grams * 0.9, grams * 1.1] * 100)}


def test_hand_weighings_belong_to_their_flock_and_survive(tmp_path: Path):
    HandWeighings.of(tmp_path, "s").add(hand(date(2026, 3, 10), 40, 0.10))
    kept = HandWeighings.of(tmp_path, "s")
    kept.add(hand(date(2026, 6, 10), 40, 0.02))
    june, march = date(2026, 6, 12), date(2026, 3, 12)
    means = kept.flock_means({**said(june), **said(march), **said(date(2026, 1, 1))})
    assert set(means) == {june, march}
    assert means[june].hand_weighings == means[march].hand_weighings == 1
    assert means[june].away_percent < 4 < means[march].away_percent


def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "scales" / "s.hand-weighings.json"
    path.parent.mkdir()
    path.write_text('{"hand_weighings": [{"day": 1}]}', encoding="utf-8")
    kept = HandWeighings.of(tmp_path, "s")
    assert kept.flock_means(said(date(2026, 6, 12))) == {}
    assert "damaged" in caplog.text
    assert kept.add(hand(date(2026, 6, 10), 40, 0.02)).hand_weighings == 1


def test_an_unwritable_folder_is_a_sentence(tmp_path: Path):
    (tmp_path / "scales").write_text("a file", encoding="utf-8")
    with pytest.raises(NotCalibrated, match="can't be written"):
        HandWeighings.of(tmp_path, "s").add(hand(date(2026, 6, 10), 40, 0.02))


def test_days_are_numbered_or_dated():
    assert day_of(86_400 * 2 + 1, None) == 3
    assert day_of(86_400.0, datetime(2026, 11, 1, tzinfo=UTC)) == date(2026, 11, 2)
    assert isinstance(day_of(1_790_000_000, None), date)
