"""Recipes with a name: shared in a team, versioned, used by whoever is in it."""

import io

import pytest

from designer.assets.models import Asset
from designer.assets.services import store_upload
from enhancement.models import Enhancement, EnhancementPreset
from enhancement.operations import registry
from enhancement.presets import STARTERS
from tests import images
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = [{"name": "upscale", "scale": 2}]


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def asset(editor, team) -> Asset:
    data = images.encoded("PNG", images.photo((48, 36)))
    return store_upload(actor=editor.user, team_id=team.pk, file=io.BytesIO(data), name="swatch.png")


def keep(client, team, name="For the shop", operations=TWICE, **more):
    body = {"name": name, "operations": operations, "team": str(team.pk), **more}
    return client.post("/api/enhance/presets", body, format="json")


def test_a_preset_is_kept_with_all_parameters_and_seen_by_the_team(editor, team, client_of):
    made = keep(editor, team, description="Twice, for the web shop")
    assert made.status_code == 201, made.content
    (step,) = made.json()["operations"]
    assert step.items() >= {"name": "upscale", "scale": 2, "model": "auto", "backend": "torch"}.items()
    assert set(step) == {"name", *(each.name for each in registry.get("upscale").parameters)}
    listed = client_of("viewer").get(f"/api/enhance/presets?team={team.pk}").json()
    assert listed[0]["name"] == "For the shop" and not listed[0]["starter"]
    assert any(each["starter"] for each in listed)
    strangers = client_of("stranger").get("/api/enhance/presets").json()
    assert all(each["starter"] for each in strangers)


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), ("editor", 201), ("admin", 201)])
def test_only_those_who_may_create_keep_presets(role, status, team, client_of):
    assert keep(client_of(role), team).status_code == status


def test_a_name_is_taken_once_in_a_team_and_never_a_starters(editor, team):
    keep(editor, team)
    assert keep(editor, team).status_code == 409
    starter = next(each["name"] for each in editor.get("/api/enhance/presets").json() if each["starter"])
    assert keep(editor, team, name=starter).status_code == 409


def test_what_cannot_be_done_is_not_kept(editor, team):
    answer = keep(editor, team, operations=[{"name": "upscale", "scale": 3}])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "operations[0].scale")
    assert not EnhancementPreset.objects.exists()


def test_a_change_makes_a_new_version_for_its_maker_with_the_right_etag(editor, team, client_of):
    made = keep(editor, team)
    path, tag = f"/api/enhance/presets/{made.json()['id']}", made["ETag"]
    wish = {"operations": [{"name": "upscale", "scale": 4}]}
    change = lambda client, etag: client.patch(path, wish, format="json", headers={"If-Match": etag})  # noqa: E731
    assert client_of("stranger").patch(path, wish, format="json").status_code == 404
    assert [change(client_of("viewer"), tag).status_code, editor.patch(path, wish, format="json").status_code] == [
        403,
        428,
    ]
    changed = change(editor, tag)
    assert (changed.json()["version"], changed.json()["operations"][0]["scale"]) == (2, 4)
    assert change(editor, tag).status_code == 412
    assert editor.delete(path).status_code == 204 and editor.get(path).status_code == 404


def test_a_starter_can_be_used_and_not_changed(editor, asset):
    starter = next(each for each in editor.get("/api/enhance/presets").json() if each["starter"])
    path = f"/api/enhance/presets/{starter['id']}"
    assert editor.delete(path).status_code == 403
    assert editor.patch(path, {"name": "Mine"}, format="json", headers={"If-Match": "x"}).status_code == 403
    made = editor.post(f"/api/enhance/{asset.pk}", {"preset": starter["id"]}, format="json").json()
    assert made["operations"][0]["scale"] == starter["operations"][0]["scale"]


def test_an_enhancement_remembers_the_preset_and_its_version(editor, team, asset):
    preset = keep(editor, team).json()
    body = {"assets": [str(asset.pk)], "preset": preset["id"]}
    made = editor.post("/api/enhance/batch", body, format="json").json()["results"][0]
    assert made["preset"] == {"id": preset["id"], "name": "For the shop", "version": 1}
    editor.delete(f"/api/enhance/presets/{preset['id']}")
    work_off("gpu")
    assert Enhancement.objects.get().status == "succeeded"
    assert len(editor.get("/api/enhance?search=shop").json()["results"]) == 1


def test_a_recipe_is_either_operations_or_a_preset(editor, team, asset, client_of):
    preset = keep(editor, team).json()["id"]
    both = editor.post(f"/api/enhance/{asset.pk}", {"operations": TWICE, "preset": preset}, format="json")
    none = editor.post(f"/api/enhance/{asset.pk}", {}, format="json")
    assert [both.status_code, none.status_code] == [422, 422]
    unknown = editor.post(f"/api/enhance/{asset.pk}", {"preset": str(asset.pk)}, format="json")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (404, "preset")
    own = client_of("stranger")
    photo = store_upload(actor=own.user, team_id=None, file=io.BytesIO(images.encoded("PNG")), name="a.png")
    assert own.post(f"/api/enhance/{photo.pk}", {"preset": preset}, format="json").status_code == 404


def test_every_starter_can_be_done_on_this_machine(editor, asset):
    listed = [each["name"] for each in editor.get("/api/enhance/presets").json() if each["starter"]]
    assert listed == [each.name for each in STARTERS]
    Asset.objects.filter(pk=asset.pk).update(width=768, height=1024)
    for each in STARTERS:
        body = {"assets": [str(asset.pk)], "preset": str(each.pk)}
        answer = editor.post("/api/enhance/estimate", body, format="json")
        assert answer.status_code == 200, (each.name, answer.content)
