"""From selected frames to clips: runs of frames that lie close together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.experiment import Query
from engine.figures.arrays import Array
from engine.figures.model import Figure, Table


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames ``start`` to ``stop`` inclusive, of which `selected` were chosen."""

    start: int
    stop: int
    selected: int


@dataclass(frozen=True, slots=True)
class ClipParams:
    """Clips closer than `gap` frames are one; those with fewer than `least` frames are dropped."""

    gap: int = 5
    least: int = 3


def clips_of(frames: Array, params: ClipParams = ClipParams()) -> tuple[Clip, ...]:
    """Runs in `frames`.

    Parameters
    ----------
    frames
        (n,) int64 frame numbers in any order.
    params
        What counts as one run.
    """
    found = runs_of(frames, params.gap)
    return tuple(clip for clip in found if clip.selected >= params.least)


def runs_of(frames: Array, gap: int = 1) -> tuple[Clip, ...]:
    """Runs of frames (n,) int64 that follow each other within `gap`; every frame is in one."""
    ordered = np.unique(np.asarray(frames, dtype="i8"))
    if ordered.size == 0:
        return ()
    breaks = np.flatnonzero(np.diff(ordered) > gap) + 1
    first = ordered[np.concatenate([[0], breaks])]
    last = ordered[np.concatenate([breaks - 1, [len(ordered) - 1]])]
    counts = np.diff(np.concatenate([[0], breaks, [len(ordered)]]))
    rows = zip(first.tolist(), last.tolist(), counts.tolist(), strict=True)
    return tuple(Clip(*row) for row in rows)


def clip_table(data: tuple[Array, Array], params: ClipParams) -> Mapping[str, Figure]:
    """The query: ``(frames (n,) int64, times_s (all frames,) float64)`` to a table of clips."""
    frames, times_s = data
    rows = tuple(
        (i + 1, clip.start, clip.stop, float(times_s[clip.start]), _length_s(clip, times_s))
        for i, clip in enumerate(clips_of(frames, params))
    )
    columns = ("clip", "first", "last", "at (s)", "lasts (s)")
    caption = (
        f"first and last frame of runs of at least {params.least} selected frames, "
        f"gaps up to {params.gap} closed"
    )
    return {"clips": Figure("Clips", (Table(columns, rows),), caption=caption)}


def _length_s(clip: Clip, times_s: Array) -> float:
    """From the time of the first frame to that of the frame after the last."""
    last = min(clip.stop + 1, len(times_s) - 1)
    return float(times_s[last] - times_s[clip.start])


CLIPS = Query("behavior.clips", "clips of the selected frames", clip_table)
