"""The roots of every room's errors: what can the caller do?

    HenwiseError
    ├── PermanentError      the same call fails again: mend the input, the wiring or the configuration
    │   └── BadInput        somebody handed in something unusable; the message names it
    │       ├── BadMessage      a payload that is not of the contract; names the field
    │       ├── BadTopic        a topic that is not of the contract
    │       └── BadPlace        a farm, house or device name that can't be one
    └── RetryableError      the same call may work later: a line is unplugged, a broker is away

Each room has an ``errors.py`` of its own that hangs below these two.
"""


class HenwiseError(Exception):
    """Anything Henwise itself refuses or can't do; its text is a sentence for people."""


class PermanentError(HenwiseError):
    """Trying again changes nothing: the input, the wiring or the configuration must change."""


class RetryableError(HenwiseError):
    """Trying again later may work; nothing was lost."""


class BadInput(PermanentError):
    """Somebody handed in something unusable; the message says what and what would be right."""


class BadPlace(BadInput):
    """A farm, house, device or instrument name that can't be one."""


class BadTopic(BadInput):
    """A topic that is not of the contract."""


class BadMessage(BadInput):
    """A payload that is not of the contract.

    Attributes:
        field: dotted path of the first field at fault, empty when the payload as a whole is.
    """

    def __init__(self, kind: str, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{kind}: {field}: {problem}" if field else f"{kind}: {problem}")
