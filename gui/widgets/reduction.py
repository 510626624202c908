"""Long series made as short as the pixels that show them, without losing an extreme."""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array


def visible(x: Array, low: float, high: float) -> slice:
    """The rows of ascending `x` within ``[low, high]``, and one more on either side."""
    start = int(np.searchsorted(x, low, side="left")) - 1
    stop = int(np.searchsorted(x, high, side="right")) + 1
    return slice(max(start, 0), min(stop, len(x)))


def min_max(values: Array, columns: int) -> tuple[Array, Array, Array]:
    """Smallest and largest value of each of `columns` runs of rows of equal length.

    Parameters
    ----------
    values
        (n, ...) float; NaN is left out, and a run of nothing but NaN gives NaN.
    columns
        How many runs at most; fewer when there are fewer rows.

    Returns
    -------
    first : (m,) int64
        First row of each run.
    low, high : (m, ...) float
        Extremes of each run.
    """
    count = max(1, min(columns, len(values)))
    first = np.linspace(0, len(values), count, endpoint=False).astype("i8")
    low = np.fmin.reduceat(values, first, axis=0)
    high = np.fmax.reduceat(values, first, axis=0)
    return first, low, high


def is_ascending(x: Array) -> bool:
    """True when `x` never steps back and holds no NaN."""
    return bool(np.all(np.diff(x) >= 0)) and not bool(np.isnan(x[:1]).any())
