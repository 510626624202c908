"""Motifs: recurring movements, found in latents by k-means or a Gaussian hidden Markov model.

Both work on standardised latents. Time-contiguous stretches are kept apart: no transition is
counted across the border of a recording or a gap in its frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.behavior.latents import Latents, standardised
from engine.figures.arrays import Array

#: A k-means is fitted to at most so many frames; the others take the nearest centre.
_FITTED = 100_000
_SILHOUETTE = 2_000
#: Every n-th part of a stretch, the last, is held out.
_HELD_OUT = 5
#: Pseudo-counts of each transition, without which an unused motif has no row.
_PRIOR = 0.01


@dataclass(frozen=True, slots=True)
class Plan:
    """How motifs are found; the fields are the parameters of ``behavior.motifs``."""

    method: Literal["kmeans", "hmm"] = "hmm"
    motifs: int = 12
    sticky: float = 0.0
    covariance: Literal["diag", "full"] = "diag"
    iterations: int = 100
    restarts: int = 3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Labels:
    """A motif for every frame.

    Attributes
    ----------
    motif
        (n,) int64, 0 the most used; pooled over parts in their order.
    probability
        (n,) float64: of the motif given all frames of its stretch (HMM), or nan (k-means).
    silhouette
        Mean over a sample; nan where there is one motif only.
    heldout_ll
        Nats a frame (HMM), or nan.
    """

    motif: Array
    probability: Array
    silhouette: float
    heldout_ll: float

    @property
    def used(self) -> int:
        """Motifs that some frame has."""
        return int(self.motif.max()) + 1


def find(parts: Sequence[Latents], plan: Plan) -> Labels:
    """Motifs of all parts together; slow, and meant to run in a process of its own.

    Raises
    ------
    ValueError
        There are fewer frames than motifs.
    """
    values = standardised(parts)
    if len(values) <= plan.motifs:
        raise ValueError(f"{len(values)} frames are too few for {plan.motifs} motifs")
    if plan.method == "kmeans":
        raw, probability, heldout = _kmeans(values, plan), np.full(len(values), np.nan), np.nan
    else:
        raw, probability, heldout = _hmm(values, stretches(parts), plan)
    motif = by_usage(raw)
    return Labels(motif, probability, _silhouette(values, motif, plan.seed), heldout)


def stretches(parts: Sequence[Latents]) -> Array:
    """Lengths (k,) int64 of the time-contiguous stretches of the pooled rows, in order."""
    lengths = [piece.stop - piece.start for part in parts for piece in part.segments()]
    return np.array(lengths, "i8")


def by_usage(raw: Array) -> Array:
    """Labels (n,) renumbered so that 0 is the most used; unused ones are gone.

    Of equally used ones the one that comes first in time comes first.
    """
    labels, first, inverse, counts = np.unique(
        raw, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(labels), "i8")
    rank[np.lexsort((first, -counts))] = np.arange(len(labels))
    found: Array = rank[inverse]
    return found


def entropy_bits(motif: Array) -> float:
    """Entropy of the usage of motifs (n,), in bits."""
    share = np.bincount(motif) / len(motif)
    known = share[share > 0]
    return float(-(known * np.log2(known)).sum())


def matched_colors(motif: Array, before: Array, colors_before: int) -> Array:
    """A colour for each motif: those that overlap most with an earlier colour keep it.

    Pairs are chosen to make the sum of shared frames largest (Hungarian algorithm).

    Parameters
    ----------
    motif
        (n,) int64 motifs of now.
    before
        (n,) int64 colours the same frames had, negative where unknown.
    colors_before
        How many colours there were.

    Returns
    -------
    colors
        (motifs,) int64, all different; those without a partner take the next free numbers.
    """
    from scipy.optimize import linear_sum_assignment

    count = int(motif.max()) + 1
    known = before >= 0
    overlap = np.zeros((count, max(colors_before, 1)))
    np.add.at(overlap, (motif[known], before[known]), 1)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    colors = np.full(count, -1, "i8")
    shared = overlap[rows, columns] > 0
    colors[rows[shared]] = columns[shared]
    taken = set(colors[colors >= 0].tolist())
    free = (number for number in range(count + colors_before + 1) if number not in taken)
    for row in np.flatnonzero(colors < 0):
        colors[row] = next(free)
    return colors


def _kmeans(values: Array, plan: Plan) -> Array:
    from sklearn.cluster import KMeans

    fitted = values
    if len(values) > _FITTED:
        random = np.random.default_rng(plan.seed)
        fitted = values[np.sort(random.choice(len(values), _FITTED, replace=False))]
    model = KMeans(
        plan.motifs, n_init=plan.restarts, max_iter=plan.iterations, random_state=plan.seed
    ).fit(fitted)
    labels: Array = model.predict(values).astype("i8")
    return labels


def _hmm(values: Array, lengths: Array, plan: Plan) -> tuple[Array, Array, float]:
    """Viterbi labels, their posterior probability, and the held-out log-likelihood a frame."""
    model = _fitted_hmm(values, lengths, plan)
    _, labels = model.decode(values, lengths)
    posterior = model.predict_proba(values, lengths)
    probability = posterior[np.arange(len(labels)), labels]
    return labels.astype("i8"), probability, _heldout(values, lengths, plan)


def _fitted_hmm(values: Array, lengths: Array, plan: Plan) -> Any:
    """The likeliest of a few fits, each from another k-means."""
    import logging
    import warnings

    # What it says of convergence and of empty states is told by the metrics.
    logging.getLogger("hmmlearn").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [
            _new_hmm(plan, plan.seed + number).fit(values, lengths)
            for number in range(plan.restarts)
        ]
        return max(fits, key=lambda model: model.score(values, lengths))


def _new_hmm(plan: Plan, seed: int) -> Any:
    from hmmlearn.hmm import GaussianHMM

    prior = np.full((plan.motifs, plan.motifs), 1.0 + _PRIOR) + np.eye(plan.motifs) * plan.sticky
    return GaussianHMM(
        plan.motifs,
        covariance_type=plan.covariance,
        n_iter=plan.iterations,
        random_state=seed,
        startprob_prior=1.0 + _PRIOR,
        transmat_prior=prior,
    )


def _heldout(values: Array, lengths: Array, plan: Plan) -> float:
    """Nats a frame of the last fifth of every stretch, under a model of the rest."""
    ends = np.cumsum(lengths)
    rest, held = [], []
    for start, stop in zip((ends - lengths).tolist(), ends.tolist(), strict=True):
        cut = stop - (stop - start) // _HELD_OUT
        rest.append(np.arange(start, cut))
        held.append(np.arange(cut, stop))
    held = [rows for rows in held if len(rows)]
    seen = np.concatenate(rest)
    if not held or len(seen) <= plan.motifs:
        return float("nan")
    model = _fitted_hmm(values[seen], np.array([len(rows) for rows in rest]), plan)
    unseen = np.concatenate(held)
    score = model.score(values[unseen], np.array([len(rows) for rows in held]))
    return float(score / len(unseen))


def _silhouette(values: Array, motif: Array, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    from engine.behavior.maps import sample

    rows = sample(len(values), _SILHOUETTE, seed, 2)
    if not 1 < len(np.unique(motif[rows])) < len(rows):
        return float("nan")
    return float(silhouette_score(values[rows], motif[rows]))
