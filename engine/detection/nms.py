"""Suppression of duplicates, and a trace of it: who removed whom, and why.

BetaNMS keeps the best box and drops every other whose density is *near* it: the direction is the
opposite of IoU. Boxes are taken in blocks, so that nearly all work is on whole arrays; the
result is that of the plain loop, and a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.detection.beta import LAMBDA
from engine.detection.boxes import iou, iou_pairs
from engine.detection.distance import Densities, distance
from engine.figures.arrays import Array

Rule = Literal["iou", "visible_iou", "beta", "soft", "soft_iou", "none"]

#: Every rule, in words for a person.
RULES: dict[str, str] = {
    "beta": "BetaNMS",
    "iou": "IoU-NMS on full boxes",
    "visible_iou": "IoU-NMS on visible boxes",
    "soft": "soft BetaNMS",
    "soft_iou": "Soft-NMS (IoU)",
    "none": "no suppression",
}
#: Of each rule: the usual threshold, its range, and which way it goes.
DEFAULT_THRESHOLD = {
    "beta": 2.0,
    "iou": 0.5,
    "visible_iou": 0.4,
    "soft": 2.0,
    "soft_iou": 0.5,
    "none": 0.0,
}
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Suppression:
    """How to suppress.

    Attributes
    ----------
    rule
        A key of `RULES`.
    threshold
        For "beta": drop below this distance. For "iou" and "visible_iou": drop above this
        overlap. For "soft": tau in ``score *= 1 - exp(-d / tau)``; for "soft_iou": sigma in
        ``score *= exp(-iou^2 / sigma)``. None takes `DEFAULT_THRESHOLD`.
    score_min
        Boxes below this score, before or after softening, are left out.
    spread, measure
        Lambda, and the distance's rule.
    prefilter
        Pairs whose full boxes overlap no more than this never suppress each other.
    """

    rule: str = "beta"
    threshold: float | None = None
    score_min: float = 0.3
    spread: float = LAMBDA
    measure: str = "union_refit"
    prefilter: float = 0.1

    @property
    def limit(self) -> float:
        """The threshold in force."""
        return DEFAULT_THRESHOLD[self.rule] if self.threshold is None else self.threshold


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is left, and what became of the rest.

    Attributes
    ----------
    rows
        (k,) int64 rows kept, by falling score.
    score
        (n,) float64 scores after softening, of all boxes.
    by
        (n,) int64 row that suppressed each box; -1 where none did.
    value
        (n,) float64 distance or overlap with that row; NaN where none did.
    """

    rows: Array
    score: Array
    by: Array
    value: Array


def suppress(full: Array, visible: Array, score: Array, how: Suppression) -> Kept:
    """Suppress duplicates among the boxes of one image.

    Parameters
    ----------
    full, visible
        (n, 4) float64 pixels.
    score
        (n,) float64.
    """
    full, visible = np.asarray(full, "f8"), np.asarray(visible, "f8")
    score = np.array(score, "f8")
    pairs = _Pairs(full, visible, how)
    if how.rule in ("soft", "soft_iou"):
        return _softened(score, pairs, how)
    order = np.argsort(-score, kind="stable")
    order = order[score[order] >= how.score_min]
    if how.rule == "none":
        nobody = np.full(len(score), -1), np.full(len(score), np.nan)
        return Kept(order, score, *nobody)
    return _greedy(order, score, pairs)


