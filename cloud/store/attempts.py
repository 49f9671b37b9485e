"""Records of attempts to sign in: limits on wrong passwords per name and per address, the same for all processes."""

import hashlib
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, delete, desc, select

from cloud.store.records import Records, add
from cloud.store.tables import SignInAttempt

WINDOW_MS: Final = 300_000
PER_NAME: Final = 10
PER_ADDRESS: Final = 20

Kind = Literal["name", "address"]
Key = tuple[Kind, str]


class Attempts:
    """Counts attempts of the last five minutes; an attempt counts until it has succeeded.

    Counting before the password is checked keeps parallel guesses inside the limit too. Calls block.

    Args:
        records: where they are counted, so that a restart forgives nothing and no worker counts alone.
        clock_ms: the present in Unix ms.
    """

    def __init__(self, records: Records, clock_ms: Callable[[], int] = lambda: int(time.time() * 1000)) -> None:
        self._records = records
        self._clock_ms = clock_ms

    def admit(self, name: str | None, address: str) -> int:
        """Count an attempt; return 0 when it may go on, else the seconds to wait.

        Without a name, as for codes that nobody has a name for, only the address counts.
        """
        now_ms, limits = self._clock_ms(), {_address(address): PER_ADDRESS}
        if name is not None:
            limits[_name(name)] = PER_NAME
        with self._records.reading() as connection:  # whoever must wait makes nobody else wait for the lock
            wait_s = _wait_s(connection, limits, now_ms)
        if wait_s > 0:
            return wait_s
        with self._records.writing() as connection:
            wait_s = _wait_s(connection, limits, now_ms)
            if wait_s == 0:
                connection.execute(delete(SignInAttempt).where(SignInAttempt.at_ms <= now_ms - WINDOW_MS))
                for kind, key in limits:
                    add(connection, SignInAttempt, {"kind": kind, "key": key, "at_ms": now_ms})
        return wait_s

    def succeeded(self, name: str | None, address: str) -> None:
        """Forget the attempts under this name and the last one from this address."""
        with self._records.writing() as connection:
            if name is not None:
                connection.execute(delete(SignInAttempt).where(*_is(_name(name))))
            last = select(SignInAttempt.id).where(*_is(_address(address))).order_by(desc(SignInAttempt.id)).limit(1)
            connection.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(last)))


def _wait_s(connection: Connection, limits: dict[Key, int], now_ms: int) -> int:
    return max(_key_wait_s(connection, key, limit, now_ms) for key, limit in limits.items())


def _key_wait_s(connection: Connection, key: Key, limit: int, now_ms: int) -> int:
    # What lies far ahead was counted by a clock that was set back since: nobody waits until it has caught up.
    at_ms = SignInAttempt.at_ms
    lately = select(at_ms).where(*_is(key), at_ms > now_ms - WINDOW_MS, at_ms <= now_ms + WINDOW_MS)
    times = connection.scalars(lately.order_by(desc(SignInAttempt.at_ms)).limit(limit)).all()
    return int((times[-1] + WINDOW_MS - now_ms) / 1000) + 1 if len(times) >= limit else 0


def _is(key: Key) -> tuple[ColumnElement[bool], ...]:
    return (SignInAttempt.kind == key[0], SignInAttempt.key == key[1])


def _name(name: str) -> Key:
    # An e-mail address is the same in capitals. Hashed: people type passwords into the wrong field.
    return ("name", hashlib.sha256(name.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest())


def _address(address: str) -> Key:
    try:
        known = ip_address(address)
    except ValueError:
        return ("address", address[:64])
    # Whoever has an IPv6 address has all of its /64.
    return ("address", str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address)
