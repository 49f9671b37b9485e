"""The tree that the README prints is the tree that stands here."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("contract", "firmware_bridge", "models", "edge", "cloud")
UNLISTED = {"__init__.py", "__pycache__", "py.typed"}
NAME = re.compile(r"^[A-Za-z_.]+(?:\.(?:py|md)|/)$")


def printed_tree() -> dict[str, set[str]]:
    """Return what the README lists in each folder of the top level."""
    text = (ROOT / "README.md").read_text("utf-8")
    block = next(part for part in text.split("```") if "\ncontract/ " in part)
    listed: dict[str, set[str]] = {}
    room = ""
    for line in block.splitlines():
        names = [word for word in line.split() if NAME.match(word)]
        if not line.startswith(" "):
            room = names[0].rstrip("/") if names else room
            listed.setdefault(room, set())
            continue
        leading = []
        for word in line.split():
            if not NAME.match(word):
                break
            leading.append(word.rstrip("/"))
        listed[room].update(leading)
    return listed


def test_every_printed_path_exists():
    for room, names in printed_tree().items():
        assert not room or (ROOT / room).exists(), room
        for name in names:
            assert (ROOT / room / name).exists(), f"{room}/{name}"


def test_every_file_of_a_room_is_printed():
    tree = printed_tree()
    for room in ROOMS:
        there = {path.name for path in (ROOT / room).iterdir()} - UNLISTED
        assert there <= tree[room], f"{room}: {sorted(there - tree[room])} missing in the README's tree"


def test_every_relative_link_of_the_documents_leads_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
