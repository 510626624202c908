"""What poses tell in real units: how far, how fast, how near, and how long where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.behavior.regions import Region
from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True)
class Travel:
    """How an animal moved.

    Attributes
    ----------
    speed
        (n,) length units a second at each frame, NaN where it cannot be told.
    distance
        Length of the path over frames that follow each other, in length units.
    told
        Share of the steps between frames that could be told.
    """

    speed: Array
    distance: float
    told: float


def travel(xy: Array, times_s: Array, unit: float = 1.0, smooth: int = 1) -> Travel:
    """How a point moved.

    Parameters
    ----------
    xy
        (n, 2) float64 pixels, NaN where missing.
    times_s
        (n,) rising seconds.
    unit
        Length units a pixel.
    smooth
        Frames of a running median over the path, odd; 1 for none. Tracking jitter otherwise
        adds to the distance of an animal that stands still.
    """
    path = smoothed(xy, smooth)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1) * unit
    pace = steps / np.diff(times_s)
    speed = np.full(len(xy), np.nan)
    if len(pace):
        speed[0], speed[-1] = pace[0], pace[-1]
        speed[1:-1] = (pace[1:] + pace[:-1]) / 2
    known = np.isfinite(steps)
    told = float(known.mean()) if len(steps) else 0.0
    return Travel(speed, float(steps[known].sum()), told)


def smoothed(xy: Array, window: int) -> Array:
    """Running median of a path (n, 2) over an odd number of frames; NaN is left out of it."""
    if window <= 1 or len(xy) < window:
        return xy
    reach = window // 2
    padded = np.pad(xy, ((reach, reach), (0, 0)), mode="edge")
    rows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0)
    sorted_rows = np.sort(rows, axis=-1)
    count = np.isfinite(rows).sum(axis=-1)
    low = np.take_along_axis(sorted_rows, np.maximum(count - 1, 0)[..., None] // 2, -1)[..., 0]
    high = np.take_along_axis(sorted_rows, np.maximum(count, 0)[..., None] // 2, -1)[..., 0]
    middle: Array = np.where(count % 2 == 1, low, (low + high) / 2)
    return np.where(np.isnan(xy), np.nan, middle)


def seconds_inside(region: Region, xy: Array, times_s: Array) -> tuple[float, int]:
    """Seconds a point (n, 2) is inside a region, and how often it enters.

    A frame counts for as long as it is shown, the last one for a median interval.
    """
    inside = region.contains(xy)
    known = np.isfinite(xy[:, 0])
    seconds = float(frame_seconds(times_s)[inside].sum())
    told = inside[known]
    entries = int((told[1:] & ~told[:-1]).sum()) + int(bool(len(told)) and bool(told[0]))
    return seconds, entries


def frame_seconds(times_s: Array) -> Array:
    """(n,) how long each frame is shown."""
    gaps = np.diff(times_s)
    last = float(np.median(gaps)) if len(gaps) else 0.0
    return np.append(gaps, last)


def apart(one: Array, other: Array, unit: float = 1.0) -> Array:
    """(n,) distance between two points (n, 2) each, in length units."""
    distance: Array = np.linalg.norm(one - other, axis=1) * unit
    return distance
