"""Muon: steps in which every direction of a layer moves equally far.

Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon.
The gradient with its momentum is replaced by the nearest half-orthogonal matrix, found by five steps of Newton and
Schulz. On the inner convolutions, which are nearly all of a compact network, it needs fewer steps than Adam does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
STEPS = 5
MOMENTUM = 0.95
SHARE = 20.0  # of Adam's rate: then a weight moves about as far in a step


def orthogonalised(matrices: Tensor) -> Tensor:
    """Stacked matrices (count, rows, columns), rows <= columns, with every singular value brought to about one."""
    a, b, c = COEFFICIENTS
    x: Tensor = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(STEPS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x


class Muon(torch.optim.Optimizer):
    """For parameters that are all of one shape (outputs, inputs, 3, 3); `lr` is what one step moves a direction by."""

    def __init__(self, parameters: Iterable[Tensor], *, lr: float) -> None:
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            looked_ahead = [self._looked_ahead(parameter) for parameter in group["params"]]
            moves = orthogonalised(torch.stack([gradient.flatten(1) for gradient in looked_ahead]))
            for parameter, move in zip(group["params"], moves, strict=True):
                parameter.add_(move.view(parameter.shape), alpha=-group["lr"])

    def _looked_ahead(self, parameter: Tensor) -> Tensor:
        """Nesterov: the gradient, and the momentum that it has just been added to."""
        gradient = parameter.grad
        if gradient is None:
            return torch.zeros_like(parameter)
        momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
        momentum.lerp_(gradient, 1 - MOMENTUM)
        return gradient.lerp(momentum, MOMENTUM)


def optimisers_for(network: nn.Module, *, plain: bool) -> list[torch.optim.Optimizer]:
    """Muon for the inner convolutions and Adam for the rest, or (`plain`) Adam for all. `share`: of the plan's rate."""
    convolutions = [layer.weight for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    inner = [] if plain else convolutions[1:-1]
    chosen = {id(weight) for weight in inner}
    rest = [parameter for parameter in network.parameters() if id(parameter) not in chosen]
    adam = torch.optim.Adam([{"params": rest, "share": 1.0}], lr=1e-3, betas=(0.9, 0.99))
    if not inner:
        return [adam]
    muon = Muon(inner, lr=1e-3)
    muon.param_groups[0]["share"] = SHARE
    return [adam, muon]
