"""Whatever is sent to whatever route, nothing breaks: no 5xx, and each refusal is a problem that names itself."""

import json

import pytest
from django.test import Client

from tests.test_permission_walk import ALL, Address
from tests.worlds import World, build_world

ROUTES = [address for address in ALL if address.route.startswith("api/")]
NAMES = ("name", "brief", "team", "n", "kind", "scopes", "operations", "asset_id", "role")
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"12345678901234567890",
    b"{}",
    b'{"name": "\\u0000", "brief": "\\ud800", "n": 1e400}',
    b"[" * 5000,
    json.dumps({name: {} for name in NAMES}).encode(),
    json.dumps({name: [None] for name in NAMES}).encode(),
    json.dumps({"brief": "x", "n": 10**30, "seed": -(2**70), "max_cost": "-1e-9", "references": ["x"] * 500}).encode(),
    json.dumps({"email": "a@b.c\r\nBcc: x@y.z", "name": "\u202e", "role": "owner", "is_staff": True}).encode(),
]
QUERIES = [
    "",
    "?search=%00",
    "?cursor=%FF",
    "?page_size=1e9",
    "?team=x&kind[]=1&trashed=maybe",
    "?w=-1&format=svg",
    "?after=x&channel=%00",
]


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def check(answer, what: object) -> None:
    assert answer.status_code < 500, (what, answer.content[:500])
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", what
        assert answer.json()["code"], what


@pytest.mark.parametrize("address", ROUTES, ids=lambda address: address.route)
def test_no_body_and_no_query_breaks_a_route(address: Address, world: World, settings):
    settings.API_RATE_PER_MINUTE = 100_000
    client = Client(raise_request_exception=False)
    client.force_login(world.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    path = address.path({name: world.id_for(address.route, name) for name in address.ids})
    for query in QUERIES:
        check(client.get(path + query), (path, query))
    for method in ("post", "put", "patch"):
        for body in BODIES:
            answer = getattr(client, method)(path, body, content_type="application/json")
            check(answer, (method, path, body[:80]))
            if answer.status_code == 405:
                break  # to whatever it carries
    for method in ("TRACE", "PROPFIND", "OPTIONS", "HEAD"):
        assert client.generic(method, path).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/api/assets/%2e%2e/admin",
        "/api//assets",
        "/api/assets/%2Fetc%2Fpasswd",
        "/api/assets/00000000-0000-0000-0000-000000000000%0A",
        "/api/assets/" + "1" * 1000,
        "/api/assets/00000000-0000-0000-0000-00000000000G",
        "/api/assets/%00",
        "/api/assets/%ED%A0%80",
    ],
)
def test_a_strange_path_leads_nowhere(path, world: World):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "application/problem+json"


def test_headers_that_claim_another_method_or_person_are_nothing(world: World):
    client = Client()
    client.force_login(world.people["viewer"], backend="django.contrib.auth.backends.ModelBackend")
    pk = world.asset.pk
    answer = client.post(
        f"/api/assets/{pk}", b"{}", content_type="application/json", headers={"X-HTTP-Method-Override": "DELETE"}
    )
    assert answer.status_code == 405
    forged = Client().get("/api/me", headers={"X-Forwarded-User": "owner", "Remote-User": "owner"})
    assert forged.status_code == 401
