"""What the steps of a recipe said stands wherever their result is looked at: list, image, comparison, and the trial."""

import io

import pytest

from designer.assets.services import store_upload
from enhancement.models import Enhancement
from tests.enhancement.engine.conftest import shared_data
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
NO_FACE = "No face was found that is large enough; nothing was changed."
PALETTE = {"name": "color", "palette": ["#b7410e", "#e2ca9c"], "area": "whole"}


def enhanced(client, asset, *operations) -> Enhancement:
    asked = client.post(f"/api/enhance/{asset.pk}", {"operations": list(operations)}, format="json")
    assert asked.status_code == 202, asked.content
    work_off("gpu")
    row = Enhancement.objects.get(pk=asked.json()["id"])
    assert row.status == "succeeded", row.error
    return row


def pages(client, row):
    """List, the source's panel, and the figures beside before and after, as text."""
    places = (
        "/enhancements",
        f"/assets/{row.source_id}/enhancements",
        f"/assets/{row.result_id}/against/{row.source_id}/figures",
    )
    return [client.get(place).content.decode() for place in places]


def test_what_a_step_could_not_do_stands_on_list_image_and_comparison(editor, asset, faces_here):
    row = enhanced(editor, asset, {"name": "face_restore"}, PALETTE)
    told = row.facts["operations"][1]["palette"]
    moved = f"{told['delta_e_before']:.1f} before, {told['delta_e_after']:.1f} after"
    for page in pages(editor, row):
        assert page.count(NO_FACE) == 1 and moved in page
    quiet = enhanced(editor, asset, {"name": "upscale", "scale": 2})
    assert "step-said" not in pages(editor, quiet)[2]


def test_how_alike_a_restored_face_is_stands_beside_it(editor, asset, painter):
    data = shared_data("photos/skimage/astronaut.png").read_bytes()
    portrait = store_upload(actor=asset.owner, team_id=asset.team_id, file=io.BytesIO(data), name="a.png")
    row = enhanced(editor, portrait, {"name": "face_restore"})
    alike = row.facts["operations"][0]["boxes"][0]["similarity"]
    for page in pages(editor, row):
        assert f"One face restored; likeness {alike:.2f} (SSIM; 1 is unchanged)." in page


def test_weights_that_were_tampered_with_are_named_beside_the_step_that_did_without(editor, asset, folder):
    folder.mkdir()
    (folder / "realesr-general-x4v3.pth").write_bytes(b"somebody else's")
    row = enhanced(editor, asset, {"name": "upscale", "scale": 4})
    for page in pages(editor, row):
        assert "realesr-general-x4v3 was refused: " in page


def test_a_trial_says_the_same_of_its_part_through_the_api_and_on_its_page(editor, asset, faces_here):
    recipe = {"operations": [{"name": "face_restore"}, PALETTE]}
    asked = editor.post("/api/enhance/previews", {"asset": str(asset.pk), "recipes": [recipe]}, format="json").json()
    assert not any(NO_FACE in note for note in asked["recipes"][0]["notes"])
    work_off("gpu")
    notes = editor.get(f"/api/enhance/previews/{asked['id']}").json()["recipes"][0]["notes"]
    assert notes[-2] == f"Restore faces: {NO_FACE}" and notes[-1].startswith("Colour: Distance to the palette (ΔE2000")
    page = editor.get(f"/enhancements/previews/{asked['id']}").content.decode()
    assert NO_FACE in page and "Distance to the palette" in page
