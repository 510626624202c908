"""Overlaps of boxes. A box is left, top, right, bottom in pixels; arrays (n, 4) float64."""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array


def area(boxes: Array) -> Array:
    """Areas (n,) in square pixels; a box turned inside out has none."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    product: Array = sides[:, 0] * sides[:, 1]
    return product


def intersection(first: Array, second: Array) -> Array:
    """Areas (n, m) that each of the first shares with each of the second."""
    # Contiguous columns and work in place: this is the inner loop of every suppression.
    one, two = np.ascontiguousarray(first.T), np.ascontiguousarray(second.T)
    shared: Array = _overlap(one[0], one[2], two[0], two[2])
    shared *= _overlap(one[1], one[3], two[1], two[3])
    return shared


def _overlap(low: Array, high: Array, other_low: Array, other_high: Array) -> Array:
    """Lengths (n, m) that intervals share."""
    length: Array = np.minimum(high[:, None], other_high)
    length -= np.maximum(low[:, None], other_low)
    np.maximum(length, 0, out=length)
    return length


def iou(first: Array, second: Array) -> Array:
    """Intersection over union, (n, m); 0 where both are empty."""
    shared = intersection(first, second)
    # Few pairs touch at all.
    flat = shared.reshape(-1)
    touching = np.flatnonzero(flat)
    row, column = np.divmod(touching, max(1, len(second)))
    union = area(first)[row] + area(second)[column] - flat[touching]
    flat[touching] /= union
    return shared


def iou_pairs(first: Array, second: Array) -> Array:
    """Intersection over union of row i with row i, (n,)."""
    sides = np.minimum(first[:, 2:], second[:, 2:]) - np.maximum(first[:, :2], second[:, :2])
    sides = np.maximum(sides, 0)
    shared: Array = sides[:, 0] * sides[:, 1]
    union = area(first) + area(second) - shared
    np.divide(shared, union, out=shared, where=union > 0)
    return shared


class Columns:
    """Boxes (n, 4) kept column by column, for many pairs of rows."""

    def __init__(self, boxes: Array) -> None:
        self.left, self.top, self.right, self.bottom = np.ascontiguousarray(boxes.T)
        self._areas = area(boxes)

    def iou(self, first: Array, second: Array) -> Array:
        """Intersection over union (k,) of rows `first` with rows `second`."""
        shared = _shared(self.left, self.right, first, second)
        shared *= _shared(self.top, self.bottom, first, second)
        # Few pairs touch at all.
        touching = np.flatnonzero(shared)
        one, two, both = first[touching], second[touching], shared[touching]
        shared[touching] = both / (self._areas[one] + self._areas[two] - both)
        return shared


def _shared(low: Array, high: Array, first: Array, second: Array) -> Array:
    """Lengths (k,) that the intervals of rows share."""
    length: Array = np.minimum(high[first], high[second])
    length -= np.maximum(low[first], low[second])
    np.maximum(length, 0, out=length)
    return length


def inside(boxes: Array, regions: Array) -> Array:
    """Share (n, m) of each box's own area that lies in each region."""
    shared = intersection(boxes, regions)
    own = area(boxes)[:, None]
    return np.divide(shared, own, out=np.zeros_like(shared), where=own > 0)


def clip_to(boxes: Array, width: float, height: float) -> Array:
    """Boxes cut to an image of this size."""
    limit = np.array([width, height, width, height], dtype="f8")
    return np.clip(boxes, 0, limit)
