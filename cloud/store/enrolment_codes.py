"""Records of codes with which a device fetches its own account, once; what is kept is a hash.

Twelve characters of an alphabet without look-alikes are 59 bits: with the limit on attempts and an hour's life nobody
guesses one.
"""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import Delete, delete, select

from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, add
from cloud.store.sessions import hashed
from cloud.store.tables import EnrolmentCode
from contract.place import Place

LIVES: Final = timedelta(hours=1)
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS: Final = 3
_PER_GROUP: Final = 4


def make(records: Records, place: Place, actor: Actor) -> tuple[str, int]:
    """Return a new code for a device and until when it holds, Unix ms; an earlier one is void."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_PER_GROUP)) for _ in range(_GROUPS))
    code = "-".join(groups)
    expires_ms = actor.at_ms + int(LIVES.total_seconds() * 1000)
    row = {**place.model_dump(), "code_hash": _hash(code), "by": actor.who, "expires_ms": expires_ms}
    with records.writing() as connection:
        connection.execute(delete(EnrolmentCode).where(EnrolmentCode.expires_ms < actor.at_ms))
        connection.execute(_without(place))
        add(connection, EnrolmentCode, row)
        audit.note(connection, actor, "device-code-made", f"{place.house}/{place.device}", farm=place.farm)
    return code, expires_ms


def use(records: Records, code: str, address: str, now_ms: int) -> tuple[Place, str] | None:
    """Use a code up; return the device it is for and who made it, None when it is used, over or unknown."""
    is_it = EnrolmentCode.code_hash == _hash(code)
    with records.writing() as connection:
        row = connection.execute(select(EnrolmentCode).where(is_it, EnrolmentCode.expires_ms > now_ms)).first()
        # Who deletes it has it: two devices that use one code at once get one account, not two.
        if row is None or connection.execute(delete(EnrolmentCode).where(is_it)).rowcount == 0:
            return None
        actor = Actor(f"a device, by {row.by}"[:100], now_ms, address)
        audit.note(connection, actor, "device-enrolled", f"{row.house}/{row.device}", farm=row.farm)
    return Place(farm=row.farm, house=row.house, device=row.device), row.by


def forget(records: Records, place: Place) -> None:
    """Make a code that waits for a device void."""
    with records.writing() as connection:
        connection.execute(_without(place))


def _without(place: Place) -> Delete:
    return delete(EnrolmentCode).where(
        EnrolmentCode.farm == place.farm, EnrolmentCode.house == place.house, EnrolmentCode.device == place.device
    )


def _hash(code: str) -> str:
    return hashed("".join(letter for letter in code.upper() if letter in _ALPHABET))
