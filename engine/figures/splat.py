"""Points by the hundred thousand, written straight into the pixels of an image.

`splat` keeps one number per pixel: the rank of the nearest point there, counted from the
farthest. Sorting by depth is a radix sort of 16-bit keys, a point is one write, and its size is
made afterwards by maxima of neighbouring pixels, so that a large point costs as little as a
small one. The ranks also tell which point lies under a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.figures.arrays import Array

Colors = NDArray[np.uint32]
Ranks = NDArray[np.int32]

SIZE_LIMITS_PX = (1, 16)
#: Half the diagonal of the unit cube: no depth within it is larger.
_DEEPEST = 0.87
#: Depths are sorted as 15-bit numbers; the sixteenth bit puts raised points in front.
_DEPTH_STEPS = 0x7FFF


@dataclass(frozen=True, slots=True)
class Viewport:
    """Where the plane of a camera lies in an image of `width` by `height` pixels.

    A point of the plane is drawn ``x * x_scale`` to the right of, and ``y * y_scale`` above,
    the pixel coordinates (`x_origin`, `y_origin`).
    """

    width: int
    height: int
    x_scale: float
    y_scale: float
    x_origin: float
    y_origin: float

    def pixels(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Pixel coordinates (n,) of points of the plane, in the precision of `x` and `y`."""
        across = x * self.x_scale
        down = y * -self.y_scale
        across += self.x_origin
        down += self.y_origin
        return across, down

    def plane(self, across: float, down: float) -> tuple[float, float]:
        """The point of the plane at a pixel coordinate: the inverse of `pixels`."""
        x = (across - self.x_origin) / self.x_scale
        return x, (self.y_origin - down) / self.y_scale


@dataclass(frozen=True, slots=True, eq=False)
class Splat:
    """An image of points.

    Attributes
    ----------
    pixels
        (height, width) uint32, premultiplied ``0xAARRGGBB``, 0 where there is no point.
    """

    pixels: Colors
    _rank: Ranks
    _order: Array | None

    def index(self) -> Array:
        """The point drawn at each pixel: (height, width) int64, -1 where there is none."""
        return self._rows(self._rank)

    def pick(self, across: float, down: float, radius: float) -> int | None:
        """The point drawn nearest to a pixel coordinate, within a radius; None without one."""
        height, width = self._rank.shape
        left, right = _bounds(across, radius, width)
        top, bottom = _bounds(down, radius, height)
        near = self._rank[top:bottom, left:right]
        row, column = np.nonzero(near)
        if not len(row):
            return None
        distance = np.hypot(row + (top + 0.5 - down), column + (left + 0.5 - across))
        # Of pixels equally far the one whose point is in front.
        best = np.lexsort((-near[row, column], distance))[0]
        if distance[best] > radius:
            return None
        return int(self._rows(near[row[best], column[best]]))

    def _rows(self, rank: Any) -> Array:
        rows = np.asarray(rank, "i8") - 1
        if self._order is None:
            return rows
        return np.where(rows >= 0, self._order[rows], -1)


class Splatter:
    """Draws points; keeps its memory, since fresh pages cost more than the arithmetic."""

    def __init__(self) -> None:
        self._kept: dict[str, Array] = {}

    def draw(
        self,
        x: Array,
        y: Array,
        colors: Colors,
        shape: tuple[int, int],
        *,
        size_px: float = 3,
        depth: Array | None = None,
        raised: Array | None = None,
        square: bool = False,
    ) -> Splat:
        """Draw points as discs or squares, the nearer over the farther.

        Parameters
        ----------
        x, y
            (n,) floating pixel coordinates, y down; the pixel (row, column) covers
            ``[column, column + 1) x [row, row + 1)``. Points beyond the image, and NaN, are
            left out.
        colors
            (n,) uint32 opaque ``0xFFRRGGBB``.
        shape
            Height and width of the image.
        size_px
            Diameter of a point, rounded and kept within `SIZE_LIMITS_PX`.
        depth
            (n,) floating, toward the viewer, -0.87 to 0.87; None draws later rows over earlier.
        raised
            (n,) bool: points drawn in front of all others; None for none.
        square
            Draw squares, which leave no gap between neighbours.

        Returns
        -------
        Splat
            The image, with the point that each pixel shows; valid until the next is drawn.
        """
        disc = _disc(int(np.clip(round(size_px), *SIZE_LIMITS_PX)), square)
        order = _far_to_near(len(x), depth, raised)
        core, shown = self._ranks(self._pixel_keys(x, y, shape, disc), order, shape, disc)
        table = self._keep("table", len(x) + 1, "u4")
        table[0] = 0
        table[1:] = colors if order is None else colors[order]
        pixels = np.take(table, core, out=self._keep("pixels", shape, "u4"), mode="clip")
        _paint_rim(pixels, core, shown, table, disc.rim_coverage)
        return Splat(pixels, shown, order)

    def _ranks(
        self, key: Array, order: Array | None, shape: tuple[int, int], disc: _Disc
    ) -> tuple[Ranks, Ranks]:
        """The highest rank at each pixel (height, width): of cores, then of rims where none is."""
        wide = shape[1] + 2 * disc.margin
        size = (shape[0] + 2 * disc.margin) * wide
        ranks = self._keep("ranks", size, "i4")
        ranks[:] = 0
        ranks[key if order is None else key[order]] = np.arange(1, len(key) + 1, dtype="i4")
        runs = self._runs(ranks, disc)
        core = self._cropped("core", self._stacked(runs, wide, disc.core), shape, disc)
        if disc.core == disc.whole:
            return core, core
        shown = self._cropped("shown", self._stacked(runs, wide, disc.whole), shape, disc)
        shown *= core == 0
        shown += core
        return core, shown

    def _pixel_keys(self, x: Array, y: Array, shape: tuple[int, int], disc: _Disc) -> Array:
        """Flat place (n,) in an image with margins; what lies beyond goes to its outer ring."""
        height, width = shape
        key = self._keep("key", len(x), "i8")
        key[:] = _ringed(y, height, disc)
        key *= width + 2 * disc.margin
        key += _ringed(x, width, disc).astype("i4")
        return key

    def _runs(self, ranks: Ranks, disc: _Disc) -> dict[int, Ranks]:
        """The highest rank within a run of pixels, by the lengths of runs that the disc has."""
        length, run = 1, ranks
        if disc.diameter % 2 == 0:
            length, run = 2, self._copied("run 2", ranks)
            _raise(run, ranks, 1)
        runs = {length: run}
        while length < disc.diameter:
            length += 2
            wider = self._copied(f"run {length}", run)
            _raise(wider, run, 1)
            _raise(wider, run, -1)
            runs[length] = run = wider
        return runs

    def _stacked(self, runs: dict[int, Ranks], wide: int, lengths: tuple[int, ...]) -> Ranks:
        """The highest rank within runs of these lengths, one under the other."""
        middle = (len(lengths) - 1) // 2
        stacked = self._copied("stacked", runs[lengths[middle]])
        for row, length in enumerate(lengths):
            if length and row != middle:
                _raise(stacked, runs[length], (row - middle) * wide)
        return stacked

    def _cropped(self, name: str, ranks: Ranks, shape: tuple[int, int], disc: _Disc) -> Ranks:
        """The image without its margins."""
        within = slice(disc.margin, -disc.margin)
        kept = self._keep(name, shape, "i4")
        kept[:] = ranks.reshape(-1, shape[1] + 2 * disc.margin)[within, within]
        return kept

    def _copied(self, name: str, ranks: Ranks) -> Ranks:
        kept = self._keep(name, ranks.shape, "i4")
        kept[:] = ranks
        return kept

    def _keep(self, name: str, shape: int | tuple[int, ...], dtype: str) -> Array:
        """An array whose values are left from before."""
        size = int(np.prod(shape))
        kept = self._kept.get(name)
        if kept is None or kept.size < size:
            kept = self._kept[name] = np.empty(size, dtype)
        return kept[:size].reshape(shape)


