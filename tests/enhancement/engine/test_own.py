"""Files that a studio drops into its models folder: looked into safely, recognised, and used by their own name."""

import collections
import importlib
import pickle
import pickletools
import zipfile

import pytest
import safetensors.torch
import torch

from enhancement.engine import examining, manifest, own, probing, weights
from enhancement.engine.compat import import_spandrel
from enhancement.engine.device import Device
from enhancement.engine.errors import InvalidWeights, MissingWeights

from .conftest import SHAPE, random_module
from .test_weights import Canary, as_pth

CPU = Device(device=torch.device("cpu"), dtype=torch.float32)


@pytest.fixture
def at_hand(monkeypatch):
    """Files are looked into in this process: the same code, without the seconds that a child takes to load torch."""
    monkeypatch.setattr(examining, "_asked", examining.answer)


def rrdb(blocks=1):
    pytest.importorskip("einops")
    import_spandrel()
    return importlib.import_module("spandrel.architectures.ESRGAN.__arch.RRDB").RRDBNet(
        num_filters=8, num_blocks=blocks
    )


def test_a_dropped_file_is_recognised_by_a_child_and_used_under_its_own_name(tmp_path):
    (tmp_path / "mine.safetensors").write_bytes(safetensors.torch.save(random_module().state_dict()))
    (tmp_path / "code.pth").write_bytes(pickle.dumps(Canary(tmp_path / "sung"), protocol=2))
    assert own.entries(tmp_path) == {}
    with pytest.raises(MissingWeights):
        weights.load("own:mine.safetensors", folder=tmp_path, device=CPU)
    examining.examine_all(tmp_path)
    entry = own.entries(tmp_path)["own:mine.safetensors"]
    assert (entry.scale, entry.halo, entry.architecture, entry.own) == (2, SHAPE.halo, "compact", True)
    assert entry.flops == pytest.approx(18 * (3 * 8 + 3 * 64 + 8 * 12))
    assert weights.load(entry.name, folder=tmp_path, device=CPU).scale == 2
    assert own.unexamined(tmp_path) == []
    assert "builtins" in own.problems(tmp_path)["code.pth"] or "open" in own.problems(tmp_path)["code.pth"]
    assert not (tmp_path / "sung").exists()


@pytest.mark.usefixtures("at_hand")
def test_other_architectures_are_recognised_by_spandrel(tmp_path):
    (tmp_path / "deep.pth").write_bytes(as_pth({"params_ema": rrdb().state_dict()}))
    examining.examine_all(tmp_path)
    entry = own.entries(tmp_path)["own:deep.pth"]
    assert (entry.architecture, entry.scale, entry.licence) == ("ESRGAN", 4, "yours")
    assert 0 < entry.halo <= 64 and entry.flops > 0
    network = weights.load(entry.name, folder=tmp_path, device=CPU)
    assert network.module(torch.zeros(1, 3, 8, 8)).shape == (1, 3, 32, 32)


