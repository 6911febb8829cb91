"""Every address of the house, walked as owner, admin, editor, viewer, stranger and nobody.

The addresses are listed from the URL configuration itself: a new one fails here until the walk knows what its ids mean.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from designer.realtime import subjects
from teams.sharing.models import Share
from teams.sharing.services import Wish, share
from teams.sharing.tickets import ticket_of
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.worlds import World, build_world

ROLES = ("owner", "admin", "editor", "viewer", "stranger", None)
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
UNSAFE = ("post", "put", "patch", "delete")
OPEN = re.compile(
    r"^(healthz|readyz|metrics|static/|media/|accounts/|admin/|api/schema|api/docs|api/auth/tokens$|invitation$|s$)"
)
OUTSIDE = re.compile(r"^(admin/|accounts/|static/|media/)")  # Django's and allauth's own, tested by them
VIEWER_MAY = re.compile(  # what changes only the caller's own things, or nothing
    r"^(api/auth/|api/me$|api/teams$|settings(?!/webhooks)|(api/)?notifications|alerts/|studio/understood|batches/estimate|api/generations/preview|api/analyze|gallery/bulk|$"
    r"|enhancements/estimate|analytics/reports/unsubscribe$|(api/)?generations/<uuid:pk>/favourite|api/sessions/<uuid:pk>/attendance$|teams/<uuid:team_id>/leave$"
    r"|(api/)?analytics/insights/)"
)


@dataclass(frozen=True)
class Address:
    route: str
    ids: tuple[str, ...]

    def path(self, values: dict[str, Any]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), self.route)


def addresses(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[Address]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if OUTSIDE.match(route):
            continue
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield Address(route, tuple(re.findall(r"<(?:\w+:)?(\w+)>", route)))


ALL = list(addresses())


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.API_RATE_PER_MINUTE = 100_000  # a walk asks more often than a person does
    return build_world()


def visitor(world: World, role: str | None) -> Client:
    client = Client(raise_request_exception=False)
    if role is not None:
        person = world.guest if role == "guest" else world.people[role]
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def say(client: Client, method: str, path: str) -> Any:
    body = {} if method in ("get", "head", "options") else {"data": "{}", "content_type": "application/json"}
    return getattr(client, method)(path, **body)


def told(answer: Any) -> tuple[int, Any]:
    """Status and words of an answer without what differs by request: the ids and the request's own number."""
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "json" not in answer.get("Content-Type", ""):
        return answer.status_code, None
    body = json.loads(text or b"null")
    plain = (
        {key: value for key, value in body.items() if key not in ("request_id", "instance")}
        if isinstance(body, dict)
        else body
    )
    return answer.status_code, json.dumps(plain, sort_keys=True)


def test_the_walk_knows_every_id_in_every_address(world: World):
    unknown = [address.route for address in ALL for name in address.ids if world.id_for(address.route, name) is None]
    assert not unknown, f"Tell tests/worlds.py what these ids mean: {unknown}"


@pytest.mark.parametrize("role", ROLES)
def test_no_address_fails_for_anyone(world: World, role: str | None):
    """All look. What an admin says else, an owner says; HEAD and OPTIONS ask no role."""
    failures = []
    client = visitor(world, role)
    for address in ALL:
        values = {name: world.id_for(address.route, name) for name in address.ids}
        told = ("put", "patch") if role != "admin" else ()
        for method in ("get", *told, *(("head", "options") if role in ("owner", None) else ())):
            answer = say(client, method, address.path(values))
            if answer.status_code >= 500 and not (address.route == "readyz" and answer.status_code == 503):
                failures.append((method, address.route, answer.status_code))
    assert not failures


def test_nobody_sees_nothing_without_signing_in(world: World):
    leaks = []
    client = visitor(world, None)  # one for all: the middleware of each new one is loaded anew
    for address in ALL:
        if OPEN.match(address.route):
            continue
        values = {name: world.id_for(address.route, name) for name in address.ids}
        for method in METHODS:
            client.cookies.clear()
            answer = say(client, method, address.path(values))
            refused = answer.status_code in (401, 403, 404, 405) or (
                answer.status_code == 302 and "/accounts/login" in answer.get("Location", "")
            )
            if not refused:
                leaks.append((method, address.route, answer.status_code))
    assert not leaks


def test_to_a_stranger_what_is_anothers_is_what_does_not_exist(world: World):
    leaks = []
    client = visitor(world, "stranger")
    for address in ALL:
        if not address.ids or OPEN.match(address.route):
            continue
        real = {name: world.id_for(address.route, name) for name in address.ids}
        nowhere = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in real.items()}
        for method in METHODS:
            there = told(say(client, method, address.path(real)))
            missing = told(say(client, method, address.path(nowhere)))
            if there != missing or (there[0] < 300 and method != "options") or there[0] >= 500:
                leaks.append((method, address.route, there, missing))
    assert not leaks


