"""What a service that was restored lacks of what devices gave it: found, and asked for."""

import pytest

from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store.embedded import EmbeddedSeries
from cloud.store.ledger import Range, without
from cloud.store.media import Media
from cloud.store.records import Records
from contract.messages import Message, SeqRange, encode
from tests.cloud.sending import BOOT, PI, announcement, readings, topic_of


@pytest.mark.parametrize(
    ("ranges", "taken", "left"),
    [
        ([(1, 9)], [], [(1, 9)]),
        ([(1, 9)], [(1, 9)], []),
        ([(1, 9)], [(3, 4), (6, 6)], [(1, 2), (5, 5), (7, 9)]),
        ([(1, 3), (7, 9)], [(2, 8)], [(1, 1), (9, 9)]),
        ([(5, 6)], [(1, 3), (8, 9)], [(5, 6)]),
    ],
)
def test_what_is_in_none_of_others(ranges: list[Range], taken: list[Range], left: list[Range]):
    assert without(ranges, taken) == left


def test_a_service_of_yesterday_asks_for_what_it_lacks(series: EmbeddedSeries, records: Records, media: Media):
    settler = Settler(series, records, media, 10)

    def settle(*messages: Message) -> dict[object, list[Range]]:
        outcome = settler.settle([Arrived(topic_of(message), encode(message)) for message in messages])
        return {**outcome.lacking}

    assert settle(readings(1), readings(2), readings(3)) == {}
    kept = [SeqRange(boot=BOOT, first=2, last=5), SeqRange(boot="e" * 16, first=7, last=8)]
    told = announcement().model_copy(update={"kept": kept})
    assert settle(told) == {(PI, BOOT): [(4, 5)], (PI, "e" * 16): [(7, 8)]}
    assert settle(announcement().model_copy(update={"kept": kept[:1]}), readings(4), readings(5)) == {}
