"""A whole shoot through one recipe: what is said before anything is spent."""

import io
from uuid import uuid4

import pytest
from django.test import Client

from batches.models import Batch
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


def browser_of(client) -> Client:
    browser = Client()
    browser.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_gallerys_selection_becomes_a_batch_with_its_recipe_estimate_and_budget(client_of):
    client = client_of("editor")
    browser, pictures = browser_of(client), [shot(client.user, size=(40 + n, 30)) for n in range(3)]
    picked = {"asset": [str(each.pk) for each in pictures[:2]]}
    page = browser.post("/batches/shoot", picked).content.decode()
    assert "Enhance 2 images as a batch" in page and "<strong>2</strong> items" in page
    typed = {**picked, "use": ["detail"], "detail.amount": "0.5", "title": "Lookbook", "budget": "2.00"}
    told = browser.post("/batches/estimate/shoot", typed).json()
    assert "<strong>2</strong> items" in told["estimate"] and told["errors"] == {}
    assert not Batch.objects.exists()
    answer = browser.post("/batches/shoot", {**typed, "do": "run"})
    row = Batch.objects.get()
    assert answer.url == f"/batches/{row.pk}" and (row.kind, row.total, row.title) == ("enhance", 2, "Lookbook")
    work_off()
    assert look(client, str(row.pk))["status"] == "completed"


def test_all_pages_of_a_filter_become_a_draft(client_of):
    client = client_of("editor")
    browser, pictures = browser_of(client), [shot(client.user, size=(40 + n, 30)) for n in range(30)]
    Asset.objects.filter(pk__in=[each.pk for each in pictures[:26]]).update(title="linen")
    gallery = browser.get("/gallery", {"q": "linen"}).content.decode()
    assert "/batches/shoot?all=1&amp;q=linen" in gallery
    page = browser.get("/batches/shoot", {"all": "1", "q": "linen"}).content.decode()
    assert "Enhance 26 images as a batch" in page
    typed = {"all": "1", "q": "linen", "use": ["upscale"], "upscale.scale": "2", "do": "draft"}
    assert browser.post("/batches/shoot", typed).status_code == 302
    row = Batch.objects.get()
    assert (row.status, row.total) == ("draft", 26)
    assert "Start now" in browser.get(f"/batches/{row.pk}").content.decode()
    assert "its recipe" in browser.get("/batches/new", {"from": str(row.pk)}).content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_planned(client_of):
    client = client_of("editor")
    browser, picture = browser_of(client), shot(client.user)
    typed = {"asset": str(picture.pk), "use": ["detail"], "detail.amount": "77", "do": "run"}
    answer = browser.post("/batches/shoot", typed)
    assert answer.status_code == 422 and 'data-error-for="detail.amount" hidden' not in answer.content.decode()
    assert "detail.amount" in browser.post("/batches/estimate/shoot", typed).json()["errors"]
    answer = browser.post("/batches/shoot", typed | {"detail.amount": "0.5", "budget": "plenty"})
    assert answer.status_code == 422 and "A budget is an amount in USD" in answer.content.decode()
    assert not Batch.objects.exists()
    assert "No images chosen" in browser.get("/batches/shoot").content.decode()


def test_a_preset_fills_the_recipe_and_the_selection_stays(client_of):
    client = client_of("editor")
    browser, picture = browser_of(client), shot(client.user)
    body = {"name": "Crisp", "operations": [{"name": "detail", "amount": 0.25}]}
    preset = client.post("/api/enhance/presets", body, format="json").json()["id"]
    page = browser.post("/batches/shoot", {"asset": str(picture.pk), "begin": preset}).content.decode()
    assert 'value="detail" checked' in page and 'value="upscale" checked' not in page and str(picture.pk) in page


def test_images_that_one_may_only_look_at_are_left_out_and_said(client_of, team, member):
    client = client_of("editor")
    own, theirs = shot(client.user, team), shot(member("owner"), team)
    page = browser_of(client).post("/batches/shoot", {"asset": [str(own.pk), str(theirs.pk)]}).content.decode()
    assert "Enhance 1 image as a batch" in page and "1 image left out" in page
