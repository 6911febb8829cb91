"""Faces of a shared photograph, by a stand-in for the network and once by GFPGAN itself with random weights."""

import dataclasses
import hashlib
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from enhancement.engine import manifest, portraits
from enhancement.engine.compat import import_spandrel
from enhancement.engine.errors import EngineCancelled, InvalidWeights
from enhancement.operations import face_restore, faces, pictures, registry
from enhancement.operations.base import ParameterError
from enhancement.remote import errands
from tests import images
from tests.enhancement.engine.conftest import shared_data


def run(image, *, progress=lambda share: None, cancelled=lambda: False, **params):
    return registry.get("face_restore").run(image, params, progress=progress, cancelled=cancelled)


@pytest.fixture
def portrait():
    with Image.open(shared_data("photos/skimage/astronaut.png")) as opened:
        return opened.convert("RGB")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A models folder that seems to hold GFPGAN."""
    (tmp_path / "GFPGANv1.4.pth").write_bytes(b"not opened")
    monkeypatch.setenv("DESIGNER_MODELS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def painter(installed, monkeypatch):
    """A network that turns every face into its negative, and remembers what it was shown."""
    seen: list[np.ndarray] = []

    def restored(face, network, cancelled):
        seen.append(face)
        return np.iinfo(face.dtype).max - face

    monkeypatch.setattr(portraits, "load", lambda name: None)
    monkeypatch.setattr(portraits, "restored", restored)
    return seen


def inside(portrait):
    """Where the mask may reach: the ellipse in the picture, a pixel wider."""
    face = next(face for face in faces.find(np.asarray(portrait)) if face.sure)
    rows, columns = np.mgrid[: portrait.height, : portrait.width]
    scale = face_restore._apart(face.eyes) / 125.92
    middle = (face.eyes[0][0] + face.eyes[1][0]) / 2, (face.eyes[0][1] + face.eyes[1][1]) / 2
    away = np.hypot((columns - middle[0]) / (150 * scale + 6), (rows - middle[1] - 28 * scale) / (195 * scale + 6))
    return away <= 1


def test_only_the_face_changes_and_no_other_pixel(portrait, painter):
    made, before = np.asarray(run(portrait, fidelity=0).image, int), np.asarray(portrait, int)
    changed = (made != before).any(axis=-1)
    assert 0.01 < changed.mean() < 0.1
    assert not changed[~inside(portrait)].any()
    face = faces.find(np.asarray(portrait))[0]
    nose = (round(face.top + 0.6 * face.height), round(face.left + 0.5 * face.width))
    assert np.abs(made[nose] - (255 - before[nose])).max() < 40


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_in_sixteen_bits_too_only_the_face_changes_and_that_as_it_does_in_eight(portrait, painter, mode):
    before, shallow = images.deepened(portrait.convert(mode)), run(portrait.convert(mode), fidelity=0.3)
    result = run(pictures.DeepImage(before), fidelity=0.3)
    made, changed = result.image.samples, (result.image.samples != before).any(axis=-1)
    assert (made.dtype, made.shape, result.facts["notes"]) == (np.uint16, before.shape, [])
    assert 0.01 < changed.mean() < 0.1
    assert not changed[~inside(portrait)].any()
    apart = np.abs(pictures.eight_bits(made).astype(int) - pictures.whole(shallow.image))
    assert (apart.max() <= 3, apart.mean() < 0.1) == (True, True)
    (deep,), (flat,) = result.facts["boxes"], shallow.facts["boxes"]
    assert deep.pop("similarity") == pytest.approx(flat.pop("similarity"), abs=0.01) and deep == flat


def test_the_eyes_stand_where_the_network_knows_them(portrait, painter):
    run(portrait)
    found = [face for face in faces.find(painter[0]) if face.sure]
    assert len(found) == 1
    assert found[0].eyes is not None
    for seen, meant in zip(found[0].eyes, face_restore.EYES, strict=True):
        assert np.hypot(seen[0] - meant[0], seen[1] - meant[1]) < 12


def test_fidelity_goes_from_drawn_anew_to_untouched(portrait, painter):
    before = np.asarray(portrait, int)
    moved = [np.abs(np.asarray(run(portrait, fidelity=share).image, int) - before).mean() for share in (0, 0.5, 1)]
    assert moved[0] > 1.7 * moved[1] > 0
    assert moved[2] == 0
    assert run(portrait, fidelity=1).facts["boxes"][0]["similarity"] == pytest.approx(1, abs=1e-4)
    assert run(portrait, fidelity=0).facts["boxes"][0]["similarity"] < 0.5


def test_a_face_that_the_network_leaves_alone_stays_bit_for_bit(portrait, installed, monkeypatch):
    monkeypatch.setattr(portraits, "load", lambda name: None)
    monkeypatch.setattr(portraits, "restored", lambda face, network, cancelled: face)
    assert run(portrait, fidelity=0).image.tobytes() == portrait.tobytes()
    deep = images.deepened(portrait)
    assert (run(pictures.DeepImage(deep), fidelity=0).image.samples == deep).all()


@pytest.mark.parametrize(("mode", "kept"), [("RGBA", "RGBA"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("CMYK", "RGB")])
def test_every_kind_of_picture_keeps_its_kind(portrait, painter, mode, kept):
    assert run(portrait.convert(mode)).image.mode == kept
    assert painter[0].shape == (512, 512, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (300, 200)])
def test_without_a_face_nothing_is_done_and_that_is_said(size, installed):
    image = Image.new("RGB", size, (180, 140, 120))
    result = run(image)
    assert result.image.tobytes() == image.tobytes()
    assert result.facts["faces"] == 0
    assert "No face was found" in result.facts["notes"][0]
    assert "model" not in result.facts
    deep = images.deepened(image)
    untouched = run(pictures.DeepImage(deep))
    assert (untouched.image.samples == deep).all() and untouched.facts["notes"] == result.facts["notes"]


def test_the_facts_hold_boxes_and_the_likeness_and_fit_into_json(portrait, painter):
    facts = run(portrait).facts
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["faces"], facts["model"], facts["licence"]) == (1, "GFPGANv1.4", "Apache-2.0")
    assert set(facts["boxes"][0]) == {"left", "top", "width", "height", "similarity"}


def test_a_service_changes_the_face_and_of_what_it_left_as_it_was_no_bit(portrait):
    before = images.deepened(portrait)
    wish = {"service": "replicate/gfpgan", "model": "auto", "fidelity": 0.0}
    errand = errands.errand_of("face_restore", pictures.DeepImage(before), wish)
    sent = Image.open(io.BytesIO(errand.order.picture))
    assert (errand.finish(sent).image.samples == before).all()
    changed = (errand.finish(ImageOps.invert(sent)).image.samples != before).any(axis=-1)
    assert 0.01 < changed.mean() < 0.1
    assert not changed[~inside(portrait)].any()


def test_where_no_model_is_installed_it_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("DESIGNER_MODELS_DIR", str(tmp_path))
    operation = registry.get("face_restore")
    assert "models install GFPGANv1.4" in operation.unavailable()
    with pytest.raises(ParameterError) as refusal:
        operation.estimate(512, 512, {})
    assert (refusal.value.field, "models install" in refusal.value.remedy) == ("model", True)


def test_a_model_without_a_commercial_licence_is_not_offered():
    model = next(row for row in registry.get("face_restore").describe() if row["name"] == "model")
    assert model["choices"] == ["auto", "GFPGANv1.4", "RestoreFormer"]


def test_a_file_that_is_not_the_model_is_not_opened(portrait, installed):
    with pytest.raises(InvalidWeights):
        run(portrait)


def test_cancelling_stops_before_the_first_face(portrait, installed):
    with pytest.raises(EngineCancelled):
        run(portrait, cancelled=lambda: True)


@pytest.fixture(scope="module")
def gfpgan(tmp_path_factory):
    """GFPGAN's own network with random weights, in a models folder, and the hash of its file."""
    import_spandrel()
    from spandrel.architectures.GFPGAN import GFPGAN

    torch.manual_seed(3)
    shape = {"out_size": 512, "num_style_feat": 512, "channel_multiplier": 2, "num_mlp": 8, "narrow": 1}
    module = GFPGAN(**shape, input_is_latent=True, different_w=True, sft_half=True, fix_decoder=False)
    folder = tmp_path_factory.mktemp("models")
    torch.save({"params_ema": module.state_dict()}, folder / "GFPGANv1.4.pth")
    return folder, hashlib.sha256((folder / "GFPGANv1.4.pth").read_bytes()).hexdigest()


