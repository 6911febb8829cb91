"""Pages of lists, and how often one may ask."""

import base64
from urllib.parse import quote

import pytest
from django.test import Client

from designer.personas.models import Persona
from designer.web import throttles


@pytest.fixture
def five(team, member):
    owner = member("owner")
    return [Persona.objects.create(team=team, owner=owner, name=f"P{n}") for n in range(5)]


@pytest.mark.parametrize("ordering", ["created_at", "-created_at"])
def test_pages_show_every_row_once(ordering, five, client_of):
    client, url, seen = client_of("viewer"), f"/api/personas?page_size=2&starter=false&ordering={ordering}", []
    while url:
        body = client.get(url).json()
        assert set(body) == {"results", "next", "previous"}
        seen += [row["name"] for row in body["results"]]
        url = body["next"]
    assert seen == [f"P{n}" for n in (range(5) if ordering == "created_at" else range(4, -1, -1))]


def test_rows_added_meanwhile_shift_nothing(five, client_of, team, member):
    client = client_of("viewer")
    first = client.get("/api/personas?page_size=2&starter=false").json()
    Persona.objects.create(team=team, owner=member("owner"), name="new")
    second = client.get(first["next"]).json()
    assert [row["name"] for row in second["results"]] == ["P2", "P1"]


def cursor(text: str) -> str:
    return quote(base64.b64encode(text.encode()).decode())


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=two", "page_size"),
        ("page_size=" + "9" * 1000, "page_size"),
        ("page_size=%D9%A3", "page_size"),
        ("ordering=password", "ordering"),
        ("ordering=created_at,-id", "ordering"),
        ("cursor=nonsense", "cursor"),
        ("cursor=" + cursor("p=yesterday"), "cursor"),
        ("cursor=" + cursor("p=2026-01-01"), "cursor"),
        ("cursor=" + cursor("p=\x00"), "cursor"),
        ("cursor=" + cursor("o=-5&p=x"), "cursor"),
        ("cursor=%00%FF", "cursor"),
    ],
)
def test_a_list_asked_for_in_a_strange_way_says_why_not(query, field, five, client_of):
    answer = client_of("viewer").get(f"/api/personas?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_every_answer_of_the_api_says_how_much_is_left(client_of, settings):
    settings.API_RATE_PER_MINUTE = 3
    client = client_of("viewer")
    left = [int(client.get("/api/assets")["RateLimit-Remaining"]) for _ in range(3)]
    assert left == [2, 1, 0]
    refused = client.get("/api/assets")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert refused["RateLimit-Limit"] == "3"


def test_one_account_does_not_use_up_anothers(client_of, settings):
    settings.API_RATE_PER_MINUTE = 1
    first, second = client_of("viewer"), client_of("editor")
    assert [first.get("/api/assets").status_code for _ in range(2)] == [200, 429]
    assert second.get("/api/assets").status_code == 200


def test_a_forged_address_does_not_help_those_without_a_sign_in(db, settings):
    settings.API_RATE_PER_MINUTE = 3
    client = Client()
    seen = [client.get("/api/assets", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(5)]
    assert seen == [401, 401, 401, 429, 429]


def test_an_address_of_the_new_kind_counts_by_its_network(rf, settings):
    request = rf.get("/", REMOTE_ADDR="2001:db8:1:2:ffff::1")
    assert throttles.address_of(request) == "2001:db8:1:2::/64"
    assert throttles.address_of(rf.get("/", REMOTE_ADDR="")) == "unknown"


def test_without_redis_the_api_goes_on(client_of, settings):
    client = client_of("viewer")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/api/assets")
    assert answer.status_code == 200
    assert "RateLimit-Limit" not in answer
