"""What the service refuses or can't do.

HenwiseError
├── PermanentError
│   ├── BadInput
│   │   ├── BadConfig           a setting is unknown or impossible; names it
│   │   ├── BadFile             a file that a person handed in can't be read; names the line
│   │   ├── BadRecord           something handed to a store can't be kept, ever
│   │   └── BadBackup           a backup is damaged, of a newer Henwise, or not all there again
│   ├── RefusedByStore          a database does not know or forbids what we ask of it
│   ├── BrokerRefused           the broker can't be told who may what
│   ├── CannotStart             a port is taken, a folder is missing or in use
│   └── DemoImpossible          what the demo needs is not there
│       ├── NoBroker            neither the embedded broker nor mosquitto is here
│       └── PartFailed          one of the demo's processes did not come up
└── RetryableError
    └── StoreUnavailable        nothing was written: the disk is full or the database can't be reached
"""

from contract.errors import BadInput, PermanentError, RetryableError


class BadConfig(BadInput):
    """A setting is unknown or impossible; the message names it and says what is allowed."""


class BadFile(BadInput):
    """A file that a person handed in can't be read; the message names the line and what would be right."""


class BadRecord(BadInput):
    """Something handed to a store can't be kept, now or later; the message says why."""


class BadBackup(BadInput):
    """A backup is damaged or of a newer Henwise, or what was restored is not what was taken; the message says which."""


class RefusedByStore(PermanentError):
    """A database does not know or forbids what was asked of it; the message holds its words."""


class BrokerRefused(PermanentError):
    """The broker can't be told who may what, or says no; the message says what to look at."""


class CannotStart(PermanentError):
    """The service can't start here; the message says what to free, make or change."""


class DemoImpossible(PermanentError):
    """Something the demo needs is not there; the message says what to do."""


class NoBroker(DemoImpossible):
    """Neither the embedded broker nor mosquitto is here."""


class PartFailed(DemoImpossible):
    """A process of the demo did not come up; the message holds the end of its log."""


class StoreUnavailable(RetryableError):
    """Nothing was written; the same call may work once the disk has room again."""
