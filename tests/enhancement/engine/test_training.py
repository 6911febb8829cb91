"""A few seconds of the very program that made the shipped weights."""

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from enhancement.engine.networks import CompactShape, compact_shape_of
from enhancement.engine.training import data, train


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


def test_training_for_four_times_begins_from_two_times(photos, tmp_path):
    start = tmp_path / "x2.safetensors"
    two = train.starting_network(CompactShape(features=8, convs=1, scale=2), None)
    train.save(two, start)
    four = train.starting_network(CompactShape(features=8, convs=1, scale=4), start)
    ours, theirs = four.state_dict(), two.state_dict()
    assert torch.equal(ours["body.2.weight"].half(), theirs["body.2.weight"].half())
    assert ours["body.4.weight"].shape[0] == 48


def test_the_rate_of_learning_rises_shortly_and_falls_to_almost_nothing():
    rates = [train.learning_rate(share / 100, 1.0) for share in range(101)]
    assert rates[0] < rates[1] < rates[2]
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] < 0.01
