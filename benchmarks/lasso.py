"""A lasso round 100 000 points, beside matplotlib's."""

from __future__ import annotations

import numpy as np
from _harness import paired, row
from matplotlib.path import Path as Outline

from engine.figures.arrays import Array
from engine.figures.picking import inside_polygon

COUNT, BUDGET_MS = 100_000, 50


def outline(corners: int) -> Array:
    """A star with seven points drawn by an unsteady hand."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    jitter = np.random.default_rng(0).normal(0, 0.01, corners)
    radius = 0.7 + 0.2 * np.sin(7 * angle) + jitter
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def lasso(corners: int) -> None:
    """Time both on the same points."""
    points = np.random.default_rng(1).uniform(-1, 1, (COUNT, 2))
    x, y = np.ascontiguousarray(points.T)
    polygon = outline(corners)

    def ours() -> object:
        return inside_polygon(x, y, polygon)

    def peer() -> object:
        return Outline(polygon).contains_points(points)

    mine, theirs, ratio = paired(ours, peer, repeat=20)
    what = f"lasso of {COUNT} points, {corners} corners"
    row(what, mine * 1e3, "matplotlib.path", theirs * 1e3, ratio, BUDGET_MS)


if __name__ == "__main__":
    lasso(200)
    lasso(1000)
