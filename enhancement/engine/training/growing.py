"""Begin from a trained network that may be narrower, shallower or of another scale (Net2Net, arXiv:1511.05641)."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from enhancement.engine.networks import CompactNetwork, CompactShape, compact_shape_of

Layer = tuple[nn.Conv2d, nn.PReLU]


def starting_network(shape: CompactShape, start: Path | None) -> CompactNetwork:
    """A network to train: plain nearest-neighbour enlargement, or one that computes what the weights in `start` do."""
    network = CompactNetwork(shape)
    last = _convolution(network.body[-1])
    nn.init.normal_(last.weight, std=1e-3)  # begin as plain enlargement, and learn the difference
    _zero(last.bias)
    if start is not None:
        grow_from(network, load_file(start))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@torch.no_grad()
def grow_from(network: CompactNetwork, state: dict[str, Tensor]) -> None:
    """Put a trained network into a larger one, so that the two compute the same (at another scale all but the end).

    New channels begin at random and nobody listens to them yet; new layers pass on what they get.
    Raises ValueError if the network is smaller than what it is to begin from.
    """
    theirs = CompactNetwork(compact_shape_of(state))
    theirs.load_state_dict({key: value.float() for key, value in state.items()})
    if theirs.shape.features > network.shape.features or theirs.shape.convs > network.shape.convs:
        raise ValueError("The network to begin from is larger than the one to train.")
    known, layers = _layers(theirs), _layers(network)
    places = _spread(len(known), len(layers))
    width = theirs.shape.features
    for place, (convolution, slopes) in enumerate(layers):
        if place in places:
            _embed(convolution, known[places.index(place)][0])
            slopes.weight[:width] = known[places.index(place)][1].weight
        else:
            _pass_on(convolution, slopes, width)
    if theirs.shape.scale == network.shape.scale:
        _embed(_convolution(network.body[-1]), _convolution(theirs.body[-1]))


def _spread(known: int, layers: int) -> list[int]:
    """Which of `layers` places the known ones take: the first, and the others evenly after it."""
    return [round(number * (layers - 1) / max(1, known - 1)) for number in range(known)]


def _embed(into: nn.Conv2d, trained: nn.Conv2d) -> None:
    outputs, inputs = trained.weight.shape[:2]
    into.weight[:outputs, inputs:] = 0
    into.weight[:outputs, :inputs] = trained.weight
    if into.bias is not None and trained.bias is not None:
        into.bias[:outputs] = trained.bias


def _pass_on(convolution: nn.Conv2d, slopes: nn.PReLU, width: int) -> None:
    """The first `width` channels come out as they went in: a centred one, no offset, a slope of one below nought."""
    convolution.weight[:width] = 0
    for channel in range(width):
        convolution.weight[channel, channel, 1, 1] = 1
    if convolution.bias is not None:
        convolution.bias[:width] = 0
    slopes.weight[:width] = 1


def _layers(network: CompactNetwork) -> list[Layer]:
    body = list(network.body)
    return [
        (_convolution(convolution), slopes)
        for convolution, slopes in zip(body[0:-1:2], body[1:-1:2], strict=True)
        if isinstance(slopes, nn.PReLU)
    ]


def _convolution(module: nn.Module) -> nn.Conv2d:
    if not isinstance(module, nn.Conv2d):
        raise TypeError("A compact network has a convolution here.")
    return module


def _zero(bias: Tensor | None) -> None:
    if bias is not None:
        nn.init.zeros_(bias)
