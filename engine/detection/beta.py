"""A person as a 2-D beta density: from boxes to parameters and back.

The support of the density is the full-body box and its mass sits on the visible part; the two
axes are independent (Xu et al., "Beta R-CNN", NeurIPS 2020, for the idea). The closed form
below is derived from matching the mean and the standard deviation of the visible extent; the
constant that ties extent to deviation is not known from the paper, and 1/4 was fitted to a
published figure.

Every formula uses arithmetic and ``clip`` alone, so that it takes numpy arrays and torch tensors
alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.figures.arrays import Array

#: Standard deviation of the density over the visible extent.
LAMBDA = 0.25
#: Normalised mean stays this far from the ends of the support.
MEAN_MARGIN = 1e-3
VARIANCE_FLOOR = 1e-6
#: Boxes are at least this wide and high, in pixels.
LEAST_SIDE_PX = 1.0


def axis_parameters(mean: Any, deviation: Any) -> tuple[Any, Any]:
    """(a, b) of a beta density on [0, 1] by its moments, with k = a + b = m (1 - m) / s^2 - 1.

    Parameters
    ----------
    mean, deviation
        Arrays or tensors of one shape; clamped so that both parameters are finite and positive.
    """
    m = mean.clip(MEAN_MARGIN, 1 - MEAN_MARGIN)
    room = m * (1 - m)
    variance = (deviation * deviation).clip(VARIANCE_FLOOR, None)
    # Feasible below m (1 - m) alone; `fraction` keeps a margin there without a tensor bound.
    fraction = (variance / room).clip(None, 1 - 1e-6)
    k = 1 / fraction - 1
    return m * k, (1 - m) * k


def axis_moments(a: Any, b: Any) -> tuple[Any, Any]:
    """Normalised mean and standard deviation of Be(a, b) on [0, 1]."""
    k = a + b
    return a / k, (a * b / (k * k * (k + 1))) ** 0.5


def clip_visible(full: Array, visible: Array) -> Array:
    """Visible boxes cut to their full boxes, (n, 4) float64."""
    low = np.clip(visible[:, :2], full[:, :2], full[:, 2:])
    high = np.clip(visible[:, 2:], full[:, :2], full[:, 2:])
    return np.concatenate([low, high], axis=1)


def image_moments(full: Any, visible: Any, spread: float = LAMBDA) -> tuple[Any, Any]:
    """Mean and standard deviation of each density in pixels.

    Parameters
    ----------
    full, visible
        (n, 4) left, top, right, bottom in pixels; the visible box inside the full one.
    spread
        Standard deviation over visible extent (lambda).

    Returns
    -------
    tuple
        Means (n, 2) and deviations (n, 2), x before y.
    """
    del full
    return (visible[:, :2] + visible[:, 2:]) / 2, spread * (visible[:, 2:] - visible[:, :2])


def to_beta(full: Any, visible: Any, spread: float = LAMBDA) -> Any:
    """Parameters ax, bx, ay, by of each person, from full and visible boxes.

    Parameters
    ----------
    full, visible
        (n, 4) left, top, right, bottom in pixels, numpy or torch; the visible box lies inside
        the full one (`clip_visible`).
    spread
        Standard deviation over visible extent (lambda).

    Returns
    -------
    array or tensor
        (n, 4), of the type given.
    """
    mean, deviation = image_moments(full, visible, spread)
    size = (full[:, 2:] - full[:, :2]).clip(LEAST_SIDE_PX, None)
    a, b = axis_parameters((mean - full[:, :2]) / size, deviation / size)
    parts = (a[:, :1], b[:, :1], a[:, 1:], b[:, 1:])
    if isinstance(a, np.ndarray):
        return np.concatenate(parts, axis=1)
    import torch

    return torch.cat(parts, dim=1)


def to_visible(full: Array, beta: Array, spread: float = LAMBDA, *, clip: bool = True) -> Array:
    """Visible boxes (n, 4) from full boxes and ax, bx, ay, by: the inverse of `to_beta`.

    A predicted density can imply a visible box that leaves the full one; `clip` cuts it.
    """
    m, s = axis_moments(beta[:, 0::2], beta[:, 1::2])
    size = full[:, 2:] - full[:, :2]
    centre, half = full[:, :2] + size * m, size * s / spread / 2
    visible = np.concatenate([centre - half, centre + half], axis=1)
    return clip_visible(full, visible) if clip else visible


def axis_log_density(u: Any, a: Any, b: Any) -> Any:
    """Logarithm of ``u^(a-1) (1-u)^(b-1)``, without its constant; 0 < u < 1."""
    log = np.log if isinstance(u, np.ndarray) else u.new_tensor(0).__class__.log
    return (a - 1) * log(u) + (b - 1) * log(1 - u)


def mask(beta: Any, cells: int, mix: float = 0.0) -> Any:
    """BetaMask: the density on a grid of cells, scaled to a peak of one.

    Parameters
    ----------
    beta
        (n, 4) ax, bx, ay, by, numpy or torch.
    cells
        Cells along each axis; their centres are (i + 0.5) / cells.
    mix
        Share of the identity: ``mix + (1 - mix) * mask``.

    Returns
    -------
    array or tensor
        (n, cells, cells), rows are y, values in [0, 1].
    """
    u = (np.arange(cells) + 0.5) / cells
    if not isinstance(beta, np.ndarray):
        u = beta.new_tensor(u)
    rows = _scaled(axis_log_density(u, beta[:, 2:3], beta[:, 3:4]))
    columns = _scaled(axis_log_density(u, beta[:, 0:1], beta[:, 1:2]))
    return mix + (1 - mix) * rows[:, :, None] * columns[:, None, :]


def _scaled(log_values: Any) -> Any:
    if isinstance(log_values, np.ndarray):
        return np.exp(log_values - log_values.max(axis=1, keepdims=True))
    return (log_values - log_values.amax(dim=1, keepdim=True)).exp()