class _Pairs:
    """Compares boxes by the rule: which pairs suppress, and the value that says so."""

    def __init__(self, full: Array, visible: Array, how: Suppression) -> None:
        self._how = how
        self._beta = how.rule in ("beta", "soft")
        self._boxes = visible if how.rule == "visible_iou" else full
        self._densities = Densities.of(full, visible, how.spread) if self._beta else None

    def values(self, heads: Array, others: Array) -> Array:
        """Distance or overlap (k, m); infinite distance where the prefilter says so."""
        overlap = iou(self._boxes[heads], self._boxes[others])
        if self._densities is None:
            return overlap
        head, other = np.nonzero(overlap > self._how.prefilter)
        found = np.full(overlap.shape, np.inf)
        first, second = self._densities.rows(heads[head]), self._densities.rows(others[other])
        found[head, other] = distance(first, second, self._how.measure)
        return found

    def hits(self, values: Array) -> Array:
        """True where a value means: the same person."""
        hit: Array = values < self._how.limit if self._beta else values > self._how.limit
        return hit

    def softening(self, values: Array) -> Array:
        """Factors of scores for values."""
        if self._beta:
            return np.asarray(1 - np.exp(-values / self._how.limit))
        return np.asarray(np.exp(-(values**2) / self._how.limit))


def _greedy(order: Array, score: Array, pairs: _Pairs) -> Kept:
    by, value = np.full(len(score), -1), np.full(len(score), np.nan)
    kept: list[Array] = []
    while len(order):
        block, order = order[:_BLOCK], order[_BLOCK:]
        heads = _within(block, pairs, by, value)
        kept.append(heads)
        if len(order):
            values = pairs.values(heads, order)
            hit = pairs.hits(values)
            dropped = hit.any(axis=0)
            first = hit.argmax(axis=0)[dropped]
            by[order[dropped]] = heads[first]
            value[order[dropped]] = values[first, np.flatnonzero(dropped)]
            order = order[~dropped]
    rows = np.concatenate(kept) if kept else np.zeros(0, "i8")
    return Kept(rows, score, by, value)


def _within(block: Array, pairs: _Pairs, by: Array, value: Array) -> Array:
    """Rows of a block that survive each other; notes who dropped the rest."""
    values = pairs.values(block, block)
    hit = pairs.hits(values)
    alive = np.ones(len(block), "?")
    for head in range(len(block)):
        if not alive[head]:
            continue
        dropped = np.flatnonzero(hit[head] & alive)
        dropped = dropped[dropped > head]
        alive[dropped] = False
        by[block[dropped]] = block[head]
        value[block[dropped]] = values[head, dropped]
    survivors: Array = block[alive]
    return survivors


def _softened(score: Array, pairs: _Pairs, how: Suppression) -> Kept:
    """Scores lowered by every better box instead of dropped; the strongest influence is noted."""
    soft, left = score.copy(), np.flatnonzero(score >= how.score_min)
    by, value = np.full(len(score), -1), np.full(len(score), np.nan)
    weakest = np.ones(len(score))
    kept = []
    while len(left):
        # Of equal scores the first row leads, as in a stable sort.
        at = int(np.argmax(soft[left]))
        head = left[at]
        kept.append(head)
        left = np.delete(left, at)
        values = pairs.values(np.array([head]), left)[0]
        factor = pairs.softening(values)
        soft[left] *= factor
        stronger = factor < weakest[left]
        touched = left[stronger]
        weakest[touched], by[touched] = factor[stronger], head
        value[touched] = values[stronger]
        left = left[soft[left] >= how.score_min]
    rows = np.array(kept, "i8")
    by[rows], value[rows] = -1, np.nan
    return Kept(rows, soft, by, value)


@dataclass(frozen=True, slots=True, eq=False)
class PairFacts:
    """Everything that could matter between one box and others, (m,) each."""

    iou: Array
    visible_iou: Array
    distance: Array


def facts(full: Array, visible: Array, row: int, others: Array, how: Suppression) -> PairFacts:
    """Overlaps and beta distance of one box to others, whatever rule is in force."""
    mine = np.repeat(row, len(others))
    densities = Densities.of(full, visible, how.spread)
    return PairFacts(
        iou_pairs(full[mine], full[others]),
        iou_pairs(visible[mine], visible[others]),
        distance(densities.rows(mine), densities.rows(others), how.measure),
    )
