"""Arrays made into images: frames, heat maps, strips of categories, points by the thousand.

Everything here is numpy and `QImage`; nothing draws on a widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from engine.figures.arrays import Array

#: Points splatted at once; a frame of the window has time for this many.
SPLAT_POINTS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """An image together with the array whose memory it shows."""

    image: QImage
    pixels: Array


def picture(pixels: Array) -> Painted:
    """An image of uint8 (h, w) grey or (h, w, 3) RGB; the array is copied only if it must be.

    Raises
    ------
    ValueError
        The array has another shape or type, or is empty.
    """
    grey = pixels.ndim == 2
    if pixels.dtype != np.uint8 or not pixels.size or not (grey or pixels.shape[2:] == (3,)):
        raise ValueError(f"expected uint8 (h, w) or (h, w, 3), got {pixels.dtype} {pixels.shape}")
    kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    return _image(np.ascontiguousarray(pixels), kind)


def argb_image(argb: Array) -> Painted:
    """An image of premultiplied colours, (h, w) uint32 as ``0xAARRGGBB``."""
    return _image(np.ascontiguousarray(argb), QImage.Format.Format_ARGB32_Premultiplied)


def _image(pixels: Array, kind: QImage.Format) -> Painted:
    height, width = pixels.shape[:2]
    return Painted(QImage(pixels.data, width, height, pixels.strides[0], kind), pixels)


def argb(color: QColor, coverage: float = 1.0) -> int:
    """A colour as premultiplied ``0xAARRGGBB``, thinned by `coverage` (0 to 1)."""
    alpha = color.alphaF() * coverage
    parts = (alpha * 255, color.red() * alpha, color.green() * alpha, color.blue() * alpha)
    return int.from_bytes(bytes(round(part) for part in parts), "big")


def packed(table: Array) -> Array:
    """A colour table (n, 3) uint8 as opaque ``0xAARRGGBB``, (n,) uint32."""
    wide = np.asarray(table, "u4")
    opaque: Array = np.uint32(0xFF << 24) | (wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2]
    return opaque


def thinned(colors: Array, coverage: float) -> Array:
    """Premultiplied colours, uint32 of any shape, with every channel times `coverage`."""
    weight, odd = np.uint32(round(coverage * 256)), np.uint32(0x00FF00FF)
    blue_red = (((colors & odd) * weight) >> np.uint32(8)) & odd
    return blue_red | (((colors >> np.uint32(8)) & odd) * weight & ~odd)


def table_index(values: Array, low: float, high: float) -> Array:
    """Index into a table of 256 colours, uint8; values beyond the ends take the end's."""
    factor = 255 / (high - low) if high > low else 0.0
    scaled = values * factor
    scaled += -low * factor if factor else 127.5
    np.clip(scaled, 0, 255, out=scaled)
    with np.errstate(invalid="ignore"):
        return scaled.astype("u1")


def colored(values: Array, low: float, high: float, table: Array) -> Array:
    """Values of any shape as premultiplied colours, uint32; what is not finite is clear.

    `table` is (256,) uint32, as `packed` gives it.
    """
    colors = table[table_index(values, low, high)]
    finite = np.isfinite(values)
    return colors if finite.all() else np.where(finite, colors, np.uint32(0))


def strip(start: Array, stop: Array, category: Array, colors: Array, edges: Array) -> Array:
    """One row of pixels for spans that do not overlap.

    A pixel takes the span under its centre; a pixel with none there takes the last span that
    begins within it, so that a span shorter than a pixel does not vanish.

    Parameters
    ----------
    start, stop, category
        (n,) spans, ascending by start.
    colors
        (k,) uint32, one for each category; more categories take them in turn.
    edges
        (width + 1,) borders of the pixels, ascending, in the unit of start and stop.

    Returns
    -------
    Array
        (width,) uint32, 0 where there is no span.
    """
    if not len(start):
        return np.zeros(len(edges) - 1, "u4")
    centre = (edges[:-1] + edges[1:]) / 2
    under = np.searchsorted(start, centre, side="right") - 1
    begun = np.searchsorted(start, edges[1:], side="left") - 1
    covered = (under >= 0) & (stop[under] > centre)
    chosen = np.where(covered, under, begun)
    shown = covered | ((begun >= 0) & (start[begun] >= edges[:-1]))
    return np.where(shown, colors[category[chosen] % len(colors)], np.uint32(0))


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """The pixels of one point: offsets (k, 2) as row and column, and coverage (k,) ascending."""

    offset: Array
    coverage: Array


@cache
def disc(diameter: float) -> Stamp:
    """A filled disc with a soft edge, `diameter` pixels across."""
    distance, offset = _distances(diameter, 2.0)
    return _stamp(offset, np.clip(diameter / 2 + 0.5 - distance, 0, 1))


@cache
def diamond(diameter: float) -> Stamp:
    """An open diamond with a line 1.5 pixels wide, `diameter` pixels across."""
    distance, offset = _distances(diameter, 1.0)
    # Along the normal of an edge a diamond's distance grows 1.41 times slower.
    inside = (diameter / 2 - distance) / np.sqrt(2)
    return _stamp(offset, np.clip(np.minimum(inside + 0.5, 2.0 - inside), 0, 1))


def _distances(diameter: float, power: float) -> tuple[Array, Array]:
    reach = int(np.ceil(diameter / 2 + 0.5))
    steps = np.arange(-reach, reach + 1)
    offset = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    return (np.abs(offset) ** power).sum(axis=1) ** (1 / power), offset


def _stamp(offset: Array, coverage: Array) -> Stamp:
    kept = np.flatnonzero(coverage > 0.05)
    order = kept[np.argsort(coverage[kept], kind="stable")]
    return Stamp(offset[order], coverage[order].round(2))


def splat(target: Array, x: Array, y: Array, colors: Array, stamp: Stamp) -> None:
    """Stamp points onto an image, the later over the earlier.

    The faint edges of all points are written before their cores, so that no edge eats into a
    neighbour.

    Parameters
    ----------
    target
        (h, w) uint32 premultiplied, written in place.
    x, y
        (n,) pixel coordinates; points beyond the image, and NaN, are left out.
    colors
        (n,) uint32, or one uint32 for all.
    """
    height, width = target.shape
    reach = int(np.abs(stamp.offset).max())
    with np.errstate(invalid="ignore"):
        kept = (x >= -reach) & (x < width + reach) & (y >= -reach) & (y < height + reach)
    column = np.floor(x[kept]).astype("i4") + reach
    row = np.floor(y[kept]).astype("i4") + reach
    colors = colors[kept] if np.ndim(colors) else colors
    # A margin as wide as the stamp spares a test of every offset against the borders.
    wide = width + 2 * (2 * reach)
    canvas = np.zeros((height + 4 * reach, wide), "u4")
    canvas[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width] = target
    flat, base = canvas.reshape(-1), (row + reach) * wide + column + reach
    for coverage in np.unique(stamp.coverage):
        ink = thinned(np.asarray(colors, "u4"), float(coverage))
        for down, right in stamp.offset[stamp.coverage == coverage]:
            flat[base + (down * wide + right)] = ink
    target[:] = canvas[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width]
