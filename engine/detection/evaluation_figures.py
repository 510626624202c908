"""Figures of scores: curves, subsets, and what suppression left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.detection.evaluate import REFERENCES, Evaluation
from engine.detection.matching import Curve
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Figure, Histogram, Line, Reference, Scatter, Table

_POINTS = 2000
RECALL, PRECISION = Axis("recall", low=0.0, high=1.0), Axis("precision", low=0.0, high=1.0)
_RATE = Axis("false positives per image", log=True)
_MISS = Axis("miss rate", log=True)
_SUBSET_WORDS = {
    "reasonable": "height ≥ 50, visibility ≥ 0.65",
    "bare": "height ≥ 50, visibility ≥ 0.90",
    "partial": "height ≥ 50, visibility 0.65 to 0.90",
    "heavy": "height ≥ 50, visibility 0 to 0.65",
    "heavy_older": "height ≥ 50, visibility 0.20 to 0.65",
    "all": "height ≥ 20, visibility ≥ 0.20",
    "small": "height 50 to 75, visibility ≥ 0.65",
}


def precision_recall(points: Curve, operating: float | None = None) -> Figure:
    """Precision over recall; a point marks the score in force."""
    rows = thinned(len(points.recall))
    layers: list[Line | Scatter] = [
        Line(points.recall[rows], points.precision[rows], "all scores")
    ]
    at = operating_row(points, operating)
    if at is not None:
        layers.append(_point(points.recall[at], points.precision[at], operating))
    caption = _caption(points, "raw polyline, no envelope, as the CrowdHuman toolkit draws it")
    return Figure("Precision and recall", tuple(layers), RECALL, PRECISION, caption=caption)


def miss_rate(points: Curve, operating: float | None = None) -> Figure:
    """Miss rate over false positives an image, both logarithmic, with the reference points."""
    shown = (points.fppi > 0) & (points.recall < 1)
    fppi, miss = points.fppi[shown], 1 - points.recall[shown]
    rows = thinned(len(fppi))
    layers: list[Line | Scatter | Reference] = [Line(fppi[rows], miss[rows], "all scores")]
    layers += [
        Reference(value, "reference points" if value == REFERENCES[0] else "", "text", across="x")
        for value in (REFERENCES[0], REFERENCES[-1])
    ]
    at = operating_row(points, operating)
    if at is not None and points.fppi[at] > 0 and points.recall[at] < 1:
        layers.append(_point(points.fppi[at], 1 - points.recall[at], operating))
    caption = _caption(points, "MR^-2 averages nine points between the two marks")
    return Figure("Miss rate", tuple(layers), _RATE, _MISS, caption=caption)


def operating_row(points: Curve, score: float | None) -> int | None:
    """Row of the last detection with at least that score; None when there is none."""
    if score is None or not len(points.score):
        return None
    at = int(np.searchsorted(-points.score, -score, side="right")) - 1
    return at if at >= 0 else None


def subset_table(scores: Evaluation) -> Figure:
    """MR^-2 of every subset with who belongs to it."""
    rows = tuple(
        (name.replace("_", " "), _SUBSET_WORDS[name], scored.value, scored.curve.people,
         scored.curve.images, scored.warning)
        for name, scored in scores.subsets.items()
    )  # fmt: skip
    columns = ("subset", "who", "MR^-2", "people", "images", "note")
    caption = "CityPersons flavour; people outside a subset are ignored, not deleted"
    return Figure("Subsets", (Table(columns, rows),), caption=caption)


def jaccard(cuts: Sequence[float]) -> Figure:
    """JI at each score cut."""
    labels = tuple(f"{cut / 10:.1f}" for cut in range(len(cuts)))
    bars = Bars(labels, np.array(cuts), "JI")
    axis = Axis("Jaccard index", low=0.0, high=1.0)
    return Figure("Jaccard index", (bars,), Axis("score cut"), axis, caption="JI is the largest")


def score_histogram(score: Array) -> Figure:
    """How scores are spread: a wrong column shows at once."""
    top = max(1.0, float(score.max())) if len(score) else 1.0
    counts, edges = np.histogram(
        score, bins=40, range=(min(0.0, float(score.min(initial=0))), top)
    )
    bars = Histogram(edges, counts, "detections")
    return Figure("Scores", (bars,), Axis("score"), Axis("detections"))


def distances(same: Array, different: Array, threshold: float | None) -> Figure:
    """Distances of detections of one person, and of overlapping people (log axis)."""
    edges = np.logspace(-3, 2, 61)
    layers: list[Histogram | Reference] = [
        Histogram(edges, np.histogram(np.clip(values, 1e-3, 1e2), edges)[0], name, mark)
        for values, name, mark in ((same, "one person twice", 0), (different, "two people", 1))
    ]
    if threshold is not None:
        layers.append(Reference(threshold, "threshold in force", "text", across="x"))
    axis = Axis("distance", "nats", log=True)
    caption = f"{len(same)} and {len(different)} pairs whose full boxes overlap; ends clipped"
    return Figure("Distances", tuple(layers), axis, Axis("pairs"), caption=caption)


def rule_table(rows: Sequence[tuple[str, float, float, float]]) -> Figure:
    """What every rule leaves: name, threshold, recall, extra boxes an image."""
    columns = ("rule", "threshold", "recall", "extra boxes an image")
    return Figure("Rules", (Table(columns, tuple(rows)),), caption="on the same raw boxes")


def thinned(count: int) -> Array:
    """Rows of a curve to draw: all, or a regular sample with both ends."""
    if count <= _POINTS:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, _POINTS).round().astype("i8"))


def _point(x: float, y: float, score: float | None) -> Scatter:
    return Scatter(np.array([x]), np.array([y]), f"score {score:.2f}", "text", size_px=9)


def _caption(points: Curve, words: str) -> str:
    return f"{points.people} people in {points.images} images; {words}"
