"""What the log looks like: with times on a terminal, with priorities and without times in journald."""

import logging
import os
import subprocess
import sys
from collections import deque

RECENT_LINES = 300
TEXT_MAX = 50_000
JOURNAL_S = 10.0

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _JournalFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITY.get(record.levelno, 6)}>{super().format(record)}"


class RecentLines(logging.Handler):
    """The newest lines of this process, for a person far away."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
        self._lines: deque[str] = deque(maxlen=RECENT_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(self.format(record))

    def text(self) -> str:
        """Return the newest lines of our units from the journal; where there is none, those of this process."""
        lines = _journal() if "JOURNAL_STREAM" in os.environ else []
        text = "\n".join(lines or self._lines)
        return text[-TEXT_MAX:].partition("\n")[2] if len(text) > TEXT_MAX else text


def _journal() -> list[str]:
    command = ["journalctl", "--no-pager", "--quiet", "-o", "short-iso", "-n", str(RECENT_LINES), "-u", "henwise-*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=JOURNAL_S, check=True)
    except (OSError, subprocess.SubprocessError):  # not there, or this user may not read it
        return []
    return done.stdout.splitlines()


def set_up_logging(*, verbose: bool) -> RecentLines:
    """Log to stderr; journald stamps its lines itself and reads the priority from their head (sd-daemon(3))."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_JournalFormatter("%(name)s: %(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    recent = RecentLines()
    logging.getLogger().addHandler(recent)
    # The client tells of every packet; what matters about the connection is said by edge.publisher.
    logging.getLogger("mqtt").setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    logging.getLogger("pymodbus").setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    return recent
