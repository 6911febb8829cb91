import pytest
import torch

from enhancement.engine.compat import import_spandrel
from enhancement.engine.networks import CompactNetwork, CompactShape, compact_shape_of, ready

from .conftest import SHAPE, random_module


@pytest.mark.parametrize("shape", [SHAPE, CompactShape(features=5, convs=1, scale=4)])
def test_a_network_tells_its_shape_by_its_parameters(shape):
    assert compact_shape_of(CompactNetwork(shape).state_dict()) == shape


def test_our_compact_network_computes_what_spandrel_computes():
    pytest.importorskip("einops")
    module = random_module(CompactShape(features=16, convs=3, scale=4))
    theirs = import_spandrel().ModelLoader(device="cpu").load_from_state_dict(module.state_dict()).model
    image = torch.rand(1, 3, 20, 30)
    with torch.inference_mode():
        assert torch.allclose(module(image), theirs(image), atol=1e-5)


def test_half_precision_leaves_flat_colour_alone():
    """bfloat16 is 1/128 coarse near white; the sum in float32 keeps a picture exact where the detail is nought."""
    module = CompactNetwork(SHAPE)
    with torch.no_grad():
        for parameter in module.body[-1].parameters():
            parameter.zero_()
    network = ready(module, name="flat", scale=2, halo=5, device=torch.device("cpu"), dtype=torch.bfloat16)
    levels = torch.arange(256, dtype=torch.uint8).reshape(16, 16, 1).expand(16, 16, 3).numpy()
    assert (network.enlarge(levels)[::2, ::2] == levels).all()
