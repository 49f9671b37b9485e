"""Records of who is what where."""

from sqlalchemy import Connection, and_, or_, select

from cloud.rights import RIGHTS, Grants, Role, united
from cloud.store.records import Records, add
from cloud.store.tables import Farm, Membership


def grants_of(records: Records, user_id: int) -> Grants:
    """Return what a person may do where, as it stands now."""
    on_farms = (
        select(Farm.farm, Membership.role)
        .join(
            Membership,
            and_(
                Membership.organisation_id == Farm.organisation_id,
                or_(Membership.farm.is_(None), Membership.farm == Farm.farm),
            ),
        )
        .where(Membership.user_id == user_id)
    )
    on_all = select(Membership.organisation_id, Membership.role).where(
        Membership.user_id == user_id, Membership.farm.is_(None)
    )
    with records.reading() as connection:
        farms = [(row.farm, RIGHTS[Role(row.role)]) for row in connection.execute(on_farms)]
        organisations = {row.organisation_id: RIGHTS[Role(row.role)] for row in connection.execute(on_all)}
    return Grants(united(farms), organisations)


def join(connection: Connection, user_id: int, organisation_id: int, role: Role, farm: str | None = None) -> None:
    """Make a person a member: of one farm, or of all farms of the organisation."""
    row = {"user_id": user_id, "organisation_id": organisation_id, "farm": farm, "role": role.value}
    add(connection, Membership, row)
