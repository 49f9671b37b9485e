"""Render from the command line: `python -m models.training.blender sprites|scenes --out FOLDER --count N --seed S`."""

import argparse
from pathlib import Path


def main() -> None:
    """Read the words of the command and render."""
    words = argparse.ArgumentParser(prog="python -m models.training.blender", description=__doc__)
    words.add_argument("what", choices=("sprites", "scenes"))
    words.add_argument("--out", type=Path, required=True, help="folder to write; a run that was cut off goes on")
    words.add_argument("--first", type=int, default=0, help="number of the first sheet or scene")
    words.add_argument("--count", type=int, default=10, help="sheets of 24 sprites, or scenes")
    words.add_argument("--seed", type=int, default=0, help="the same seed and number give the same picture")
    words.add_argument("--threads", type=int, default=1)
    words.add_argument("--samples", type=int, default=5, help="rays per pixel; the rest is the denoiser's work")
    words.add_argument(
        "--elevation", type=float, nargs=2, metavar=("LOW", "HIGH"), help="sprites: of the camera, degrees"
    )
    said = words.parse_args()
    numbers = range(said.first, said.first + said.count)
    if said.what == "sprites":
        from models.training.blender.sheets import render_sheets

        between = tuple(said.elevation) if said.elevation else None
        render_sheets(said.out, numbers, seed=said.seed, threads=said.threads, samples=said.samples, between=between)
    else:
        from models.training.blender.barns import render_barns

        render_barns(said.out, numbers, seed=said.seed, threads=said.threads, samples=said.samples)


if __name__ == "__main__":
    main()
