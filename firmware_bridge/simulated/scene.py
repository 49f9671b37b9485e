"""What a virtual instrument may need to know of the made-up house."""

from dataclasses import dataclass

from firmware_bridge.simulated.flock import Calendar, Flock


@dataclass(frozen=True, slots=True)
class Scene:
    """The house and the instrument's place in it.

    Attributes:
        flock: the birds.
        calendar: when they live, and how fast.
        seed: of all chance.
        address: of the instrument, for those that have one.
    """

    flock: Flock
    calendar: Calendar
    seed: int = 1
    address: int = 1
