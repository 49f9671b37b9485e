"""What can go wrong between an instrument and us, sorted by what the caller can do.

    HenwiseError
    ├── BridgeError             everything this room raises
    ├── PermanentError
    │   ├── BadInput
    │   │   ├── UnknownFamily   no such family of instruments; the message lists those there are
    │   │   ├── UnknownBreed    no such breed in the simulator; the message lists those there are
    │   │   ├── BadProfile      a Modbus profile file that can't be used; names file and field
    │   │   ├── BadFrame        values that do not fit the frame they shall be written into
    │   │   └── BadCalibration  points of known mass that give no scale one could trust, or a file without such
    │   └── WrongSettings       the instrument answers, but not to what was configured: mend the configuration
    └── RetryableError
        ├── LineLost            not there or unplugged: open again later
        │   └── LineRefused     there, but taken or forbidden: stop the other program, or get the right to open it
        ├── LineSilent          open, but nothing came in time: read again
        │   └── LineGarbled     bytes came, but none that this family speaks: read again, check baud rate and family
        └── BadValue            a sound answer with values that can't be: read again, check the instrument

Every class also is a ``BridgeError``. After ``LineLost`` the device is closed and ``open()`` may be tried again for
ever; after the other retryable ones it stays open.
"""

from contract.errors import BadInput, HenwiseError, PermanentError, RetryableError


class BridgeError(HenwiseError):
    """Anything between an instrument and us; its text says what to do next."""


class UnknownFamily(BridgeError, BadInput):
    """No such family of instruments."""


class UnknownBreed(BridgeError, BadInput):
    """No such breed in the simulator."""


class BadProfile(BridgeError, BadInput):
    """A Modbus profile file that can't be used."""


class BadFrame(BridgeError, BadInput):
    """Values that do not fit the frame they shall be written into."""


class BadCalibration(BridgeError, BadInput):
    """Points of known mass that give no scale one could trust, or a calibration file that can't be used."""


class WrongSettings(BridgeError, PermanentError):
    """The instrument answers, but what was configured doesn't fit it."""


class LineLost(BridgeError, RetryableError):
    """The line is not there or was unplugged."""


class LineRefused(LineLost):
    """The line is there, but another program has it or this user may not open it."""


class LineSilent(BridgeError, RetryableError):
    """The line is open, but nothing came in time.

    Attributes:
        asked: False when nothing was tried, because the instrument did not answer lately: no new failure.
    """

    asked = True


class LineGarbled(LineSilent):
    """Bytes came, but none that the family speaks."""


class BadValue(BridgeError, RetryableError):
    """A sound answer whose values can't be."""
