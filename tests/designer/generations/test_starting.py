"""Variations, more like this, and edits: a composer filled in from an image, with the way it came kept as lineage."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.personas.models import AttributeCorrection
from designer.providers.drawing.photo import colours_of
from tests import images
from tests.designer.generations.test_flow import ask
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
HIDDEN = re.compile(r'<input type="hidden" name="(source|mode)" value="([^"]*)"')


@pytest.fixture
def made(client_of):
    client = client_of("editor")
    ask(client, brief="a silk skirt, midi", provider="sketchbook", corrections={"garment": "skirt", "fit": "slim"})
    work_off("interactive")
    return client, Asset.objects.get()


def begun(client, asset, mode: str) -> str:
    answer = client.get("/", {"from": str(asset.pk), "mode": mode})
    assert answer.status_code == 200
    return answer.content.decode()


def test_variations_begin_with_the_words_and_what_was_corrected_and_spend_nothing(made):
    client, asset = made
    html = begun(client, asset, "variation")
    assert dict(HIDDEN.findall(html)) == {"source": str(asset.pk), "mode": "variation"}
    assert ">a silk skirt, midi</textarea>" in html and "data-reference" not in html.split("data-references")[1][:200]
    assert "chip-corrected" in html and "$0.02" in html
    assert Generation.objects.count() == 1


def test_more_like_this_takes_the_image_itself_as_the_reference(made):
    client, asset = made
    html = begun(client, asset, "similar")
    assert f'name="references" value="{asset.pk}"' in html and ">a silk skirt, midi</textarea>" in html


def test_an_edit_begins_with_the_image_and_an_empty_brief(made):
    client, asset = made
    html = begun(client, asset, "edit")
    assert f'name="references" value="{asset.pk}"' in html and "></textarea>" in html


def test_what_the_studio_drew_is_known_from_its_record_and_not_read_like_a_strangers_photo(made):
    """Changed in words: these win. A person's word on the picture wins too, and none of it teaches reading photos."""
    client, asset = made
    sent = {"references": [str(asset.pk)], "source": str(asset.pk), "mode": "edit"}
    told = client.post("/api/generations/preview", {"brief": "in red, with a belt", **sent}, format="json").json()
    seen = {name: (found["value"], found["source"]) for name, found in told["understood"].items()}
    assert (seen["garment"], seen["length"], seen["fabric"]) == (
        ("skirt", "original"),
        ("midi", "original"),
        ("silk", "original"),
    )
    assert [colour["name"] for colour in seen["colours"][0]] == ["red"] and seen["fit"] == ("slim", "original")
    assert told["prompt"] == "in red, with a belt"  # an edit asks for the change alone; the image shows the rest
    ask(client, brief="in red", **sent, provider="sketchbook", corrections={"garment": "dress"})
    work_off("interactive")
    redone = Generation.objects.latest("created_at")
    assert redone.understood["garment"]["value"] == "dress" and redone.understood["length"]["value"] == "midi"
    assert not AttributeCorrection.objects.filter(read_from="image").exists()


@pytest.mark.parametrize(
    ("facts", "name", "source"),
    [
        ({"simulated": True, "kind": "generated"}, "emerald", "original"),
        ({"simulated": False, "kind": "generated"}, "red", "image"),
        ({"simulated": True, "kind": "enhanced"}, "red", "image"),
    ],
)
def test_a_vendors_picture_or_a_changed_one_is_what_it_shows_and_its_order_fills_what_cannot_be_seen(
    made, facts, name, source
):
    client, _ = made
    ask(client, brief="a red silk coat", provider="sketchbook")
    work_off("interactive")
    row = Generation.objects.latest("created_at")
    ordered = {"value": [{"name": "emerald", "hex": "#0f7a4d", "coverage": None}], "confidence": 0.9, "source": "brief"}
    Generation.objects.filter(pk=row.pk).update(understood={**row.understood, "colours": ordered})
    asset = row.assets.get()
    Asset.objects.filter(pk=asset.pk).update(**facts)
    told = client.get(f"/api/assets/{asset.pk}/understood").json()["understood"]
    assert name in [colour["name"] for colour in told["colours"]["value"]] and told["colours"]["source"] == source
    assert (told["fabric"]["value"], told["fabric"]["source"]) == ("silk", "original")


def test_what_an_image_was_made_as_goes_where_the_new_garment_cannot_have_it(made):
    client, asset = made
    ask(client, brief="a midi dress with long sleeves", provider="sketchbook")
    work_off("interactive")
    dress = Asset.objects.exclude(pk=asset.pk).get()
    answer = client.post("/api/analyze", {"brief": "a skirt like this", "references": [str(dress.pk)]}, format="json")
    told = answer.json()["understood"] if "understood" in answer.json() else answer.json()
    assert (told["garment"]["value"], told["length"]["value"], told["sleeves"]["value"]) == ("skirt", "midi", None)


