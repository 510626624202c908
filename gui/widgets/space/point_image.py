"""Clouds of points as pixels, in numpy alone.

Points are ranked from far to near; each leaves its rank on the pixel of its centre, where the
nearest wins. A point hidden there by a nearer one has the same footprint, so the picture is
complete once the image of ranks has been dilated by the shape of a point with `maximum`: the
cost of large points does not grow with their number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EMPTY = -1
Floats = NDArray[np.floating]
Ranks = NDArray[np.int32]


def point_image(
    x: Floats,
    y: Floats,
    depth: Floats | None,
    colors: NDArray[np.uint32],
    size: tuple[int, int],
    point_px: int,
    background: int,
) -> NDArray[np.uint32]:
    """Draw points.

    Parameters
    ----------
    x, y
        (n,) floating, in pixels from the left and from the top; points outside are left out.
    depth
        (n,) floating, larger is nearer; None draws later rows over earlier ones.
    colors
        (n,) uint32, 0xAARRGGBB.
    size
        (height, width) in pixels.
    point_px
        Diameter of a point, at least 1.
    background
        0xAARRGGBB of the pixels without a point.

    Returns
    -------
    NDArray
        (height, width) uint32.
    """
    order = None if depth is None else _far_to_near(depth)
    rank = _dilated(_centres(x, y, order, size), point_px)
    shades = colors if order is None else colors[order]
    # The rank EMPTY is -1: it takes the last entry, which is the background.
    table = np.append(shades, np.uint32(background))
    pixels: NDArray[np.uint32] = table[rank]
    return pixels


def inside_polygon(x: Floats, y: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Which points lie inside a closed polygon, by crossing number.

    Parameters
    ----------
    x, y
        (n,) floating.
    polygon
        (k, 2) floating corners in order; the last is joined to the first.

    Returns
    -------
    NDArray
        (n,) bool.
    """
    inside = np.zeros(len(x), dtype=bool)
    if len(polygon) < 3:
        return inside
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    # Sorted by height, the points an edge can cross are one slice.
    near = near[np.argsort(y[near], kind="stable")]
    px, py = x[near].astype("f8"), y[near].astype("f8")
    odd = np.zeros(len(near), dtype=bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        first, last = np.searchsorted(py, (min(y1, y2), max(y1, y2)))
        if first < last:
            crossing = x1 + (py[first:last] - y1) * ((x2 - x1) / (y2 - y1))
            odd[first:last] ^= px[first:last] < crossing
    inside[near] = odd
    return inside


def _far_to_near(depth: Floats) -> NDArray[np.intp]:
    """Rows by rising depth, by a radix sort of 16 bits: finer steps could not be seen."""
    low, high = float(depth.min(initial=0)), float(depth.max(initial=0))
    scaled = (depth - low) * (65535 / ((high - low) or 1.0))
    return np.argsort(scaled.astype("u2"), kind="stable")


def _centres(x: Floats, y: Floats, order: NDArray[np.intp] | None, size: tuple[int, int]) -> Ranks:
    """(height, width) int32: the largest rank whose centre is on each pixel."""
    height, width = size
    column = np.floor(x).astype("i4")
    line = np.floor(y).astype("i4")
    seen = (column >= 0) & (column < width) & (line >= 0) & (line < height)
    key = np.where(seen, line * width + column, height * width)
    ranks = np.full(height * width + 1, EMPTY, dtype="i4")
    # Of equal keys the last is kept, and later is nearer.
    ranks[key if order is None else key[order]] = np.arange(len(x), dtype="i4")
    return ranks[:-1].reshape(height, width)


def _dilated(ranks: Ranks, point_px: int) -> Ranks:
    """The largest rank within a disc of each pixel."""
    height, width = ranks.shape
    reach = point_px // 2
    padded = np.full((height + 2 * reach, width + 2 * reach), EMPTY, dtype="i4")
    padded[reach : reach + height, reach : reach + width] = ranks
    grown = ranks.copy()
    for down, right in _disc(point_px):
        moved = padded[reach + down : reach + down + height, reach + right : reach + right + width]
        np.maximum(grown, moved, out=grown)
    return grown


def _disc(point_px: int) -> list[tuple[int, int]]:
    """Offsets of the pixels of a point, its centre left out."""
    first = -(point_px // 2)
    middle = first + (point_px - 1) / 2
    steps = range(first, first + point_px)
    return [
        (down, right)
        for down in steps
        for right in steps
        if (down, right) != (0, 0)
        and (down - middle) ** 2 + (right - middle) ** 2 <= (point_px / 2) ** 2
    ]
