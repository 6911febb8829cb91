"""The network in eight-bit whole numbers: where it may be used, what it gives, and how it is made."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from enhancement.engine import choosing, compiled, device, integers, manifest, resuming, trying, weights
from enhancement.engine.errors import EngineCancelled, InvalidWeights
from enhancement.engine.networks import CompactNetwork, heeding, ready
from enhancement.engine.tiles import upscale
from enhancement.engine.training import data, rounding
from enhancement.operations.faithful import TWICE, true

from .conftest import SHAPE, shared_data

GENERAL = "realesr-general-x4v3"
CPU = torch.device("cpu")
needs_openvino = pytest.mark.skipif(not compiled.available(), reason="OpenVINO is not installed")


@pytest.fixture(autouse=True)
def tables(tmp_path, monkeypatch):
    """A folder for the tables of this test, and no wish in the environment."""
    for name in ("BACKEND", "DTYPE", "DEVICE", "THREADS"):
        monkeypatch.delenv(f"DESIGNER_ENGINE_{name}", raising=False)
    monkeypatch.setenv("DESIGNER_ENGINE_CACHE", str(tmp_path / "tables"))


def parent_of(seed=3):
    """A network as trained ones are: it corrects the picture by little."""
    torch.manual_seed(seed)
    return CompactNetwork(SHAPE).requires_grad_(False)


def cloths(count, edge):
    drawn = [data.textile(np.random.default_rng(seed), edge) for seed in range(count)]
    return torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).float() / 255


def student_of(module):
    return rounding.Student(rounding.begun(module, cloths(2, 48)))


@pytest.fixture
def file(tmp_path):
    """The parent's counterpart as it would be shipped."""
    student_of(parent_of()).save(tmp_path / "shipped" / "known-int8.safetensors")
    return tmp_path / "shipped" / "known-int8.safetensors"


def read(file):
    arrays = {key: value.numpy() for key, value in safetensors.torch.load_file(file).items()}
    return integers.of_arrays(arrays, digest=hashlib.sha256(file.read_bytes()).hexdigest(), name=file.name)


@pytest.fixture
def gentle(file):
    network = ready(parent_of(), name="gentle", scale=2, halo=SHAPE.halo, device=CPU, dtype=torch.float32)
    return dataclasses.replace(network, integers=read(file))


@pytest.fixture
def known(tmp_path, file, monkeypatch):
    """A models folder with a model, its twin and another, and the integers of the first; nothing is chosen or timed."""
    entries = {}
    for name, seed in (("known", 3), ("twin", 4), ("other", 5)):
        content = safetensors.torch.save(parent_of(seed).state_dict())
        (tmp_path / f"{name}.safetensors").write_bytes(content)
        sizes = {"scale": 2, "halo": SHAPE.halo, "sha256": (hashlib.sha256(content).hexdigest(),), "twin": None}
        entry = dataclasses.replace(manifest.entries()[GENERAL], name=name, file=f"{name}.safetensors", **sizes)
        entries[name] = entry
    entries["known"] = dataclasses.replace(entries["known"], twin="twin")
    parent = ready(parent_of(), name="known", scale=2, halo=SHAPE.halo, device=CPU, dtype=torch.float32)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    whole = manifest.Whole(file=file.name, sha256=(digest,), parent=trying.digest(parent))
    monkeypatch.setattr(manifest, "SHIPPED", file.parent)
    monkeypatch.setattr(manifest, "integers", lambda: {"known": whole, "other": whole})
    monkeypatch.setattr(weights, "catalogue", lambda: entries)
    monkeypatch.setattr(weights, "quickest", lambda network, mode, **_: network)
    monkeypatch.setattr(device, "choose", lambda: device.Device(device=CPU, dtype=torch.float32))
    return tmp_path


