"""The recipe builder and the list of enhancements, as pages that work without script."""

import io
import re
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from designer.assets.models import Asset
from designer.assets.services import store_upload
from enhancement import builder
from enhancement.models import Enhancement, EnhancementPreset, WorkerReport
from enhancement.operations import faces, registry
from enhancement.telling import for_designers
from tests import images
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = {"use": "upscale", "upscale.scale": "2"}
MISSING = "Install requirements/worker.txt: OpenCV is missing."


@pytest.fixture
def editor(member):
    """A browser in which an editor of the team is signed in."""
    client = Client()
    client.user = member("editor")
    client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def photo(editor, team, name="swatch.png", size=(48, 36)) -> Asset:
    data = images.encoded("PNG", images.photo(size))
    return store_upload(actor=editor.user, team_id=team.pk, file=io.BytesIO(data), name=name)


@pytest.fixture
def asset(editor, team) -> Asset:
    return photo(editor, team)


def test_the_builder_offers_every_operation_with_its_limits_in_the_order_of_a_recipe(editor, asset):
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    assert re.findall(r'data-operation="(\w+)"', page) == [each.name for each in registry.everything()]
    for operation in registry.everything():
        for parameter in operation.describe():
            assert f'name="{operation.name}.{parameter["name"]}"' in page
    assert "96 × 72 px" in page and "estimated" in page and "free" in page


def test_what_the_form_comes_to_is_told_with_the_inputs_at_fault(editor, asset):
    said = {"asset": asset.pk, **TWICE}
    ask = lambda **more: editor.post("/enhancements/estimate", {**said, **more}, headers={"X-Partial": "1"}).json()  # noqa: E731
    assert ask()["errors"] == {} and "96 × 72 px" in ask()["estimate"]
    wrong = ask(**{"upscale.scale": "3"})
    assert list(wrong["errors"]) == ["upscale.scale"] and "marked fields" in wrong["estimate"]
    nothing = editor.post("/enhancements/estimate", {"asset": asset.pk}, headers={"X-Partial": "1"}).json()
    assert "No operation was named." in nothing["estimate"]
    assert not Enhancement.objects.exists()


def test_the_form_starts_one_enhancement_and_leads_back_to_its_image(editor, asset):
    answer = editor.post("/enhancements/start", {"asset": asset.pk, **TWICE})
    assert (answer.status_code, answer["Location"]) == (302, f"/assets/{asset.pk}")
    assert Enhancement.objects.get().operations[0]["scale"] == 2


def test_a_box_is_drawn_on_the_picture_and_stays_four_numbers_without_script(editor, asset):
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    assert re.findall(r'<box-picker [^>]*data-of="(\w+)"[^>]* hidden>', page) == ["watermark_removal", "crop"]
    assert page.count("<summary>In numbers</summary>") == 2
    assert "<box-picker" not in editor.get("/enhancements/new").content.decode()  # there is no picture to draw on
    wrong = {"asset": asset.pk, "use": "crop", "crop.shape": "free", "crop.left": "0.8", "crop.width": "0.5"}
    refused = editor.post("/enhancements/start", wrong)
    assert refused.status_code == 422 and 'class="box-numbers" open' in refused.content.decode()


