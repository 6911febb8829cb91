"""Every address of the house that writes, asked in an archived team by its owner: all refuse, and nothing changes.

The addresses are those of the permission walk, so that a new one fails here until it refuses too. What would refuse an
empty body for its form is asked with the body that BODIES has for it, so that the refusal which is seen is the team's.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from teams.membership import closing
from tests import images
from tests.test_permission_walk import ALL, OPEN, UNSAFE, Address, visitor
from tests.worlds import World, build_world

Body = dict[str, Any]
RESTING = "team_archived"
# one's own account and news, and what one hides from oneself; who runs the studio; the team's own life, and who leaves
# it; shares taken back or declined
STAYS = re.compile(
    r"^(api/auth/|api/me$|api/teams$|settings(?!/webhooks)|(api/)?notifications|alerts/|api/invitations/accept$"
    r"|(api/)?teams/<uuid:team_id>/(archive|unarchive|delete|restore|leave|members/<uuid:user_id>$|invitations/)"
    r"|teams/<uuid:team_id>/shares/<uuid:share_id>$|(api/)?shared/<uuid:share_id>(/decline)?$"
    r"|api/queue|enhancements/hooks/|(api/)?analytics/insights/)"
)
TAKES_BACK = {  # what is out is never out of reach: this closes it, or says that it is over
    "delete api/teams/<uuid:team_id>/shares/<uuid:share_id>",
    "delete api/reports/schedules/<uuid:pk>",
    "delete api/webhooks/<uuid:pk>",
    "post api/webhooks/<uuid:pk>/secret",
    "post settings/webhooks/<uuid:pk>/secret",
    "post settings/webhooks/<uuid:pk>/switch",
    "post settings/webhooks/<uuid:pk>/remove",
}
ASKS = re.compile(  # answers and writes nothing
    r"^(api/analyze|api/enhance/estimate|api/personas/<uuid:pk>/match|studio/understood|batches/estimate"
    r"|enhancements/estimate)"
)
RECIPE = [{"name": "upscale", "scale": 2}]
BODIES: dict[str, Callable[[World], Body]] = {
    "patch api/teams/<uuid:team_id>": lambda w: {"name": "Maison"},
    "post api/teams/<uuid:team_id>/invite": lambda w: {"email": "ada@example.org", "role": "editor"},
    "patch api/teams/<uuid:team_id>/defaults": lambda w: {"values": {"strategy": "cost"}},
    "post api/teams/<uuid:team_id>/hand-over": lambda w: {"user": str(w.people["editor"].pk)},
    "post api/teams/<uuid:team_id>/comments": lambda w: {"asset": str(w.asset.pk), "text": "Linen?"},
    "patch api/teams/<uuid:team_id>/comments/<uuid:comment_id>": lambda w: {"text": "Linen!"},
    "post api/teams/<uuid:team_id>/collections": lambda w: {"name": "Autumn"},
    "patch api/teams/<uuid:team_id>/collections/<uuid:collection_id>": lambda w: {"name": "Autumn"},
    "post api/teams/<uuid:team_id>/collections/<uuid:collection_id>/assets": lambda w: {"assets": [str(w.asset.pk)]},
    "patch api/teams/<uuid:team_id>/collections/<uuid:collection_id>/assets/<uuid:asset_id>": lambda w: {"position": 1},
    "post api/teams/<uuid:team_id>/approvals": lambda w: {
        "asset": str(w.asset.pk),
        "reviewers": [str(w.people["admin"].pk)],
    },
    "post api/teams/<uuid:team_id>/approvals/<uuid:approval_id>/answer": lambda w: {"verdict": "approve"},
    "post api/assets": lambda w: {"file": picture(), "team": str(w.team.pk)},
    "patch api/assets/<uuid:pk>": lambda w: {"version_name": "First"},
    "put api/teams/<uuid:team_id>/avatar": lambda w: {"file": picture()},
    "put api/teams/<uuid:team>/budgets": lambda w: {"scope": "team", "amount": "5"},
    "post api/personas": lambda w: {"name": "Nord", "team": str(w.team.pk)},
    "post api/dashboards": lambda w: {"name": "Mornings", "team": str(w.team.pk)},
    "put api/personas/default": lambda w: {"persona": str(w.persona.pk)},
    "post api/personas/merge": lambda w: {"personas": [str(w.persona.pk), str(w.second.pk)]},
    "post api/portfolios": lambda w: {"file": picture(), "team": str(w.team.pk)},
    "post api/portfolios/<uuid:pk>/personas": lambda w: {"clusters": [{"cluster": 1, "name": "Nord"}]},
    "post api/teams/<uuid:team>/personas": lambda w: {"name": "Nord"},
    "post api/generations/<uuid:pk>/feedback": lambda w: {"kind": "like"},
    "post api/feedback": lambda w: {"assets": [str(w.asset.pk)], "kind": "like"},
    "post api/feedback/undo": lambda w: {"act": str(w.move.act_id)},
    "patch api/learning/settings": lambda w: {"exploration": 0.1, "team": str(w.team.pk)},
    "post api/learning/revert": lambda w: {"team": str(w.team.pk)},
    "post api/generations": lambda w: {"brief": "a coat", "team": str(w.team.pk)},
    "post api/generations/preview": lambda w: {"brief": "a coat", "team": str(w.team.pk)},
    "patch api/generations/<uuid:pk>/understood": lambda w: {"corrections": {"mood": "calm"}},
    "patch api/assets/<uuid:pk>/understood": lambda w: {"corrections": {"mood": "calm"}},
    "post api/teams/<uuid:team_id>/automations": lambda w: {"name": "To print", "target": "4K"},
    "post api/teams/<uuid:team_id>/sessions": lambda w: {"collection": str(w.collection.pk)},
    "post api/sessions/<uuid:pk>/present": lambda w: {"asset": str(w.asset.pk)},
    "post api/sessions/<uuid:pk>/presenter": lambda w: {"user": str(w.people["owner"].pk)},
    "post api/sessions/<uuid:pk>/timer": lambda w: {"action": "start", "seconds": 60},
    "post api/sessions/<uuid:pk>/votes": lambda w: {"asset": str(w.asset.pk), "choice": "yes"},
    "post api/sessions/<uuid:pk>/reveal": lambda w: {"asset": str(w.asset.pk)},
    "post api/enhance/presets": lambda w: {"name": "Large", "operations": RECIPE, "team": str(w.team.pk)},
    "put api/teams/<uuid:team>/auto-enhance": lambda w: {"preset": None},
    "post api/enhance/batch": lambda w: {"assets": [str(w.asset.pk)], "operations": RECIPE},
    "post api/enhance/previews": lambda w: {"asset": str(w.asset.pk), "recipes": [{"operations": RECIPE}]},
    "post api/enhance/<uuid:pk>": lambda w: {"asset": str(w.asset.pk), "operations": RECIPE},
    "post api/batch/estimate": lambda w: {"plan": {"base": {"brief": "a coat"}}, "team": str(w.team.pk)},
    "post api/batch/generate": lambda w: {"plan": {"base": {"brief": "a coat"}}, "team": str(w.team.pk)},
    "post api/batch/import": lambda w: {"file": SimpleUploadedFile("a.csv", b"brief\na coat\n"), "team": w.team.pk},
    "post api/batch/templates": lambda w: {
        "name": "Coats",
        "plan": {"base": {"brief": "a coat"}},
        "team": str(w.team.pk),
    },
    "post api/batch/<uuid:pk>/votes": lambda w: {"pair": 0, "choice": "left"},
    "post api/teams/<uuid:team_id>/shares": lambda w: {"asset": str(w.asset.pk)},
    "patch api/teams/<uuid:team_id>/shares/<uuid:share_id>": lambda w: {"rights": ["view"]},
    "post api/shared/<uuid:share_id>/comments": lambda w: {"text": "Linen?"},
    "post api/reports": lambda w: {"kind": "weekly", "team": str(w.team.pk)},
    "post api/reports/schedules": lambda w: {"cadence": "weekly", "team": str(w.team.pk)},
    "post api/reports/templates": lambda w: {"name": "Short", "team": str(w.team.pk)},
    "post api/webhooks": lambda w: {"url": "https://hooks.example/x", "events": ["batch.*"], "team": str(w.team.pk)},
}
NOTHING_THERE = {  # the generation has no image to be judged
    "post api/generations/<uuid:pk>/feedback",
    "delete api/generations/<uuid:pk>/feedback/<slug:kind>",
}
AS = {  # who else than the owner: what only they could do
    "patch api/teams/<uuid:team_id>/comments/<uuid:comment_id>": "editor",
    "post api/teams/<uuid:team_id>/approvals/<uuid:approval_id>/answer": "admin",
    "post api/shared/<uuid:share_id>/comments": "guest",
}


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("coat.png", images.encoded("PNG"), "image/png")


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.API_RATE_PER_MINUTE = 100_000
    made = build_world()
    made.second = type(made.persona).objects.create(  # type: ignore[attr-defined]
        team=made.team, owner=made.people["editor"], name="second persona"
    )
    closing.archive(actor=made.people["owner"], team_id=made.team.pk)
    return made


def asked(client: Client, method: str, path: str, body: Body) -> Any:
    if any(isinstance(value, SimpleUploadedFile) for value in body.values()):
        return client.generic(method.upper(), path, encode_multipart(BOUNDARY, body), MULTIPART_CONTENT)
    headers = {"If-Match": "*"}
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


def writing(*, api: bool) -> list[Address]:
    known = [each for each in ALL if not (OPEN.match(each.route) or STAYS.match(each.route) or ASKS.match(each.route))]
    return [each for each in known if each.route.startswith("api/") == api]


def test_every_address_for_programs_refuses_an_archived_team_and_says_why(world: World) -> None:
    clients = {role: visitor(world, role) for role in ("owner", "admin", "editor", "guest")}
    before, wrong, refused = world.fingerprint(), [], 0
    for address in writing(api=True):
        path = address.path({name: world.id_for(address.route, name) for name in address.ids})
        for method in UNSAFE:
            deed = f"{method} {address.route}"
            if deed in TAKES_BACK:
                continue
            body = BODIES[deed](world) if deed in BODIES else {}
            answer = asked(clients[AS.get(deed, "owner")], method, path, body)
            told = answer.json() if "json" in answer.get("Content-Type", "") else {}
            if answer.status_code == 409 and told["code"] == RESTING and told["remedy"]:
                refused += 1
            elif answer.status_code != 405 and deed not in NOTHING_THERE:
                wrong.append((deed, answer.status_code, told.get("code"), told.get("errors")))
    assert not wrong, "\n".join(map(str, wrong))
    assert refused > 80
    assert world.fingerprint() == before


@pytest.mark.parametrize("role", ["owner", "admin", "editor", "viewer", "guest"])
def test_no_page_changes_anything_of_an_archived_team(role: str, world: World) -> None:
    client, before, done = visitor(world, role), world.fingerprint(), []
    for address in writing(api=False):
        if f"post {address.route}" in TAKES_BACK:
            continue
        path = address.path({name: world.id_for(address.route, name) for name in address.ids})
        for body in ({}, {"team": str(world.team.pk), "name": "Autumn", "text": "Linen?", "brief": "a coat"}):
            answer = client.post(path, body)
            if answer.status_code < 300 or answer.status_code >= 500:
                done.append((address.route, answer.status_code))
    assert not done
    assert world.fingerprint() == before


@pytest.mark.parametrize("role", ["owner", "admin", "editor", "viewer"])
def test_its_members_still_see_all_of_it(role: str, world: World) -> None:
    client = visitor(world, role)
    refused = [(path, client.get(path).status_code) for path in world.readable()]
    assert not [each for each in refused if each[1] != 200]


def test_an_archived_team_is_hidden_from_strangers_as_ever(world: World) -> None:
    client = visitor(world, "stranger")
    seen = [path for path in world.readable() if client.get(path).status_code == 200 and str(world.team.pk) in path]
    assert not seen


def test_once_it_is_deleted_nobody_sees_any_of_it(world: World) -> None:
    closing.delete(actor=world.people["owner"], team_id=world.team.pk, name=world.team.name)
    for role in ("owner", "editor"):
        client = visitor(world, role)
        paths = [path for path in world.readable() if re.search(r"[0-9a-f]{8}-", path) and "?" not in path]
        assert [path for path in paths if client.get(path).status_code == 200] == []


def test_once_it_is_deleted_its_guests_see_nothing_of_it_either(world: World) -> None:
    client = visitor(world, "guest")
    own = [each for each in ALL if re.match(r"(api/)?shared/<uuid:share_id>", each.route)]
    paths = [each.path({name: world.id_for(each.route, name) for name in each.ids}) for each in own]
    opened = [path for path in paths if client.get(path).status_code == 200]
    assert len(opened) > 5
    closing.delete(actor=world.people["owner"], team_id=world.team.pk, name=world.team.name)
    assert [path for path in opened if client.get(path).status_code != 404] == []
