"""What a network is, told by its parameters: its family, how much it enlarges, how far it sees, what it costs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from enhancement.engine import own
from enhancement.engine.compat import import_spandrel
from enhancement.engine.errors import InvalidWeights
from enhancement.engine.networks import CompactNetwork, compact_shape_of

SCALES = (2, 3, 4, 8)
PROBE_EDGE = 128  # pixels: sight is measured up to half of it
UNSEEN = 0.5 / 255  # what all pixels beyond the halo together may move an output pixel by, half a step of 8 bits
REMEDY = "Choose weights of an architecture that spandrel reads and that enlarges RGB pictures."


def describe(state: dict[str, Tensor]) -> dict[str, Any]:
    """The fields of a manifest Entry that parameters tell. Raises InvalidWeights if no known network has these.

    Nor may they be damaged: one number that is none makes a whole picture of nothing, and drawing a result back to its
    source would hide that.
    """
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise InvalidWeights("It is damaged: some of its numbers are infinite or none at all.", remedy=REMEDY)
    try:
        shape = compact_shape_of(state)
        module = CompactNetwork(shape)
        module.load_state_dict({key: value.float() for key, value in state.items()})
    except (ValueError, RuntimeError):
        return _described_by_spandrel(state)
    _check_scale(shape.scale)
    known = {"architecture": "compact", "scale": shape.scale, "halo": shape.halo, "align": 1, "half": True}
    return {**known, "flops": _arithmetic(module, 1)}


def _described_by_spandrel(state: dict[str, Tensor]) -> dict[str, Any]:
    spandrel = import_spandrel()
    try:
        found = spandrel.ModelLoader(device="cpu").load_from_state_dict(state)
    except Exception as error:  # spandrel knows forty architectures, and a wrong guess fails in as many ways
        raise InvalidWeights("Its architecture is not known.", remedy=REMEDY) from error
    enlarges = isinstance(found, spandrel.ImageModelDescriptor) and found.purpose in ("SR", "Restoration")
    if enlarges:
        _check_scale(int(found.scale))
    if not enlarges or (found.input_channels, found.output_channels) != (3, 3) or found.scale not in SCALES:
        raise InvalidWeights(f"{found.architecture.name} weights that do not enlarge RGB pictures.", remedy=REMEDY)
    module, align = found.model.eval(), max(1, int(found.size_requirements.multiple_of))
    return {
        "architecture": str(found.architecture.id),
        "scale": int(found.scale),
        "halo": sight(module, align),
        "align": align,
        "half": bool(found.supports_bfloat16),
        "flops": _arithmetic(module, align),
    }


def _check_scale(scale: int) -> None:
    """Raises InvalidWeights for a network that gives a picture of the same size, as those that only take noise out."""
    if scale == 1:
        raise InvalidWeights(own.NO_LARGER, remedy=REMEDY)


def sight(module: nn.Module, align: int = 1) -> int:
    """How far an output pixel sees that matters: input pixels each way, a multiple of `align`.

    Measured by the gradient of a middle output pixel on grey noise: the pixels beyond could together, each changing
    from black to white, hardly move it. In theory deep networks see further.
    """
    edge = max(align, PROBE_EDGE // align * align)
    image = (0.5 + 0.2 * torch.randn(1, 3, edge, edge, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    image.requires_grad_(True)
    made = module(image)
    middle = made.shape[2] // 2
    made[0, :, middle, middle].mean().backward()
    assert image.grad is not None  # noqa: S101 - for the type checker: backward has just filled it
    weight = image.grad[0].abs().sum(0)
    centre = edge // 2
    rows, columns = torch.meshgrid(torch.arange(edge), torch.arange(edge), indexing="ij")
    distance = torch.maximum((rows - centre).abs(), (columns - centre).abs())
    beyond = [float(weight[distance > reach].sum()) for reach in range(centre)]
    reach = next((far for far, left in enumerate(beyond) if left < UNSEEN), centre)
    return -(-reach // align) * align


def _arithmetic(module: nn.Module, align: int) -> float:
    """Multiplications and additions per input pixel in convolutions and linear layers, counted on a small picture."""
    edge, counted = -(-64 // align) * align, 0

    def count(layer: nn.Module, _: Any, made: Tensor) -> None:
        nonlocal counted
        weight = layer.weight
        assert isinstance(weight, Tensor)  # noqa: S101 - for the type checker: both kinds of layer have one
        channels = made.shape[1 if isinstance(layer, nn.Conv2d) else -1]
        counted += 2 * made.numel() * weight.numel() // channels

    layers = [layer for layer in module.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.inference_mode():
        module(torch.full((1, 3, edge, edge), 0.5))
    for hook in hooks:
        hook.remove()
    return counted / edge**2
