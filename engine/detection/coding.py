"""What the heads regress, and back: moments of the density relative to a proposal.

For a proposal with centre c and size p, a person's full box (cf, wf) and visible box (cv, wv),
on each axis::

    d1 = (cf - c) / p     d2 = ln(wf / p)     d3 = (cv - c) / p     d4 = ln(wv / p)

d3 is the mean of the density and d4 the logarithm of its standard deviation up to lambda, so
this is regression of (mu, sigma); a and b themselves explode for thin visible parts. The paper's
own targets are not known: this choice is ours.

All tensors are float, boxes (n, 4) left, top, right, bottom in pixels.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

#: Divides d1 and d3, then d2 and d4.
STDS = (0.1, 0.1, 0.2, 0.2)
#: ln of the largest growth a regression may ask for.
MOST_GROWTH = math.log(1000.0 / 16)
#: A refined box smaller than this falls back to its proposal.
COLLAPSED_PX = 2.0


def encode(proposals: Tensor, full: Tensor, visible: Tensor | None = None) -> Tensor:
    """Targets (n, 4) of full boxes, or (n, 8) of full and visible boxes."""
    deltas = _deltas(proposals, full)
    return deltas if visible is None else torch.cat([deltas, _deltas(proposals, visible)], dim=1)


def decode(proposals: Tensor, deltas: Tensor) -> tuple[Tensor, Tensor]:
    """Full and visible boxes (n, 4) each, the visible ones cut to the full ones.

    From four numbers a row the full box alone is known, and stands for both.
    """
    full = _boxes(proposals, deltas[:, :4])
    collapsed = (full[:, 2:] - full[:, :2]).amin(dim=1, keepdim=True) < COLLAPSED_PX
    full = torch.where(collapsed, proposals, full)
    if deltas.shape[1] == 4:
        return full, full
    return full, cut_to(_boxes(proposals, deltas[:, 4:]), full)


def cut_to(boxes: Tensor, outer: Tensor) -> Tensor:
    """Boxes cut to the outer box of the same row."""
    low = torch.maximum(torch.minimum(boxes[:, :2], outer[:, 2:]), outer[:, :2])
    high = torch.maximum(torch.minimum(boxes[:, 2:], outer[:, 2:]), outer[:, :2])
    return torch.cat([low, high], dim=1)


def _centre_size(boxes: Tensor) -> tuple[Tensor, Tensor]:
    size = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1.0)
    return (boxes[:, :2] + boxes[:, 2:]) / 2, size


def _deltas(proposals: Tensor, boxes: Tensor) -> Tensor:
    centre, size = _centre_size(proposals)
    own_centre, own_size = _centre_size(boxes)
    raw = torch.cat([(own_centre - centre) / size, torch.log(own_size / size)], dim=1)
    return raw / raw.new_tensor(STDS)


def _boxes(proposals: Tensor, deltas: Tensor) -> Tensor:
    centre, size = _centre_size(proposals)
    raw = deltas * deltas.new_tensor(STDS)
    own_centre = centre + raw[:, :2] * size
    half = size * torch.exp(raw[:, 2:].clamp(max=MOST_GROWTH)) / 2
    return torch.cat([own_centre - half, own_centre + half], dim=1)
