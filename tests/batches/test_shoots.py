"""A whole shoot through one recipe: what is said before anything is spent."""

import io
from copy import copy
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from batches.models import Batch
from designer.assets.models import Asset
from designer.assets.services import store_upload
from teams.review.collections.services import add, create, trash
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


def seen(page: str) -> str:
    """What the page says that it showed."""
    return page.split('name="seen" value="')[1].split('"')[0]


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
    answer = browser.post("/batches/shoot", {**typed, "seen": seen(page), "do": "run"})
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
    typed = {"all": "1", "q": "linen", "use": ["upscale"], "upscale.scale": "2", "seen": seen(page), "do": "draft"}
    assert browser.post("/batches/shoot", typed).status_code == 302
    row = Batch.objects.get()
    assert (row.status, row.total) == ("draft", 26)
    assert "Start now" in browser.get(f"/batches/{row.pk}").content.decode()
    assert "its recipe" in browser.get("/batches/new", {"from": str(row.pk)}).content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_planned(client_of):
    client = client_of("editor")
    browser, picture = browser_of(client), shot(client.user)
    page = browser.post("/batches/shoot", {"asset": str(picture.pk)}).content.decode()
    typed = {"asset": str(picture.pk), "use": ["detail"], "detail.amount": "77", "seen": seen(page), "do": "run"}
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


def test_neither_enter_nor_a_preset_throws_away_what_was_typed(client_of):
    client = client_of("editor")
    browser, picture = browser_of(client), shot(client.user)
    body = {"name": "Crisp", "operations": [{"name": "detail", "amount": 0.25}]}
    preset = client.post("/api/enhance/presets", body, format="json").json()["id"]
    form = browser.post("/batches/shoot", {"asset": str(picture.pk)}).content.decode().split("<form")[-1]
    assert "data-reckon" in form.split('type="submit"')[1]  # the first is what Enter presses, and it has no name
    typed = {"asset": str(picture.pk), "use": ["denoise"], "title": "Linen", "budget": "0.5", "parallelism": "3"}
    for pressed, recipe in (({}, "denoise"), ({"begin": preset}, "detail")):
        page = browser.post("/batches/shoot", {**typed, **pressed}).content.decode()
        assert f'value="{recipe}" checked' in page and 'value="upscale" checked' not in page
        assert all(f'value="{said}"' in page for said in ("Linen", "0.5", "3")) and "<strong>1</strong> item" in page
    assert not Batch.objects.exists()


def test_a_selection_of_hundreds_of_images_is_estimated_and_run(client_of):
    client = client_of("editor")
    browser, ids = browser_of(client), shots(client.user, 250)
    page = browser.post("/batches/shoot", {"asset": ",".join(ids)}).content.decode()
    assert "Enhance 250 images as a batch" in page
    shown = page.split('name="asset" value="')[1].split('"')[0]
    typed = {"asset": shown, "use": ["upscale"], "upscale.scale": "2", "seen": seen(page), "title": ""}
    assert "<strong>250</strong> items" in browser.post("/batches/estimate/shoot", typed).json()["estimate"]
    assert browser.post("/batches/shoot", {**typed, "do": "draft"}).status_code == 302
    assert sorted(Batch.objects.get().plan["sources"]) == sorted(ids)


def test_hundreds_of_images_are_collected_taken_out_trashed_and_restored_in_one_go(client_of):
    client = client_of("editor")
    browser, ids = browser_of(client), ",".join(shots(client.user, 200))
    asked = browser.post("/collections/choose", {"asset": ids}).content.decode()
    assert "200 images" in asked and asked.count(ids.split(",")[7]) == 1
    address = browser.post("/collections/choose", {"asset": ids, "name": "All"}).url
    assert "200 taken out" in said(browser.post(f"{address}/arrange", {"asset": ids, "action": "remove"}, follow=True))
    assert "Select 2 to 4" in said(browser.post("/compare/choose", {"asset": ids}, follow=True))
    for act, word in (("trash", "moved to the trash"), ("restore", "restored")):
        told = said(browser.post("/gallery/bulk", {"asset": ids, "action": act}, follow=True))
        assert f"200 images {word}" in told
    many = ",".join(str(uuid4()) for _ in range(501))
    for path in ("/gallery/bulk", "/collections/choose", f"{address}/arrange"):
        assert "at most 500 images at once; you selected 501" in said(browser.post(path, {"asset": many}, follow=True))


def shots(user, count: int) -> list[str]:
    """The ids of so many images that share one picture."""
    first = shot(user)
    others = [copy(first) for _ in range(count - 1)]
    for other in others:
        other.pk = uuid4()
    return [str(each.pk) for each in [first, *Asset.objects.bulk_create(others)]]


def said(answer) -> str:
    return answer.content.decode()


def test_what_was_not_shown_is_not_run_and_the_page_shows_what_is_found_now(client_of, team):
    client = client_of("editor")
    browser = browser_of(client)
    for n in range(2):
        shot(client.user, size=(40 + n, 30))
    page = browser.get("/batches/shoot", {"all": "1"}).content.decode()
    typed = {"all": "1", "use": ["upscale"], "upscale.scale": "2", "budget": "0.5", "seen": seen(page), "do": "run"}
    shot(client.user, size=(50, 30))
    answer = browser.post("/batches/shoot", typed)
    anew = answer.content.decode()
    assert answer.status_code == 409 and "Enhance 3 images" in anew and "Nothing was begun" in anew
    assert 'value="0.5"' in anew and not Batch.objects.exists()
    shot(client.user, team)
    other = browser.post("/batches/shoot", {**typed, "seen": seen(anew), "team": str(team.pk)})
    assert other.status_code == 409 and "Enhance 1 image as a batch" in other.content.decode()
    assert browser.post("/batches/shoot", {**typed, "seen": ""}).status_code == 409
    assert not Batch.objects.exists()
    again = browser.post("/batches/shoot", {**typed, "seen": seen(other.content.decode()), "team": str(team.pk)})
    assert again.status_code == 302 and (Batch.objects.get().total, Batch.objects.get().team) == (1, team)


