"""Versions of the edge agent that devices can be told to take: signed bundles in a folder, checked by the devices."""

import re
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse
from packaging.version import Version

from cloud.api.caller import anybody, the_caller
from cloud.api.problems import not_found
from cloud.api.services import Services, WithServices

_BUNDLE: Final = re.compile(r"henwise-([0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.(?:post|dev)[0-9]+)*)\.tar")
"""Named after a version as Python packages have them."""

router = APIRouter(prefix="/updates", tags=["devices"])
FilePath = Annotated[str, PathParameter(pattern=r"^henwise-[0-9][0-9a-z.]{0,39}\.tar(\.sig)?$")]


@router.get("", dependencies=[Depends(the_caller)])
def list_versions(services: WithServices) -> list[str]:
    """List the versions that are offered, those with a signature only, the newest last."""
    folder = services.config.devices.updates_dir
    names = [file.name for file in folder.glob("henwise-*.tar")] if folder else []
    found = [match.group(1) for name in names if (match := _BUNDLE.fullmatch(name))]
    signed = [version for version in found if folder and (folder / f"henwise-{version}.tar.sig").is_file()]
    return sorted(signed, key=Version)


@router.get("/{file}", dependencies=[Depends(anybody)], response_class=FileResponse)
def fetch(file: FilePath, services: WithServices) -> FileResponse:
    """Return a bundle or its signature; it is free software, and who installs it checks who signed it."""
    path = _path(services, file)
    if path is None:
        raise not_found("no_such_version", f"There is no {file} here.", zh=f"没有 {file}。")
    return FileResponse(path, media_type="application/octet-stream")


def _path(services: Services, file: str) -> Path | None:
    folder = services.config.devices.updates_dir
    path = folder / file if folder else None
    return path if path and path.is_file() else None
