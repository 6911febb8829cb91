"""Two teams, five people, any order of things: nobody ever sees or changes what is not theirs (promise 26).

Hypothesis writes the play; the reference model below knows who belongs where. Every surface is asked: the API, pages,
files, search, bulk actions and channels. What one may not see answers exactly like what does not exist.

`TENANCY_PLAYS=500 python3 run.py test tests/security/test_tenancy.py -s` plays at the size of the promise, 20,000 steps
and more, and prints how many steps and requests it took.
"""

import json
import os
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.realtime import subjects
from teams.accounts.models import User
from teams.membership.models import Membership, Team
from teams.membership.permissions import CODES, sync
from teams.membership.services import change_role, remove_member
from teams.review.collections.models import Collection, CollectionItem
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.worlds import picture

pytestmark = pytest.mark.django_db
PEOPLE = ("ann", "bea", "cleo", "dot", "eve")
ROLES = ("owner", "admin", "editor", "viewer", None)
TO = (None, "eve", "bea", "cleo", "dot")  # to whom is shared, drawn as the roles are
BEGIN = {("ann", 0): "owner", ("bea", 1): "owner", ("cleo", 0): "editor", ("dot", 0): "viewer", ("dot", 1): "admin"}
LOOKS = ("see", "page", "file", "list", "search", "watch")
MOVES = (*LOOKS, "trash", "restore", "bulk", "enhance", "become", "share", "open", "open", "take back")
MOVE = st.tuples(st.sampled_from(MOVES), st.sampled_from(PEOPLE), st.integers(0, 5), st.sampled_from(ROLES))