def test_images_that_one_may_only_look_at_are_left_out_and_said(client_of, team, member):
    client = client_of("editor")
    own, theirs = shot(client.user, team), shot(member("owner"), team)
    page = browser_of(client).post("/batches/shoot", {"asset": [str(own.pk), str(theirs.pk)]}).content.decode()
    assert "Enhance 1 image as a batch" in page and "1 image left out" in page


def named(collection, **parts) -> dict[str, object]:
    return {"kind": "enhance", "collection": str(collection.pk), "operations": TWICE, **parts}


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def lookbook(editor, team):
    """Two images of the editor's own, the later one first, and one that is in the trash."""
    owner = editor.user
    pictures = [shot(owner, team, size=(40 + n, 30)) for n in range(3)]
    made = create(actor=owner, team_id=team.pk, name="Lookbook", assets=[pictures[n].pk for n in (1, 0, 2)])
    Asset.objects.filter(pk=pictures[2].pk).update(trashed_at=timezone.now())
    return made


def test_a_collection_is_enhanced_in_its_order_as_it_was_when_the_batch_was_planned(editor, team, lookbook):
    client = editor
    assert client.post("/api/batch/estimate", {"plan": named(lookbook)}, format="json").json()["items"] == 2
    pk = made(client, named(lookbook), start=False)["id"]
    add(actor=client.user, collection_id=lookbook.pk, assets=[shot(client.user, team, size=(60, 30)).pk])
    trash(actor=client.user, collection_id=lookbook.pk)
    row = Batch.objects.get(pk=pk)
    wanted = [str(item.asset_id) for item in lookbook.items.order_by("position")[:2]]
    assert (row.team, row.plan["sources"], "collection" in row.plan) == (team, wanted, False)
    assert client.post(f"/api/batch/{pk}/start").status_code == 202
    work_off()
    assert look(client, pk)["counts"]["succeeded"] == 2
    assert [item.wish["asset"] for item in row.items.order_by("position")] == wanted


def test_a_collection_that_cannot_be_enhanced_is_refused_with_the_field_at_fault(client_of, editor, team, lookbook):
    client, stranger = editor, client_of("stranger")
    empty = create(actor=client.user, team_id=team.pk, name="Empty")

    def refused(asking, plan, **more) -> tuple[int, str, str]:
        answer = generate(asking, plan, **more)
        return answer.status_code, answer.json()["code"], answer.json()["errors"][0]["field"]

    assert refused(client, named(empty)) == (422, "empty", "plan.collection")
    lost = (422, "not_found", "plan.collection")
    assert refused(stranger, named(lookbook)) == lost == refused(client, {**named(lookbook), "collection": "x"})
    assert refused(client, named(lookbook), team=str(client.user.memberships.get(team__personal=True).team_id)) == lost
    twice = named(lookbook, sources=[str(lookbook.items.first().asset_id)])
    assert refused(client, twice) == (422, "two_lists", "plan.sources")
    assert refused(client, {**named(lookbook), "kind": "generate"}) == (422, "not_enhancing", "plan.kind")
    trash(actor=client.user, collection_id=lookbook.pk)
    assert refused(client, named(lookbook)) == lost
    assert client_of("viewer").post("/api/batch/estimate", {"plan": named(empty)}, format="json").status_code == 403
    assert not Batch.objects.exists()


def test_a_collection_is_enhanced_from_its_page_and_what_is_added_later_is_said_to_stay_out(
    client_of, editor, lookbook
):
    client = editor
    browser = browser_of(client)
    address = f"/batches/shoot?collection={lookbook.pk}"
    assert address in browser.get(f"/collections/{lookbook.pk}").content.decode()
    assert address not in browser_of(client_of("viewer")).get(f"/collections/{lookbook.pk}").content.decode()
    page = browser.get(address).content.decode()
    assert "Enhance 2 images of <bdi>Lookbook</bdi> as a batch" in page and "What is added to it later" in page
    typed = {"collection": str(lookbook.pk), "use": ["detail"], "detail.amount": "0.5"}
    assert "<strong>2</strong> items" in browser.post("/batches/estimate/shoot", typed).json()["estimate"]
    answer = browser.post("/batches/shoot", {**typed, "seen": seen(page), "do": "draft"})
    row = Batch.objects.get()
    assert answer.url == f"/batches/{row.pk}" and (row.total, row.title, row.team) == (2, "Lookbook", lookbook.team)


def test_the_page_offers_the_collections_that_hold_images_and_knows_no_others(client_of, editor, team, lookbook):
    client, stranger = editor, client_of("stranger")
    empty = create(actor=client.user, team_id=team.pk, name="Bare")
    page = browser_of(client).get("/batches/shoot").content.decode()
    assert f'value="{lookbook.pk}"' in page and str(empty.pk) not in page
    told = browser_of(client).get(f"/batches/shoot?collection={empty.pk}").content.decode()
    assert "Nothing to enhance in <bdi>Bare</bdi>" in told
    assert "Lookbook" not in browser_of(stranger).get("/batches/shoot").content.decode()
    for method in ("get", "post"):
        answer = getattr(browser_of(stranger), method)("/batches/shoot", {"collection": str(lookbook.pk), "do": "run"})
        assert answer.status_code == 404
    assert not Batch.objects.exists()
