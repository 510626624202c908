"""The experiment ``compression.neighbours``: do compressed rows still find their neighbours?

Rows are vectors. Training rows are compressed, the others ask and stay exact.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.compression.matrices import figures
from engine.compression.matrices.data import Matrix, check_matrix
from engine.compression.matrices.decompose import decomposed
from engine.compression.matrices.fitting import fitted, told_of
from engine.compression.matrices.measure import Measured, Problem, measure
from engine.compression.matrices.settings import NEEDS_SVD
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis

_ROWS_AT_ONCE = 256
LEAK = (
    "Each class was compressed by itself: the compressed rows know their labels, and accuracy can "
    "rise above the exact rows'."
)


@dataclass(frozen=True, slots=True)
class _Split:
    train: Array
    test: Array
    train_labels: Array | None
    test_labels: Array | None


def labels_in(opened: Any, name: str, rows: int) -> Array | None:
    """The labels beside the rows; None when the file has no array of that name.

    Raises
    ------
    BadInput
        There are not as many labels as rows, or they are no whole numbers.
    """
    names = getattr(opened, "names", ())
    if name not in names:
        return None
    labels = np.asarray(opened.array(name))
    if labels.shape != (rows,) or labels.dtype.kind not in "iub":
        raise BadInput(
            f"{opened.path.name}: {name} must be {rows} whole numbers, one for each row; it is "
            f"{labels.dtype} of shape {labels.shape}."
        )
    return labels.astype(np.int64)


def run_neighbours(
    matrix: Matrix, labels: Array | None, ctx: Context
) -> Generator[Shown, None, None]:
    """Vote (with labels) and recall before and after, over seeds."""
    params = ctx.params
    split = _split(matrix, labels, params)
    yield Snapshot(0, params.seeds, note="exact neighbours")
    exact = _scores(split, split.train, params, ctx.check)
    groups = _groups(matrix, split, ctx)
    seeds = params.seeds if any(group.settings.random for group in groups) else 1
    rows: list[dict[str, float]] = []
    for seed in range(seeds):
        decoded, metrics = _compressed(groups, split, params.seed + seed, ctx.check)
        metrics |= {f"{k}_after": v for k, v in _scores(split, decoded, params, ctx.check).items()}
        rows.append(metrics)
        yield Snapshot(seed + 1, seeds, _mean(rows, exact), note=f"seed {params.seed + seed}")
    found = _mean(rows, exact)
    heights = {name: found[name] for name in _SHOWN if name in found}
    caption = f"{len(split.train)} rows compressed, {len(split.test)} ask"
    bars = figures.bars("Neighbours", heights, Axis("share", low=0.0, high=1.0), caption)
    texts = {"warning": LEAK} if params.class_wise else {}
    yield Snapshot(seeds, seeds, found, {"neighbours": bars}, texts)


_SHOWN = ("accuracy_before", "accuracy_after", "recall_after")


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that are compressed together."""

    rows: Array
    problem: Problem
    settings: Any


def _split(matrix: Matrix, labels: Array | None, params: Any) -> _Split:
    values = matrix.values
    count = params.train_rows or (3 * len(values)) // 4
    if not 2 <= count < len(values):
        raise BadParams(
            f"{matrix.name} has {len(values)} rows: at least 2 must train and one must ask."
        )
    if count <= max(params.k, params.recall_at):
        raise BadParams(f"{count} training rows are too few for so many neighbours.")
    if params.class_wise and labels is None:
        raise BadParams(f"{matrix.name} has no labels; class by class needs some.")
    parts = (None, None) if labels is None else (labels[:count], labels[count:])
    return _Split(values[:count], values[count:], *parts)


