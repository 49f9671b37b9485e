"""What the service refuses or can't do.

HenwiseError
├── PermanentError
│   ├── BadInput
│   │   ├── BadConfig           a setting is unknown or impossible; names it
│   │   └── BadRecord           something handed to a store can't be kept, ever
│   └── CannotStart             a port is taken, a folder is missing or in use
└── RetryableError
    └── StoreUnavailable        nothing was written: the disk is full or the database can't be reached
"""

from contract.errors import BadInput, PermanentError, RetryableError


class BadConfig(BadInput):
    """A setting is unknown or impossible; the message names it and says what is allowed."""


class BadRecord(BadInput):
    """Something handed to a store can't be kept, now or later; the message says why."""


class CannotStart(PermanentError):  # noqa: N818  # reads as what happened
    """The service can't start here; the message says what to free, make or change."""


class StoreUnavailable(RetryableError):  # noqa: N818  # reads as what happened
    """Nothing was written; the same call may work once the disk has room again."""
