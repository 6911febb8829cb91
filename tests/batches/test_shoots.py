"""A whole shoot through one recipe: what is said before anything is spent."""

import io
from uuid import uuid4

import pytest

from designer.assets.models import Asset
from designer.assets.services import store_upload
from tests import images
from tests.batches.asking import generate, look, made, work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = [{"name": "upscale", "scale": 2}]


def shot(owner, team=None, size=(40, 30)) -> Asset:
    data = images.encoded("PNG", images.photo(size))
    return store_upload(actor=owner, team_id=team and team.pk, file=io.BytesIO(data), name="shot.png")


def shoot(*pictures: Asset, operations=TWICE) -> dict[str, object]:
    return {"kind": "enhance", "sources": [str(each.pk) for each in pictures], "operations": operations}


def test_an_image_that_one_may_only_look_at_is_named_before_anything_is_planned(client_of, team, member):
    client = client_of("editor")
    own, theirs = shot(client.user, team), shot(member("owner"), team)
    for path in ("estimate", "generate"):
        body = {"plan": shoot(own, theirs), "team": str(team.pk)}
        refused = client.post(f"/api/batch/{path}", body, format="json")
        assert refused.status_code == 422, refused.content
        (line,) = refused.json()["errors"]
        assert line["field"] == "items[1].sources" and "not change it" in line["message"]
    admin = client_of("admin")
    pk = generate(admin, shoot(own, theirs), team=str(team.pk)).json()["id"]
    work_off()
    assert look(admin, pk)["counts"]["succeeded"] == 2


def test_another_picture_that_the_recipe_names_must_be_the_teams_own(client_of):
    client = client_of("editor")
    pictures = [shot(client.user, size=(40 + n, 30)) for n in range(2)]
    recipe = [{"name": "background", "mode": "picture", "picture": str(uuid4())}]
    refused = generate(client, shoot(*pictures, operations=recipe))
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"].startswith("plan.operations")
    recipe[0]["picture"] = str(pictures[0].pk)
    assert made(client, shoot(*pictures, operations=recipe))["counts"]["total"] == 2