def test_a_refused_form_comes_back_as_it_was_filled_in(editor, asset):
    answer = editor.post("/enhancements/start", {"asset": asset.pk, "use": "upscale", "upscale.scale": "5"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Scale cannot be" in page
    assert re.search(r'name="use" value="upscale" checked', page)
    assert editor.post("/enhancements/start", TWICE).status_code == 422
    gone = editor.post("/enhancements/start", {"asset": uuid4(), "use": "upscale", "upscale.scale": "4"})
    assert gone.status_code == 422 and 'value="4" selected' in gone.content.decode(), "the recipe is not lost with it"


def test_a_selection_of_the_gallery_is_enhanced_at_once_and_what_cannot_be_is_said(editor, asset, team):
    other = photo(editor, team, "b.png")
    chosen = editor.post("/enhancements/choose", {"asset": [asset.pk, other.pk]})
    page = editor.get(chosen["Location"]).content.decode()
    assert "Enhance 2 images" in page and "<strong>2 images</strong>" in page
    editor.delete(f"/api/assets/{other.pk}")
    answer = editor.post("/enhancements/start", {"asset": [asset.pk, other.pk], **TWICE}, follow=True)
    said = answer.content.decode()
    assert "1 image queued" in said and "This image is in the trash." in said
    assert editor.post("/enhancements/choose", {})["Location"] == "/gallery"


def test_a_recipe_is_saved_begun_with_and_deleted_on_the_page(editor, asset, team):
    saved = editor.post("/enhancements/presets", {"asset": asset.pk, **TWICE, "preset_name": "For the shop"})
    preset = EnhancementPreset.objects.get()
    assert (preset.team_id, preset.operations[0]["scale"]) == (team.pk, 2)
    page = editor.get(saved["Location"]).content.decode()
    assert "For the shop" in page and 'aria-current="true"' in page
    editor.post("/enhancements/start", {"asset": asset.pk, **TWICE, "preset": preset.pk})
    assert Enhancement.objects.get().preset["name"] == "For the shop"
    changed = {"asset": asset.pk, "use": "upscale", "upscale.scale": "4", "preset": preset.pk}
    editor.post("/enhancements/start", changed)
    assert Enhancement.objects.order_by("-created_at")[0].preset is None
    editor.post(f"/enhancements/presets/{preset.pk}/delete", {"asset": asset.pk})
    assert not EnhancementPreset.objects.exists()


def tag_on(page: str) -> str:
    found = re.search(r'name="preset_tag" value="([^"]+)"', page)
    assert found
    return found[1].replace("&quot;", '"')


def test_a_preset_is_renamed_described_and_changed_on_the_page_and_a_change_meanwhile_is_told(editor, asset, client_of):
    said = {"asset": asset.pk, **TWICE, "preset_name": "Shop", "preset_description": "For the window"}
    opened = editor.get(editor.post("/enhancements/presets", said)["Location"]).content.decode()
    assert (
        'value="Shop"' in opened and opened.count("For the window") == 3
    )  # as a hint, below the presets, in its field
    preset, tag = EnhancementPreset.objects.get(), tag_on(opened)
    path = f"/enhancements/presets/{preset.pk}/change"
    wish = {"asset": asset.pk, "use": "upscale", "upscale.scale": "4", "preset": preset.pk, "preset_tag": tag}
    done = editor.post(path, {**wish, "preset_name": "Shop window", "preset_description": ""}, follow=True)
    assert "Saved: “Shop window”, version 2" in done.content.decode()
    preset.refresh_from_db()
    assert (preset.name, preset.description, preset.operations[0]["scale"]) == ("Shop window", "", 4)
    late = editor.post(path, {**wish, "preset_name": "Mine", "preset_description": "mine"})
    page = late.content.decode()
    assert late.status_code == 412 and "Somebody changed “Shop window” since you opened it; it is version 2" in page
    assert 'value="Mine"' in page and '<details class="keep" open>' in page
    preset.refresh_from_db()
    assert preset.name == "Shop window"
    editor.post(path, {**wish, "preset_tag": tag_on(page), "preset_name": "Mine"})
    preset.refresh_from_db()
    assert (preset.name, preset.version) == ("Mine", 3)
    beside = EnhancementPreset.objects.create(team=preset.team, owner=preset.owner, name="Beside", operations=[])
    mixed = editor.post(path, {**wish, "preset": beside.pk, "preset_name": "Other"}).content.decode()
    assert f"/enhancements/presets/{preset.pk}/change" in mixed and tag_on(mixed) == tag_on(
        editor.get(f"/enhancements/new?preset={preset.pk}").content.decode()
    )
    other = client_of("editor")
    page = other.get(f"/enhancements/new?preset={preset.pk}").content.decode()
    assert "preset_tag" not in page and "whoever made it, or an owner or admin" in page and "Delete “" not in page
    assert other.post(path, {**wish, "preset_name": "Theirs"}, format="multipart").status_code == 403
    preset.delete()
    gone = editor.post(path, {**wish, "preset_name": "Mine"})
    assert gone.status_code == 404 and "Save the recipe as a new one." in gone.content.decode()
    assert re.search(r'<option value="4" selected', gone.content.decode())


def test_who_cannot_do_an_operation_is_told_whom_to_ask(editor, asset, folder):
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    assert "Not here: Ask your administrator to install GFPGANv1.4 (manage.py models install GFPGANv1.4)" in page
    told = editor.get("/api/enhance/operations").json()
    assert any(each["reason"].startswith("Ask your administrator to install GFPGANv1.4") for each in told)


def test_inputs_say_for_which_choice_they_count_and_choices_have_names(editor, asset):
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    for key, values in (
        ("background.mode", "colour"),
        ("crop.shape", "swatch"),
        ("crop.shape", "3:4 2:3 1:1 4:5 9:16 16:9"),
    ):
        assert f'data-when="{key}" data-is="{values}"' in page
    for name in ("Cleaned up", "A box of your own", "1:1, social", "Letters and lines"):
        assert f">{name}</option>" in page


def test_what_a_machine_lacks_is_told_to_designers_as_a_request_and_to_operators_as_a_remedy(
    editor, asset, folder, monkeypatch
):
    with monkeypatch.context() as without:
        without.setattr(faces, "unavailable", lambda: MISSING)
        WorkerReport.objects.create(host="old", operations={"crop": MISSING, "upscale": ""}, models=[])
        page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
        told = {each["name"]: each["reason"] for each in editor.get("/api/enhance/operations").json()}
        wish = {"operations": [{"name": "crop"}]}
        refused = editor.post(f"/api/enhance/{asset.pk}", wish, content_type="application/json")
        out = io.StringIO()
        call_command("models", "list", stdout=out)
    asked = "OpenCV, which it needs, is missing where this studio computes. Ask your administrator to install it."
    assert f"Not here: {asked}" in page and told["crop"] == asked and told["upscale"] == ""
    assert (refused.status_code, asked in refused.content.decode()) == (422, True)
    assert not any("requirements/" in words for words in (page, str(told), refused.content.decode()))
    assert f"background cannot be done here. {MISSING}" in out.getvalue()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Install requirements/backends.txt.", "Ask your administrator to install it."),
        ("Install requirements/backends.txt again.", "Ask your administrator to install it again."),
        ("Set DESIGNER_ENGINE_BACKEND to auto.", "Ask your administrator to set DESIGNER_ENGINE_BACKEND to auto."),
        (
            "Put the file back into the models folder.",
            "Ask your administrator to put the file back into the models folder.",
        ),
        ("Install it again, or choose another.", "Ask your administrator to install it again, or choose another."),
        ("Use auto, or set smaller to reduce.", "Use auto, or set smaller to reduce."),
    ],
)
def test_no_remedy_for_operators_reaches_a_designer_as_it_is(words, said):
    assert for_designers(words) == said