@needs_openvino
@pytest.mark.parametrize(
    ("name", "wish", "there"),
    [
        ("known", {"mode": "fast"}, True),
        ("known", {"mode": "faithful"}, False),
        ("known", {}, False),
        ("known", {"mode": "fast", "denoise": 0.5}, False),
        ("known", {"mode": "fast", "device": device.Device(device=CPU, dtype=torch.float32)}, False),
        ("other", {"mode": "fast"}, False),
        ("twin", {"mode": "fast"}, False),
    ],
)
def test_whole_numbers_are_for_the_fast_mode_and_for_the_very_network_they_were_made_of(known, name, wish, there):
    assert (weights.load(name, folder=known, **wish).integers is not None) is there


@needs_openvino
def test_a_shipped_file_that_was_tampered_with_is_refused_and_says_what_to_do(known, file, monkeypatch):
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(InvalidWeights, match=r"known-int8\.safetensors has the unknown SHA-256") as refusal:
        weights.load("known", folder=known, mode="fast")
    assert "install the program again" in refusal.value.remedy and "Faithful" in refusal.value.remedy
    assert weights.load("known", folder=known, mode="faithful").integers is None


@needs_openvino
def test_where_the_file_is_not_there_the_other_ways_do(known, file):
    file.unlink()
    assert weights.load("known", folder=known, mode="fast").integers is None


@pytest.mark.parametrize("fault", ["missing", "shape", "type", "infinite"])
def test_a_file_of_something_else_is_refused_even_if_its_hash_is_known(file, fault):
    arrays = {key: value.numpy() for key, value in safetensors.torch.load_file(file).items()}
    if fault == "missing":
        del arrays["last.bias"]
    elif fault == "shape":
        arrays["inner.slope"] = arrays["inner.slope"][:1]
    elif fault == "type":
        arrays["inner.weight"] = arrays["inner.weight"].astype(np.float32)
    else:
        arrays["first.bias"] = arrays["first.bias"] * np.inf
    with pytest.raises(InvalidWeights, match="holds no network in whole numbers"):
        integers.of_arrays(arrays, digest="", name="known")


@pytest.mark.parametrize(
    ("mode", "setting", "have", "half", "tried"),
    [
        ("fast", {}, True, True, True),
        ("faithful", {}, True, True, False),
        ("fast", {}, False, True, False),
        ("fast", {}, True, False, False),
        ("fast", {"DTYPE": "bf16"}, True, True, False),
        ("fast", {"BACKEND": "torch"}, True, True, False),
    ],
)
@needs_openvino
def test_they_are_tried_where_the_mode_the_network_and_the_settings_allow(
    monkeypatch, gentle, mode, setting, have, half, tried
):
    asked = []
    for name, value in setting.items():
        monkeypatch.setenv(f"DESIGNER_ENGINE_{name}", value)

    def tries(_network, ways, _computed):
        asked.extend(ways)
        return [trying.Try(way=choosing.EXACT, seconds=1, decibels=999)]

    monkeypatch.setattr(trying, "tries", tries)
    choosing.way_for(gentle if have else dataclasses.replace(gentle, integers=None), mode, half=half)
    assert (choosing.INTEGERS in asked) is tried
    assert choosing.INTEGERS not in choosing.allowed(kind="cuda", integers=True)


@needs_openvino
@pytest.mark.parametrize(
    ("seconds", "decibels", "way"),
    [
        (0.1, 41, choosing.INTEGERS),
        (0.4, 41, "openvino bfloat16"),  # a processor without the units for it
        (0.19, 41, "openvino bfloat16"),  # no gain worth rounding more
        (0.1, 39.9, "openvino bfloat16"),
    ],
)
def test_they_are_taken_where_they_are_faster_and_near_enough(monkeypatch, gentle, seconds, decibels, way):
    measured = {choosing.EXACT: (1, 999), "openvino bfloat16": (0.2, 55), choosing.INTEGERS: (seconds, decibels)}
    rows = [trying.Try(way=name, seconds=s, decibels=d) for name, (s, d) in measured.items()]
    monkeypatch.setattr(trying, "tries", lambda *_: rows)
    assert choosing.way_for(gentle, "fast") == way


