"""Errors of the room `models`.

ModelsError             anything wrong in this room; the message says what to do next
├── WeightsError        a network or its card cannot be used: fetch or export it again
├── RuntimeMissing      a program library is not installed: install the named extra
├── DatasetError        pictures or labels are wrong: mend the named file
└── TrainingError       a run cannot start or go on: change the named setting

All are permanent (`contract.errors`): trying again changes nothing.
"""

from contract.errors import PermanentError


class ModelsError(PermanentError):
    """Anything this room refuses or cannot do. The message is a sentence for a person."""


class WeightsError(ModelsError):
    """A weights file or its card is missing, damaged, or the two do not belong together."""


class RuntimeMissing(ModelsError):
    """A library that runs networks is not installed."""


class DatasetError(ModelsError):
    """A picture, a label file or the YAML of a data set is wrong."""


class TrainingError(ModelsError):
    """A training, evaluation or export cannot be done as asked."""
