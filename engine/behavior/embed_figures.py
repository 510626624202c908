"""The figures of an embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.behavior.pca import Basis
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Cloud, Figure, HeatMap, Line, Picture, Scatter

_TIME = Axis("time", "s")
#: So many components are drawn, so many in a row, so many pixels apart.
_MONTAGE, _ACROSS, _GAP_PX = 9, 3, 2


@dataclass(frozen=True, slots=True)
class Sessions:
    """Whose frames the rows of a figure are: labels, and how many rows of each, in order."""

    labels: tuple[str, ...]
    counts: tuple[int, ...]

    def words(self) -> Mapping[str, Any]:
        """Categories of the points; none where one session is all there is."""
        if len(self.labels) < 2:
            return {}
        number = np.repeat(np.arange(len(self.labels)), self.counts)
        return {"category": number.astype("i8"), "category_names": self.labels}


def session_label(recording: str, animal: str) -> str:
    """A recording, and the animal in it where there is one, as figures name them."""
    return ", ".join(name for name in (recording, animal) if name)


def recording_of(label: str, recordings: Sequence[str]) -> str:
    """Which of the recordings a label of `session_label` is of; "" for none."""
    mine = (name for name in recordings if label == name or label.startswith(f"{name}, "))
    return max(mine, key=len, default="")


_ALONE = Sessions((), ())


def plane(codes: Array, times_s: Array, caption: str, sessions: Sessions = _ALONE) -> Figure:
    """The first two components, coloured by time. `codes` (n, latent), `times_s` (n,)."""
    told = sessions.words()
    points = Scatter(codes[:, 0], codes[:, 1], "frames", value=times_s, value_axis=_TIME, **told)
    return Figure("Embedding", (points,), _component(1), _component(2), caption=caption)


def space(codes: Array, times_s: Array, caption: str, sessions: Sessions = _ALONE) -> Figure:
    """The first three components; a code of two numbers lies flat."""
    third = codes[:, 2] if codes.shape[1] > 2 else np.zeros(len(codes))
    position = np.stack([codes[:, 0], codes[:, 1], third], axis=1)
    cloud = Cloud(position, "frames", value=times_s, value_axis=_TIME, **sessions.words())
    return Figure(
        "Embedding in space", (cloud,), _component(1), _component(2), _component(3), caption
    )


def traces(codes: Array, times_s: Array, caption: str) -> Figure:
    """The first three components over time."""
    lines = tuple(
        Line(times_s, codes[:, i], f"component {i + 1}", mark=i)
        for i in range(min(3, codes.shape[1]))
    )
    return Figure("Components over time", lines, _TIME, Axis("code"), caption=caption)


def variance(shares: Array) -> Figure:
    """Fraction of variance explained by each component. `shares` (latent,)."""
    labels = tuple(str(i + 1) for i in range(len(shares)))
    bars = Bars(labels, shares, "this recording")
    return Figure(
        "Variance explained",
        (bars,),
        Axis("component"),
        Axis("explained", low=0.0),
        caption=f"together {shares.sum():.3f}; in-sample",
    )


def mean_picture(basis: Basis, size: tuple[int, int]) -> Figure:
    """The mean frame, which every code is a departure from."""
    pixels = np.clip(basis.mean.reshape(size) * 255, 0, 255).round().astype("u1")
    return Figure("Mean frame", (Picture(pixels),), Axis("column", "px"), Axis("row", "px"))


def components(basis: Basis, size: tuple[int, int]) -> Figure:
    """What each of the first components adds where, each scaled to its largest weight.

    Tiles stand in rows of three, the first at the top left, a thin gap between them.
    """
    count = min(_MONTAGE, len(basis.components))
    height, width = size[0] + _GAP_PX, size[1] + _GAP_PX
    rows, columns = -(-count // _ACROSS), min(count, _ACROSS)
    montage = np.full((rows * height - _GAP_PX, columns * width - _GAP_PX), np.nan)
    for number in range(count):
        tile = basis.components[number].reshape(size)
        top, left = number // _ACROSS * height, number % _ACROSS * width
        scaled = tile / max(float(np.abs(tile).max()), 1e-12)
        montage[top : top + size[0], left : left + size[1]] = scaled
    # Row 0 of a heat map is at the low end of y; frames have it on top.
    values = HeatMap(
        montage[::-1],
        Axis("weight"),
        x_range=(0.0, float(montage.shape[1])),
        y_range=(0.0, float(montage.shape[0])),
        signed=True,
        low=-1.0,
        high=1.0,
    )
    return Figure(
        "Components",
        (values,),
        Axis("column", "px"),
        Axis("row, upwards", "px"),
        caption=f"the first {count} of {len(basis.components)}, row by row; "
        "each scaled to its largest weight",
        equal=True,
    )


def final(
    codes: Array,
    times_s: Array,
    basis: Basis,
    shares: Array,
    size: tuple[int, int],
    caption: str,
) -> Mapping[str, Figure]:
    """Every figure of a finished embedding, by name."""
    return {
        "embedding": plane(codes, times_s, caption),
        "embedding_3d": space(codes, times_s, caption),
        "traces": traces(codes, times_s, caption),
        "variance": variance(shares),
        "mean_frame": mean_picture(basis, size),
        "components": components(basis, size),
    }


def _component(number: int) -> Axis:
    return Axis(f"component {number}")
