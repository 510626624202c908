"""What poses tell of every frame: numbers by which latents can be coloured and judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.behavior.measure import apart, travel
from engine.behavior.regions import Calibration
from engine.figures.arrays import Array
from engine.figures.model import Axis
from engine.files.poses.model import Poses
from engine.files.poses.pairing import PoseMap, dense_on_video

#: Frames of the running median that a speed is taken over.
_SMOOTH = 5
_FRONT = ("head", "nose", "snout")
_BACK = ("abdomen", "tail", "tailbase", "tail_base")


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """A number of every frame of a recording, (frames,) float64, NaN where unknown."""

    axis: Axis
    values: Array


def features(
    poses: Poses,
    mapping: PoseMap,
    times_s: Array,
    scale: Calibration | None = None,
    most: int = 4,
) -> dict[str, Feature]:
    """Speed, heading and confidence of each animal, and the distance of the first two.

    Parameters
    ----------
    poses, mapping
        Poses, and how their frames lie on those of the recording.
    times_s
        (frames,) seconds of the recording.
    scale
        Of lengths; pixels where None.
    most
        Animals at most; a file of fragments has hundreds.
    """
    scale = scale or Calibration()
    unit, found, paths = scale.length(1.0), {}, []
    for track, name in list(enumerate(poses.tracks))[:most]:
        xy, sure = dense_on_video(poses, track, len(times_s), mapping)
        of = f" of {name}" if len(poses.tracks) > 1 else ""
        path = xy[:, poses.centre]
        paths.append(path)
        speed = travel(path, times_s, unit, _SMOOTH).speed
        found[f"speed{of}"] = Feature(Axis(f"speed{of}", f"{scale.unit}/s"), speed)
        ends = _ends(poses)
        if ends is not None:
            found[f"heading{of}"] = Feature(
                Axis(f"heading{of}", "°", low=-180.0, high=180.0, cyclic=True),
                heading(xy, *ends),
            )
        if poses.has_scores:
            seen = np.where(np.isfinite(xy[..., 0]), sure, np.nan)
            found[f"confidence{of}"] = Feature(Axis(f"confidence{of}"), _mean(seen))
    if len(paths) > 1:
        found["distance"] = Feature(Axis("distance", scale.unit), apart(paths[0], paths[1], unit))
    return found


def heading(xy: Array, front: int, back: int) -> Array:
    """Direction (n,) from one node to another of (n, nodes, 2), degrees, 0 right and 90 up."""
    way = xy[:, front] - xy[:, back]
    degrees: Array = np.degrees(np.arctan2(-way[:, 1], way[:, 0]))
    return degrees


def _ends(poses: Poses) -> tuple[int, int] | None:
    """Nodes at the front and the back of the body, where the names tell."""
    names = [name.lower() for name in poses.nodes]
    front = next((names.index(name) for name in _FRONT if name in names), None)
    back = next((names.index(name) for name in _BACK if name in names), None)
    return None if front is None or back is None else (front, back)


def _mean(values: Array) -> Array:
    """Mean of each row (n, k) over what is known."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
