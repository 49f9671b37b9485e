"""The verbs of henwise-edge about weights: replay a recorded scale, tell a scale what a weighing by hand said."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from edge.config import EdgeConfig
    from edge.weighdesk.replay import Replayed

Mode = Literal["step_on", "hanging"]

YEARS = (1970, 2999)
"""Of a recording's beginning."""


def weigh(
    path: Annotated[Path, typer.Argument(help="a recording: lines of t,grams or JSON; bytes with --family")],
    *,
    family: Annotated[str | None, typer.Option(help="FILE is what henwise-bridge record wrote of it")] = None,
    hz: Annotated[float, typer.Option(min=0.5, max=200, help="its frames a second")] = 10.0,
    unit: Annotated[str, typer.Option(help="kg, g or lb, for families that don't say")] = "kg",
    decimals: Annotated[
        int | None, typer.Option(min=0, max=4, help="digits after the point, for families that leave it out")
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="family node: what henwise-bridge calibrate wrote; --scale knows it, too")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="an edge.toml: its [weighing] counts")] = None,
    scale: Annotated[str | None, typer.Option(help="slug in it: its weighings by hand correct the means")] = None,
    mode: Annotated[str | None, typer.Option(help="step_on (a platform) or hanging")] = None,
    begins: Annotated[datetime | None, typer.Option(help="when t = 0 was; Unix times need none")] = None,
    flock_birds: Annotated[int | None, typer.Option(min=1, max=1_000_000, help="birds in the flock")] = None,
    crate_birds: Annotated[int | None, typer.Option(min=1, max=200, help="crates with so many birds each")] = None,
    crate_tare: Annotated[float, typer.Option(min=100, max=50_000, help="an empty crate, in g")] = 7500.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
) -> None:
    """Weigh the birds of a recorded scale again: each weighing, and each day's statistics."""
    from contract.errors import HenwiseError
    from edge.weighdesk.recording import NODE, frames_of, lines_of, node_loads

    _allowed("--lang", lang, ("en", "zh"))
    _allowed("--unit", unit, ("kg", "g", "lb"))
    _allowed("--mode", mode or "step_on", ("step_on", "hanging"))
    if begins and not YEARS[0] <= begins.year <= YEARS[1]:
        _refuse(f"--begins {begins:%Y-%m-%d}: a recording begins between {YEARS[0]} and {YEARS[1]}")
    if calibration and family != NODE:
        _refuse(f"--calibration is for --family {NODE}: others send a weight")
    if scale and not config:
        _refuse(f"--scale {scale} is a slug in an edge.toml; name that with --config")
    try:
        edge = _loaded(config, scale) if config else None
        exact: Any = unit
        left_out = LeftOut()
        if family == NODE:
            samples = node_loads(path, calibration or _calibration(edge, scale), hz=hz, tell=left_out)
        elif family:
            samples = frames_of(path, family, unit=exact, hz=hz, decimals=decimals, tell=left_out)
        else:
            samples = lines_of(path, left_out)
        replayed = _replayed(
            samples, edge, scale, mode=mode, begins=begins, flock_birds=flock_birds, crate=(crate_birds, crate_tare)
        )
    except HenwiseError as error:
        _refuse(str(error))
    left_out.close()
    _print(path, replayed, "zh" if lang == "zh" else "en", as_json=as_json)


class LeftOut:
    """Says on stderr what of a recording was left out: the first lines in full, then how many more."""

    SHOWN = 10

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, what: str) -> None:
        """Say one."""
        self._said += 1
        if self._said <= self.SHOWN:
            typer.echo(what, err=True)

    def close(self) -> None:
        """Say how many were not said."""
        if self._said > self.SHOWN:
            typer.echo(f"and {self._said - self.SHOWN} more", err=True)


def calibrate_weighing(
    path: Annotated[Path, typer.Argument(help="the configuration, see docs/edge-config.md", metavar="EDGE.TOML")],
    scale: Annotated[str, typer.Argument(help="slug of the scale")],
    grams: Annotated[float, typer.Argument(min=10, max=20_000, help="mean of the birds you weighed by hand, in g")],
    *,
    birds: Annotated[int, typer.Option(min=10, max=100_000, help="how many you weighed; 100 or more is good")],
    age: Annotated[int, typer.Option(min=0, max=1000, help="the flock's age on that day, in days")],
    said: Annotated[float, typer.Option(min=10, max=20_000, help="what the scale said that day, uncorrected, in g")],
    weighings: Annotated[int, typer.Option(min=1, max=1_000_000, help="of how many weighings that was")] = 100,
    cv: Annotated[float, typer.Option(min=1, max=50, help="the flock's CV in %")] = 10.0,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day; default: today")] = None,
) -> None:
    """Tell a scale what the flock weighs by hand: heavy birds stay away from it, and its mean is corrected, openly."""
    from contract.errors import HenwiseError
    from edge.origin import now
    from edge.weighdesk.hand_weighings import HandWeighing, HandWeighings

    try:
        edge = _loaded(path, scale)
        row = HandWeighing(
            day=(on or now().astimezone()).date(),
            age_days=age,
            grams=grams,
            birds=birds,
            scale_grams=said,
            scale_weighings=weighings,
            cv_percent=cv,
        )
        known = HandWeighings.of(edge.data_dir, scale).add(row)
    except HenwiseError as error:
        _refuse(str(error))
    typer.echo(
        f"{scale} said {said:g} g, {grams:g} g by hand; on day {age} the flock's mean is now {known.grams:.0f} g "
        f"({known.interval[0]:.0f} - {known.interval[1]:.0f}), {known.away_percent:+.1f} % for heavy birds that stay "
        "away (docs/weighing.md)"
    )


def _loaded(config: Path, scale: str | None) -> "EdgeConfig":
    from edge.config_file import load

    edge = load(config)
    slugs = [one.slug for one in edge.instruments]
    if scale and scale not in slugs:
        _refuse(f"{config} has no instrument {scale}; known are: {', '.join(slugs) or 'none'}")
    return edge


def _calibration(edge: "EdgeConfig | None", scale: str | None) -> Path | None:
    its = [one.calibration for one in edge.instruments if one.slug == scale] if edge else []
    return its[0] if its else None


def _replayed(
    samples: Any,
    edge: "EdgeConfig | None",
    scale: str | None,
    *,
    mode: str | None,
    begins: datetime | None,
    flock_birds: int | None,
    crate: tuple[int | None, float],
) -> "Replayed":
    from edge.config import WeighingConfig
    from edge.weighdesk.hand_weighings import HandWeighings
    from edge.weighdesk.replay import replay, replay_crates

    limits = edge.weighing if edge else WeighingConfig()
    limits = limits.model_copy(update={"mode": mode or limits.mode})
    if crate[0]:
        return replay_crates(samples, limits, birds=crate[0], tare_grams=crate[1])
    correct = HandWeighings.of(edge.data_dir, scale).flock_means if edge and scale else None
    return replay(samples, limits, begins=begins, flock_birds=flock_birds, correct=correct)


def _print(path: Path, replayed: "Replayed", language: Literal["en", "zh"], *, as_json: bool) -> None:
    if as_json:
        import json

        from edge.weighdesk.replay import as_document

        typer.echo(json.dumps(as_document(str(path), replayed), ensure_ascii=False, indent=1))
    else:
        from edge.weighdesk.words import told

        typer.echo(told(replayed, language))


def _allowed(option: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        _refuse(f"{option} {given}: allowed are {', '.join(allowed)}")


def _refuse(problem: str) -> NoReturn:
    typer.echo(problem, err=True)
    raise typer.Exit(1)
