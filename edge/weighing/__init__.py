"""One scale's raw load -> single birds. Pure: samples in, weights out; no clock, no disk.

    samples -> settling.py (when is the load still?) -> levels.py (stretches of still load)
            -> steps.py (who came, who left: a bird is the step between two levels)
            -> acceptance.py (is it one bird of this flock?)

What each rule is for, and where it is from, stands in docs/weighing.md. ``crates.py`` weighs crates of
birds at catching.
"""

from edge.weighing.acceptance import Refusal
from edge.weighing.basis import Basis, Turn
from edge.weighing.weighed import Weighed
from edge.weighing.weighing import Weighing

__all__ = ["Basis", "Refusal", "Turn", "Weighed", "Weighing"]
