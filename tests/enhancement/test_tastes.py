"""A garment takes the colours that a persona has learned: those of now, and of nobody's persona but the team's."""

from uuid import uuid4

import pytest

from designer.personas.models import Persona
from enhancement.models import Enhancement
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
COLOURS = [{"name": "rust", "hex": "#B7410E"}, {"name": "sand", "hex": "#e2ca9c"}]


@pytest.fixture
def persona(asset):
    return Persona.objects.create(team_id=asset.team_id, owner=asset.owner, name="Atelier", palette=COLOURS)


def wish(of, **more):
    return {"operations": [{"name": "color", "persona": str(of.pk), "area": "whole", **more}]}


def test_the_garment_takes_the_colours_that_the_persona_has_now(editor, asset, persona):
    answer = editor.post(f"/api/enhance/{asset.pk}", wish(persona), format="json")
    assert answer.status_code == 202, answer.content
    assert answer.json()["operations"][0]["palette"] == ["#b7410e", "#e2ca9c"]
    work_off("gpu")
    told = Enhancement.objects.get().facts["operations"][0]["palette"]
    assert told["persona"] == str(persona.pk) and told["delta_e_after"] < told["delta_e_before"]
    Persona.objects.update(palette=COLOURS[1:])
    again = editor.post(f"/api/enhance/{asset.pk}", wish(persona), format="json")
    assert again.json()["operations"][0]["palette"] == ["#e2ca9c"]


def test_a_preset_keeps_the_persona_and_takes_its_colours_when_it_is_used(editor, asset, persona):
    said = {"name": "Ours", "team": str(asset.team_id), **wish(persona)}
    preset = editor.post("/api/enhance/presets", said, format="json").json()
    assert preset["operations"][0]["palette"] == []
    asked = editor.post(f"/api/enhance/{asset.pk}", {"preset": preset["id"]}, format="json")
    assert asked.json()["operations"][0]["palette"] == ["#b7410e", "#e2ca9c"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"persona": "calm"}, 422, "operations[0].persona"),
        ({"reference": "asset"}, 422, "operations[0].reference"),
    ],
)
def test_what_is_no_persona_or_too_much_is_refused_by_field(change, status, field, editor, asset, persona):
    change = {name: str(asset.pk) if value == "asset" else value for name, value in change.items()}
    answer = editor.post(f"/api/enhance/{asset.pk}", wish(persona, **change), format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


def test_one_without_colours_and_one_of_another_team_are_refused(editor, asset, persona, member):
    Persona.objects.update(palette=[])
    answer = editor.post(f"/api/enhance/{asset.pk}", wish(persona), format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_colours")
    own = asset.owner.memberships.exclude(team=asset.team_id).get().team
    for owner, team in ((asset.owner, own), (member("stranger"), member("stranger").memberships.first().team)):
        other = Persona.objects.create(team=team, owner=owner, name="Other", palette=COLOURS)
        answer = editor.post(f"/api/enhance/{asset.pk}", wish(other), format="json")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "operations[0].persona")


def test_the_builder_offers_the_teams_personas_that_have_colours(editor, asset, persona):
    Persona.objects.create(team_id=asset.team_id, owner=asset.owner, name="Blank")
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    assert f'<option value="{persona.pk}">Atelier</option>' in page and "Blank" not in page
    said = {"asset": asset.pk, "use": "color", "color.persona": persona.pk}
    told = editor.post("/enhancements/estimate", said, format="multipart", headers={"X-Partial": "1"}).json()
    assert told["errors"] == {} and "Colour" in told["estimate"]


def test_a_plan_of_a_batch_names_a_persona_that_is_not_the_teams(editor, asset, persona):
    own = asset.owner.memberships.exclude(team=asset.team_id).get().team
    other = Persona.objects.create(team=own, owner=asset.owner, name="Other", palette=COLOURS)
    for named, status in ((persona, 200), (other, 422)):
        plan = {"kind": "enhance", "sources": [str(asset.pk)], **wish(named)}
        answer = editor.post("/api/batch/estimate", {"plan": plan, "team": str(asset.team_id)}, format="json")
        assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["field"] == "plan.operations[0].persona"


@pytest.mark.parametrize(("step", "field"), [({"name": "color"}, "reference"), ({"name": "background"}, "picture")])
def test_another_picture_that_is_not_the_teams_is_refused_at_its_place_in_the_recipe(step, field, editor, asset):
    mode = {"mode": "picture"} if field == "picture" else {}
    steps = [{"name": "detail"}, {**step, **mode, field: str(uuid4())}]
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": steps}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, f"operations[1].{field}")
    plan = {"kind": "enhance", "sources": [str(asset.pk)], "operations": steps}
    answer = editor.post("/api/batch/estimate", {"plan": plan, "team": str(asset.team_id)}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"plan.operations[1].{field}")
    form = {"asset": asset.pk, "use": step["name"], f"{step['name']}.{field}": uuid4()}
    page = editor.post("/enhancements/start", {**form, "background.mode": "picture"}, format="multipart")
    assert page.status_code == 422 and "There is no such image in this team. Choose another." in page.content.decode()
    tried = editor.post("/enhancements/previews", {**form, "background.mode": "picture"}, format="multipart")
    assert "There is no such image in this team. Choose another." in tried.content.decode()
    gone = editor.post("/enhancements/previews", {**form, "asset": uuid4()}, format="multipart")
    assert gone.status_code == 404 and "in this team" not in gone.content.decode()
