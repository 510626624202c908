"""The figures of the experiments on matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.compression.matrices.blocks import block_means, color_ends
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.methods import Compressed
from engine.compression.matrices.settings import METHODS, SHORT
from engine.compression.matrices.theory import sketch_bound
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Figure, HeatMap, Histogram, Line, Reference, Table

#: Longer sides are averaged in blocks before they are drawn.
DRAWN = 256
_BINS = 120
#: More levels than this are not drawn one by one.
_LEVELS = 64
#: Below this an error is as good as none, and would flatten the rest of a curve.
LEAST_ERROR = 1e-3


def maps(matrix: Matrix, decoded: Array) -> dict[str, Figure]:
    """Original and compressed in one colour range, and their difference."""
    values = matrix.values
    ends = color_ends(values, matrix.is_image)
    difference = decoded - values
    reach = float(np.percentile(np.abs(difference), 99.9)) or 1.0
    return {
        "original": _map("Original", values, ends, False),
        "compressed": _map("Compressed", decoded, ends, False),
        "difference": _map("Compressed minus original", difference, (-reach, reach), True),
    }


def _map(title: str, values: Array, ends: tuple[float, float], signed: bool) -> Figure:
    drawn, (down, across) = block_means(values, DRAWN)
    n, d = values.shape
    caption = f"{n} x {d}, colours from {ends[0]:.3g} to {ends[1]:.3g}"
    if down * across > 1:
        caption += f"; means of {down} x {across} blocks"
    layer = HeatMap(
        drawn[::-1], Axis("value"), (0.0, float(d)), (0.0, float(n)), signed, ends[0], ends[1]
    )
    return Figure(title, (layer,), Axis("column"), Axis("row from the bottom"), caption=caption)


def histogram(matrix: Matrix, made: Compressed) -> Figure:
    """Entries of the matrix, and the levels of a quantizer of the whole matrix."""
    counts, edges = np.histogram(matrix.values, bins=_BINS)
    layers: list[Histogram | Reference] = [Histogram(edges, counts, "entries")]
    caption = f"{matrix.values.size} entries in {_BINS} bins"
    levels = quantizer_levels(made)
    if levels is not None:
        layers += [Reference(float(level), "level", "theory", across="x") for level in levels]
        caption += f"; {len(levels)} levels"
    return Figure(
        "Entries and levels", tuple(layers), Axis("value"), Axis("entries"), caption=caption
    )


def factor_histograms(made: Compressed) -> Figure | None:
    """How often each code of L and R is used; None for a method without factors."""
    if not made.stages:
        return None
    stage = made.stages[0]
    layers = []
    for name, part, mark in (("L", stage.left, 0), ("R", stage.right, 1)):
        top = 2**part.bits
        counts, edges = np.histogram(part.codes.numpy() / (top - 1), bins=min(top, 64))
        layers.append(Histogram(edges, counts / counts.sum(), f"{name}, {part.bits} bits", mark))
    caption = "codes as shares of their range; piled up in the middle, levels are wasted"
    return Figure(
        "Use of the levels",
        tuple(layers),
        Axis("place in the range"),
        Axis("share"),
        caption=caption,
    )


def quantizer_levels(made: Compressed) -> Array | None:
    """Levels of a quantizer with one range for the whole matrix; None where there are many."""
    whole = made.whole
    if whole is None or len(whole.low) != 1 or 2**whole.bits > _LEVELS:
        return None
    return float(whole.low[0]) + float(whole.step[0]) * np.arange(2**whole.bits)


def spectrum(values: Array, exact: bool, norm: float, smaller: int) -> Figure:
    """Singular values, and the error of the best matrix of each rank."""
    ranks = np.arange(1, len(values) + 1, dtype=float)
    best = best_rank_errors(values, norm)
    floor = values[0] * 1e-12
    shown = np.where(values > floor, values, np.nan)
    layers = [
        Line(ranks, shown / values[0], "singular value / largest", "measured"),
        Line(ranks, np.where(best > 1e-12, best, np.nan), "error of the best rank m", 0),
    ]
    if exact:
        sizes = np.unique(np.geomspace(2, len(values), 60).astype(int))
        bound = np.array([sketch_bound(values, int(size)) for size in sizes])
        name = "bound of a Gaussian sketch"
        layers.append(Line(sizes, np.where(bound > 1e-12, bound, np.nan), name, "theory"))
    caption = (
        f"all {smaller} values" if exact else f"leading {len(values)} of {smaller}, randomised"
    )
    return Figure(
        "Spectrum",
        tuple(layers),
        Axis("rank", log=True),
        Axis("share", log=True, low=1e-4),
        caption=caption,
    )


def best_rank_errors(values: Array, norm: float) -> Array:
    """sqrt(1 - sum of the first m squares / ||A||^2), m = 1 ... (Eckart-Young)."""
    left = norm**2 - np.cumsum(values**2)
    errors: Array = np.sqrt(np.maximum(left, 0.0)) / norm
    return errors


def errors_by_bits(points: Mapping[str, Sequence[tuple[float, float, float]]]) -> Figure:
    """Error against real bits per entry for each method: (bits, mean, sd) in order."""
    layers = []
    for name, rows in points.items():
        if rows:
            bits, mean, spread = (np.array(column) for column in zip(*rows, strict=True))
            low, high = np.maximum(mean - spread, mean * 0.05), mean + spread
            layers.append(Line(bits, mean, SHORT[name], METHODS.index(name), low=low, high=high))
    caption = "whole file counted; bands: one sd over seeds; errors below 0.001 are not drawn"
    return Figure(
        "Error against bits",
        tuple(layers),
        Axis("bits per entry"),
        _error_axis(points),
        caption=caption,
    )


def _error_axis(points: Mapping[str, Sequence[tuple[float, float, float]]]) -> Axis:
    errors = [row[1] for rows in points.values() for row in rows]
    return Axis("relative error", log=True, low=max(LEAST_ERROR, 0.8 * min(errors)))


COLUMNS = (
    *("method", "m", "B", "B'", "relative error", "sd", "bytes by formula"),
    *("bytes on disk", "encode s", "decode s"),
)


def table(title: str, rows: Sequence[tuple[str | float | int | None, ...]]) -> Figure:
    """A table of methods, with `COLUMNS` or more."""
    columns = COLUMNS + ("spectral error", "PSNR dB")[: len(rows[0]) - len(COLUMNS)]
    return Figure(title, (Table(columns, tuple(rows)),))


def bars(title: str, heights: Mapping[str, float], axis: Axis, caption: str) -> Figure:
    """One bar per method."""
    labels = tuple(SHORT.get(name, name) for name in heights)
    layer = Bars(labels, np.array(list(heights.values())), "measured")
    return Figure(title, (layer,), Axis("method"), axis, caption=caption)
