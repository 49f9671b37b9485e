"""``henwise-edge run`` on a machine whose wall clock lies in a file: moved_agent.py EDGE_TOML CLOCK_FILE."""

import asyncio
import sys
from pathlib import Path

from edge.agent import run
from edge.logs import RecentLines
from tests.edge.clocks import FileClocks

if __name__ == "__main__":
    config, clock = (Path(one) for one in sys.argv[1:])
    asyncio.run(run(config, RecentLines(), clocks=FileClocks(clock)))