PLAYS = settings(
    max_examples=int(os.environ.get("TENANCY_PLAYS", "10")),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Counting(Client):
    counted: Counter[str] = Counter()

    def request(self, **request: Any) -> Any:
        self.counted["requests"] += 1
        return super().request(**request)


@dataclass
class Given:
    """A share: by whom, of one image or of all of its team in a collection, to whom; None: to whoever has the key; a
    number: to the team of that place."""

    pk: str
    who: str
    asset: Asset
    to: str | int | None
    key: str | None
    board: Collection | None = None
    ended: bool = False


@dataclass
class Play:
    """The real rows beside what the model holds true of them."""

    teams: list[Team]
    people: dict[str, User]
    roles: dict[tuple[str, int], str]
    assets: list[Asset] = field(default_factory=list)
    trashed: set[uuid.UUID] = field(default_factory=set)
    shares: list[Given] = field(default_factory=list)
    boards: list[Collection] = field(default_factory=list)

    def team_of(self, asset: Asset | Collection) -> int:
        return next(place for place, team in enumerate(self.teams) if team.pk == asset.team_id)

    def role(self, who: str, asset: Asset | Collection) -> str | None:
        return self.roles.get((who, self.team_of(asset)))

    def may_change(self, who: str, asset: Asset | Collection) -> bool:
        role = self.role(who, asset)
        return role in ("owner", "admin") or (role == "editor" and asset.owner_id == self.people[who].pk)

    def expected(self, who: str, asset: Asset | Collection, done: int) -> int:
        return 404 if self.role(who, asset) is None else done if self.may_change(who, asset) else 403

    def seen_by(self, who: str) -> set[str]:
        return {str(a.pk) for a in self.assets if self.role(who, a) and a.pk not in self.trashed}

    def rightful(self, given: Given) -> bool:
        """Who gave it could still give it."""
        return self.may_change(given.who, given.board or given.asset)

    def stands(self, given: Given) -> bool:
        """Not taken back, not in the trash, and who gave it could still give it."""
        there = given.board is not None or given.asset.pk not in self.trashed
        return not given.ended and there and self.rightful(given)

    def shown(self, given: Given) -> set[uuid.UUID]:
        """The images that it shows: of a collection those that its giver could share one by one."""
        if not self.stands(given):
            return set()
        held = [each for each in self.assets if each.team_id == given.asset.team_id] if given.board else [given.asset]
        return {each.pk for each in held if each.pk not in self.trashed and self.may_change(given.who, each)}

    def reaches(self, given: Given, who: str) -> bool:
        if isinstance(given.to, int):
            return self.stands(given) and (who, given.to) in self.roles
        return self.stands(given) and given.to == who

    def client(self, who: str) -> Client:
        made = Counting(raise_request_exception=False)
        made.force_login(self.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return made


def begin() -> Play:
    people = {name: UserFactory() for name in PEOPLE}
    teams = [TeamFactory(owner=people["ann"]), TeamFactory(owner=people["bea"])]
    play = Play(teams, people, dict(BEGIN))
    for (who, place), role in BEGIN.items():
        if role != "owner":
            MembershipFactory(team=teams[place], user=people[who], role=role)
    for place, owner in ((0, "ann"), (1, "bea")):
        first = store_upload(actor=people[owner], team_id=teams[place].pk, file=picture(), name=f"plum-{place}.png")
        play.assets.append(first)
        for who in ("cleo", owner):  # cleo's work stays the team's also where she does not belong (any more)
            twin = Asset.objects.get(pk=first.pk)
            twin.pk, twin.id, twin.owner = None, uuid.uuid4(), people[who]
            twin._state.adding = True
            twin.save()
            play.assets.append(twin)
        held = [each for each in play.assets if each.team_id == teams[place].pk]
        board = Collection.objects.create(
            team=teams[place], owner=people["cleo" if place == 0 else owner], name="board"
        )
        for position, each in enumerate(held, 1):
            CollectionItem.objects.create(team=teams[place], collection=board, asset=each, position=position)
        play.boards.append(board)
    return play


def told(answer: Any) -> tuple[int, str]:
    body = json.loads(answer.content or b"{}") if "json" in answer.get("Content-Type", "") else {}
    return answer.status_code, json.dumps({**body, "request_id": "", "instance": ""}, sort_keys=True)


def same_as_missing(client: Client, method: str, path: str, asset: Asset, **sent: Any) -> None:
    """The answer about `asset` must be, word by word, the one about an id that was never given out."""
    there = told(getattr(client, method)(path.format(asset.pk), **sent))
    nowhere = told(getattr(client, method)(path.format(uuid.uuid4()), **sent))
    assert there == nowhere, (method, path)


def step(play: Play, what: str, who: str, number: int, role: str | None) -> None:
    Counting.counted["steps"] += 1
    client, asset = play.client(who), play.assets[number]
    belongs, gone = play.role(who, asset) is not None, asset.pk in play.trashed
    if what == "become":
        return become(play, who, number, role)
    if what in ("share", "open", "take back"):
        return SHARING[what](play, client, who, number, role)
    if what == "list":
        rows = client.get("/api/assets?page_size=100").json()["results"]
        assert {row["id"] for row in rows} & ids(play) == play.seen_by(who)
    elif what == "search":
        shown = client.get("/gallery?q=plum").content.decode()
        assert {pk for pk in ids(play) if pk in shown} == play.seen_by(who)
    elif what == "watch":
        assert subjects.may_watch(play.people[who], f"asset:{asset.pk}") == (belongs and not gone)
        log = client.get(f"/api/events?channel=asset:{asset.pk}")
        assert log.status_code == (200 if belongs and not gone else 404)
    elif what == "see":
        assert client.get(f"/api/assets/{asset.pk}").status_code == (200 if belongs else 404)
    elif what == "page":
        assert client.get(f"/assets/{asset.pk}").status_code == (200 if belongs else 404)
    elif what == "file":
        assert client.get(f"/api/assets/{asset.pk}/content").status_code == (200 if belongs and not gone else 404)
        assert client.get(f"/api/assets/{asset.pk}/thumbnail").status_code == (200 if belongs else 404)
    else:
        change(play, client, what, who, asset)
    if not belongs:
        same_as_missing(client, "get", "/api/assets/{}", asset)
        same_as_missing(client, "delete", "/api/assets/{}", asset)
        same_as_missing(client, "get", "/api/assets/{}/content", asset)
        same_as_missing(client, "get", "/api/assets/{}/provenance", asset)
        same_as_missing(client, "post", "/api/assets/{}/promote", asset)
        same_as_missing(client, "get", "/api/events?channel=asset:{}", asset)
        same_as_missing(client, "options", "/api/assets/{}", asset)


def change(play: Play, client: Client, what: str, who: str, asset: Asset) -> None:
    if what == "trash":
        assert client.delete(f"/api/assets/{asset.pk}").status_code == play.expected(who, asset, 204)
    elif what == "restore":
        assert client.post(f"/api/assets/{asset.pk}/restore").status_code == play.expected(who, asset, 200)
    elif what == "bulk":
        assert client.post("/gallery/bulk", {"action": "trash", "asset": [str(asset.pk)]}).status_code == 302
    elif what == "enhance":
        body = json.dumps({"operations": [{"name": "upscale", "scale": 2}]})
        answer = client.post(f"/api/enhance/{asset.pk}", body, content_type="application/json")
        allowed = (409,) if asset.pk in play.trashed else (202, 409)  # 409 too while the same is under way
        assert answer.status_code in ((play.expected(who, asset, 0),) if not play.may_change(who, asset) else allowed)
        return
    if play.may_change(who, asset):
        (play.trashed.discard if what == "restore" else play.trashed.add)(asset.pk)
    now = Asset.objects.values_list("trashed_at", flat=True).get(pk=asset.pk)
    assert (now is not None) == (asset.pk in play.trashed)


def give(play: Play, client: Client, who: str, number: int, role: str | None) -> None:
    """An image or a collection, by link, to somebody else of the five who is outside the team, or to the other team."""
    asset = play.assets[number]
    to: str | int | None = TO[ROLES.index(role)]
    board = play.boards[play.team_of(asset)] if number % 3 == 2 else None
    if to == "eve" and number % 3 == 1:
        to = 1 - play.team_of(asset)
    about = {"collection": str(board.pk)} if board else {"asset": str(asset.pk)}
    whom = (
        {"to_team": str(play.teams[to].pk)} if isinstance(to, int) else {"email": play.people[to].email} if to else {}
    )
    body = {**about, **whom, "rights": ["comment"] if whom else []}
    path = f"/api/teams/{asset.team_id}/shares"
    answer = client.post(path, json.dumps(body), content_type="application/json")
    same = [gift for gift in play.shares if gift.to == to and gift.board == board and (board or gift.asset == asset)]
    again = any(play.stands(gift) for gift in same)
    member = isinstance(to, str) and play.role(to, asset) is not None
    refused = (board is None and asset.pk in play.trashed) or (to is not None and (again or member))
    expected = play.expected(who, board or asset, 409 if refused else 201)
    assert answer.status_code == expected, (answer.status_code, expected, answer.content)
    if expected == 201:
        made = answer.json()
        play.shares.append(Given(made["id"], who, asset, to, (made["link"] or "").rpartition("#")[2] or None, board))


def enter(play: Play, client: Client, who: str, number: int, role: str | None) -> None:
    """Who is asked for comes in as long as it stands; the key of a link is held by everybody, and by nobody else's."""
    for gift in play.shares[number::6]:
        stands, shown, mine = play.stands(gift), play.shown(gift), play.reaches(gift, who)
        listed = client.get(f"/api/shared/{gift.pk}/images")
        assert client.get(f"/shared/{gift.pk}").status_code == listed.status_code == (200 if mine else 404), (who, gift)
        if mine:
            assert {row["id"] for row in listed.json()["results"]} == {str(pk) for pk in shown}, gift
        assert (gift.pk in {row["id"] for row in client.get("/api/shared").json()["results"]}) == mine
        guest = Counting(raise_request_exception=False, REMOTE_ADDR=f"10.{number}.{len(play.shares) % 250}.1")
        if gift.key:
            assert guest.post("/s", {"key": gift.key}).status_code == (302 if stands else 404)
        for pk in (each.pk for each in play.assets):
            seen = client.get(f"/shared/{gift.pk}/images/{pk}/picture").status_code
            assert seen == (200 if mine and pk in shown else 404), (who, gift, pk)
            by_link = guest.get(f"/s/{gift.pk}/images/{pk}/picture").status_code
            assert by_link == (200 if gift.key and pk in shown else 404), (gift, pk)
        speaks = not isinstance(gift.to, int) or play.roles.get((who, gift.to)) != "viewer"
        said = client.post(f"/api/shared/{gift.pk}/comments", {"text": "Longer"}, content_type="application/json")
        assert said.status_code == (404 if not mine else 201 if speaks else 403), (who, gift)


def take_back(play: Play, client: Client, who: str, number: int, role: str | None) -> None:
    for gift in play.shares[number::6]:
        manages = play.role(who, gift.asset) in ("owner", "admin")
        own = gift.who == who and play.role(who, gift.asset) is not None
        code = client.delete(f"/api/teams/{gift.asset.team_id}/shares/{gift.pk}").status_code
        assert code == (204 if manages or own else 404), (who, gift)
        gift.ended |= code == 204


SHARING = {"share": give, "open": enter, "take back": take_back}


def become(play: Play, who: str, number: int, role: str | None) -> None:
    """Somebody joins, leaves or changes role; the two first owners stay, for a team needs one. By the service, which
    ends for good what they may not share any more, or (4, 5) past it: then it rests until they may again."""
    place = number % 2
    if who in ("ann", "bea") and BEGIN.get((who, place)) == "owner":
        return
    team, person = play.teams[place], play.people[who]
    said, first = number < 4, play.people["ann" if place == 0 else "bea"]
    before = play.roles.get((who, place))
    if role is None:
        play.roles.pop((who, place), None)
        if said and before:
            remove_member(actor=first, team_id=team.pk, user_id=person.pk)
        else:
            Membership.objects.filter(team=team, user=person).delete()
    else:
        play.roles[(who, place)] = role
        if said and before:
            change_role(actor=first, team_id=team.pk, user_id=person.pk, role=role)
        else:
            Membership.objects.update_or_create(team=team, user=person, defaults={"role": role})
    if said and before and not CODES[before] <= CODES.get(role or "", frozenset()):
        for gift in play.shares:
            gift.ended |= gift.who == who and gift.asset.team_id == team.pk and not play.rightful(gift)
    sync(user_id=person.pk, team_id=team.pk)


def ids(play: Play) -> set[str]:
    return {str(asset.pk) for asset in play.assets}


def test_whatever_happens_nobody_sees_or_changes_what_is_not_theirs(settings, db):
    settings.API_RATE_PER_MINUTE = 1_000_000

    @given(moves=st.lists(MOVE, min_size=25, max_size=50))
    @PLAYS
    def play_out(moves: list[tuple[str, str, int, str | None]]) -> None:
        with transaction.atomic():
            play = begin()
            for what, who, number, role in moves:
                step(play, what, who, number, role)
            for who in PEOPLE:
                step(play, "list", who, 0, None)
                step(play, "search", who, 0, None)
            transaction.set_rollback(True)

    play_out()
    print(", ".join(f"{count:,} {name}" for name, count in Counting.counted.items()), "without a divergence")
