"""A few seconds of the very program that made the shipped weights."""

import math

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from enhancement.engine.networks import CompactShape, compact_shape_of
from enhancement.engine.training import data, growing, orthogonal, train

from .conftest import random_module


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "kodak").mkdir()
    for number in range(2):
        Image.fromarray(data.textile(rng, 96)).save(tmp_path / "kodak" / f"{number}.png")
    return tmp_path


@pytest.mark.parametrize("draw", data.TEXTILES)
def test_every_textile_is_a_pattern_between_nought_and_one(draw):
    x, y = data._grid(64, 0.3)
    tone = draw(np.random.default_rng(2), x, y)
    assert tone.shape == (64, 64)
    assert 0 <= tone.min() < tone.max() <= 1


def test_a_crop_of_the_small_picture_lies_where_its_sharp_one_does():
    rng = np.random.default_rng(3)
    flat = np.kron(rng.integers(0, 256, (24, 24, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    shelf = data.Shelf([data.make_pair(flat, 2)], 1.0)
    crops = data.Crops([shelf], scale=2, edge=24, spoiled=0.0, rng=rng)
    small, sharp = crops.batch(8)
    assert (small.shape, sharp.shape) == ((8, 3, 24, 24), (8, 3, 48, 48))
    halved = sharp.unfold(2, 2, 2).unfold(3, 2, 2).mean(dim=(4, 5))
    assert (halved - small).abs().mean() < 0.05


def test_a_short_training_lowers_the_loss_and_saves_small_weights(photos, tmp_path, capsys):
    out = tmp_path / "made" / "x2.safetensors"
    sizes = ["--features", "8", "--convs", "1", "--batch", "4", "--edge", "16", "--threads", "1"]
    train.main(["--scale", "2", "--minutes", "0.03", "--photos", str(photos), "--out", str(out), *sizes])
    shape = compact_shape_of(load_file(out))
    assert (shape.features, shape.convs, shape.scale) == (8, 1, 2)
    assert "loss" in capsys.readouterr().out


def test_a_run_ends_with_its_minutes_whatever_its_steps():
    assert [step for step, _ in train.Plan(10**9, 1e-9, 1e-3).walk()] == []
    assert [share for _, share in train.Plan(4, math.inf, 1e-3).walk()] == [0, 0.25, 0.5, 0.75]


@pytest.fixture
def small(tmp_path):
    """A network with detail of its own, and the file it was saved to."""
    module = random_module(CompactShape(features=8, convs=2, scale=2))
    train.save(module, tmp_path / "small.safetensors")
    module.load_state_dict({key: value.half().float() for key, value in module.state_dict().items()})
    return module, tmp_path / "small.safetensors"


def test_a_larger_network_begins_with_what_the_smaller_one_can(small, photo):
    module, file = small
    larger = growing.starting_network(CompactShape(features=13, convs=7, scale=2), file)
    image = torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        assert torch.allclose(larger(image), module(image), atol=1e-5)
    grown = [layer.weight for layer in larger.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert all(weight.abs().sum(dim=(1, 2, 3)).min() > 0 for weight in grown[:-1])  # new channels can learn


def test_training_for_four_times_begins_from_two_times(small):
    module, file = small
    four = growing.starting_network(CompactShape(features=8, convs=2, scale=4), file)
    assert torch.equal(four.state_dict()["body.2.weight"], module.state_dict()["body.2.weight"])
    assert four.state_dict()["body.6.weight"].shape[0] == 48


def test_a_smaller_network_cannot_begin_from_a_larger_one(small):
    with pytest.raises(ValueError, match="larger"):
        growing.starting_network(CompactShape(features=4, convs=2, scale=2), small[1])


def test_every_direction_of_a_layer_moves_about_equally_far():
    matrices = torch.randn(3, 8, 72, generator=torch.Generator().manual_seed(3)) * torch.logspace(-0.5, 0.5, 8)[:, None]
    spread = torch.linalg.svdvals(orthogonal.orthogonalised(matrices))
    assert spread.min() > 0.3 and spread.max() < 1.3


@pytest.mark.parametrize("words", [[], ["--plain"]])
def test_both_optimisers_move_every_parameter(words, photos, tmp_path):
    out = tmp_path / "x2.safetensors"
    sizes = ["--features", "8", "--convs", "2", "--batch", "2", "--edge", "16", "--steps", "3"]
    train.main(["--photos", str(photos), "--out", str(out), *sizes, *words])
    torch.manual_seed(20261123)
    before = growing.starting_network(CompactShape(features=8, convs=2, scale=2), None).state_dict()
    after = load_file(out)
    assert all(not torch.equal(after[key], value.half()) for key, value in before.items())


def test_the_rate_of_learning_rises_shortly_and_falls_to_almost_nothing():
    rates = [train.learning_rate(share / 100, 1.0) for share in range(101)]
    assert rates[0] < rates[1] < rates[2]
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] < 0.01
