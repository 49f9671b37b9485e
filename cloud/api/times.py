"""Times as the API writes them."""

from datetime import datetime

from cloud.store.mail import instant


def perhaps(at_ms: int | None) -> datetime | None:
    """Return Unix ms as an aware time, and nothing as nothing."""
    return None if at_ms is None else instant(at_ms)
