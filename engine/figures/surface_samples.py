"""Surfaces as points dense enough to leave no hole, for the same pixels that clouds are put in.

Painting 10 000 four-sided cells one by one is slow. Instead each is sampled as finely as it is
large on the screen, and all samples are drawn at once with their depths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from engine.figures.arrays import Array

#: Samples at most this share of their size apart cover every pixel between them.
_SPACING = 0.625
_FINEST_PX, _COARSEST_PX = 2, 16
#: Numbers of samples along a side; a cell takes the next larger, so that many are alike.
_COUNTS = np.array(
    [*range(1, 9), *range(10, 17, 2), *range(20, 33, 4), 40, 48, 64, 96, 128, 192, 256, 384, 512]
)


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Cells with as many samples along their sides: the first sample's row, and the cells'."""

    start: int
    cells: Array
    down: int
    across: int


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceSamples:
    """Quantities of a grid between its vertices.

    Attributes
    ----------
    values
        (q, n) float32, bilinear within a cell.
    size_px
        Side of the squares that leave no hole.
    whole
        False when fewer and larger samples were taken than the finest.
    """

    values: Array
    size_px: int
    whole: bool
    _groups: tuple[_Group, ...]
    _columns: int

    def locate(self, sample: int) -> tuple[float, float]:
        """Row and column of the grid, between its vertices, at which a sample was taken."""
        group = next(group for group in reversed(self._groups) if group.start <= sample)
        within, cell = divmod(sample - group.start, len(group.cells))
        row, column = divmod(int(group.cells[cell]), self._columns)
        down, across = divmod(within, group.across)
        return row + (down + 0.5) / group.down, column + (across + 0.5) / group.across


def sample_surface(grid: Array, size: tuple[int, int], most: int) -> SurfaceSamples:
    """Sample the cells of a grid that lie within an image.

    Parameters
    ----------
    grid
        (q, rows, columns) float32; the first two quantities are the pixel coordinates of the
        vertices, whatever else comes after them. Cells with a value that is not finite are
        left out.
    size
        Width and height of the image.
    most
        About so many samples are taken; where a surface needs more they are larger.
    """
    corners = np.stack(
        [grid[:, :-1, :-1], grid[:, :-1, 1:], grid[:, 1:, :-1], grid[:, 1:, 1:]], axis=1
    ).reshape(len(grid), 4, -1)
    cells = np.flatnonzero(_within(corners, size))
    corners = corners[:, :, cells]
    across, down = _sides(corners)
    size_px = _FINEST_PX
    while size_px < _COARSEST_PX and _count(across, down, size_px) > most:
        size_px += 1
    steps = (_steps(side, size_px) for side in (down, across))
    values, groups = _sampled(corners, cells, *steps)
    return SurfaceSamples(values, size_px, size_px == _FINEST_PX, groups, grid.shape[2] - 1)


def _count(across: Array, down: Array, size_px: int) -> int:
    """How many samples of a size are needed."""
    return int((_COUNTS[_steps(across, size_px)] * _COUNTS[_steps(down, size_px)]).sum())


def _within(corners: Array, size: tuple[int, int]) -> Array:
    """(m,) bool: cells that are finite and touch the image."""
    shown: Array = np.asarray(np.isfinite(corners).all(axis=(0, 1)))
    with np.errstate(invalid="ignore"):
        for places, length in zip(corners, size, strict=False):
            shown &= (places.max(axis=0) >= 0) & (places.min(axis=0) <= length)
    return shown


def _sides(corners: Array) -> tuple[Array, Array]:
    """Longer of the two sides of each cell, across and down, in pixels."""
    lengths = [
        np.hypot(*(corners[:2, end] - corners[:2, start]))
        for start, end in ((0, 1), (2, 3), (0, 2), (1, 3))
    ]
    return np.maximum(lengths[0], lengths[1]), np.maximum(lengths[2], lengths[3])


def _steps(side: Array, size_px: int) -> Array:
    """Places in `_COUNTS` of how many samples of a size a side needs."""
    places: Array = np.searchsorted(_COUNTS, side / (_SPACING * size_px))
    return np.minimum(places, len(_COUNTS) - 1)


def _sampled(
    corners: Array, cells: Array, down: Array, across: Array
) -> tuple[Array, tuple[_Group, ...]]:
    """Samples of all cells, those with equal numbers of steps together."""
    order = np.argsort(down * len(_COUNTS) + across, kind="stable")
    corners, cells, down, across = corners[:, :, order], cells[order], down[order], across[order]
    changes = np.flatnonzero(np.diff(down) | np.diff(across)) + 1
    values = np.empty((len(corners), int((_COUNTS[down] * _COUNTS[across]).sum())), "f4")
    groups, start = [], 0
    for first, last in pairwise([0, *changes, len(cells)]):
        if first == last:
            break
        steps = int(_COUNTS[down[first]]), int(_COUNTS[across[first]])
        groups.append(_Group(start, cells[first:last], *steps))
        stop = start + steps[0] * steps[1] * (last - first)
        shape = (len(corners), steps[0] * steps[1], last - first)
        out = values[:, start:stop].reshape(shape, copy=False)
        np.matmul(_weights(*steps), corners[:, :, first:last], out=out)
        start = stop
    return values, tuple(groups)


@cache
def _weights(down: int, across: int) -> Array:
    """(down * across, 4) float32: how much of each corner the samples of a cell have."""
    v, u = np.meshgrid(
        (np.arange(down) + 0.5) / down, (np.arange(across) + 0.5) / across, indexing="ij"
    )
    parts = [(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u]
    return np.stack(parts, axis=-1).reshape(-1, 4).astype("f4")
