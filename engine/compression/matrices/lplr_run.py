"""The experiment ``compression.lplr``: one method on one matrix, over seeds."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.compression.matrices import figures
from engine.compression.matrices.budget import code_bits
from engine.compression.matrices.container import write
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.decompose import decomposed
from engine.compression.matrices.fitting import fitted, told_of
from engine.compression.matrices.measure import (
    Measured,
    Problem,
    latency,
    measure,
    psnr_db,
    spectral_error,
)
from engine.compression.matrices.settings import LOW_RANK, NEEDS_SVD, TITLES, Settings
from engine.context import Context
from engine.experiment import Shown, Snapshot

_BYTE = 8


@dataclass(slots=True)
class _Task:
    """One matrix and what its seeds gave."""

    problem: Problem
    settings: Settings
    found: list[Measured] = field(default_factory=list)


def run_lplr(matrices: tuple[Matrix, ...], ctx: Context) -> Generator[Shown, None, None]:
    """Compress each matrix with each seed; write the first seed's files."""
    params = ctx.params
    tasks = []
    for number, matrix in enumerate(matrices):
        yield Snapshot(number, None, note=f"preparing {matrix.name}")
        tasks.append(_task(matrix, ctx))
    seeds = params.seeds if any(task.settings.random for task in tasks) else 1
    for seed in range(seeds):
        for task in tasks:
            task.found.append(measure(task.problem, task.settings, params.seed + seed, ctx.check))
            ctx.check()
        yield Snapshot(seed + 1, seeds, _metrics(tasks), note=f"seed {params.seed + seed}")
    yield _finished(tasks, seeds, ctx)


def _task(matrix: Matrix, ctx: Context) -> _Task:
    params = ctx.params
    settings = fitted(
        told_of(params.settings(params.method), matrix),
        matrix.shape,
        params,
        params.rank,
        params.seed,
    )
    problem = Problem.of(matrix)
    if settings.method in NEEDS_SVD:
        problem = problem.with_svd(decomposed(matrix.values, ctx))
    return _Task(problem, settings)


def _metrics(tasks: list[_Task]) -> dict[str, float]:
    """Metrics over the seeds so far; of several channels together."""
    norm = sum(task.problem.norm**2 for task in tasks) ** 0.5
    seeds = len(tasks[0].found)
    errors = [
        sum(task.found[seed].squared_error for task in tasks) ** 0.5 / norm
        for seed in range(seeds)
    ]
    size = sum(task.found[0].file_bytes for task in tasks)
    entries = sum(task.problem.tensor.numel() for task in tasks)
    return {
        "relative_error": float(np.mean(errors)),
        "relative_error_sd": float(np.std(errors, ddof=1)) if seeds > 1 else 0.0,
        "rank": float(tasks[0].found[0].made.settings.rank),
        "bits_per_entry": _BYTE * size / entries,
        "file_bytes": float(size),
        "formula_bytes": float(sum(task.found[0].formula_bytes for task in tasks)),
        "encode_seconds": _mean_sum(tasks, "encode_seconds"),
        "decode_seconds": _mean_sum(tasks, "decode_seconds"),
    }


def _mean_sum(tasks: list[_Task], name: str) -> float:
    return float(sum(np.mean([getattr(found, name) for found in task.found]) for task in tasks))


def _finished(tasks: list[_Task], seeds: int, ctx: Context) -> Snapshot:
    metrics = _metrics(tasks)
    on_disk = 0
    for number, task in enumerate(tasks):
        name = "matrix.lplr" if len(tasks) == 1 else f"matrix_{number + 1}.lplr"
        matrix = task.problem.matrix
        on_disk += write(task.found[0].made, ctx.artifact(name), matrix.kept_dtype, matrix.source)
    metrics["file_bytes"] = float(on_disk)
    first = tasks[0]
    decoded = first.found[0].made.decode(check=ctx.check)
    metrics["spectral_error"] = spectral_error(first.problem, decoded, ctx.check)
    metrics |= _extra(first)
    shown = figures.maps(first.problem.matrix, decoded.numpy())
    shown["histogram"] = figures.histogram(first.problem.matrix, first.found[0].made)
    levels = figures.factor_histograms(first.found[0].made)
    if levels is not None:
        shown["levels"] = levels
    shown["methods"] = figures.table("Method", [_row(first, metrics)])
    return Snapshot(seeds, seeds, metrics, shown, _texts(first, seeds, metrics))


def _extra(task: _Task) -> dict[str, float]:
    """Metrics that only some matrices and methods have."""
    problem, first = task.problem, task.found[0]
    found: dict[str, float] = {}
    if problem.matrix.is_image and first.squared_error > 0:
        found["psnr_db"] = psnr_db(problem, first.squared_error)
    if task.settings.method in LOW_RANK:
        whole, factors = latency(problem, first.made)
        found |= {"apply_seconds": whole, "factor_apply_seconds": factors}
    return found


def _texts(task: _Task, seeds: int, metrics: dict[str, float]) -> dict[str, str]:
    matrix, settings = task.problem.matrix, task.found[0].made.settings
    words = f"{TITLES[settings.method]} on {matrix.name}, {matrix.shape[0]} x {matrix.shape[1]}"
    texts = {"what": words, "spread": f"over {seeds} seeds" if seeds > 1 else "needs no seed"}
    if matrix.note:
        texts["matrix"] = matrix.note
    if settings.rank:
        n, d = matrix.shape
        faster = "fewer" if settings.rank < n * d / (n + d) else "more"
        texts["applying"] = f"L(Rx) takes {faster} multiplications than Ax"
    if settings.method != "coded":
        bits = code_bits(matrix.shape, settings)
        texts["codes"] = (
            f"{bits} bits of codes, {bits / (matrix.shape[0] * matrix.shape[1]):.4g} per entry"
        )
    return texts


def _row(task: _Task, metrics: dict[str, float]) -> tuple[str | float | int | None, ...]:
    row = method_row(task.found[0].made.settings, metrics)
    loud = metrics.get("psnr_db")
    return (*row, _rounded(metrics["spectral_error"]), None if loud is None else _rounded(loud))


def method_row(settings: Settings, metrics: Any) -> tuple[str | float | int | None, ...]:
    """A row of the table of methods."""
    two = not settings.naive and settings.rank > 0
    left: int | None = settings.bits_left if two else None
    return (
        TITLES[settings.method],
        settings.rank or None,
        settings.bits if settings.naive else left,
        settings.bits_right if two else None,
        _rounded(metrics["relative_error"]),
        _rounded(metrics["relative_error_sd"]),
        int(metrics["formula_bytes"]),
        int(metrics["file_bytes"]),
        _rounded(metrics["encode_seconds"]),
        _rounded(metrics["decode_seconds"]),
    )


def _rounded(value: float) -> float:
    """To four digits, as a table shows it."""
    return float(f"{value:.4g}")
