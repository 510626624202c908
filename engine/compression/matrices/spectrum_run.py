"""The experiment ``compression.spectrum``: what a matrix is like before it is compressed."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from engine.compression.matrices import figures
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.decompose import spectrum
from engine.context import Context
from engine.experiment import Shown, Snapshot
from engine.figures.model import Axis, Figure, Histogram


def run_spectrum(matrix: Matrix, ctx: Context) -> Generator[Shown, None, None]:
    """The entries at once, then the singular values."""
    counts, edges = np.histogram(matrix.values, bins=120)
    entries = Figure(
        "Entries",
        (Histogram(edges, counts, "entries"),),
        Axis("value"),
        Axis("entries"),
        caption=f"{matrix.values.size} entries",
    )
    yield Snapshot(0, 1, figures={"histogram": entries}, note="singular values")
    norm = float(np.linalg.norm(matrix.values))
    params = ctx.params
    values, exact = spectrum(matrix.values, ctx, params.exact_up_to, params.seed)
    n, d = matrix.shape
    metrics = {
        "rows": float(n),
        "columns": float(d),
        "largest_singular_value": float(values[0]),
        "stable_rank": norm**2 / float(values[0]) ** 2,
        "break_even_rank": n * d / (n + d),
    }
    if exact:
        threshold = values[0] * max(n, d) * np.finfo(np.float64).eps
        metrics["numerical_rank"] = float(np.count_nonzero(values > threshold))
    shown = {"spectrum": figures.spectrum(values, exact, norm, min(n, d))}
    how = "exact" if exact else f"randomised: the leading {len(values)} of {min(n, d)}"
    texts = {"spectrum": how} | ({"matrix": matrix.note} if matrix.note else {})
    yield Snapshot(1, 1, metrics, shown, texts)