def test_an_uploaded_photo_can_be_begun_from_as_well(client_of, made):
    client, asset = made
    Asset.objects.filter(pk=asset.pk).update(generation=None)
    assert f'name="references" value="{asset.pk}"' in begun(client, asset, "variation")


def test_the_lineage_is_kept_in_the_row_the_api_and_the_image(made):
    client, asset = made
    form = {"brief": "the same in red", "n": "1", "source": str(asset.pk), "mode": "variation", "fallback": "on"}
    assert client.post("/", form, format="multipart").status_code == 302
    work_off("interactive")
    child = Generation.objects.latest("created_at")
    assert (child.source_id, child.mode, child.status) == (asset.pk, "variation", "succeeded")
    body = client.get(f"/api/generations/{child.pk}").json()
    assert (body["source"], body["mode"]) == (str(asset.pk), "variation")
    assert child.assets.get().provenance["source"] == str(asset.pk)
    assert f"/assets/{asset.pk}" in client.get(f"/generations/{child.pk}").content.decode()


@pytest.mark.parametrize("wish", [{"mode": "edit"}, {"source": "own"}, {"source": "own", "mode": "copy"}])
def test_source_and_mode_belong_together(made, wish):
    client, asset = made
    said = {name: str(asset.pk) if value == "own" else value for name, value in wish.items()}
    answer = ask(client, **said)
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["field"] == "mode"


def test_an_image_that_may_not_be_seen_begins_nothing(made, client_of):
    _, asset = made
    stranger = client_of("stranger")
    assert stranger.get("/", {"from": str(asset.pk), "mode": "edit"}).status_code == 404
    answer = ask(stranger, source=str(asset.pk), mode="variation")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "source"


@pytest.mark.parametrize("mode", ["variation", "similar"])
def test_what_was_chosen_for_an_image_is_chosen_for_what_begins_from_it(mode, client_of):
    client = client_of("editor")
    wish = {"provider": "sketchbook", "model": "sketchbook-1", "quality": "high", "max_cost": "0.5", "best_of": 3}
    edits = {"strategy": "quality", "min_quality": 0.2, "fallback": False, "added_words": "in the manner of 1962"}
    assert ask(client, brief="a coat", n=1, **wish, **edits).status_code == 202
    work_off("interactive")
    asset = Asset.objects.filter(kind="generated").first()
    html = begun(client, asset, mode)
    assert 'value="sketchbook/sketchbook-1" selected' in html and 'value="quality" selected' in html
    assert 'value="high" selected' in html and re.search(r'name="max_cost" value="0.50*"', html)
    assert 'name="best_of" value="3"' in html and 'name="n" value="2"' in html
    assert re.search(r'name="min_quality" value="0.2"', html) and "in the manner of 1962" in html
    assert not re.search(r'name="fallback"[^>]*checked', html)


@pytest.mark.parametrize(
    ("step", "source"),
    [
        ({"name": "upscale", "scale": 2}, "original"),
        ({"name": "detail"}, "original"),
        ({"name": "color"}, "image"),
        ({"name": "background"}, "image"),
        ({"name": "upscale", "service": "fal"}, "image"),
    ],
)
def test_a_drawing_that_was_only_made_larger_or_clearer_is_still_known_from_its_record(client_of, step, source):
    client = client_of("editor")
    ask(client, brief="a red silk coat", provider="sketchbook")
    work_off("interactive")
    larger = version_of(Asset.objects.get(), step)
    for each in (larger, version_of(larger, {"name": "crop"})):
        told = client.get(f"/api/assets/{each.pk}/understood").json()["understood"]
        assert told["colours"]["source"] == source


def test_what_lies_under_the_transparency_of_a_cut_out_is_not_read(client_of):
    """The studio's own step cuts a garment out; the surroundings that it hid were read with it."""
    client = client_of("editor")
    cut = Image.new("RGBA", (300, 400), (255, 255, 255, 0))
    cut.paste((200, 20, 30, 0), (60, 120, 240, 360))
    cut.paste((20, 110, 60, 255), (90, 60, 210, 240))
    data = images.encoded("PNG", cut)
    file = SimpleUploadedFile("cut.png", data, "image/png")
    pk = client.post("/api/assets", {"file": file}, format="multipart").json()["id"]
    told = client.post("/api/analyze", {"brief": "a dress", "references": [pk]}, format="json").json()["understood"]
    for seen in (told["colours"]["value"], colours_of([data])):
        assert seen[0]["hex"] == "#146e3c" and "#c8141e" not in [colour["hex"] for colour in seen]


def version_of(asset: Asset, step: dict[str, object]) -> Asset:
    version = Asset.objects.get(pk=asset.pk)
    version.pk, version._state.adding = uuid4(), True
    version.kind, version.parent, version.provenance = "enhanced", asset, {"operations": [step]}
    version.save()
    return version
