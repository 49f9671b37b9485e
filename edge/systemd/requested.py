"""What ``henwise-edge update --requested`` does: fetch the bundle that the cloud asked for, hand it to the updater."""

import json
import shutil
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from edge.config_file import load
from edge.errors import BadConfig, NotInstalled
from edge.kept_file import write_kept
from edge.language import Said
from edge.systemd.install import Layout
from edge.systemd.update import Updater
from edge.updates import request_file

WITHIN_S: Final = 60.0
BUNDLE_MAX_BYTES: Final = 2_000_000_000
VERSION_CHARACTERS: Final = frozenset("0123456789abcdefghijklmnopqrstuvwxyz.")


def carry_out(layout: Layout, updater: Updater, say: Callable[[str], object]) -> None:
    """Carry out the request that lies there, and write what became of it.

    Raises:
        NotInstalled: it could not be done; that is written, too.
    """
    file = request_file(layout.at(layout.data))
    command = ""
    try:
        request = json.loads(file.read_bytes()[:10_000])
        command, version = str(request["command"]), str(request["version"])
        with tempfile.TemporaryDirectory(dir=layout.at(layout.prefix), prefix=".fetched.") as folder:
            bundle, signature = _fetched(layout, version, Path(folder))
            updater.update(bundle, signature, command=command, wanted=version)
    except (NotInstalled, OSError, ValueError, KeyError) as error:
        result = layout.at(layout.prefix) / "result.json"
        if not _told_already(result, command):
            told = {"command": command, "done": False, "code": "update_refused", "detail": str(error)}
            write_kept(result, json.dumps(told).encode())
            result.chmod(0o644)
        say(str(error))
        raise NotInstalled(Said(str(error))) from error
    finally:
        file.unlink(missing_ok=True)


def _told_already(result: Path, command: str) -> bool:
    try:
        return bool(json.loads(result.read_bytes())["command"] == command)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _fetched(layout: Layout, version: str, folder: Path) -> tuple[Path, Path]:
    if not version or not set(version) <= VERSION_CHARACTERS:
        raise NotInstalled(Said(f"{version!r} is no version"))
    try:
        cloud = load(layout.at(layout.folder / "edge.toml")).cloud
    except BadConfig as error:
        raise NotInstalled(Said(str(error))) from error
    if cloud is None:
        raise NotInstalled(Said('edge.toml does not say where the service is: cloud = "https://..."'))
    files = [folder / f"henwise-{version}.tar", folder / f"henwise-{version}.tar.sig"]
    for file in files:
        _fetch(f"{cloud}/api/v1/updates/{file.name}", file)
    return files[0], files[1]


def _fetch(address: str, file: Path) -> None:
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context())]
    try:
        with (
            urllib.request.build_opener(*handlers).open(address, timeout=WITHIN_S) as answer,
            file.open("wb") as target,
        ):
            shutil.copyfileobj(answer, target)
    except (urllib.error.URLError, OSError) as error:
        raise NotInstalled(Said(f"{address} can't be fetched: {error}")) from error
