"""The figures of a network in training, and of what it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Figure, Line, Picture, Scatter, Table

if TYPE_CHECKING:
    from engine.behavior.disentangling import Swapped

#: Points of the loss curve at most, and frames in the picture of reconstructions.
_CURVE, SHOWN = 300, 6
_GAP_PX = 2
_TIME = Axis("time", "s")


def loss(curves: Mapping[str, Sequence[float]]) -> Figure:
    """Training loss over steps, one line a training, each point a mean of neighbouring steps."""
    lines = []
    for number, (name, values) in enumerate(curves.items()):
        if values:
            x, y = _thinned(np.asarray(values))
            lines.append(Line(x, y, name, mark=number))
    return Figure("Training loss", tuple(lines), Axis("step"), Axis("squared error", log=True))


def reconstructions(truth: Array, drawn: Array, context: Array, caption: str) -> Figure:
    """Rows: frame, redrawn, error, context; one column a frame, views below one another.

    `truth` (k, V, H, W) uint8, `drawn` (k, V, H, W) float32 in 0..1, `context` (V, H, W) uint8.
    """
    grey = np.clip(drawn * 255, 0, 255)
    error = np.clip(np.abs(grey - truth) * 2, 0, 255)
    still = np.broadcast_to(context[None], truth.shape)
    montage = _montage([truth, grey.round(), error.round(), still])
    return Figure(
        "Reconstructions",
        (Picture(montage),),
        Axis("column", "px"),
        Axis("row", "px"),
        caption=f"from above: frame, redrawn, error (doubled), context; {caption}",
    )


def swap(pair: Swapped) -> Figure:
    """Rows: frame, its pose in the other context, the true frame there if known, the context."""
    grey = np.clip(pair.drawn * 255, 0, 255).round()
    context = np.broadcast_to(pair.context[None], pair.frames.shape)
    known = [] if pair.truth is None else [pair.truth]
    told = "frame, pose in the other context, " + ("" if pair.truth is None else "true frame, ")
    return Figure(
        "Context swap",
        (Picture(_montage([pair.frames, grey, *known, context])),),
        Axis("column", "px"),
        Axis("row", "px"),
        caption=f"from above: {told}the other context; {pair.words}",
    )


def score_table(rivals: Sequence[Rival], words: Mapping[str, str]) -> Figure:
    """Every score of every model, means and deviations over seeds; `words` in their order."""
    there = dict.fromkeys(name for rival in rivals for name in rival.mean)
    names = [*(name for name in words if name in there), *(n for n in there if n not in words)]
    rows = []
    for name in names:
        cells = [_cell(rival, name) for rival in rivals]
        rows.append((words.get(name, name), *cells))
    columns = ("score", *(rival.name for rival in rivals))
    return Figure("Scores", (Table(columns, tuple(rows)),))


def traces(codes: Array, times_s: Array, caption: str) -> Figure:
    """The first three numbers of the code over time."""
    lines = tuple(
        Line(times_s, codes[:, i], f"code {i + 1}", mark=i) for i in range(min(3, codes.shape[1]))
    )
    return Figure("Code over time", lines, _TIME, Axis("code"), caption=caption)


def decoded(name: str, truth: Array, told: Array, score: float, words: str) -> Figure:
    """A target read from the code by ridge regression, against the poses; both (n,)."""
    axis = Axis(f"{name} from poses")
    points = Scatter(truth, told, "frames scored")
    ends = np.array([np.nanmin(truth), np.nanmax(truth)])
    same = Line(ends, ends, "equal", mark="theory")
    return Figure(
        f"Decoded {name}",
        (points, same),
        axis,
        Axis(f"{name} from the code"),
        caption=f"ridge regression, R² {score:.3f}; {words}",
    )


@dataclass(frozen=True, slots=True)
class Rival:
    """A model beside others: its name, and means and standard deviations by metric."""

    name: str
    mean: Mapping[str, float]
    spread: Mapping[str, float]


def comparison(rivals: Sequence[Rival], metrics: Mapping[str, str], caption: str) -> Figure:
    """Bars of several models by metric; `metrics` gives the words of each."""
    bars = []
    for number, rival in enumerate(rivals):
        mean = np.array([rival.mean.get(name, np.nan) for name in metrics])
        spread = np.array([rival.spread.get(name, 0.0) for name in metrics])
        bars.append(
            Bars(
                tuple(metrics.values()),
                mean,
                rival.name,
                mark=number,
                low=mean - spread,
                high=mean + spread,
            )
        )
    title = "Beside other codes of the same size"
    return Figure(title, tuple(bars), Axis("what is scored"), Axis("score"), caption=caption)


def plane(codes: Array) -> Array:
    """Codes (n, D) turned to their principal axes, (n, D) float32, by falling variance."""
    centred = codes - codes.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    # The largest weight of an axis is positive: axes keep their direction as training goes on.
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    turned: Array = (centred @ (axes * signs[:, None]).T).astype("f4")
    return turned


def _cell(rival: Rival, name: str) -> str:
    if name not in rival.mean:
        return "–"
    spread = rival.spread.get(name, 0.0)
    return f"{rival.mean[name]:.4g}" + (f" ± {spread:.2g}" if spread else "")


def _montage(parts: Sequence[Array]) -> Array:
    """Several (k, V, H, W) as rows of one picture, thin white gaps between."""
    rows = [_row(part) for part in parts]
    gap = np.full((_GAP_PX, rows[0].shape[1]), 255, "u1")
    return np.concatenate([part for row in rows for part in (row, gap)][:-1]).astype("u1")


def _row(frames: Array) -> Array:
    """Frames (k, V, H, W) side by side, views below one another, thin white gaps between."""
    columns = []
    for frame in frames:
        column = np.concatenate(list(frame)).astype("u1")
        columns += [column, np.full((len(column), _GAP_PX), 255, "u1")]
    return np.concatenate(columns[:-1], axis=1)


def _thinned(values: Array) -> tuple[Array, Array]:
    width = max(1, -(-len(values) // _CURVE))
    starts = np.arange(0, len(values), width)
    means = np.add.reduceat(values, starts) / np.diff([*starts, len(values)])
    return np.minimum(starts + width, len(values)).astype("f8"), means