def test_a_viewer_changes_nothing(world: World):
    changed = []
    client = visitor(world, "viewer")
    before = world.fingerprint()
    for address in ALL:
        if OPEN.match(address.route) or VIEWER_MAY.match(address.route):
            continue
        values = {name: world.id_for(address.route, name) for name in address.ids}
        for method in UNSAFE:
            answer = say(client, method, address.path(values))
            if answer.status_code < 300 or answer.status_code >= 500:
                changed.append((method, address.route, answer.status_code))
    assert not changed
    assert world.fingerprint() == before


@pytest.mark.parametrize("role", ["owner", "admin", "editor", "viewer"])
def test_members_see_the_teams_work(world: World, role: str):
    refused = []
    client = visitor(world, role)
    for path in world.readable():
        answer = client.get(path)
        if answer.status_code != 200:
            refused.append((path, answer.status_code))
    assert not refused


def test_lists_show_a_stranger_nothing_of_the_team(world: World):
    client = visitor(world, "stranger")
    leaks = []
    for address in ALL:
        if address.ids or OPEN.match(address.route):
            continue
        answer = client.get(address.path({}))
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")
        leaks += [(address.route, secret) for secret in world.secrets() if secret in text]
    assert not leaks


@pytest.mark.parametrize(
    ("role", "may"), [("owner", True), ("admin", True), ("editor", True), ("viewer", True), ("stranger", False)]
)
def test_channels_open_for_members_only(world: World, role: str, may: bool):
    person = world.people[role]
    wrong = [channel for channel in world.channels() if subjects.may_watch(person, channel) is not may]
    assert not wrong


def test_an_editor_changes_own_work_only(world: World):
    colleague = MembershipFactory(team=world.team, role="editor").user
    client = Client(raise_request_exception=False)
    client.force_login(colleague, backend="django.contrib.auth.backends.ModelBackend")
    refused = [client.delete(path).status_code for path in world.deletable()]
    assert refused == [403] * len(refused)
    mine = visitor(world, "editor")
    assert [mine.delete(path).status_code for path in world.deletable()] == [204] * len(refused)


def test_two_teams_never_mix(world: World):
    other = TeamFactory(owner=UserFactory())
    client = Client(raise_request_exception=False)
    client.force_login(other.memberships.get().user, backend="django.contrib.auth.backends.ModelBackend")
    wish = {"brief": "a coat", "references": [str(world.asset.pk)]}
    answer = client.post("/api/generations", data=json.dumps(wish), content_type="application/json")
    assert answer.status_code in (404, 422)
    assert "references" in answer.content.decode()


@pytest.mark.parametrize("kind", ["asset", "collection"])
@pytest.mark.parametrize("way", ["person", "link"])
def test_a_guest_sees_what_is_shared_with_them_and_nothing_else(way: str, kind: str, world: World):
    """Somebody outside to whom one thing was given, at every address of the house: only the share's own let them in."""
    about = (kind, {"asset": world.asset, "collection": world.collection}[kind].pk)
    email = world.guest.email if way == "person" else ""
    Share.objects.all().delete()
    wish = Wish(about=about, email=email, may_comment=way == "person", may_download=True)
    shared, _ = share(actor=world.people["owner"], team_id=world.team.pk, wish=wish)
    world = replace(world, share=shared)
    opened: set[tuple[str, str]] = set()
    leaks: list[tuple[str, str]] = []
    client = Client(raise_request_exception=False)
    if way == "person":
        client.force_login(world.guest, backend="django.contrib.auth.backends.ModelBackend")
    else:
        name, value = ticket_of(shared, is_open=True)
        client.cookies[name] = value
    declining = {"shared/<uuid:share_id>/decline", "api/shared/<uuid:share_id>"}  # would end the walk
    own = r"(api/)?shared/<uuid:share_id>" if way == "person" else r"s/<uuid:share_id>"
    for address in ALL:
        if not address.ids or OPEN.match(address.route):
            continue
        values = {name: world.id_for(address.route, name) for name in address.ids}
        for method in METHODS if address.route not in declining else ("get", "head"):
            answer = say(client, method, address.path(values))
            if answer.status_code < 300 and method != "options":  # what is refused may lead back to a page
                (opened.add if re.match(own, address.route) else leaks.append)((method, address.route))
    assert not leaks
    assert {route for method, route in opened if method == "get"} == {
        address.route for address in ALL if re.match(own, address.route)
    } - {"shared/<uuid:share_id>/comment", *declining}


def test_a_guest_watches_no_channel_and_finds_nothing_by_searching(world: World):
    client = Client()
    client.force_login(world.guest, backend="django.contrib.auth.backends.ModelBackend")
    assert not [channel for channel in world.channels() if subjects.may_watch(world.guest, channel)]
    assert not client.get("/api/assets").json()["results"]
    assert str(world.asset.pk) not in client.get("/gallery").content.decode()
    assert [row["id"] for row in client.get("/api/shared").json()["results"]] == [str(world.share.pk)]
