"""Topics: ``henwise/v1/<farm>/<house>/<device>/<leaf>``, one table from leaf to message.

The version is a level of the topic: a change of shape is a new version beside the old one.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from contract.errors import BadMessage, BadPlace, BadTopic
from contract.messages import (
    Announcement,
    Command,
    CommandResult,
    Committed,
    Drawing,
    FlockCount,
    FlockHealth,
    GateCrossing,
    HandWeighing,
    HealthFinding,
    Lacking,
    Message,
    Readings,
    RollCall,
    Snapshot,
    Status,
    Verdict,
    WeightSample,
    parse,
)
from contract.place import Place, checked_slug

ROOT = "henwise"
VERSION = "v1"
VISION = ".vision"
"""What the process with a device's cameras adds to its client id and user name, where it is one of its own."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One row: the last level of a topic and what travels there.

    Attributes:
        name: last level of the topic.
        message: class of the payload.
        sender: ``edge`` or ``cloud``.
        retained: True for state, False for events and commands.
        qos: MQTT quality of service.
    """

    name: str
    message: type[Message]
    sender: Literal["edge", "cloud"]
    retained: bool = False
    qos: int = 1


_ROWS = (
    Leaf("announcement", Announcement, "edge", retained=True),
    Leaf("status", Status, "edge", retained=True),
    Leaf("readings", Readings, "edge"),
    Leaf("weight", WeightSample, "edge"),
    Leaf("handweighing", HandWeighing, "edge"),
    Leaf("count", FlockCount, "edge"),
    Leaf("gate", GateCrossing, "edge"),
    Leaf("rollcall", RollCall, "edge"),
    Leaf("wellness", FlockHealth, "edge"),
    Leaf("finding", HealthFinding, "edge"),
    Leaf("snapshot", Snapshot, "edge"),
    Leaf("result", CommandResult, "edge"),
    Leaf("command", Command, "cloud"),
    Leaf("verdict", Verdict, "cloud"),
    Leaf("drawing", Drawing, "cloud"),
    # One that is lost costs no more than an event sent twice, and the cloud sends as many as it gets.
    Leaf("committed", Committed, "cloud", qos=0),
    Leaf("lacking", Lacking, "cloud"),
)

LEAVES: dict[str, Leaf] = {row.name: row for row in _ROWS}
_BY_MESSAGE: dict[type[Message], Leaf] = {row.message: row for row in _ROWS}


def leaf_of(kind: type[Message]) -> Leaf:
    """Return the row of a message class."""
    return _BY_MESSAGE[kind]


def build(place: Place, kind: type[Message]) -> str:
    """Return the topic on which ``kind`` travels from or to ``place``."""
    return f"{ROOT}/{VERSION}/{place.farm}/{place.house}/{place.device}/{leaf_of(kind).name}"


def client_id(place: Place) -> str:
    """Return the MQTT client id of a device: with dots, which no slug has, so that no two places share one.

    Some brokers, rumqttd among them, refuse an id with ``/``, ``+``, ``#`` or ``$``.
    """
    return f"{ROOT}.{place.farm}.{place.house}.{place.device}"


def subscription(sender: Literal["edge", "cloud"], place: Place | None = None) -> list[str]:
    """Return filters for all that ``sender`` says, of one place or of all."""
    prefix = f"{place.farm}/{place.house}/{place.device}" if place else "+/+/+"
    return [f"{ROOT}/{VERSION}/{prefix}/{row.name}" for row in _ROWS if row.sender == sender]


@lru_cache(maxsize=65_536)
def split(topic: str) -> tuple[Place, Leaf]:
    """Read a topic.

    Raises:
        BadTopic: it is not one of ours; the message says why.
    """
    levels = topic.split("/")
    if len(levels) != 6 or levels[:2] != [ROOT, VERSION]:  # noqa: PLR2004  # levels as drawn in the docstring
        raise BadTopic(f"{topic!r} is not of the form {ROOT}/{VERSION}/<farm>/<house>/<device>/<leaf>")
    farm, house, device, name = levels[2:]
    if name not in LEAVES:
        raise BadTopic(f"{topic!r} ends in {name!r}; known are: {', '.join(LEAVES)}")
    try:
        place = _place(farm, house, device)
    except BadPlace as error:
        raise BadTopic(f"{topic!r}: {error}") from error
    return place, LEAVES[name]


# A device speaks on several topics; that its place is one object makes looking it up quick.
@lru_cache(maxsize=65_536)
def _place(farm: str, house: str, device: str) -> Place:
    return Place(farm=checked_slug(farm), house=checked_slug(house), device=checked_slug(device))


def decode(topic: str, payload: bytes) -> tuple[Place, Message]:
    """Read what arrived.

    Raises:
        BadTopic: the topic is not of the contract.
        BadMessage: the payload is not of the contract, or speaks for another device than its topic.
    """
    place, leaf = split(topic)
    message = parse(leaf.message, payload)
    if message.device != place.device:
        raise BadMessage(leaf.message.__name__, "device", f"{message.device!r} speaks on the topic of {place.device!r}")
    return place, message
