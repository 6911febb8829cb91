"""The API against its own description: no generated request breaks it, and it answers as it says (promise 32).

Cases come from schemathesis, answers from Django's test client in the test's own transaction.
"""

import json
import random
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.worlds import World, build_world

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
EXAMPLES = 12  # of each operation
OPEN = {"GET /api/models"}
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schemathesis.openapi.from_dict(
        json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
    ).get_all_operations()
}


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def answered(client: Client, world: World, case: Any, *, real: bool) -> Any:
    """The answer to a generated case; with `real` its ids are those of things that are there."""
    parts = {name: world.id_for(case.path[1:], name) or value for name, value in case.path_parameters.items()}
    path = case.path.format(**(parts if real else case.path_parameters))
    facts = {"content_type": "application/json"}
    if case.body is not schemathesis.core.NOT_SET:
        facts["data"] = json.dumps(case.body, default=str)
    headers = {name: value for name, value in case.headers.items() if name.lower() == "idempotency-key"}
    query = {name: value for name, value in case.query.items() if value is not None}
    return client.generic(
        case.method, path, facts.get("data", ""), facts["content_type"], headers=headers, query_params=query
    )


def as_response(answer: Any, method: str) -> Response:
    """Django's answer as schemathesis reads one."""
    request = requests.Request(method, "http://testserver/").prepare()
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name.lower(): [value] for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, content, request, elapsed=0.0, verify=False)


def visitors(world: World) -> dict[str, Client]:
    made = {role: Client(raise_request_exception=False) for role in ("owner", "viewer", "stranger", "nobody")}
    for role in ("owner", "viewer", "stranger"):
        made[role].force_login(world.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return made


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_generated_requests_get_the_answers_that_are_described(name, world, settings):
    settings.API_RATE_PER_MINUTE = 1_000_000
    clients, dice = visitors(world), random.Random(name)

    @given(case=OPERATIONS[name].as_strategy())
    @QUICK
    def play(case: Any) -> None:
        role = dice.choice(list(clients))
        answer = answered(clients[role], world, case, real=dice.random() < 0.5)
        case.validate_response(as_response(answer, case.method), checks=CHECKS)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json" and answer.json()["code"]
        if role == "nobody" and name not in OPEN:
            assert answer.status_code in (400, 401, 403, 404, 405, 415), answer.status_code

    play()


def test_every_operation_is_played():
    assert len(OPERATIONS) > 40
