"""Sends what waits until it is killed; run as a process of its own."""

import asyncio
import sys
import time
from pathlib import Path

from cloud.alerts.delivery.address import instantiate
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.keys import load_keys
from cloud.alerts.delivery.links import Signer
from cloud.alerts.delivery.outgoing import Writer
from cloud.alerts.delivery.post_office import PostOffice
from cloud.alerts.delivery.sender import Sender
from cloud.store.media import FolderMedia
from cloud.store.records import Records
from tests.cloud.delivery.farmyard import HandWritten

FASTER = 4
"""Leases and waits are over this much sooner than by the wall's clock."""


def now_ms() -> int:
    return int(time.time() * 1000 * FASTER)


async def main() -> None:
    folder = Path(sys.argv[1])
    records, keys = Records(folder / "records.db"), load_keys(folder)
    records.open()
    office = PostOffice(
        Writer(Signer(keys.links), None, FolderMedia(folder)), keys, Egress(private=True), "mailto:a@b.org", None
    )
    instantiate("json://localhost")  # Apprise loads its plugins with the first address: seconds
    sys.stdout.write("sending\n")
    sys.stdout.flush()
    await Sender(records, office, HandWritten(), now_ms).run()


if __name__ == "__main__":
    asyncio.run(main())
