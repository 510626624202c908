"""How good an embedding is: what it redraws, and what can be read from its codes.

Definitions are those the method card of the house fixes: codes are z-scored by the frames they are
fitted on, linear decoding is ridge regression with a penalty on the sum of squares, and R² is
taken on other frames and averaged over outputs.
"""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array

RIDGE, NEIGHBOURS = 0.1, 10


def error_against(frames: Array, chosen: Array, picture: Array) -> float:
    """Mean squared error of drawing one picture (0..1) instead of the chosen frames (uint8)."""
    total = 0.0
    for part in _parts(chosen):
        total += float(np.sum((frames[part] / 255.0 - picture) ** 2))
    return total / (len(chosen) * picture.size)


def r2(truth: Array, told: Array) -> float:
    """R² over rows, averaged over the outputs; both (n, k)."""
    left = np.sum((truth - told) ** 2, axis=0)
    there = np.sum((truth - truth.mean(axis=0)) ** 2, axis=0)
    return float(np.mean(1 - left / np.where(there > 0, there, np.nan)))


def linear(codes: Array, target: Array, train: Array, test: Array) -> tuple[Array, float]:
    """Ridge regression from codes (n, D) to a target (n, k), frames with NaN left out.

    Returns
    -------
    told, score
        (n, k) float64 for every frame, and R² on the test frames; NaN with too few frames.
    """
    scaled = z_scored(codes, train)
    fit, scored = _known(target, train), _known(target, test)
    if len(fit) <= codes.shape[1] or len(scored) < 2:
        return np.full(target.shape, np.nan), float("nan")
    x, y = scaled[fit], target[fit]
    middle, centre = x.mean(axis=0), y.mean(axis=0)
    gram = (x - middle).T @ (x - middle) + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, (x - middle).T @ (y - centre))
    told = (scaled - middle) @ weights + centre
    return told, r2(target[scored], told[scored])


def nearest(codes: Array, target: Array, train: Array, test: Array) -> float:
    """R² on test frames of the mean target of the 10 nearest training codes."""
    from sklearn.neighbors import KNeighborsRegressor

    scaled = z_scored(codes, train)
    fit, scored = _known(target, train), _known(target, test)
    if len(fit) < NEIGHBOURS or len(scored) < 2:
        return float("nan")
    model = KNeighborsRegressor(NEIGHBOURS).fit(scaled[fit], target[fit])
    return r2(target[scored], model.predict(scaled[scored]))


def session_accuracy(codes: Array, session: Array, train: Array, test: Array) -> float:
    """Share of test frames whose session (n,) a logistic regression tells from the code."""
    from sklearn.linear_model import LogisticRegression

    scaled = z_scored(codes, train)
    model = LogisticRegression(max_iter=1000).fit(scaled[train], session[train])
    return float(model.score(scaled[test], session[test]))


def paired_r2(first: Array, second: Array) -> float:
    """How far codes of the same moments in two sessions agree.

    1 - sum (zA - zB)² / sum (zA - mean zA)², all numbers of the code pooled. Both (n, D), z-scored
    by the pooled training frames.
    """
    apart = np.sum((first - second) ** 2)
    return float(1 - apart / np.sum((first - first.mean(axis=0)) ** 2))


def z_scored(codes: Array, train: Array) -> Array:
    """Codes (n, D) float64 with mean 0 and variance 1 over the training frames."""
    wide = np.asarray(codes, "f8")
    spread = wide[train].std(axis=0)
    scaled: Array = (wide - wide[train].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def _known(target: Array, chosen: Array) -> Array:
    """The chosen positions at which the target is told."""
    return chosen[np.isfinite(target[chosen]).all(axis=1)]


def _parts(chosen: Array, size: int = 256) -> list[Array]:
    return [chosen[start : start + size] for start in range(0, len(chosen), size)]
