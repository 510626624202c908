"""Maps of latents: PCA, t-SNE (openTSNE) and UMAP (umap-learn), and how far they can be trusted.

A large set is laid out by a seeded sample of its rows; the others are projected into that
layout. A map is judged on a sample by its trustworthiness and continuity (Venna and Kaski,
"Local multidimensional scaling", 2006): the first falls when rows that lie far apart among the
codes become neighbours on the map, the second when neighbours are torn apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.errors import BadParams, MissingExtra
from engine.figures.arrays import Array

Method = Literal["pca", "tsne", "umap"]
NAMES: dict[str, str] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
_PACKAGES = {"tsne": "openTSNE", "umap": "umap"}
#: Fewer rows than this have no neighbourhoods to speak of.
LEAST_ROWS = 16
#: A map judged on no more rows than this takes less than 200 ms.
JUDGED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How a map is made.

    Attributes
    ----------
    method
        Which.
    perplexity
        Of t-SNE: how many neighbours weigh.
    neighbors, min_dist
        Of UMAP: size of the neighbourhood, and how close points may come.
    most
        Rows that are laid out; the others are projected.
    judged, judged_neighbors
        Rows on which the map is judged, and the neighbourhood k that is compared.
    seed
        Of every random choice.
    """

    method: Method = "pca"
    perplexity: float = 30.0
    neighbors: int = 15
    min_dist: float = 0.1
    most: int = 10_000
    judged: int = JUDGED_AT_ONCE
    judged_neighbors: int = 12
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LatentMap:
    """A map, and how far it can be trusted.

    Attributes
    ----------
    position
        (n, 2) float64.
    laid_out, judged
        How many rows the layout was made from, and it was judged on.
    trustworthiness, continuity
        1 for a map that keeps every neighbourhood.
    """

    position: Array
    laid_out: int
    judged: int
    trustworthiness: float
    continuity: float


def refuse_unready(plan: Plan, rows: int) -> None:
    """Say at once what a map would fail of.

    Raises
    ------
    MissingExtra
        The package of the method is not installed.
    BadParams
        There are too few rows for it.
    """
    from importlib.util import find_spec

    package = _PACKAGES.get(plan.method)
    if package is not None and find_spec(package) is None:
        raise MissingExtra(f"A {NAMES[plan.method]} map", "maps")
    laid_out = min(rows, plan.most)
    least = {"tsne": int(3 * plan.perplexity) + 2, "umap": plan.neighbors + 2}
    needed = max(least.get(plan.method, 0), LEAST_ROWS)
    if laid_out < needed:
        raise BadParams(
            f"A {NAMES[plan.method]} map with these parameters needs at least {needed} frames, "
            f"but {laid_out} are laid out; embed more, or take a smaller neighbourhood."
        )


def pca_position(values: Array, axes: int = 2) -> Array:
    """The leading principal components, exactly.

    Parameters
    ----------
    values
        (n, D) floating.
    axes
        How many; missing ones, where D is smaller, are zero.

    Returns
    -------
    position
        (n, axes) float64; each component points to where its largest weight is positive.
    """
    centred = values.astype("f8") - values.mean(axis=0, dtype="f8")
    _, vectors = np.linalg.eigh(centred.T @ centred)
    leading = vectors[:, ::-1][:, :axes]
    signs = np.sign(leading[np.abs(leading).argmax(axis=0), np.arange(leading.shape[1])])
    position = np.zeros((len(values), axes))
    position[:, : leading.shape[1]] = centred @ (leading * signs)
    return position


def sample(rows: int, most: int, seed: int, purpose: int = 0) -> Array:
    """At most so many of the row numbers, ascending (k,) int64; all when there are no more."""
    if rows <= most:
        return np.arange(rows)
    random = np.random.default_rng([seed, purpose])
    return np.sort(random.choice(rows, most, replace=False))


def make_map(values: Array, plan: Plan) -> LatentMap:
    """A map of codes (n, D) floating; slow, and meant to run in a process of its own."""
    chosen = sample(len(values), plan.most, plan.seed)
    makers = {"pca": _pca, "tsne": _tsne, "umap": _umap}
    position = makers[plan.method](values, chosen, plan)
    if plan.method == "pca":
        chosen = np.arange(len(values))
    return judged_map(values, position, len(chosen), plan)


def judged_map(
    values: Array,
    position: Array,
    laid_out: int,
    plan: Plan,
    check: Callable[[], None] = lambda: None,
) -> LatentMap:
    """A map (n, 2) of codes (n, D), judged on a sample; `check` is called between two spaces."""
    rows = sample(len(values), plan.judged, plan.seed, 1)
    trust, continuity = judge(values[rows], position[rows], plan.judged_neighbors, check)
    return LatentMap(position, laid_out, len(rows), trust, continuity)


def judge(
    values: Array, position: Array, neighbors: int, check: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Trustworthiness and continuity.

    Continuity is trustworthiness with the two spaces exchanged.

    Parameters
    ----------
    values, position
        (n, D) and (n, 2) floating.
    neighbors
        k; less than n / 2, and lowered to that.
    """
    from sklearn.manifold import trustworthiness

    near = max(1, min(neighbors, (len(values) - 1) // 2))
    trust = float(trustworthiness(values, position, n_neighbors=near))
    check()
    return trust, float(trustworthiness(position, values, n_neighbors=near))


def _pca(values: Array, chosen: Array, plan: Plan) -> Array:
    return pca_position(values)


def _tsne(values: Array, chosen: Array, plan: Plan) -> Array:
    from openTSNE import TSNE

    # One thread and a start by PCA: the same numbers every time.
    model = TSNE(
        perplexity=plan.perplexity, random_state=plan.seed, n_jobs=1, initialization="pca"
    )
    layout = model.fit(values[chosen].astype("f8"))
    return _completed(values, chosen, np.asarray(layout), layout.transform)


def _umap(values: Array, chosen: Array, plan: Plan) -> Array:
    import warnings

    with warnings.catch_warnings():
        # It says that a seed makes it use one thread, which is meant.
        warnings.simplefilter("ignore")
        from umap import UMAP

        model = UMAP(
            n_neighbors=plan.neighbors, min_dist=plan.min_dist, random_state=plan.seed, n_jobs=1
        )
        layout = model.fit_transform(values[chosen].astype("f4"))
        return _completed(values.astype("f4"), chosen, layout, model.transform)


def _completed(values: Array, chosen: Array, layout: Array, project: Any) -> Array:
    """Every row: those laid out where they are, the others projected."""
    position = np.empty((len(values), 2))
    position[chosen] = layout
    rest = np.setdiff1d(np.arange(len(values)), chosen)
    if len(rest):
        position[rest] = np.asarray(project(values[rest]))
    return position
