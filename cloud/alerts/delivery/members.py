"""Who may answer a farm's alerts, and who may what there, from the memberships."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import and_, or_, select

from cloud.alerts.delivery.notice import Language
from cloud.alerts.delivery.sources import Person
from cloud.rights import RIGHTS, Right, Role
from cloud.store import memberships
from cloud.store.records import Records
from cloud.store.tables import Farm, Membership, User

ORDER: Final = (Role.FARMER, Role.OWNER, Role.TECHNICIAN)
"""Who is told first, as long as nobody says otherwise: who works in the house."""


class Members:
    """The people of ``sources.PeopleSource``.

    Args:
        records: where memberships are.
        language: of those who never chose one.
    """

    def __init__(self, records: Records, language: Language) -> None:
        self._records = records
        self._language = language

    def answering(self, farm: str) -> Sequence[Person]:
        """List who may answer alerts there; who has several roles comes by the earliest."""
        query = (
            select(User.id, User.name, User.language, Membership.role)
            .join(Membership, Membership.user_id == User.id)
            .join(
                Farm,
                and_(
                    Farm.organisation_id == Membership.organisation_id,
                    or_(Membership.farm.is_(None), Membership.farm == Farm.farm),
                ),
            )
            .where(Farm.farm == farm)
        )
        with self._records.reading() as connection:
            rows = [row for row in connection.execute(query) if Right.ANSWER in RIGHTS[Role(row.role)]]
        people: dict[int, Person] = {}
        for row in sorted(rows, key=lambda row: (_place(Role(row.role)), row.id)):
            people.setdefault(row.id, Person(row.id, row.name, row.language or self._language))
        return list(people.values())

    def may(self, user: int, right: Right, farms: Collection[str]) -> bool:
        """Say whether a person has a right on all of these farms now."""
        grants = memberships.grants_of(self._records, user)
        return all(right in grants.on(farm) for farm in farms)


def _place(role: Role) -> int:
    return ORDER.index(role) if role in ORDER else len(ORDER)
