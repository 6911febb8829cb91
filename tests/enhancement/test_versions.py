"""Two versions of an image held against each other: figures, the map of the difference, and the page."""

import io

import numpy as np
import pytest
from PIL import Image

from designer.assets.models import Asset
from designer.assets.services import store_upload
from enhancement.fidelity import compared
from enhancement.models import Enhancement
from tests import images
from tests.profiles import matrix_profile
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def stored(asset, picture, name="other.png", **how) -> Asset:
    file = io.BytesIO(images.encoded("PNG", picture, **how))
    return store_upload(actor=asset.owner, team_id=asset.team_id, file=file, name=name)


def figures_of(client, asset, before):
    answer = client.get(f"/api/assets/{asset.pk}/against/{before.pk}")
    assert answer.status_code == 200
    return answer.json()["figures"]


def test_an_enlarged_picture_is_faithful_and_a_tinted_one_is_not(editor, asset):
    large = images.photo((48, 36)).resize((192, 144), Image.Resampling.LANCZOS)
    true = figures_of(editor, stored(asset, large, icc_profile=images.SRGB), asset)
    assert true["faithful"] and true["delta_e_mean"] < 0.5 and true["ssim"] > 0.99 and true["reason"] == ""
    tinted = Image.fromarray(np.asarray(large) // 2 + np.array([60, 0, 0], np.uint8))
    moved = figures_of(editor, stored(asset, tinted), asset)
    assert not moved["faithful"] and moved["delta_e_mean"] > 5 and moved["psnr"] < 25


def test_the_same_picture_is_equal_and_its_map_is_black(editor, asset):
    told = figures_of(editor, asset, asset)
    assert (told["psnr"], told["delta_e_mean"], told["ssim"]) == (None, 0, 1)
    answer = editor.get(f"/api/assets/{asset.pk}/against/{asset.pk}/map")
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
    shown = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))
    assert shown.shape == (36, 48, 3) and (shown == [0, 0, 4]).all()


def test_the_map_is_light_where_the_colours_moved_and_nowhere_else(editor, asset):
    changed = np.asarray(images.photo((48, 36))).copy()
    changed[:, 24:] = [0, 255, 0]
    other = stored(asset, Image.fromarray(changed), icc_profile=images.SRGB)
    answer = editor.get(f"/api/assets/{other.pk}/against/{asset.pk}/map")
    light = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    assert light[:, :24].max() < 2 and light[:, 24:].min() > 150


def test_the_colours_are_those_that_the_profiles_mean():
    one, other = images.photo((48, 36)), images.photo((48, 36))
    other.info["icc_profile"] = matrix_profile([(0.68, 0.32), (0.265, 0.69), (0.15, 0.06)])  # Display P3's primaries
    assert compared(one, other)[0]["delta_e_mean"] > 1  # the same numbers, but other colours
    one.info["icc_profile"] = other.info["icc_profile"]
    assert compared(one, other)[0]["delta_e_mean"] == 0


def test_what_is_transparent_is_compared_on_grey():
    grey, clear = Image.new("RGB", (48, 36), (128, 128, 128)), Image.new("RGBA", (48, 36), (255, 0, 0, 0))
    assert compared(grey, clear)[0]["delta_e_mean"] == pytest.approx(0, abs=0.01)


def test_what_was_cropped_has_no_figures_and_says_why(editor, asset):
    square = stored(asset, images.photo((36, 36)))
    told = figures_of(editor, square, asset)
    assert told["psnr"] is None and "cropped" in told["reason"]
    refused = editor.get(f"/api/assets/{square.pk}/against/{asset.pk}/map")
    assert refused.status_code == 409 and refused.json()["code"] == "incomparable"
    assert "cropped" in editor.get(f"/assets/{square.pk}/against/{asset.pk}/figures").content.decode()


def test_sharpness_is_measured_at_the_larger_size():
    rng = np.random.default_rng(1)
    sharp = Image.fromarray(rng.integers(0, 255, (400, 400, 3), dtype=np.uint8))
    told = compared(sharp.resize((100, 100), Image.Resampling.BOX), sharp)[0]
    assert told["sharpness_after"] > told["sharpness_before"] + 0.2


def test_an_enhancement_says_how_true_its_result_is(editor, asset):
    editor.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "upscale", "scale": 2}]}, format="json")
    work_off("gpu")
    row = Enhancement.objects.get()
    told = row.facts["fidelity"]
    assert told["faithful"] and told["ssim"] > 0.9
    assert {**figures_of(editor, row.result, asset), "reason": None} == {**told, "reason": None}
    page = editor.get(f"/assets/{row.result_id}").content.decode()
    assert "<version-compare>" in page and f"/assets/{row.result_id}/against/{asset.pk}/figures" in page


def test_a_result_whose_colours_moved_is_flagged_where_it_is_listed(editor, asset):
    recipe = [{"name": "color", "exposure": 1.0}]
    asked = editor.post(f"/api/enhance/{asset.pk}", {"operations": recipe}, format="json")
    assert asked.status_code == 202, asked.content
    work_off("gpu")
    row = Enhancement.objects.get()
    assert not row.facts["fidelity"]["faithful"]
    for path in ("/enhancements", f"/assets/{asset.pk}/enhancements"):
        assert "Colours moved" in editor.get(path).content.decode()
    assert "without a model" in editor.get(f"/assets/{row.result_id}").content.decode()


def test_any_two_images_are_compared_on_a_page_that_only_members_see(editor, asset, client_of):
    other = stored(asset, images.photo((96, 72)))
    page = editor.get(f"/assets/{other.pk}/against/{asset.pk}").content.decode()
    assert f"/api/assets/{other.pk}/against/{asset.pk}/map" in page and 'alt="Before: 48 × 36 pixels"' in page
    turned = editor.get(f"/assets/{other.pk}/against/{asset.pk}?before={other.pk}&after={asset.pk}")
    assert turned["Location"] == f"/assets/{asset.pk}/against/{other.pk}"
    part = editor.get(f"/assets/{other.pk}/against/{asset.pk}/figures").content.decode()
    assert "dB PSNR" in part and "96 × 72" in part
    for path in ("", "/figures"):
        assert client_of("stranger").get(f"/assets/{other.pk}/against/{asset.pk}{path}").status_code == 404
    editor.delete(f"/api/assets/{other.pk}")
    assert editor.get(f"/api/assets/{other.pk}/against/{asset.pk}").status_code == 409
    assert "in the trash" in editor.get(f"/assets/{other.pk}/against/{asset.pk}/figures").content.decode()
