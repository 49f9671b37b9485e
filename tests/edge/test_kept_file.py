"""Small files that a power cut leaves whole."""

import os
from pathlib import Path

import pytest

from edge.kept_file import PART, read_kept, sweep_parts, write_kept


def test_a_file_is_written_with_its_folder_and_over_the_old_one(tmp_path: Path):
    path = tmp_path / "new" / "a.json"
    write_kept(path, b"one")
    write_kept(path, b"two")
    assert read_kept(path) == b"two"
    assert [one.name for one in path.parent.iterdir()] == ["a.json"]


def test_a_refused_write_leaves_the_old_one_and_nothing_beside(tmp_path: Path):
    path = tmp_path / "a.json"
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(OSError):
        write_kept(path, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_what_a_power_cut_left_half_is_swept_and_nothing_else(tmp_path: Path):
    (tmp_path / f"a.json.{os.getpid()}{PART}").write_bytes(b"half")
    (tmp_path / f"b.jpg.1{PART}").write_bytes(b"half")
    write_kept(tmp_path / "a.json", b"whole")
    sweep_parts(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]
    sweep_parts(tmp_path / "nowhere")


def test_a_file_that_is_not_there_reads_as_nothing(tmp_path: Path):
    assert read_kept(tmp_path / "a.json") is None
