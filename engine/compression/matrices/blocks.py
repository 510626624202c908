"""Matrices made small enough to draw."""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array


def block_means(values: Array, most: int) -> tuple[Array, tuple[int, int]]:
    """Means of equal blocks so that no side exceeds `most`; and the block (rows, columns).

    A last block that is not full is averaged over what it has.
    """
    blocks = (-(-values.shape[0] // most), -(-values.shape[1] // most))
    out = values
    for axis, block in enumerate(blocks):
        if block > 1:
            starts = np.arange(0, out.shape[axis], block)
            counts = np.diff(np.append(starts, out.shape[axis]))
            shape = (-1, 1) if axis == 0 else (1, -1)
            out = np.add.reduceat(out, starts, axis=axis) / counts.reshape(shape)
    return out, blocks


def color_ends(values: Array, is_image: bool) -> tuple[float, float]:
    """Values at the ends of the palette: 0 and 1 of an image, else without the outermost 0.2 %."""
    if is_image:
        return 0.0, 1.0
    low, high = (float(end) for end in np.percentile(values, (0.1, 99.9)))
    return (low, high) if low < high else (float(values.min()), float(values.max()))
