"""How far apart two beta densities are. Small means: the same person, found twice.

Where the supports differ the Kullback-Leibler divergence is infinite, so a rule is needed. How
the paper deals with this is not known; every rule here is a named choice of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.detection.beta import (
    LAMBDA,
    LEAST_SIDE_PX,
    axis_parameters,
    clip_visible,
    image_moments,
    mask,
)
from engine.figures.arrays import Array

Measure = Literal["union_refit", "grid", "gaussian", "head_only"]

#: What each rule does, in words for a person.
MEASURES: dict[str, str] = {
    "union_refit": "both densities refitted on the union of their boxes, half the symmetrised KL",
    "grid": "sampled on 28 x 28 cells of the union; depends on its epsilon",
    "gaussian": "normal densities of the same moments; wrong tails",
    "head_only": "parameters compared as if both boxes were one; wrong for distant people",
}
_CELLS, _EPSILON = 28, 1e-6
_CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Densities:
    """Densities of n people, ready to be compared. All arrays (n, 2) float64 pixels, x and y.

    Attributes
    ----------
    low, high
        Ends of the supports.
    mean, deviation
        Moments in image coordinates.
    """

    low: Array
    high: Array
    mean: Array
    deviation: Array

    @classmethod
    def of(cls, full: Array, visible: Array, spread: float = LAMBDA) -> Densities:
        """From full and visible boxes (n, 4); visible boxes are cut to the full ones."""
        full = np.asarray(full, "f8")
        low = full[:, :2]
        full = np.concatenate([low, np.maximum(full[:, 2:], low + LEAST_SIDE_PX)], axis=1)
        visible = clip_visible(full, np.asarray(visible, "f8"))
        return cls(low, full[:, 2:], *image_moments(full, visible, spread))

    def __len__(self) -> int:
        return len(self.low)

    def rows(self, rows: Array) -> Densities:
        """Some of them."""
        return Densities(self.low[rows], self.high[rows], self.mean[rows], self.deviation[rows])

    def parameters(self, low: Array, size: Array) -> tuple[Array, Array]:
        """Parameters a and b (n, 2) of the same moments on another support."""
        return axis_parameters((self.mean - low) / size, self.deviation / size)


def distance(first: Densities, second: Densities, measure: str = "union_refit") -> Array:
    """Distance (n,) of row i of the first to row i of the second, in nats.

    Parameters
    ----------
    measure
        A key of `MEASURES`.
    """
    return _RULES[measure](first, second)


def half_symmetrised(a1: Array, b1: Array, a2: Array, b2: Array) -> Array:
    """Mean of KL(p1 || p2) and KL(p2 || p1) of beta densities on one support, elementwise.

    The log-gammas of the two cancel, so that digammas alone remain.
    """
    from scipy.special import psi

    da, db = a1 - a2, b1 - b2
    both: Array = da * (psi(a1) - psi(a2)) + db * (psi(b1) - psi(b2))
    both -= (da + db) * (psi(a1 + b1) - psi(a2 + b2))
    return 0.5 * both


def kl(a1: Array, b1: Array, a2: Array, b2: Array) -> Array:
    """KL(Be(a1, b1) || Be(a2, b2)) on one support, elementwise, in nats."""
    from scipy.special import betaln, psi

    divergence: Array = betaln(a2, b2) - betaln(a1, b1)
    divergence += (a1 - a2) * psi(a1) + (b1 - b2) * psi(b1)
    divergence += (a2 - a1 + b2 - b1) * psi(a1 + b1)
    return divergence


def _over_axes(both: Array) -> Array:
    """Independent axes: the distances along x and y (n, 2) add up."""
    total: Array = both[:, 0] + both[:, 1]
    return total


def _union(first: Densities, second: Densities) -> tuple[Array, Array]:
    low = np.minimum(first.low, second.low)
    return low, np.maximum(first.high, second.high) - low


def _union_refit(first: Densities, second: Densities) -> Array:
    low, size = _union(first, second)
    both = half_symmetrised(*first.parameters(low, size), *second.parameters(low, size))
    return _over_axes(both)


def _head_only(first: Densities, second: Densities) -> Array:
    a1, b1 = first.parameters(first.low, first.high - first.low)
    a2, b2 = second.parameters(second.low, second.high - second.low)
    return _over_axes(half_symmetrised(a1, b1, a2, b2))


def _gaussian(first: Densities, second: Densities) -> Array:
    gap = (first.mean - second.mean) ** 2
    v1, v2 = first.deviation**2, second.deviation**2
    both: Array = 0.25 * ((v1 + gap) / v2 + (v2 + gap) / v1 - 2)
    return _over_axes(both)


def _grid(first: Densities, second: Densities) -> Array:
    found = np.empty(len(first))
    for start in range(0, len(first), _CHUNK):
        part = np.s_[start : start + _CHUNK]
        rows = np.arange(len(first))[part]
        one, two = first.rows(rows), second.rows(rows)
        low, size = _union(one, two)
        p, q = _sampled(one, low, size), _sampled(two, low, size)
        found[part] = 0.5 * ((p - q) * np.log(p / q)).sum(axis=(1, 2))
    return found


def _sampled(densities: Densities, low: Array, size: Array) -> Array:
    """Refitted densities on the cells of the union, (n, cells, cells), each summing to one."""
    a, b = densities.parameters(low, size)
    beta = np.stack([a[:, 0], b[:, 0], a[:, 1], b[:, 1]], axis=1)
    cells = mask(beta, _CELLS) + _EPSILON
    return np.asarray(cells / cells.sum(axis=(1, 2), keepdims=True))


_RULES: dict[str, Callable[[Densities, Densities], Array]] = {
    "union_refit": _union_refit,
    "grid": _grid,
    "gaussian": _gaussian,
    "head_only": _head_only,
}
