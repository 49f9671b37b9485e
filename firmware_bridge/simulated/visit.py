r"""One bird's stay on a plate, as the load cells feel it.

    load   .            ____ wobble dies away, then small motions, sometimes a flap or a step to the side
           |      /\  /~~~~~~~~~~~~~~~~~~~~~\
           |     /  \/                       \
           |  __/ one foot first              \____ litter and droppings stay
           |_/  ^ steps on                    ^ steps off

How birds move on a scale is our choice, not field data: no recording of a scale with birds on it was to be had.
"""

import math
from dataclasses import dataclass
from typing import Literal

STEP_ON_S = 0.4
STEP_OFF_S = 0.3
WOBBLE_FADES_S = 0.45

AVERAGED_S = 0.2
"""An indicator averages its converter's readings over about so long; a flap's swing mostly drowns in that."""

StirKind = Literal["flap", "shift"]


@dataclass(frozen=True, slots=True)
class Stir:
    """A bird moves while it stands.

    Attributes:
        kind: ``flap``: the load swings for as long as it flaps; ``shift``: a step to the side, a sway that fades.
        from_s: since the beginning of the visit.
        lasts_s: how long.
        hz: how fast the load swings.
        ratio: how far, as a share of the bird's weight.
    """

    kind: StirKind
    from_s: float
    lasts_s: float
    hz: float
    ratio: float

    def swing(self, since_s: float) -> float:
        """Return the change of the load at ``since_s`` after the visit's beginning, as a share of the weight."""
        into_s = since_s - self.from_s
        if not 0 <= into_s <= self.lasts_s:
            return 0.0
        turned = 2 * math.pi * self.hz * into_s
        if self.kind == "shift":
            return self.ratio * math.exp(-into_s / WOBBLE_FADES_S) * math.sin(turned)
        while_averaged = 2 * math.pi * self.hz * AVERAGED_S
        return self.ratio * (math.cos(turned - while_averaged) - math.cos(turned)) / while_averaged


@dataclass(frozen=True, slots=True)
class Visit:
    """One bird's stay: the truth a weighing can be compared with.

    Attributes:
        start_s: when it steps on, seconds since the simulator's start.
        stand_s: from stepping on to having stepped off.
        grams: what the bird weighs.
        wobble_hz: how fast it sways after stepping on.
        wobble_ratio: how much, as a share of its weight.
        bird: which bird it is; -1 when nobody keeps count.
        foot_s: so long it stands with one foot only, before it comes up.
        foot_ratio: share of its weight on that foot.
        fidget_hz: how fast it sways all the time, breathing and looking about.
        fidget_ratio: how far, as a share of its weight.
        stirs: its motions while it stands.
    """

    start_s: float
    stand_s: float
    grams: float
    wobble_hz: float
    wobble_ratio: float
    bird: int = -1
    foot_s: float = 0.0
    foot_ratio: float = 0.5
    fidget_hz: float = 1.0
    fidget_ratio: float = 0.0
    stirs: tuple[Stir, ...] = ()

    @property
    def end_s(self) -> float:
        """When it has left."""
        return self.start_s + self.stand_s

    def load_grams(self, elapsed_s: float) -> float:
        """Return what it adds to the plate at an instant."""
        up_s = elapsed_s - self.start_s - self.foot_s
        off = _smooth((self.end_s - elapsed_s) / STEP_OFF_S)
        if up_s < 0:
            return self.grams * self.foot_ratio * off * _smooth((up_s + self.foot_s) / STEP_ON_S)
        came = _smooth(up_s / STEP_ON_S)
        on = off * (self.foot_ratio + (1 - self.foot_ratio) * came if self.foot_s else came)
        sway = self.wobble_ratio * math.sin(2 * math.pi * self.wobble_hz * up_s) * math.exp(-up_s / WOBBLE_FADES_S)
        sway += self.fidget_ratio * math.sin(2 * math.pi * self.fidget_hz * up_s)
        for stir in self.stirs:
            sway += stir.swing(elapsed_s - self.start_s)
        return self.grams * on * (1 + sway)


def _smooth(share: float) -> float:
    bounded = max(0.0, min(1.0, share))
    return bounded * bounded * (3 - 2 * bounded)