@pytest.fixture
def random_gfpgan(gfpgan, monkeypatch):
    known = dict(manifest.catalogue())
    known["GFPGANv1.4"] = dataclasses.replace(known["GFPGANv1.4"], sha256=(gfpgan[1],))
    for place in ("enhancement.engine.manifest.catalogue", "enhancement.engine.weights.catalogue"):
        monkeypatch.setattr(place, lambda: known)
    monkeypatch.setenv("DESIGNER_MODELS_DIR", str(gfpgan[0]))


def test_gfpgan_itself_draws_the_face_the_same_each_time_and_can_be_stopped(portrait, random_gfpgan):
    first = run(portrait, fidelity=0)
    changed = (np.asarray(first.image) != np.asarray(portrait)).any(axis=-1)
    assert changed.mean() > 0.01
    assert not changed[~inside(portrait)].any()
    assert run(portrait, fidelity=0).image.tobytes() == first.image.tobytes()
    deep = images.deepened(portrait)
    made = run(pictures.DeepImage(deep), fidelity=0).image.samples
    assert not (made != deep).any(axis=-1)[~inside(portrait)].any()
    assert np.abs(pictures.eight_bits(made).astype(int) - np.asarray(first.image)).mean() < 0.5
    asked = iter([False] * 5)
    with pytest.raises(EngineCancelled):
        run(portrait, cancelled=lambda: next(asked, True))