@pytest.mark.usefixtures("at_hand")
def test_the_old_form_of_torch_files_is_read_too(tmp_path):
    torch.save(random_module().state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert examining.examine(tmp_path / "old.pth")["problem"] == ""


@pytest.mark.usefixtures("at_hand")
def test_a_file_that_changed_must_be_examined_again(tmp_path):
    path = tmp_path / "mine.pth"
    path.write_bytes(as_pth(random_module().state_dict()))
    examining.examine(path)
    path.write_bytes(as_pth(random_module(seed=8).state_dict()) + b" ")
    assert own.entries(tmp_path) == {}
    assert own.unexamined(tmp_path) == [path]


def test_known_files_hidden_files_and_other_things_are_not_taken_for_ones_own(tmp_path):
    for name in ("RealESRGAN_x4plus.pth", ".half.pth", "notes.txt", "model.ckpt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.pth").mkdir()
    assert own.unexamined(tmp_path) == []
    assert own.unexamined(tmp_path / "nowhere") == []


def test_a_record_that_cannot_be_read_only_means_looking_again(tmp_path):
    path = tmp_path / "mine.pth"
    path.write_bytes(as_pth(random_module().state_dict()))
    (tmp_path / own.RECORD).write_text("{")
    assert own.unexamined(tmp_path) == [path]


HOSTILE = {
    "empty": lambda canary: b"",
    "noise": lambda canary: bytes(range(256)) * 50,
    "cut": lambda canary: as_pth(random_module().state_dict())[:-300],
    "code": lambda canary: pickle.dumps(canary, protocol=2),
    "code in a newer protocol": lambda canary: pickle.dumps(canary, protocol=5),
    "code among tensors": lambda canary: as_pth({"params": canary, "body.0.weight": torch.zeros(2)}),
    "numbers": lambda canary: as_pth({"params": [1, 2]}),
    "another network": lambda canary: as_pth({"linear.weight": torch.zeros(3, 3)}),
    "unfolding": lambda canary: as_pth({"body.0.weight": torch.zeros(1).expand(10**6, 10**6)}),
}


@pytest.mark.usefixtures("at_hand")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason_and_runs_nothing(kind, tmp_path):
    canary, path = Canary(tmp_path / "sung"), tmp_path / "hostile.pth"
    path.write_bytes(HOSTILE[kind](canary))
    assert examining.examine(path)["problem"]
    assert list(own.problems(tmp_path)) == ["hostile.pth"]
    assert own.entries(tmp_path) == {} and own.unexamined(tmp_path) == []
    assert not (tmp_path / "sung").exists()


@pytest.mark.usefixtures("at_hand")
def test_a_damaged_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "mine.safetensors"
    for data in (b"", b"\xff" * 64, safetensors.torch.save(random_module().state_dict())[:-9]):
        path.write_bytes(data)
        assert examining.examine(path)["problem"]


@pytest.mark.usefixtures("at_hand")
@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_parameters_that_are_no_numbers_are_refused_for_a_result_drawn_back_would_hide_them(broken, tmp_path):
    state = random_module().state_dict()
    next(iter(state.values())).view(-1)[3] = broken
    path = tmp_path / "mine.safetensors"
    path.write_bytes(safetensors.torch.save(state))
    assert "damaged" in examining.examine(path)["problem"]
    assert own.entries(tmp_path) == {}


def test_names_are_refused_before_anything_is_unpickled(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "parse", lambda *_, **__: pytest.fail("the file was parsed"))
    path = tmp_path / "code.pth"
    for protocol in (0, 2, 4):
        path.write_bytes(pickle.dumps(Canary(tmp_path / "sung"), protocol=protocol))
        with pytest.raises(InvalidWeights):
            examining.looked_into(path)


def test_a_compressed_archive_is_refused(tmp_path):
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickletools.optimize(pickle.dumps(collections.OrderedDict(), 2)))
        archive.writestr("archive/data/0", bytes(10**7))
    with pytest.raises(InvalidWeights, match="compressed"):
        examining.scan(path.read_bytes())


def test_plain_tensors_pass_the_scan():
    examining.scan(as_pth({"params_ema": random_module().state_dict(), "epoch": 3}))


def test_sight_is_measured_where_no_formula_knows_it():
    assert probing.sight(random_module()) <= SHAPE.halo
    assert probing.sight(rrdb(), align=4) % 4 == 0


def test_denoising_lies_between_the_two_models(tmp_path, monkeypatch):
    strong, weak = random_module(seed=1).state_dict(), random_module(seed=2).state_dict()
    halfway = weights.blended(strong, weak, 0.25)["body.0.weight"]
    assert torch.allclose(halfway, 0.25 * strong["body.0.weight"] + 0.75 * weak["body.0.weight"], atol=1e-6)
    with pytest.raises(InvalidWeights):
        weights.blended(strong, {"body.0.weight": torch.zeros(3)}, 0.5)


def test_less_denoising_needs_the_twin_and_says_so(tmp_path):
    entry = manifest.entries()["realesr-general-x4v3"]
    (tmp_path / entry.file).write_bytes(b"never opened")
    with pytest.raises(MissingWeights, match="wdn"):
        weights.load(entry.name, denoise=0.5, folder=tmp_path, device=CPU)
