from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import Media
from cloud.store.records import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    store = Records(tmp_path / "records.db")
    store.open()
    yield store
    store.close()


@pytest.fixture
def series(tmp_path: Path) -> Iterator[EmbeddedSeries]:
    store = EmbeddedSeries(tmp_path / "series.db")
    store.open()
    yield store
    store.close()


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(tmp_path / "pictures")
