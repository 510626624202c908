"""Figures of training and of comparing heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.detection.held_back import RawImage, Score
from engine.detection.nms import Suppression
from engine.detection.training import Step
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Boxes, Figure, Line, Picture, Table

_PARTS = 6


def losses(steps: Sequence[Step]) -> Figure:
    """Every part of the loss, averaged over blocks of iterations."""
    block = max(1, len(steps) // 200)
    count = len(steps) // block
    x = np.array([steps[(i + 1) * block - 1].number for i in range(count)], "f8")
    names = list(steps[0].losses)
    lines = []
    for mark, name in enumerate(names[:_PARTS]):
        values = np.array([step.losses[name] for step in steps[: count * block]])
        lines.append(Line(x, values.reshape(count, block).mean(axis=1), name, mark=mark))
    caption = f"means of {block} iterations"
    return Figure(
        "Losses", tuple(lines), Axis("iteration"), Axis("loss", log=True), caption=caption
    )


def sample(pixels: Array, image: RawImage, how: Suppression) -> Figure:
    """An image with true boxes and what is detected above 0.3."""
    _, found = image.kept(Suppression(how.rule, how.threshold, 0.3))
    truth = image.truth.full
    corners = np.concatenate([truth, found.full, found.visible])
    labels = ("",) * len(truth) + tuple(f"{s:.2f}" for s in found.score) + ("",) * len(found)
    category = np.repeat([0, 1, 2], [len(truth), len(found), len(found)])
    layers = (
        Picture(pixels),
        Boxes(corners, labels, category, ("true full box", "found full box", "found visible box")),
    )
    caption = "one held-back image; detections with a score of at least 0.3"
    return Figure("Held back", layers, Axis("column", "px"), Axis("row", "px"), caption=caption)


def rules(scores: Mapping[str, Score]) -> Figure:
    """Scores by rule on the held-back images."""
    rows = tuple(
        (name, score.how.limit, score.ap, score.mr2, score.ji, score.recall)
        for name, score in scores.items()
    )
    columns = ("rule", "threshold", "AP", "MR^-2", "JI", "final recall")
    caption = "thresholds tuned for AP on other labelled images, none on these"
    return Figure("By rule", (Table(columns, rows),), caption=caption)


def comparison(
    names: Sequence[str], values: Array, interval: Array, axis: Axis, caption: str
) -> Figure:
    """Means (n,) with intervals (n, 2) as bars."""
    bars = Bars(tuple(names), values, "mean over seeds", low=interval[:, 0], high=interval[:, 1])
    return Figure("Heads compared", (bars,), Axis("model"), axis, caption=caption)
