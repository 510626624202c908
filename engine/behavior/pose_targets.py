"""What an embedding should let one read: heading, distance and body parts from poses."""

from __future__ import annotations

import numpy as np

from engine.behavior.cropping import Subject
from engine.behavior.crops import parts_of
from engine.figures.arrays import Array


def targets_of(subject: Subject, numbers: Array) -> dict[str, Array]:
    """Targets (n, k) float64 by name for the frames `numbers`, NaN where poses tell nothing.

    ``heading``: cosine and sine of the body axis in image axes. ``parts``: x and y of every body
    part relative to the thorax, px. ``distance`` and ``log_distance``: thorax to the nearest other
    animal, px and its natural logarithm; only where there is another.
    """
    if subject.track is None or subject.xy is None or subject.poses is None:
        return {}
    xy, track = subject.xy[numbers], subject.track
    centre = parts_of(subject.poses)[0]
    others = [i for i in range(xy.shape[1]) if i != centre]
    found = {
        "heading": track.heading[numbers],
        "parts": (xy[:, others] - xy[:, centre : centre + 1]).reshape(len(xy), -1),
    }
    if subject.others:
        mine = _told(track.centres, track.seen)[numbers]
        apart = [
            np.linalg.norm(mine - _told(other.centres, other.seen)[numbers], axis=1)
            for other in subject.others
        ]
        nearest = np.fmin.reduce(apart)
        found["distance"] = nearest[:, None]
        with np.errstate(divide="ignore"):
            found["log_distance"] = np.log(np.where(nearest > 0, nearest, np.nan))[:, None]
    return found


def _told(centres: Array, seen: Array) -> Array:
    return np.where(seen[:, None], centres, np.nan)
