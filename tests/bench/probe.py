"""Does `henwise-bridge probe` name each virtual instrument at each of its speeds, and how long does it take?"""

import tempfile
import threading
import time
from pathlib import Path

from firmware_bridge.probe.candidate import TWINS
from firmware_bridge.probe.search import Search
from firmware_bridge.registry import Line, registry
from firmware_bridge.simulated.faults import FaultyTerminal
from firmware_bridge.simulated.flock import Calendar, Flock
from firmware_bridge.simulated.instruments import FOLDERS, simulated_families, voice
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.voices import speak


def table() -> str:
    """Probe each family on each line it can be set to, one at a time; some ten minutes."""
    head = "| family | lines | named | named beside others | longest s |\n| --- | --- | --- | --- | --- |"
    families = [family for family in simulated_families() if family not in FOLDERS]
    return "\n".join(["### henwise-bridge probe\n", head, *map(row, families)])


def row(family: str) -> str:
    """Probe one family."""
    named = beside = 0
    longest_s = 0.0
    lines = registry().get(family).lines or (Line(),)
    for line in lines:
        began_s = time.monotonic()
        first, others = probed(family, line)
        longest_s = max(longest_s, time.monotonic() - began_s)
        named += first == (family, line.baud) or (first[1] == line.baud and family in TWINS.get(first[0], ()))
        beside += first[0] != family and family in others and family not in TWINS.get(first[0], ())
    return f"| {family} | {len(lines)} | {named} | {beside} | {longest_s:.0f} |"


def probed(family: str, line: Line) -> tuple[tuple[str, int], tuple[str, ...]]:
    """Return what the first finding says, and what else it may be."""
    with tempfile.TemporaryDirectory() as folder:
        port = FaultyTerminal(Path(folder) / "port", line, faults=[])
        stop = threading.Event()
        speaker = voice(family, Scene(Flock(birds=1), Calendar(age_days=28), seed=3))
        thread = threading.Thread(target=speak, args=(speaker, port, stop))
        port.open()
        thread.start()
        try:
            found = Search(str(port.name)).run()
        finally:
            stop.set()
            thread.join()
            port.close()
    return ((found[0].family, found[0].line.baud), found[0].others) if found else (("", 0), ())
