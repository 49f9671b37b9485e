"""Rows of the outbox that wait for the time: what was measured before anybody set the clock.

Each says how long after power-on it was, and which power-on that was. Of the present one that is enough. A power-on
that ended before its time was known is put as late as it can have been: its last row one second before the next
power-on. So rows keep their order, over any number of power cuts.
"""

import json
import sqlite3
from typing import Final

from contract.messages import rfc3339
from edge.clock import PowerOn, from_ms

PAUSE_MS: Final = 1_000
STAMPED_AT_ONCE: Final = 500


def stamp_some(db: sqlite3.Connection, known: PowerOn) -> int:
    """Stamp the oldest rows that wait for the time and return how many, in the caller's transaction.

    Args:
        db: the outbox.
        known: the power-on whose time is known, the present one.
    """
    power_ons = _power_ons_ms(db, known)
    rows = db.execute(
        "SELECT id, held, at_ms, payload FROM outbox WHERE held IS NOT NULL ORDER BY id LIMIT ?", (STAMPED_AT_ONCE,)
    ).fetchall()
    for row_id, held, after_ms, payload in rows:
        at_ms = power_ons[held] + after_ms
        # Plain JSON on purpose: a row written by an older version must still go out.
        said = json.loads(payload) | {"at": rfc3339(from_ms(at_ms))}
        stamped = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
        db.execute(
            "UPDATE outbox SET held = NULL, at_ms = ?, payload = ?, size = ? WHERE id = ?",
            (at_ms, stamped, len(stamped), row_id),
        )
    return len(rows)


def _power_ons_ms(db: sqlite3.Connection, known: PowerOn) -> dict[str, int]:
    """Return when each power-on was that rows wait for, in ms since 1970."""
    found = {known.name: known.at_ms}
    next_ms = known.at_ms
    lasts = "SELECT held, max(at_ms) FROM outbox WHERE held IS NOT NULL GROUP BY held ORDER BY max(id) DESC"
    for name, last_ms in db.execute(lasts).fetchall():
        if name not in found:
            found[name] = next_ms = next_ms - PAUSE_MS - last_ms
    return found
