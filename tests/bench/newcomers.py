"""What a device costs that was never heard of: 10,000 of them settled in one process, without a broker.

    python -m tests.bench newcomers

Each sends two Readings of 20 quantities: with the first its farm, its house, its row and twenty series are made. The
batches are those of a calm service. Processor time is that of the process, the stores' writing threads in it.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cloud.garbage import search_less
from cloud.ingest.admission import Admission
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import FolderMedia
from cloud.store.records import Records
from contract.messages import Readings, encode
from contract.place import Place
from contract.quantities import QUANTITIES
from contract.topics import build

DEVICES, VALUES, FARMS, HOUSES_A_FARM, BATCH = 10_000, 20, 25, 20, 200


def table() -> str:
    """Settle the first and the second message of each device."""
    began = datetime.now(UTC) - timedelta(minutes=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records, series = Records(folder / "records.db"), EmbeddedSeries(folder / "series.db")
        records.open()
        series.open()
        admission = Admission(records, everybody=True)
        settler = Settler(series, records, FolderMedia(folder / "pictures"), 10, admission=admission)
        search_less()
        rows = [(which, *_spent_us(settler, _messages(began, seq))) for seq, which in ((1, "first"), (2, "second"))]
        series.close()
        records.close()
    return "\n".join(
        [
            f"### {DEVICES:,} new devices of {VALUES} quantities\n",
            "| message | processor us a message | of that the thread that settles |",
            "| --- | --- | --- |",
            *(f"| {which} | {process:.0f} | {thread:.0f} |" for which, process, thread in rows),
        ]
    )


def _messages(began: datetime, seq: int) -> list[Arrived]:
    rows = list(QUANTITIES.values())[:VALUES]
    arrived = []
    for number in range(DEVICES):
        device = number // FARMS
        place = Place(farm=f"farm-{number % FARMS}", house=f"house-{device % HOUSES_A_FARM}", device=f"pi-{device}")
        share = [(number * 7 + index * 13 + seq) % 100 / 100 for index in range(VALUES)]
        event = Readings(
            device=place.device,
            boot="00000000000000aa",
            seq=seq,
            at=began + timedelta(seconds=10 * seq),
            instrument="climate",
            values={
                row.key: round(row.low + (row.high - row.low) * part, 1) for row, part in zip(rows, share, strict=True)
            },
        )
        arrived.append(Arrived(build(place, Readings), encode(event)))
    return arrived


def _spent_us(settler: Settler, messages: Sequence[Arrived]) -> tuple[float, float]:
    """Return processor time a message of the process and of this thread."""
    process_s, thread_s = time.process_time(), time.thread_time()
    for start in range(0, len(messages), BATCH):
        settler.settle(messages[start : start + BATCH])
    spent = time.process_time() - process_s, time.thread_time() - thread_s
    return spent[0] / len(messages) * 1e6, spent[1] / len(messages) * 1e6