def test_a_preset_without_a_name_is_refused_in_place(editor, asset):
    answer = editor.post("/enhancements/presets", {"asset": asset.pk, **TWICE, "preset_name": " "})
    assert answer.status_code == 422 and "This may not be empty." in answer.content.decode()
    assert re.search(
        r'id="preset-name"[^>]* aria-invalid="true" aria-describedby="preset-error"', answer.content.decode()
    )


def test_the_list_shows_what_runs_what_failed_and_how_to_go_on(editor, asset, client_of):
    assert "Nothing enhanced yet" in editor.get("/enhancements").content.decode()
    editor.post("/enhancements/start", {"asset": asset.pk, **TWICE})
    page = editor.get("/enhancements").content.decode()
    assert "<live-row subject=" in page and "Next to begin" in page
    row = Enhancement.objects.get()
    editor.post(f"/enhancements/{row.pk}/cancel", {"from": "list"})
    assert "Try again" in editor.get("/enhancements?status=cancelled").content.decode()
    again = editor.post(f"/enhancements/{row.pk}/retry", {"from": "list"})
    assert again["Location"] == "/enhancements" and Enhancement.objects.count() == 2
    work_off("gpu")
    done = editor.get("/enhancements?q=swatch&status=succeeded").content.decode()
    assert "Before and after" in done and "✓" not in done and "step-done" in done
    assert "Nothing matches" in editor.get("/enhancements?q=tweed").content.decode()
    assert "swatch" not in client_of("stranger").get("/enhancements").content.decode()


def test_what_succeeded_is_not_tried_again_and_can_be_applied_to_others(editor, asset, team):
    editor.post("/enhancements/start", {"asset": asset.pk, "use": "upscale", "upscale.scale": "4"})
    row = Enhancement.objects.get()
    work_off("gpu")
    assert editor.post(f"/api/enhance/{row.pk}/retry", {}, content_type="application/json").status_code == 409
    other = photo(editor, team, "b.png")
    page = editor.get(f"/enhancements/new?like={row.pk}").content.decode()
    assert 'value="4" selected' in page and f'type="checkbox" name="asset" value="{other.pk}"' in page
    strip = editor.get(f"/assets/{Enhancement.objects.get().result_id}/versions").content.decode()
    assert f"/enhancements/new?like={row.pk}" in strip and f"/gallery?like={row.pk}" in page
    gallery = editor.get(f"/gallery?like={row.pk}").content.decode()
    assert f'name="like" value="{row.pk}"' in gallery
    picked = editor.post("/enhancements/choose", {"asset": [asset.pk, other.pk], "like": row.pk})
    both = editor.get(picked["Location"]).content.decode()
    assert "Enhance 2 images" in both and 'value="4" selected' in both


def test_the_list_goes_on_page_by_page(editor, asset, team):
    for number in range(23):
        Enhancement.objects.create(
            team=team, owner=editor.user, source=asset, recipe_digest=f"{number:064}", status="failed",
            operations=[{"name": "upscale", "scale": 2}], error={"code": "x", "message": "No room.", "remedy": ""},
        )  # fmt: skip
    first = editor.get("/enhancements").content.decode()
    more = re.search(r'href="(/enhancements\?[^"]+)" data-more-link', first)
    assert more and first.count("enhancement-row") == 20 and "No room." in first
    second = editor.get(more[1].replace("&amp;", "&"), headers={"X-Partial": "1"}).content.decode()
    assert second.count("enhancement-row") == 3


def test_every_input_that_waits_for_another_names_one_that_is_there(editor, asset):
    page = editor.get(f"/enhancements/new?asset={asset.pk}").content.decode()
    for key, (other, values) in builder.WHEN.items():
        label = f'<label for="op-{key.replace(".", "-")}"'
        assert re.search(rf'data-when="{other}" data-is="{values}">\s*{label}', page), key
        for value in values.split():
            assert re.search(rf'name="{other}"[^>]*>.*?<option value="{value}"', page), other
