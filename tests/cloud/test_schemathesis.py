"""The whole OpenAPI document against a running service, with inputs nobody thought of: no answer may be a mistake of
the service's, and every answer is as the document says.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from cloud.api.document import api_document
from cloud.app import create_app
from cloud.config import CloudConfig
from tests.cloud.conftest import PASSWORD
from tests.cloud.service import CloudProcess, cloud_process
from tests.servers import free_port

EXAMPLES = 15

SCHEMA = schemathesis.openapi.from_dict(api_document(create_app(CloudConfig()))).exclude(
    path_regex="/live$|^/readyz$"  # one never ends, the other says 503 while there is no broker
)
load_all_checks()
PROMISES = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with cloud_process(folder, free_port()) as process:
        process.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
        yield process


@pytest.fixture(scope="module")
def cookie(service: CloudProcess) -> str:
    answer = httpx.post(f"{service.url}/api/v1/session", json={"name": "mei", "password": PASSWORD})
    return f"henwise_session={answer.cookies['henwise_session']}"


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_no_input_makes_the_service_err(case: Case, service: CloudProcess, cookie: str):
    case.call_and_validate(base_url=service.url, checks=PROMISES, headers={"Cookie": cookie}, timeout=20)
