"""Measure and print the tables of docs/benchmarks.md.

    python -m tests.bench              # all
    python -m tests.bench install edge detector
    python -m tests.bench soak --hours 10  # alone: hours of a core, see its own text
    python -m tests.bench load 10000 600   # alone: ten minutes of both cores

Each table says what stands beside ours: what a user would pick instead, in the same run where that can be had.
"""

import importlib
import platform
import sys
from datetime import UTC, datetime

TABLES = (
    *("install", "edge", "detector", "vision", "tracking", "suspects", "bus", "decoders", "probe", "stores", "ingest"),
    "newcomers",
    *("page.lighthouse", "page.live", "page.thumb", "report", "weighing", "avoidance", "forecast"),
)

ALONE = ("soak", "load")
"""Those that take long and arguments of their own."""


def main(names: list[str]) -> int:
    """Print the named tables, all when none is named; return the exit code."""
    if names[:1] and names[0] in ALONE:
        print(importlib.import_module(f"tests.bench.{names[0]}").table(*names[1:]), flush=True)
        return 0
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        print(f"no table {', '.join(unknown)}; known are: {', '.join(TABLES)}", file=sys.stderr)
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}\n")
    for name in names or TABLES:
        print(importlib.import_module(f"tests.bench.{name}").table(), flush=True)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
