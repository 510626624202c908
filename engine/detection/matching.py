"""Which detection found whom, as the public toolkits of CrowdHuman and CityPersons decide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.detection.annotated import ImageBoxes
from engine.detection.boxes import inside, iou
from engine.figures.arrays import Array

Pair = tuple[ImageBoxes, ImageBoxes]
#: What became of a detection.
TRUE, FALSE, IGNORED = 1, 0, -1
NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The outcome for one image.

    Attributes
    ----------
    order
        (d,) int64 rows of the detections by falling score.
    outcome
        (d,) int64 in that order: `TRUE`, `FALSE` or `IGNORED`.
    person
        (d,) int64 in that order: row of the person or region matched, -1 for none.
    overlap
        (d,) float64 in that order: IoU (or share inside a region) of the match; of a false one
        its best IoU with any person.
    people
        Number of people who count.
    """

    order: Array
    outcome: Array
    person: Array
    overlap: Array
    people: int


def match(
    truth: ImageBoxes, found: ImageBoxes, ignore: Array, threshold: float = 0.5, *, equal: bool
) -> Matched:
    """Match detections to people, greedily in the order of scores.

    A person is found once. A detection that found a real person does not look at ignored
    regions; against these the overlap is intersection over the detection's own area, and a
    region absorbs any number of detections.

    Parameters
    ----------
    ignore
        (n,) bool: who does not count.
    equal
        True where an overlap equal to the threshold is enough (CityPersons).
    """
    order = np.argsort(-found.score, kind="stable")
    real, regions = np.flatnonzero(~ignore), np.flatnonzero(ignore)
    boxes = found.full[order]
    overlap = iou(boxes, truth.full[real])
    absorbed = inside(boxes, truth.full[regions])
    enough: Callable[[Array], Array] = (
        (lambda values: values >= threshold) if equal else (lambda values: values > threshold)
    )
    outcome, person = np.zeros(len(order), "i8"), np.full(len(order), NOBODY)
    shown = overlap.max(axis=1) if len(real) else np.zeros(len(order))
    free = np.ones(len(real), "?")
    good = enough(overlap)
    for row in np.flatnonzero(good.any(axis=1)):
        candidates = np.flatnonzero(good[row] & free)
        if len(candidates):
            chosen = candidates[np.argmax(overlap[row, candidates])]
            free[chosen] = False
            outcome[row], person[row] = TRUE, real[chosen]
            shown[row] = overlap[row, chosen]
    if len(regions):
        best = absorbed.argmax(axis=1)
        share = absorbed[np.arange(len(order)), best]
        lost = (outcome == FALSE) & enough(share)
        outcome[lost], person[lost], shown[lost] = IGNORED, regions[best[lost]], share[lost]
    return Matched(order, outcome, person, shown, len(real))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Cumulated over all images by falling score; detections that were ignored are left out.

    All arrays (k,) float64.
    """

    score: Array
    recall: Array
    precision: Array
    fppi: Array
    people: int
    images: int


def curve(matches: Sequence[Matched], pairs: Sequence[Pair]) -> Curve:
    """Recall, precision and false positives an image at every score."""
    scores = [
        found.score[one.order][one.outcome != IGNORED]
        for one, (_, found) in zip(matches, pairs, strict=True)
    ]
    hits = [one.outcome[one.outcome != IGNORED] for one in matches]
    score = np.concatenate(scores) if scores else np.zeros(0)
    hit = np.concatenate(hits) if hits else np.zeros(0, "i8")
    order = np.argsort(-score, kind="stable")
    true, false = np.cumsum(hit[order] == TRUE), np.cumsum(hit[order] == FALSE)
    people, images = sum(one.people for one in matches), len(matches)
    return Curve(
        score=score[order],
        recall=true / max(1, people),
        precision=true / np.maximum(1, true + false),
        fppi=false / max(1, images),
        people=people,
        images=images,
    )
