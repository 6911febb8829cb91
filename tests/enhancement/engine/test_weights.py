import dataclasses
import hashlib
import importlib
import io
import pickle
import shutil
import zipfile

import pytest
import safetensors.torch
import torch

from enhancement.engine import manifest, weights
from enhancement.engine.compat import import_spandrel
from enhancement.engine.device import Device
from enhancement.engine.errors import EngineCancelled, InvalidWeights, MissingWeights
from enhancement.engine.networks import compact_shape_of, heeding

from .conftest import SHAPE, random_module, shared_data

CPU = Device(device=torch.device("cpu"), dtype=torch.float32)


class Canary:
    """A pickle that touches a file when it is opened carelessly."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.fixture
def known(tmp_path, monkeypatch):
    """Makes a file of weights that the manifest knows as "known", from bytes, a suffix, and whether to trust them."""

    def make(data, suffix=".pth", *, trusted=True):
        (tmp_path / f"known{suffix}").write_bytes(data)
        entry = dataclasses.replace(
            manifest.entries()["realesr-general-x4v3"],
            name="known",
            file=f"known{suffix}",
            sha256=(hashlib.sha256(data).hexdigest(),) if trusted else ("0" * 64,),
            scale=2,
            halo=SHAPE.halo,
        )
        monkeypatch.setattr(weights, "catalogue", lambda: {"known": entry})
        return tmp_path

    return make


def as_pth(content):
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def test_verified_weights_of_either_format_load(known):
    state = random_module().state_dict()
    for data, suffix in ((as_pth({"params": state}), ".pth"), (safetensors.torch.save(state), ".safetensors")):
        network = weights.load("known", folder=known(data, suffix), device=CPU)
        assert (network.scale, network.halo) == (2, SHAPE.halo)
        assert torch.equal(network.module.state_dict()["body.0.weight"], state["body.0.weight"])


@pytest.mark.parametrize("place", [0, 100, -1])
def test_one_flipped_bit_is_refused_before_anything_is_parsed(known, place, monkeypatch):
    data = bytearray(as_pth(random_module().state_dict()))
    folder = known(bytes(data))
    data[place] ^= 1
    (folder / "known.pth").write_bytes(data)
    monkeypatch.setattr(weights, "parse", lambda *_, **__: pytest.fail("the file was parsed"))
    with pytest.raises(InvalidWeights) as refusal:
        weights.load("known", folder=folder, device=CPU)
    assert refusal.value.code == "invalid_weights"
    assert refusal.value.remedy


def test_a_truncated_file_is_refused(known):
    data = as_pth(random_module().state_dict())
    folder = known(data)
    (folder / "known.pth").write_bytes(data[:-100])
    with pytest.raises(InvalidWeights):
        weights.load("known", folder=folder, device=CPU)


def test_a_truncated_file_is_refused_even_if_its_hash_is_known(known):
    state = random_module().state_dict()
    for data, suffix in ((as_pth(state), ".pth"), (safetensors.torch.save(state), ".safetensors")):
        with pytest.raises(InvalidWeights):
            weights.load("known", folder=known(data[: len(data) // 2], suffix), device=CPU)


def test_a_pickle_never_runs_not_even_with_a_known_hash(known, tmp_path):
    sung = tmp_path / "sung"
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Canary(sung)))
        archive.writestr("archive/version", "3")
    for data in (pickle.dumps(Canary(sung)), zipped.getvalue(), as_pth({"params": Canary(sung)})):
        for trusted in (True, False):
            with pytest.raises(InvalidWeights):
                weights.load("known", folder=known(data, trusted=trusted), device=CPU)
    assert not sung.exists()
    pickle.loads(pickle.dumps(Canary(sung))).close()  # noqa: S301 - our own pickle, opened on purpose
    assert sung.exists()  # so the canary does sing when it is opened carelessly


@pytest.mark.parametrize("suffix", [".pt2", ".pt", ".ckpt", ".bin", ""])
def test_formats_that_may_carry_code_are_refused_by_name(known, suffix):
    with pytest.raises(InvalidWeights):
        weights.load("known", folder=known(as_pth(random_module().state_dict()), suffix), device=CPU)


def test_a_file_that_is_too_large_is_refused_without_reading_it_all(known, monkeypatch):
    monkeypatch.setattr(weights, "LARGEST", 1000)
    with pytest.raises(InvalidWeights, match="larger"):
        weights.load("known", folder=known(b"x" * 1001), device=CPU)


@pytest.mark.parametrize("content", [{"params": [1, 2]}, {"other": torch.zeros(3)}, {"body.0.weight": torch.zeros(3)}])
def test_parameters_of_something_else_are_refused(known, content):
    with pytest.raises(InvalidWeights):
        weights.load("known", folder=known(as_pth(content)), device=CPU)


def test_a_file_that_changes_after_loading_is_verified_again(known):
    folder = known(as_pth(random_module().state_dict()))
    weights.load("known", folder=folder, device=CPU)
    (folder / "known.pth").write_bytes(b"something else")
    with pytest.raises(InvalidWeights):
        weights.load("known", folder=folder, device=CPU)


def test_weights_that_are_not_here_name_where_to_get_them(tmp_path):
    with pytest.raises(MissingWeights) as refusal:
        weights.load("RealESRGAN_x4plus", folder=tmp_path, device=CPU)
    assert "https://github.com/xinntao/Real-ESRGAN/" in refusal.value.remedy


def test_an_unknown_model_is_refused():
    with pytest.raises(MissingWeights):
        weights.load("../../etc/passwd", device=CPU)


def test_downloads_are_found_in_the_folder_named_by_the_environment(known, monkeypatch):
    monkeypatch.setenv(manifest.FOLDER_VARIABLE, str(known(as_pth(random_module().state_dict()))))
    assert weights.load("known", device=CPU).scale == 2


def test_a_configured_folder_serves_where_the_environment_names_none(monkeypatch, tmp_path):
    monkeypatch.setattr(manifest, "_configured", [])
    monkeypatch.delenv(manifest.FOLDER_VARIABLE, raising=False)
    assert manifest.models_folder() is None
    manifest.use_models_folder(tmp_path)
    assert manifest.models_folder() == tmp_path
    monkeypatch.setenv(manifest.FOLDER_VARIABLE, str(tmp_path / "other"))
    assert manifest.models_folder() == tmp_path / "other"


def test_a_cancel_is_heard_while_a_large_file_is_read_and_hashed(known, monkeypatch):
    data = as_pth(random_module().state_dict())
    monkeypatch.setattr(weights, "PART", len(data) // 8)
    for last in (3, 12):  # of eight and a bit that are read, and as many that are hashed
        asked: list[int] = []

        def cancelled(asked=asked, last=last):
            asked.append(1)
            return len(asked) == last

        with heeding(cancelled), pytest.raises(EngineCancelled):
            weights.load("known", folder=known(data), device=CPU)
        assert len(asked) == last
    assert weights.load("known", folder=known(data), device=CPU).scale == 2


@pytest.mark.parametrize("name", [entry.name for entry in manifest.entries().values() if entry.shipped])
def test_the_shipped_weights_are_small_and_are_those_of_the_manifest(name):
    entry = manifest.entries()[name]
    assert (manifest.SHIPPED / entry.file).stat().st_size < 500_000
    network = weights.load(name, device=CPU)
    shape = compact_shape_of(network.module.state_dict())
    assert (network.scale, network.halo) == (shape.scale, shape.halo)


def test_every_download_has_a_hash_a_licence_and_an_official_address():
    for entry in manifest.entries().values():
        assert entry.licence
        assert entry.sha256
        assert all(len(value) == 64 for value in entry.sha256)
        assert entry.shipped or str(entry.url).startswith("https://github.com/xinntao/Real-ESRGAN/releases/download/")


def test_a_published_compact_model_loads_with_the_halo_of_its_layers():
    folder = shared_data("weights/realesr-general-x4v3.pth").parent
    network = weights.load("realesr-general-x4v3", folder=folder, device=CPU)
    assert network.halo == compact_shape_of(network.module.state_dict()).halo == 34


def test_a_deep_published_model_is_read_by_spandrel(tmp_path):
    pytest.importorskip("einops")
    import_spandrel()
    deep = importlib.import_module("spandrel.architectures.ESRGAN.__arch.RRDB").RRDBNet(num_filters=8, num_blocks=1)
    data = as_pth({"params_ema": deep.state_dict()})
    deepest = manifest.entries()["RealESRGAN_x4plus"]
    entry = dataclasses.replace(deepest, sha256=(hashlib.sha256(data).hexdigest(),))
    (tmp_path / entry.file).write_bytes(data)
    module = weights.build(entry, weights.read_state(entry, tmp_path))
    assert module(torch.zeros(1, 3, 5, 7)).shape == (1, 3, 20, 28)


def test_a_models_folder_of_another_place_does_not_shadow_shipped_weights(tmp_path):
    name = "designer-compact-x2"
    shutil.copy(manifest.SHIPPED / "manifest.json", tmp_path / manifest.entries()[name].file)
    assert weights.load(name, folder=tmp_path, device=CPU).scale == 2
