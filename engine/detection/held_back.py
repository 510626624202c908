"""How good a network is on images it has not learnt from, by every rule of suppression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.detection.annotated import ImageBoxes, image_boxes
from engine.detection.boxes import iou_pairs
from engine.detection.evaluate import (
    average_precision,
    crowdhuman_curve,
    crowdhuman_miss_rate,
    jaccard_index,
)
from engine.detection.matching import TRUE, Curve, Pair, match
from engine.detection.network import BetaRCNN
from engine.detection.nms import Suppression, suppress
from engine.detection.training import Source, as_images
from engine.figures.arrays import Array

#: Boxes above this score enter the scores.
LEAST = 0.01
#: Thresholds tried when one is tuned on labelled images, by rule.
TRIED = {
    "beta": (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    "iou": (0.4, 0.5, 0.6, 0.7, 0.8),
    "visible_iou": (0.3, 0.4, 0.5, 0.6, 0.7),
}
Check = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class RawImage:
    """Truth of an image, and everything a network said of it. Boxes (n, 4), scores (n,)."""

    truth: ImageBoxes
    full: Array
    visible: Array
    score: Array

    def kept(self, how: Suppression) -> Pair:
        """Truth and what is left after suppression."""
        kept = suppress(self.full, self.visible, self.score, how)
        found = image_boxes(
            self.truth.name,
            self.full[kept.rows],
            size=self.truth.size,
            visible=self.visible[kept.rows],
            score=kept.score[kept.rows],
        )
        return self.truth, found


def looked_at(network: BetaRCNN, source: Source, images: Sequence[int]) -> Iterator[RawImage]:
    """Detect on examples of a source, one by one."""
    network.eval()
    for number in images:
        example = source(number)
        raw = network.detect(as_images([example.pixels]), LEAST)[0]
        height, width = example.pixels.shape[:2]
        truth = image_boxes(
            str(number),
            example.full,
            size=(width, height),
            visible=example.visible,
            has_visible=example.has_visible,
        )
        full, visible, score = (
            value.double().numpy() for value in (raw.full, raw.visible, raw.score)
        )
        yield RawImage(truth, full, visible, score)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Scores under one rule and threshold."""

    how: Suppression
    ap: float
    mr2: float
    ji: float
    recall: float
    curve: Curve


def score(images: Sequence[RawImage], how: Suppression, check: Check) -> Score:
    """AP, MR^-2, JI and final recall of images, in the CrowdHuman flavour."""
    pairs = []
    for image in images:
        check()
        pairs.append(image.kept(how))
    points = crowdhuman_curve(pairs, check)
    ji, _ = jaccard_index(pairs, check)
    recall = float(points.recall[-1]) if len(points.recall) else 0.0
    mr2 = crowdhuman_miss_rate(points).value
    return Score(how, average_precision(points), mr2, ji, recall, points)


def tuned(images: Sequence[RawImage], rule: str, check: Check) -> Suppression:
    """The threshold of a rule with the best AP on labelled images."""
    best, chosen = -1.0, Suppression(rule, score_min=LEAST)
    for threshold in TRIED[rule]:
        how = Suppression(rule, threshold, LEAST)
        pairs = []
        for image in images:
            check()
            pairs.append(image.kept(how))
        ap = average_precision(crowdhuman_curve(pairs, check))
        if ap > best:
            best, chosen = ap, how
    return chosen


@dataclass(frozen=True, slots=True)
class Visibility:
    """How well a network sees what is hidden, over true positives.

    Attributes
    ----------
    overlap
        Mean IoU of predicted and true visible boxes.
    correlation
        Pearson's r of predicted and true visible share; NaN where either does not vary.
    """

    overlap: float
    correlation: float


def visibility(images: Sequence[RawImage], how: Suppression) -> Visibility:
    """A detector that predicts the same visible share of everybody has no correlation."""
    overlaps: list[Array] = []
    shares: list[Array] = []
    for image in images:
        truth, found = image.kept(how)
        one = match(truth, found, truth.ignore, equal=False)
        hit = one.outcome == TRUE
        rows, people = one.order[hit], one.person[hit]
        overlaps.append(iou_pairs(found.visible[rows], truth.visible[people]))
        shares.append(np.stack([found.visibility[rows], truth.visibility[people]]))
    overlap = np.concatenate([np.zeros(0), *overlaps])
    both = np.concatenate([np.zeros((2, 0)), *shares], axis=1)
    varies = both.shape[1] > 2 and both.std(axis=1).min() > 1e-9
    r = float(np.corrcoef(both)[0, 1]) if varies else float("nan")
    return Visibility(float(overlap.mean()) if len(overlap) else float("nan"), r)
