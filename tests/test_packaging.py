"""What an installation may and may not bring."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE))


def extras() -> dict[str, list[str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_bring_no_torch_and_one_opencv(lock: str):
    names = locked(lock)

    assert {"paho-mqtt", "fastapi", "pyserial", "onnxruntime"} <= names
    assert not names & {"torch", "torchvision", "ultralytics", "ultralytics-opencv-headless"}
    assert {name for name in names if name.startswith("opencv")} == {"opencv-python-headless"}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_are_hashed_and_name_no_index(lock: str):
    text = (ROOT / lock).read_text("utf-8")
    requirements = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in text
    assert "--index" not in text


def test_torch_comes_with_the_extra_train_only():
    brings_torch = {name for name, needs in extras().items() if any("ultralytics" in need for need in needs)}

    assert brings_torch == {"train"}


@pytest.mark.parametrize("folder", ["cloud/dashboard", "tests/micropython"])
def test_the_node_locks_name_no_address(folder: str):
    lock = (ROOT / folder / "package-lock.json").read_text("utf-8")

    assert '"integrity"' in lock
    assert '"resolved": "http' not in lock
