"""The experiment ``compression.sweep``: error against bits for every method."""

from __future__ import annotations

from collections.abc import Generator
from itertools import product

from engine.compression.matrices import figures
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.decompose import decomposed
from engine.compression.matrices.fitting import fitted, told_of
from engine.compression.matrices.measure import Problem
from engine.compression.matrices.settings import NEEDS_SVD, Settings
from engine.compression.matrices.trial import Trial, tried
from engine.context import Context
from engine.errors import BadParams
from engine.experiment import Shown, Snapshot

_BYTE = 8


class _At:
    """One budget of the grid."""

    def __init__(self, b0: float) -> None:
        self.b0: float | None = b0
        self.byte_budget: int | None = None


def run_sweep(matrix: Matrix, ctx: Context) -> Generator[Shown, None, None]:
    """Try every method at every budget; yields after each."""
    params = ctx.params
    problem = Problem.of(matrix)
    if any(method in NEEDS_SVD for method in params.methods):
        yield Snapshot(0, None, note="singular value decomposition")
        problem = problem.with_svd(decomposed(matrix.values, ctx))
    cells = list(product(sorted(set(params.grid)), params.methods))
    points: dict[str, list[tuple[float, float, float]]] = {name: [] for name in params.methods}
    trials: list[Trial] = []
    for number, (b0, method) in enumerate(cells, start=1):
        settings = _settings(params.settings(method), matrix, b0)
        if settings is not None:
            trial = tried(problem, settings, params.seed, params.seeds, ctx.check)
            trials.append(trial)
            bits = _BYTE * trial.file_bytes / matrix.values.size
            points[method].append((bits, trial.error, trial.spread))
        yield _snapshot(number, len(cells), points, trials, f"{method} at {b0:g} bits")
    if not trials:
        raise BadParams("None of these methods fits any of these budgets; give more bits.")


def _settings(settings: Settings, matrix: Matrix, b0: float) -> Settings | None:
    """The setting at one budget; None where the method cannot have it."""
    try:
        return fitted(told_of(settings, matrix), matrix.shape, _At(b0))
    except BadParams:
        return None


def _snapshot(
    number: int,
    total: int,
    points: dict[str, list[tuple[float, float, float]]],
    trials: list[Trial],
    note: str,
) -> Snapshot:
    if not trials:
        return Snapshot(number, total, note=note)
    shown = {"errors": figures.errors_by_bits(points)}
    metrics = {"points": float(len(trials)), "relative_error": min(t.error for t in trials)}
    metrics |= {f"error_{name}": rows[-1][1] for name, rows in points.items() if rows}
    if number == total:
        shown["methods"] = figures.table("Methods and budgets", [t.row() for t in trials])
    return Snapshot(number, total, metrics, shown, note=note)
