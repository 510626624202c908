"""Which points lie under the pointer, and which inside an outline drawn by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.figures.arrays import Array


def nearest(points: Array, x: float, y: float, radius: float) -> int | None:
    """Row of the point (n, 2) nearest to a place, within a radius; None when there is none."""
    if not len(points):
        return None
    squares = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
    best = int(np.argmin(np.where(np.isnan(squares), np.inf, squares)))
    return best if squares[best] <= radius**2 else None


def inside_polygon(x: Array, y: Array, polygon: Array) -> NDArray[np.bool_]:
    """Which points a closed outline encloses, by the parity of crossings.

    A point on the outline belongs to one side only: of polygons that tile the plane exactly one
    encloses it. Sides are decided by the sign of a float64 cross product.

    Parameters
    ----------
    x, y
        (n,) coordinates; NaN is outside.
    polygon
        (m, 2) corners; the last is joined to the first. Fewer than three enclose nothing.

    Returns
    -------
    NDArray[np.bool_]
        (n,).
    """
    corners = np.asarray(polygon, "f8")
    inside = np.zeros(len(x), bool)
    if len(corners) < 3:
        return inside
    low, high = corners.min(axis=0), corners.max(axis=0)
    boxed = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    # In order of y every edge concerns one run of points.
    boxed = boxed[np.argsort(y[boxed])]
    inside[boxed] = _crossed_odd(x[boxed].astype("f8"), y[boxed].astype("f8"), corners)
    return inside


def _crossed_odd(x: Array, y: Array, corners: Array) -> NDArray[np.bool_]:
    """Whether a ray to the right crosses the outline an odd number of times; `y` ascends."""
    ends = np.roll(corners, -1, axis=0)
    upward = ends[:, 1:] > corners[:, 1:]
    low, high = np.where(upward, corners, ends), np.where(upward, ends, corners)
    first, last = np.searchsorted(y, low[:, 1]), np.searchsorted(y, high[:, 1])
    odd = np.zeros(len(x), bool)
    for (ax, ay), (bx, by), i, j in zip(low, high, first, last, strict=True):
        if i < j:
            odd[i:j] ^= (bx - ax) * (y[i:j] - ay) > (by - ay) * (x[i:j] - ax)
    return odd