@needs_openvino
def test_the_table_of_one_file_is_not_taken_for_another(gentle, tmp_path):
    def tables():
        return [json.loads(path.read_text()) for path in (tmp_path / "tables").glob("*.json")]

    choosing.way_for(gentle, "fast")
    assert choosing.INTEGERS in [row["way"] for row in tables()[0]]
    other = integers.Integers(arrays=gentle.integers.arrays, digest="another")
    choosing.way_for(dataclasses.replace(gentle, integers=other), "fast")
    assert len(tables()) == 2


@needs_openvino
def test_compiled_they_give_what_the_training_sees(gentle, photo):
    network = choosing.computed(gentle, choosing.INTEGERS)
    assert network.label == choosing.INTEGERS
    image = torch.from_numpy(photo.astype(np.float32) / 255).permute(2, 0, 1)[None]
    with torch.no_grad():
        seen = torch.pixel_shuffle(student_of(parent_of())(image), 2)[0]
    pixels = seen.clamp(0, 255).round().permute(1, 2, 0).numpy().astype(np.uint8)
    assert trying.nearness([network.enlarge(photo)], [pixels]) > 48


@needs_openvino
def test_tiles_in_whole_numbers_are_those_of_the_whole_picture(gentle, photo):
    network = choosing.computed(gentle, choosing.INTEGERS)
    steps = np.abs(upscale(photo, network, tile=1000).astype(int) - upscale(photo, network, tile=48))
    assert steps.max() <= 3 and (steps <= 1).mean() >= 0.999


@needs_openvino
def test_whole_numbers_stop_in_the_middle_of_a_piece_and_work_again(gentle):
    network = choosing.computed(gentle, choosing.INTEGERS)
    large = np.zeros((1600, 1600, 3), np.uint8)
    with heeding(lambda: True), pytest.raises(EngineCancelled):
        network.enlarge(large)
    assert network.enlarge(large).shape == (3200, 3200, 3)


@needs_openvino
def test_sixteen_bits_never_go_through_eight(gentle):
    ramp = np.linspace(20000, 21000, 32 * 32).reshape(32, 32, 1).repeat(3, axis=2).astype(np.uint16)
    network = choosing.computed(gentle, choosing.INTEGERS)
    assert (upscale(ramp, network) == upscale(ramp, gentle)).all()


def test_a_network_without_them_cannot_be_computed_in_them(gentle):
    pytest.importorskip("openvino")
    with pytest.raises(RuntimeError, match="gentle is not there in whole numbers"):
        choosing.computed(dataclasses.replace(gentle, integers=None), choosing.INTEGERS)


@needs_openvino
def test_rows_of_another_file_of_integers_are_not_gone_on_from(gentle, photo):
    other = integers.Integers(arrays=gentle.integers.arrays, digest="another")
    both = [gentle, dataclasses.replace(gentle, integers=other)]
    heads = [resuming._Plan(photo, choosing.computed(one, choosing.INTEGERS), 64).head for one in both]
    assert heads[0] != heads[1]


# --- what is shipped --------------------------------------------------------------------------------------------------


def test_the_shipped_integers_are_those_of_the_manifest_with_their_licence():
    rows = json.loads((manifest.SHIPPED / "manifest.json").read_text())["integers"]
    for row in rows:
        data = (manifest.SHIPPED / row["file"]).read_bytes()
        assert row["sha256"] == [hashlib.sha256(data).hexdigest()] and row["size"] == len(data) < 1_500_000
        assert row["licence"] == manifest.entries()[row["of"]].licence
        assert "Copyright (c) 2021, Xintao Wang" in (manifest.SHIPPED / row["notice"]).read_text()
        found = read(manifest.SHIPPED / row["file"])
        assert (found.features, found.convs, found.scale) == (64, 32, 4)
    assert rows


