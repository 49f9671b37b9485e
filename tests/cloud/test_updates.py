"""Versions that devices can be told to take."""

from pathlib import Path

import httpx
import pytest

from cloud.config import CloudConfig


@pytest.fixture
def config(config: CloudConfig, tmp_path: Path) -> CloudConfig:
    offered = tmp_path / "offered"
    offered.mkdir()
    for version in ("0.1.9", "0.1.10", "0.1.10rc1", "0.2.0"):
        (offered / f"henwise-{version}.tar").write_bytes(version.encode())
    for version in ("0.1.9", "0.1.10", "0.1.10rc1"):
        (offered / f"henwise-{version}.tar.sig").write_bytes(b"signed")
    (offered / "henwise-latest.tar").write_bytes(b"")
    (offered / "henwise-latest.tar.sig").write_bytes(b"signed")
    return config.model_copy(update={"devices": config.devices.model_copy(update={"updates_dir": offered})})


async def test_signed_versions_are_offered_the_newest_last(mei: httpx.AsyncClient):
    assert (await mei.get("/api/v1/updates")).json() == ["0.1.9", "0.1.10rc1", "0.1.10"]


async def test_a_bundle_is_fetched_and_nothing_else(mei: httpx.AsyncClient, stranger: httpx.AsyncClient):
    assert (await stranger.get("/api/v1/updates/henwise-0.1.10.tar")).content == b"0.1.10"
    assert (await stranger.get("/api/v1/updates/henwise-0.3.0.tar")).status_code == 404
    assert (await stranger.get("/api/v1/updates/..%2fdata%2fhenwise.db")).status_code in {404, 422}
    assert (await stranger.get("/api/v1/updates")).status_code == 401
