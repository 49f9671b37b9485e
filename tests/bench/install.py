"""How much `pip install .[edge]` brings."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "torchvision", "ultralytics")


def table() -> str:
    """Install into a clean environment and weigh it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        python = str(home / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--quiet", f"{ROOT}[edge]"], check=True)
        listing = subprocess.run(
            [python, "-m", "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True
        )
        names = [line.split("==")[0].lower() for line in listing.stdout.splitlines()]
        packages = next((home / "lib").glob("python*/site-packages"))
        sizes = sorted(((size_mb(path), path.name) for path in packages.iterdir()), reverse=True)
    rows = "\n".join(f"| {name} | {size:.0f} |" for size, name in sizes[:6])
    torch = ", ".join(name for name in HEAVY if name in names) or "none"
    total = sum(size for size, _ in sizes)
    return (
        "### pip install .[edge], clean environment\n\n| what | MB |\n| --- | --- |\n"
        f"| **all {len(names)} packages** | **{total:.0f}** |\n{rows}\n\n"
        f"torch, torchvision or ultralytics among them: {torch}."
    )


def size_mb(path: Path) -> float:
    """Return the size of a file or folder in MB."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
