"""The first load stays small: an old phone with one bar of reception waits for every kilobyte."""

import gzip
import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

DIST = Path(__file__).parents[2] / "cloud" / "dashboard" / "dist"
FIRST_LOAD_MAX = 90_000
"""Bytes of JavaScript and CSS, compressed, before the first numbers stand."""
PAGE_MAX = 60_000
"""Bytes of any one page, or of the charts, that comes after."""
LEVEL = 6
"""The service compresses with it."""


def compressed(name: str) -> int:
    return len(gzip.compress((DIST / name.lstrip("/")).read_bytes(), LEVEL))


def test_the_first_load_is_within_its_budget():
    named = re.findall(r'"(/assets/[^"]+\.(?:js|css))"', (DIST / "index.html").read_text("utf-8"))
    assert named
    sizes = {name: compressed(name) for name in named}
    assert sum(sizes.values()) <= FIRST_LOAD_MAX, sizes


def test_every_page_after_it_is_small_and_listed_for_the_service_worker():
    listed = json.loads((DIST / "files.json").read_text("utf-8"))
    built = {f"/assets/{path.name}" for path in (DIST / "assets").iterdir()}
    assert sorted(listed) == sorted(name for name in built if not name.endswith(".br"))
    assert {f"{name}.br" for name in listed} <= built
    assert {name: size for name in listed if (size := compressed(name)) > PAGE_MAX} == {}
