"""Suppression of duplicates, and a trace of it: who removed whom, and why.

BetaNMS keeps the best box and drops every other whose density is *near* it: the direction is the
opposite of IoU. Boxes are taken in blocks, so that nearly all work is on whole arrays, and only
pairs whose intervals along x meet are looked at; the result is that of the plain loop, and a test
compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.detection.beta import LAMBDA
from engine.detection.boxes import Columns, iou_pairs
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
        self._boxes = Columns(visible if how.rule == "visible_iou" else full)
        self._densities = Densities.of(full, visible, how.spread) if self._beta else None
        self._widest = float(np.max(self._boxes.right - self._boxes.left, initial=0.0))

    def by_left(self, rows: Array) -> Array:
        """The rows by their left edges, as `found` wants them."""
        ordered: Array = rows[np.argsort(self._boxes.left[rows], kind="stable")]
        return ordered

    def found(self, heads: Array, others: Array) -> tuple[Array, Array, Array]:
        """Pairs that suppress: places in `heads`, rows of `others`, and values, (k,) each.

        The others come by their left edges; the pairs go by the place of the head.
        """
        left = self._boxes.left[others]
        first = np.searchsorted(left, self._boxes.left[heads] - self._widest)
        counts = np.maximum(np.searchsorted(left, self._boxes.right[heads]) - first, 0)
        place = np.repeat(np.arange(len(heads)), counts)
        ends = np.cumsum(counts)
        other = others[np.arange(len(place)) + np.repeat(first - ends + counts, counts)]
        return self._hits(heads, place, other)

    def within(self, block: Array) -> tuple[Array, Array, Array]:
        """As `found`, of a block by falling score: only later rows are suppressed."""
        place, other = np.triu_indices(len(block), 1)
        return self._hits(block, place, block[other])

    def values(self, head: int, others: Array) -> Array:
        """Distances or overlaps (m,) to one box; infinite where the prefilter says so."""
        heads = np.full(len(others), head)
        overlap = self._boxes.iou(heads, others)
        if not self._beta:
            return overlap
        near = np.flatnonzero(overlap > self._how.prefilter)
        found = np.full(len(others), np.inf)
        found[near] = self._distance(heads[near], others[near])
        return found

    def softening(self, values: Array) -> Array:
        """Factors of scores for values."""
        if self._beta:
            return np.asarray(1 - np.exp(-values / self._how.limit))
        return np.asarray(np.exp(-(values**2) / self._how.limit))

    def _hits(self, heads: Array, place: Array, other: Array) -> tuple[Array, Array, Array]:
        """Of pairs of a place in `heads` and a row, those that suppress."""
        value = self._boxes.iou(heads[place], other)
        least = self._how.prefilter if self._beta else self._how.limit
        near = np.flatnonzero(value > least)
        place, other, value = place[near], other[near], value[near]
        if self._beta:
            value = self._distance(heads[place], other)
            near = np.flatnonzero(value < self._how.limit)
            place, other, value = place[near], other[near], value[near]
        return place, other, value

    def _distance(self, rows: Array, others: Array) -> Array:
        assert self._densities is not None
        first, second = self._densities.rows(rows), self._densities.rows(others)
        return distance(first, second, self._how.measure)


def _greedy(order: Array, score: Array, pairs: _Pairs) -> Kept:
    by, value = np.full(len(score), -1), np.full(len(score), np.nan)
    waiting = np.zeros(len(score), "?")
    waiting[order] = True
    pool = pairs.by_left(order)
    kept: list[Array] = []
    while len(order):
        block = order[:_BLOCK]
        heads = _within(block, pairs, by, value)
        kept.append(heads)
        waiting[block] = False
        pool = pool[waiting[pool]]
        place, other, found = pairs.found(heads, pool)
        # Of several that suppress a box the best is named: it is written last.
        by[other[::-1]], value[other[::-1]] = heads[place[::-1]], found[::-1]
        waiting[other] = False
        order = order[waiting[order]]
    rows = np.concatenate(kept) if kept else np.zeros(0, "i8")
    return Kept(rows, score, by, value)


def _within(block: Array, pairs: _Pairs, by: Array, value: Array) -> Array:
    """Rows of a block that survive each other; notes who dropped the rest."""
    place, other, found = pairs.within(block)
    starts = np.searchsorted(place, np.arange(len(block) + 1))
    gone: set[int] = set()
    for at in np.unique(place).tolist():
        head = int(block[at])
        if head in gone:
            continue
        for pair in range(starts[at], starts[at + 1]):
            row = int(other[pair])
            if row not in gone:
                gone.add(row)
                by[row], value[row] = head, found[pair]
    survivors: Array = block[by[block] < 0]
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
        values = pairs.values(head, left)
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