def _far_to_near(count: int, depth: Array | None, raised: Array | None) -> Array | None:
    """Rows in the order they are drawn, (n,) int64; None when that is the order they have."""
    if not count:
        return None
    if depth is None:
        return None if raised is None else np.argsort(raised, kind="stable")
    steps = depth * (_DEPTH_STEPS / (2 * _DEEPEST))
    steps += _DEPTH_STEPS / 2
    # fmax and fmin take the bound where a depth is NaN.
    key = np.fmin(np.fmax(steps, 0), _DEPTH_STEPS).astype("u2")
    if raised is not None:
        key |= raised.astype("u2") << np.uint16(15)
    return np.argsort(key, kind="stable")


def _ringed(at: Array, length: int, disc: _Disc) -> Array:
    """Coordinates moved by the margin and clipped, so that casting them rounds down."""
    moved = at + (disc.margin - disc.shift)
    return np.fmin(np.fmax(moved, 0), length + 2 * disc.margin - 1)


@dataclass(frozen=True, slots=True)
class _Disc:
    """The pixels of a point: for each row of it the width of its core, and of core and rim.

    Rows go from the top; a diameter that is even lies half a pixel right and below.
    """

    diameter: int
    core: tuple[int, ...]
    whole: tuple[int, ...]
    rim_coverage: float

    @property
    def margin(self) -> int:
        """Pixels round the image; from its outer ring no point reaches in."""
        return self.diameter // 2 + 1

    @property
    def shift(self) -> float:
        """Moves an even disc, whose middle is the corner of a pixel, onto its first pixel."""
        return 0.5 if self.diameter % 2 == 0 else 0.0


@cache
def _disc(diameter: int, square: bool) -> _Disc:
    """A disc, its rim the pixels that it covers by a quarter to three quarters; or a square."""
    if square:
        return _Disc(diameter, (diameter,) * diameter, (diameter,) * diameter, 0.0)
    steps = np.arange(diameter) - (diameter - 1) / 2
    coverage = np.clip(diameter / 2 + 0.5 - np.hypot(steps[:, None], steps), 0, 1)
    rim = (coverage > 0.25) & (coverage <= 0.75)
    core, whole = (_row_lengths(coverage > least) for least in (0.75, 0.25))
    return _Disc(diameter, core, whole, float(coverage[rim].mean()) if rim.any() else 0.0)


def _row_lengths(pixels: Array) -> tuple[int, ...]:
    return tuple(int(count) for count in pixels.sum(axis=1))


def _raise(ranks: Ranks, others: Ranks, by: int) -> None:
    """Raise ranks to those of other pixels, moved on by some places; in place."""
    if by > 0:
        np.maximum(ranks[by:], others[:-by], out=ranks[by:])
    else:
        np.maximum(ranks[:by], others[-by:], out=ranks[:by])


def _paint_rim(pixels: Colors, core: Ranks, shown: Ranks, table: Colors, coverage: float) -> None:
    """Thin the colour where only the rim of a point lies; in place."""
    rim = np.flatnonzero(core != shown)
    ink = table[shown.reshape(-1)[rim]].view("u1") * np.uint16(round(coverage * 256))
    pixels.reshape(-1)[rim] = (ink >> 8).astype("u1").view("u4")


def _bounds(middle: float, radius: float, length: int) -> tuple[int, int]:
    low, high = np.clip((np.floor(middle - radius), np.ceil(middle + radius)), 0, length)
    return int(low), int(high)
