"""The divergence between true and predicted densities as an optional part of the loss."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.detection.beta import LEAST_SIDE_PX, axis_parameters, image_moments

#: Parameters beyond these, and samples above the cap, would let one bad region dominate.
_LOW, _HIGH, _CAP = 1.001, 200.0, 20.0


def training_loss(
    truth: tuple[Tensor, Tensor], predicted: tuple[Tensor, Tensor], spread: float
) -> Tensor:
    """Mean over people of KL(truth || prediction), both refitted on the union of their supports.

    Parameters
    ----------
    truth, predicted
        Full and visible boxes (n, 4).
    spread
        Standard deviation over visible extent (lambda).
    """
    low = torch.minimum(truth[0][:, :2], predicted[0][:, :2])
    size = (torch.maximum(truth[0][:, 2:], predicted[0][:, 2:]) - low).clamp(min=LEAST_SIDE_PX)
    first = _on(low, size, truth, spread)
    second = _on(low, size, predicted, spread)
    return kl(*first, *second).sum(dim=1).clamp(max=_CAP).mean()


def kl(a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor) -> Tensor:
    """KL(Be(a1, b1) || Be(a2, b2)) in nats, elementwise; log-gammas and digammas."""
    psi = torch.special.digamma
    return (
        _log_beta(a2, b2)
        - _log_beta(a1, b1)
        + (a1 - a2) * psi(a1)
        + (b1 - b2) * psi(b1)
        + (a2 - a1 + b2 - b1) * psi(a1 + b1)
    )


def _log_beta(a: Tensor, b: Tensor) -> Tensor:
    return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)


def _on(
    low: Tensor, size: Tensor, boxes: tuple[Tensor, Tensor], spread: float
) -> tuple[Tensor, Tensor]:
    mean, deviation = image_moments(*boxes, spread)
    a, b = axis_parameters((mean - low) / size, deviation / size)
    return a.clamp(_LOW, _HIGH), b.clamp(_LOW, _HIGH)