@pytest.fixture(scope="module")
def general(tmp_path_factory):
    """Real-ESRGAN general with its integers, not chosen yet; from a folder of its own, for the warm ones are kept."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copy(shared_data(f"weights/{GENERAL}.pth"), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "quickest", lambda network, mode, **_: network)
        patch.setattr(device, "choose", lambda: device.Device(device=CPU, dtype=torch.float32))
        return weights.load(GENERAL, folder=Path(folder), mode="fast")


@needs_openvino
def test_the_shipped_integers_are_as_near_as_the_fast_mode_asks(general):
    pieces = [data.textile(np.random.default_rng(seed), 80) for seed in trying.CLOTHS]
    whole, exact = (choosing.computed(general, way) for way in (choosing.INTEGERS, "openvino float32"))
    made, wanted = ([network.enlarge(piece) for piece in pieces] for network in (whole, exact))
    assert trying.nearness(made, wanted) > choosing.MODES["fast"]
    for _ in range(TWICE):
        made, wanted = ([true(one, piece) for one, piece in zip(row, pieces, strict=True)] for row in (made, wanted))
    assert trying.nearness(made, wanted) > choosing.MODES["fast"] + 2


# --- how it is made ---------------------------------------------------------------------------------------------------


def test_rounding_in_training_lowers_the_error_and_what_is_saved_is_what_was_trained(tmp_path):
    parent, images = parent_of(), cloths(6, 32)
    wanted, student = rounding.answers(parent, images), student_of(parent)

    def error(module):
        with torch.no_grad():
            return float((module(images).clamp(0, 255) - wanted).square().mean())

    before = error(student)
    plan = rounding.Plan(60, 5, 0.1)
    rounding.train(student, images, wanted, tmp_path / "x", plan=plan, batch=3, rng=np.random.default_rng(1))
    again = rounding.Student(safetensors.torch.load_file(tmp_path / "x"))
    assert error(student) < before and error(again) == pytest.approx(error(student), rel=0.02)


def test_photographs_that_are_kept_for_the_measure_are_not_learned_from(tmp_path):
    names = {"kodak": ("03.png", "04.png"), "skimage": ("brick.png", "coffee.png"), "own": ("03.png",)}
    for kind, files in names.items():
        (tmp_path / kind).mkdir()
        for file in files:
            Image.new("RGB", (8, 8)).save(tmp_path / kind / file)
    wish = {"scale": 1, "edge": 4, "textiles": 0, "rng": np.random.default_rng(0), "one_size": True}
    shelves = data.shelves_from(tmp_path, **wish, wanted=rounding.learned_from)
    assert [len(shelf.pairs) for shelf in shelves] == [1, 1, 1, 0]
    assert not rounding.learned_from("clothing", "4.jpg") and rounding.learned_from("clothing", "0.jpg")


def test_the_program_makes_a_file_that_can_be_shipped_and_goes_on_from_it(tmp_path, capsys):
    (tmp_path / "photos" / "kodak").mkdir(parents=True)
    Image.fromarray(data.textile(np.random.default_rng(0), 96)).save(tmp_path / "photos" / "kodak" / "one.png")
    safetensors.torch.save_file(parent_of().state_dict(), tmp_path / "parent.safetensors")
    out = tmp_path / "made" / "int8.safetensors"
    wish = ["--parent", str(tmp_path / "parent.safetensors"), "--photos", str(tmp_path / "photos"), "--out", str(out)]
    wish += ["--steps", "2", "--crops", "4", "--edge", "32", "--textiles", "2"]
    rounding.main(wish)
    assert (read(out).features, read(out).scale) == (SHAPE.features, SHAPE.scale)
    rounding.main([*wish, "--start", str(out)])
    assert "dB" in capsys.readouterr().out
