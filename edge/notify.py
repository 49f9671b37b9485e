"""A word to systemd, where there is one: ``READY=1``, ``WATCHDOG=1``, ``STATUS=...`` (see sd_notify(3))."""

import os
import socket


def tell_systemd(*words: str) -> None:
    """Send words to $NOTIFY_SOCKET; without systemd nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto("\n".join(words).encode(), address)


def watchdog_s() -> float | None:
    """Return how often systemd wants to hear ``WATCHDOG=1``, in s (half its limit); None when it doesn't."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    meant_for = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    return int(usec) / 2e6 if usec.isdecimal() and meant_for == str(os.getpid()) else None
