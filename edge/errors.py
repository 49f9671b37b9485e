"""What can go wrong on the edge, below the contract's roots.

PermanentError
├── BadInput
│   ├── BadConfig       edge.toml has mistakes; ``problems`` has a line for each
│   ├── BadPlan         the points of a camera's plan can't be right
│   ├── BadMarks        floor, zones or gates of a camera can't be right
│   ├── FootageUnreadable  what a person named holds no picture that can be counted in
│   ├── RecordingUnreadable  a recorded scale has a line that is no sample, or nothing of its family
│   ├── NotEnrolled     the service gives this device no account; the sentence says what to do
│   └── NotCalibrated   nothing can be learned from a count or weighing by hand, or it can't be kept
├── NotInstalled        the device can't be made a service, or updated, as it is; the sentence says what to do
├── PartHangs           a thread hangs in a driver and the agent shall start anew: only a new process helps
├── OutboxTaken         another agent works in the same data_dir
└── NetworkUnusable     a camera's network is missing or damaged, or nothing here can run it
RetryableError
├── OutboxStuck         the disk refused a commit; nothing that was committed is lost
├── CameraLost          no picture; the camera is tried again for ever
├── BrokerAway          no connection to the broker; it is tried again for ever
└── ClockUnset          the device doesn't know the time yet; nothing can be stamped
"""

from contract.errors import BadInput, PermanentError, RetryableError
from contract.marks import ResultCode


class BadConfig(BadInput):
    """The configuration has mistakes.

    Attributes:
        problems: one sentence each, ``edge.toml:12: cameras[0].window_s: 0 is too small; allowed: 1 to 600``.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class BadPlan(BadInput):
    """The points of a camera's plan don't fit; the message says which, and what to do."""


class BadMarks(BadInput, ValueError):
    """What is marked in a camera's picture can't be used; a ValueError too, as pydantic's validators raise them.

    Attributes:
        code: why, for whoever has a sentence for it in a person's language.
    """

    def __init__(self, code: ResultCode, problem: str) -> None:
        self.code: ResultCode = code
        super().__init__(problem)


class FootageUnreadable(BadInput):
    """A path or address gives no pictures; the message says why."""


class RecordingUnreadable(BadInput):
    """A recording of a scale can't be read; the message names the line."""


class NotCalibrated(BadInput):
    """A count or a weighing by hand can't be used; the message says why."""


class NotInstalled(PermanentError):
    """The device can't be installed or updated as it is."""


class PartHangs(PermanentError):
    """A thread can't be ended; the process must be."""


class NotEnrolled(BadInput):
    """No account came of a code."""


class OutboxTaken(PermanentError):
    """Another agent holds the outbox."""


class NetworkUnusable(PermanentError):
    """A camera's network can't be used; the message says what to do."""


class OutboxStuck(RetryableError):
    """The disk refused a commit."""


class CameraLost(RetryableError):
    """A camera gives no picture; the message never holds its password."""


class BrokerAway(RetryableError):
    """The broker can't be reached or refuses us."""


class ClockUnset(RetryableError):
    """The device doesn't know the time yet."""
