"""What the poses tell in real units, computed beside the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.behavior.measure import apart, seconds_inside, travel
from engine.behavior.regions import Calibration, Region
from engine.figures.arrays import Array
from engine.files.poses.model import Poses
from engine.files.poses.pairing import PoseMap, dense_on_video

#: Animals measured; a file of fragments has hundreds.
_MOST = 8
_SMOOTH = 5


@dataclass(frozen=True)
class Readings:
    """Text for the tables, and the numbers at each frame.

    Attributes
    ----------
    animals
        (name, distance, mean speed) of each animal.
    stays
        (animal in region, seconds, entries).
    speed
        (frames, animals) length units a second.
    apart
        (frames,) distance of the first two animals, or None.
    unit
        Unit of lengths.
    """

    animals: tuple[tuple[str, str, str], ...]
    stays: tuple[tuple[str, str, str], ...]
    speed: Array
    apart: Array | None
    unit: str

    def at(self, index: int, names: Sequence[str]) -> str:
        """The read-out at a frame: speeds of the first two, below it how far apart they are."""
        pairs = list(zip(names, self.speed[index], strict=False))[:2]
        speeds = [_short(value) for _, value in pairs]
        told = [f"{', '.join(speeds)} {self.unit}/s"] if speeds else []
        if self.apart is not None and np.isfinite(self.apart[index]):
            told.append(f"↔ {_short(self.apart[index])} {self.unit}")
        return "\n".join(told)


def _short(value: float) -> str:
    """Three digits or so, one of them after the point where there is room; never an exponent."""
    if not np.isfinite(value):
        return "–"
    return f"{value:.0f}" if abs(value) >= 99.95 else f"{value:.1f}"


def measured(
    poses: Poses,
    mapping: PoseMap,
    times_s: Array,
    regions: Sequence[Region],
    scale: Calibration,
    shown: Sequence[int],
) -> Readings:
    """Read-outs of the animals that are shown, the first few of them."""
    unit = scale.length(1.0)
    centre = poses.centre
    paths, animals, stays, speeds = [], [], [], []
    for track in list(shown)[:_MOST]:
        xy = dense_on_video(poses, track, len(times_s), mapping)[0][:, centre]
        moved = travel(xy, times_s, unit, _SMOOTH)
        mean = float(np.nanmean(moved.speed)) if np.isfinite(moved.speed).any() else np.nan
        name = poses.tracks[track]
        animals.append((name, f"{moved.distance:.1f}", _short(mean)))
        for region in regions:
            seconds, entries = seconds_inside(region, xy + 0.5, times_s)
            stays.append((f"{name} in {region.name}", f"{seconds:.2f}", str(entries)))
        paths.append(xy)
        speeds.append(moved.speed)
    distance = apart(paths[0], paths[1], unit) if len(paths) > 1 else None
    speed = np.stack(speeds, axis=1) if speeds else np.zeros((len(times_s), 0))
    return Readings(tuple(animals), tuple(stays), speed, distance, scale.unit)
