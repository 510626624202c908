"""``detection.evaluate``: detections against truth, by the rules of the public toolkits."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from engine.context import Context
from engine.detection import evaluation_figures as figures
from engine.detection.annotated import BoxFile, paired
from engine.detection.evaluate import Evaluation, evaluate, few_images
from engine.detection.matching import Curve, Pair
from engine.detection.params import EvaluateParams
from engine.experiment import Snapshot
from engine.figures.model import Figure

#: Subsets whose MR^-2 is reported as a metric.
REPORTED = ("reasonable", "bare", "partial", "heavy", "all")
HEAVY = "Heavy is visibility 0 to 0.65, height at least 50 px (the reported one)"


@dataclass(frozen=True, slots=True)
class Operating:
    """Precision, recall, F1 and false positives an image at one score."""

    precision: float
    recall: float
    f1: float
    fppi: float


def run(truth: BoxFile, found: BoxFile, ctx: Context) -> Generator[Snapshot, None, None]:
    """Evaluate; one snapshot while it works and one with everything."""
    params: EvaluateParams = ctx.params
    pairs = _above(paired(truth, found), params.score_min)
    yield Snapshot(0, 1, note=f"matching {len(pairs)} images")
    scores = evaluate(pairs, pixels=not truth.normalised, check=ctx.check)
    texts = {"images": few_images(scores.images) or f"{scores.images} images", "heavy": HEAVY}
    if scores.mr2.warning:
        texts["warning"] = scores.mr2.warning
    notes = (*truth.notes, *found.notes)
    if notes:
        texts["notes"] = "; ".join(notes)
    yield Snapshot(
        1, 1, metrics_of(scores, params.operating), figures_of(scores, pairs, params), texts
    )


def metrics_of(scores: Evaluation, operating: float) -> dict[str, float]:
    """Every metric by name, as fractions."""
    at = operating_point(scores.mr2.curve, operating)
    return {
        "ap": scores.ap,
        "mr2": scores.mr2.value,
        "ji": scores.ji,
        **{f"mr2_{n}": scores.subsets[n].value for n in REPORTED if n in scores.subsets},
        "n_images": float(scores.images),
        "precision": at.precision,
        "recall": at.recall,
        "f1": at.f1,
        "fppi": at.fppi,
    }


def figures_of(scores: Evaluation, pairs: list[Pair], params: EvaluateParams) -> dict[str, Figure]:
    """Every figure by name."""
    points = scores.mr2.curve
    found = np.concatenate([np.zeros(0), *(found.score for _, found in pairs)])
    drawn = {
        "precision_recall": figures.precision_recall(points, params.operating),
        "miss_rate": figures.miss_rate(points, params.operating),
        "jaccard": figures.jaccard(scores.ji_cuts),
        "scores": figures.score_histogram(found),
    }
    return {**drawn, "subsets": figures.subset_table(scores)} if scores.subsets else drawn


def operating_point(points: Curve, score: float) -> Operating:
    """What the curve says at a score."""
    at = figures.operating_row(points, score)
    if at is None:
        return Operating(0.0, 0.0, 0.0, 0.0)
    precision, recall = float(points.precision[at]), float(points.recall[at])
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Operating(precision, recall, f1, float(points.fppi[at]))


def _above(pairs: list[Pair], score_min: float) -> list[Pair]:
    return [
        (truth, found.rows(np.flatnonzero(found.score >= score_min))) for truth, found in pairs
    ]
