"""What the service refuses or can't do.

HenwiseError
├── PermanentError
│   ├── BadInput
│   │   ├── BadConfig           a setting is unknown or impossible; names it
│   │   ├── BadFile             a file that a person handed in can't be read; names the line
│   │   ├── BadRecord           something handed to a store can't be kept, ever
│   │   ├── BadBackup           a backup is damaged, of a newer Henwise, or not all there again
│   │   └── Declined            what a person wrote down is not taken; has a code
│   │       ├── Implausible     it can't be true
│   │       ├── Collides        it does not go together with what is there
│   │       ├── Outdated        it corrects something that was corrected meanwhile
│   │       ├── Unheard         it is about something that is not there
│   │       └── CannotPrint     a report can't be made here: a library or a font is missing
│   ├── RefusedByStore          a database does not know or forbids what we ask of it
│   ├── BrokerRefused           the broker can't be told who may what
│   ├── CannotStart             a port is taken, a folder is missing or in use
│   └── DemoImpossible          what the demo needs is not there
│       ├── NoBroker            neither the embedded broker nor mosquitto is here
│       └── PartFailed          one of the demo's processes did not come up
└── RetryableError
    ├── ProviderFailed          the OpenID provider does not answer, or not so that it can be trusted
    └── StoreUnavailable        nothing was written: the disk is full or the database can't be reached

``Unfit`` stands beside the tree: what models refuse has to be a ValueError.
"""

from contract.errors import BadInput, PermanentError, RetryableError


class BadConfig(BadInput):
    """A setting is unknown or impossible; the message names it and says what is allowed."""


class BadFile(BadInput):
    """A file that a person handed in can't be read; the message names the line and what would be right.

    Attributes:
        zh: the message in Chinese; empty where it only goes to a terminal.
    """

    def __init__(self, sentence: str, zh: str = "") -> None:
        self.zh = zh
        super().__init__(sentence)


class Unfit(ValueError):
    """What a person sent can't be so: raised in a model's validator, which hands it on to ``cloud.api.problems``.

    Attributes:
        zh: the sentence in Chinese.
    """

    def __init__(self, sentence: str, zh: str) -> None:
        self.zh = zh
        super().__init__(sentence)


class BadRecord(BadInput):
    """Something handed to a store can't be kept, now or later; the message says why."""


class Declined(BadInput):
    """What a person wrote down is not taken.

    Attributes:
        code: one of ``cloud.api.problem_words.TITLES``.
        zh: the sentence in Chinese.
    """

    def __init__(self, code: str, sentence: str, zh: str) -> None:
        self.code = code
        self.zh = zh
        super().__init__(sentence)


class Implausible(Declined):
    """It can't be true; the message says why."""


class Collides(Declined):
    """It does not go together with what is there: an id that is taken, a house that is full."""


class Outdated(Declined):
    """It corrects something that somebody else has corrected meanwhile: read again, then decide."""


class Unheard(Declined):
    """It is about a flock, an event or an entry that is not there."""


class CannotPrint(Declined):
    """A report can't be made here as it is asked for; the message says what to install."""


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


class TooManyTests(RetryableError):
    """Somebody has sent themselves so many test messages that they have to wait."""


class ProviderFailed(RetryableError):
    """The OpenID provider does not answer, or not so that it can be trusted; the message is for the log."""


class StoreUnavailable(RetryableError):
    """Nothing was written; the same call may work once the disk has room again."""