def _groups(matrix: Matrix, split: _Split, ctx: Context) -> list[_Group]:
    params = ctx.params
    every = np.arange(len(split.train))
    if params.class_wise and split.train_labels is not None:
        kinds = [np.flatnonzero(split.train_labels == k) for k in np.unique(split.train_labels)]
    else:
        kinds = [every]
    groups = []
    for rows in kinds:
        part = Matrix(matrix.name, split.train[rows], matrix.dtype, split.train[rows].shape)
        check_matrix(part)
        settings = fitted(
            told_of(params.settings(params.method), part),
            part.shape,
            params,
            params.rank,
            params.seed,
        )
        problem = Problem.of(part)
        if settings.method in NEEDS_SVD:
            problem = problem.with_svd(decomposed(part.values, ctx))
        groups.append(_Group(rows, problem, settings))
    return groups


def _compressed(
    groups: list[_Group], split: _Split, seed: int, check: Callable[[], None]
) -> tuple[Array, dict[str, float]]:
    decoded = np.empty_like(split.train)
    found: list[Measured] = []
    for group in groups:
        one = measure(group.problem, group.settings, seed, check)
        decoded[group.rows] = one.made.decode(check=check).numpy()
        found.append(one)
    norm = float(np.linalg.norm(split.train))
    metrics = {
        "relative_error": sum(one.squared_error for one in found) ** 0.5 / norm,
        "file_bytes": float(sum(one.file_bytes for one in found)),
        "rank": float(found[0].made.settings.rank),
    }
    return decoded, metrics


def _scores(
    split: _Split, train: Array, params: Any, check: Callable[[], None]
) -> dict[str, float]:
    """Accuracy of the vote (with labels), and recall of the exact rows' neighbours."""
    scores = {"recall": recall(split.train, train, split.test, params.recall_at, check)}
    if split.train_labels is not None and split.test_labels is not None:
        found = nearest(train, split.test, params.k, check)
        votes = majority(split.train_labels[found])
        scores["accuracy"] = float(np.mean(votes == split.test_labels))
    return scores


def nearest(train: Array, test: Array, k: int, check: Callable[[], None] | None = None) -> Array:
    """The k nearest training rows of each test row by Euclidean distance: (t, k)."""
    rows = torch.from_numpy(np.ascontiguousarray(train))
    norms = (rows**2).sum(dim=1)
    found = []
    for start in range(0, len(test), _ROWS_AT_ONCE):
        if check is not None:
            check()
        asked = torch.from_numpy(np.ascontiguousarray(test[start : start + _ROWS_AT_ONCE]))
        # The norm of the asking row is the same for all its distances.
        distances = norms - 2 * asked @ rows.T
        found.append(distances.topk(k, largest=False).indices.numpy())
    return np.concatenate(found)


def majority(labels: Array) -> Array:
    """The most frequent label of each row (t, k); of equally frequent ones the smallest."""
    kinds, codes = np.unique(labels, return_inverse=True)
    codes = codes.reshape(labels.shape)
    counts = np.stack([(codes == i).sum(axis=1) for i in range(len(kinds))], axis=1)
    chosen: Array = kinds[counts.argmax(axis=1)]
    return chosen


def recall(
    exact: Array,
    compressed: Array,
    test: Array,
    k: int,
    check: Callable[[], None] | None = None,
) -> float:
    """Share of the k nearest under cosine among exact rows that compressed rows find too."""
    asked = _unit(test)
    true = nearest(_unit(exact), asked, k, check)
    found = nearest(_unit(compressed), asked, k, check)
    hits = [len(np.intersect1d(a, b)) for a, b in zip(true, found, strict=True)]
    return float(np.mean(hits)) / k


def _unit(rows: Array) -> Array:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Array = rows / np.where(norms > 0, norms, 1.0)
    return unit


def _mean(rows: list[dict[str, float]], exact: dict[str, float]) -> dict[str, float]:
    found = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    errors = [row["relative_error"] for row in rows]
    found["relative_error_sd"] = float(np.std(errors, ddof=1)) if len(rows) > 1 else 0.0
    if "accuracy" in exact:
        found["accuracy_before"] = exact["accuracy"]
    return found
