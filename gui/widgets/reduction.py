"""Long series made as short as the pixels that show them, without losing an extreme."""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array


def visible(x: Array, low: float, high: float) -> slice:
    """The rows of ascending `x` within ``[low, high]``, and one more on either side."""
    start = int(np.searchsorted(x, low, side="left")) - 1
    stop = int(np.searchsorted(x, high, side="right")) + 1
    return slice(max(start, 0), min(stop, len(x)))


def by_column(x_px: Array, y: Array) -> tuple[Array, Array]:
    """A curve thinned so that it looks the same: first, extremes and last of each column.

    Parameters
    ----------
    x_px
        (n,) pixel coordinates, ascending.
    y
        (n,) values. NaN is kept where a column has nothing else.

    Returns
    -------
    x, y : (m,) float64
        At most four rows per column of pixels; the arrays given when they have no more.
    """
    first, last = _columns(x_px)
    if len(x_px) <= 4 * len(first):
        return x_px, y
    centre = np.floor(x_px[first]) + 0.5
    low, high = np.fmin.reduceat(y, first), np.fmax.reduceat(y, first)
    across = np.stack([x_px[first], centre, centre, x_px[last]], axis=1)
    return across.ravel(), np.stack([y[first], low, high, y[last]], axis=1).ravel()


def band_by_column(x_px: Array, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """A band with one value of either edge for each column of pixels it crosses.

    Parameters
    ----------
    x_px
        (n,) pixel coordinates, ascending, at least one.
    low, high
        (n,) values of its edges.

    Returns
    -------
    column, low, high : (m,) float64
        Left side of each column; the lowest and highest value in it, or between its
        neighbours where no row falls in it.
    """
    first, _ = _columns(x_px)
    column = np.floor(x_px[first])
    every = np.arange(column[0], column[-1] + 1)
    lowest, highest = np.fmin.reduceat(low, first), np.fmax.reduceat(high, first)
    return every, np.interp(every, column, lowest), np.interp(every, column, highest)


def _columns(x_px: Array) -> tuple[Array, Array]:
    """First and last row of each column of pixels that has any."""
    first = np.flatnonzero(np.diff(np.floor(x_px), prepend=-np.inf))
    return first, np.append(first[1:], len(x_px)) - 1


def is_ascending(x: Array) -> bool:
    """True when `x` never steps back and holds no NaN."""
    return bool(np.all(np.diff(x) >= 0)) and not bool(np.isnan(x[:1]).any())
