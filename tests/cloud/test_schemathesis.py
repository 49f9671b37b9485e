"""The whole OpenAPI document against a running service, as every role, with inputs nobody thought of: no answer may be
a mistake of the service's or other than the document says, and no input opens another's farm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import APIOperation

from cloud.api.caller import COOKIE
from cloud.api.document import api_document
from cloud.app import create_app
from cloud.config import CloudConfig
from cloud.rights import Role
from cloud.store import farms, houses, memberships, people, sessions
from cloud.store.folder import make_data_dir
from cloud.store.memberships import Post
from cloud.store.records import Records
from tests.cloud.service import cloud_process
from tests.servers import free_port

EXAMPLES = 10
OWN, FOREIGN, HOUSE = "hill", "valley", "house-2"
LIFE = timedelta(days=1)

SCHEMA = schemathesis.openapi.from_dict(api_document(create_app(CloudConfig()))).exclude(
    path_regex="/live$|^/readyz$"  # one never ends, the other says 503 while there is no broker
)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
load_all_checks()
PROMISES = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


@dataclass
class Fuzzed:
    """A running service with two organisations, and a person of each role on the first one's farm."""

    url: str
    records: Records
    people: dict[Role, int]

    def cookie(self, role: Role) -> str:
        """Sign in; a session for each request, because requests may end sessions."""
        return f"{COOKIE}={sessions.begin(self.records, self.people[role], datetime.now(UTC), LIFE)}"


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    make_data_dir(folder / "data")
    records = Records(folder / "data" / "records.db")
    records.open()
    roles = _two_organisations(records)
    with cloud_process(folder, free_port()) as process:
        yield Fuzzed(process.url, records, roles)
    records.close()


def _two_organisations(records: Records) -> dict[Role, int]:
    now, ids = datetime.now(UTC), {}
    with records.writing() as connection:
        for farm in (OWN, FOREIGN):
            organisation = farms.make_organisation(connection, farm, 0)
            farms.claim(connection, farm, organisation, 0)
            houses.seen(connection, [(farm, HOUSE)], 0)
            owner = people.insert(connection, f"owner of {farm}", "", now)
            memberships.join(connection, owner, organisation, Post(Role.OWNER))
            for role in Role if farm == OWN else ():
                ids[role] = people.insert(connection, role.value, "", now)
                memberships.join(connection, ids[role], organisation, Post(role, None if role is Role.OWNER else OWN))
    return ids


# Not by SCHEMA.parametrize(): its items share one node id, of which xdist runs one and forgets the others.
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_input_makes_the_service_err_or_opens_a_foreign_farm(operation: APIOperation, fuzzed: Fuzzed):
    @given(case=operation.as_strategy(), role=st.sampled_from(Role))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def holds(case: Case, role: Role) -> None:
        headers = {"Cookie": fuzzed.cookie(role)}
        if "farm" in case.path_parameters:
            case.path_parameters |= {"farm": FOREIGN, "house": HOUSE}
            assert 400 <= case.call(base_url=fuzzed.url, headers=headers, timeout=90).status_code < 500
            case.path_parameters |= {"farm": OWN}
        case.call_and_validate(base_url=fuzzed.url, checks=PROMISES, headers=headers, timeout=90)

    holds()
