"""The page before Lighthouse, beside a Node-RED dashboard; how soon it shows news; how quick it answers a thumb.

    python -m tests.bench page

Needs Node.js; the first run fetches Lighthouse and Node-RED from npm (some 430 MB, beside this file).
"""

from tests.bench.page import lighthouse, live, thumb


def table() -> str:
    """Measure all three, one after the other; some ten minutes."""
    return f"{lighthouse.table()}\n\n{live.table()}\n\n{thumb.table()}"
