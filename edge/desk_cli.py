"""The verbs of henwise-edge for a person beside the device: count in one's own footage, calibrate a camera by hand."""

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

TILES = "auto, off, close, or columns x rows: 3x2"
LOOKS = {"auto", "off", "close"}
TILES_MOST = 8


def count(
    paths: Annotated[list[str], typer.Argument(help="pictures, folders, videos, rtsp://…, /dev/video0, demo")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, see docs/count.schema.json.")] = False,
    save: Annotated[Path | None, typer.Option(help="folder for annotated pictures and clips")] = None,
    network: Annotated[
        Path | None, typer.Option(help="a network of your own (.onnx); default: the shipped one")
    ] = None,
    tiles: Annotated[str, typer.Option(help=TILES)] = "auto",
    floor: Annotated[str | None, typer.Option(help='part that counts, shares: "0.1,0.2 0.9,0.2 0.5,0.9"')] = None,
    score: Annotated[float | None, typer.Option(min=0.01, max=0.99, help="least score of a bird")] = None,
    every: Annotated[float, typer.Option(min=0, max=3600, help="s between two pictures of a video; 0 = all")] = 0.5,
    seconds: Annotated[float, typer.Option(min=1, max=86400, help="how long a camera is watched, in s")] = 30,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
) -> None:
    """Count the birds in your own pictures, videos or cameras; nothing is sent anywhere."""
    from contract.errors import HenwiseError

    if lang not in {"en", "zh"}:
        _refuse(f"--lang {lang}: allowed are en and zh")
    try:
        from edge.vision.desk import Wishes, as_document, count_all, open_network
        from edge.vision.desk_words import table

        wishes = Wishes(every_s=every, stream_s=seconds, floor=_corners(floor), save=save)
        detector = open_network(network, _tiles(tiles), score)
        counts = count_all(paths, detector, wishes, _show if sys.stderr.isatty() else _be_still)
        detector.close()
    except HenwiseError as error:
        _refuse(str(error))
    if sys.stderr.isatty():
        typer.echo("\r\033[K", err=True, nl=False)
    typer.echo(as_document(counts) if as_json else table(counts, "zh" if lang == "zh" else "en"))
    unreadable = [problem for one in counts if one.kind == "unreadable" for problem in one.problems]
    for problem in unreadable:
        typer.echo(problem, err=True)
    if unreadable or not all(one.birds for one in counts):
        raise typer.Exit(1)


def calibrate(
    path: Annotated[Path, typer.Argument(help="the configuration, see docs/edge-config.md", metavar="EDGE.TOML")],
    camera: Annotated[str, typer.Argument(help="slug of the camera")],
    birds: Annotated[int, typer.Argument(min=1, max=100_000, help="birds you counted on its floor, just now")],
    *,
    seen: Annotated[
        float | None, typer.Option(help="what it saw then; default: it is watched for a window now")
    ] = None,
) -> None:
    """Tell a camera how many birds there really are; from then on its count is corrected, openly."""
    from contract.errors import HenwiseError
    from edge.config_file import load
    from edge.marks import DrawnMarks

    try:
        drawn = DrawnMarks(load(path))
        drawn.load()
        config = drawn.config
        one = next((each for each in config.cameras if each.slug == camera), None)
        if one is None:
            known = ", ".join(each.slug for each in config.cameras) or "none"
            _refuse(f"{path} has no camera {camera}; known are: {known}")
        typer.echo(_calibrated(config.data_dir, one, birds, seen))
    except HenwiseError as error:
        _refuse(str(error))


def _calibrated(data_dir: Path, camera: Any, birds: int, seen: float | None) -> str:
    from edge.origin import now
    from edge.vision.calibration import Calibration
    from edge.vision.hand_counts import count_now
    from models.runtime import Detector

    detector = Detector.open(camera.network, tiles=camera.tiles)
    name = f"{detector.card.name} {detector.card.version}"[:80]
    if seen is None:
        seen = count_now(camera, detector).visible_birds
    detector.close()
    factor = Calibration.of(data_dir, camera).add(birds, seen, at=now(), network=name)
    return f"{camera.slug} saw {seen:g}, {birds} by hand; its factor is now {factor:.3g} (docs/counting.md)"


def _tiles(text: str) -> Any:
    columns, _mark, rows = text.partition("x")
    grid = (int(columns), int(rows)) if columns.isdecimal() and rows.isdecimal() else (0, 0)
    if text not in LOOKS and not all(1 <= side <= TILES_MOST for side in grid):
        _refuse(f"--tiles {text}: allowed are {TILES}, each 1 to {TILES_MOST}")
    return text if text in LOOKS else grid


def _corners(text: str | None) -> tuple[tuple[float, float], ...] | None:
    if text is None:
        return None
    try:
        corners = tuple((float(x), float(y)) for x, y in (pair.split(",") for pair in text.split()))
    except ValueError:
        corners = ()
    if len(corners) < 3 or not all(0 <= share <= 1 for corner in corners for share in corner):  # noqa: PLR2004  # a triangle
        _refuse(f'--floor {text}: allowed are three or more corners, shares of the picture: "0.1,0.2 0.9,0.2 0.5,0.9"')
    from edge.camera_config import round_an_area

    try:
        return round_an_area(corners)
    except ValueError as error:
        _refuse(f"--floor {text}: {error}")


def _show(path: str, done: float, birds: int) -> None:
    share = f"{done:4.0%}" if done else "    "
    typer.echo(f"\r\033[K{share}  {birds:5d}  {path[-60:]}", err=True, nl=False)


def _be_still(_path: str, _done: float, _birds: int) -> None:
    """Say nothing: nobody looks."""


def _refuse(problem: str) -> NoReturn:
    typer.echo(problem, err=True)
    raise typer.Exit(1)
