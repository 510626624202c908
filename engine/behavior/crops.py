"""Boxes that move with an animal: where they stand, how large they are, and cutting them out."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.poses.model import Poses

#: A box is this many body lengths wide, rounded up to a multiple of so many pixels.
_LENGTHS, _MULTIPLE = 2.5, 32
#: Frames an animal may be missing before it counts as gone.
_GAP = 25
_HEADS = ("head", "nose", "snout")
_TAILS = ("abdomen", "tailbase", "tailstart", "tail")
_THORAXES = ("thorax", "centroid", "center", "centre", "bodycenter", "spine")


@dataclass(frozen=True, slots=True)
class Track:
    """Where one animal is on every frame of a video.

    Attributes
    ----------
    centres
        (n, 2) float64 pixels, x and y; interpolated where the animal is missing.
    seen
        (n,) bool: the centre is told.
    heading
        (n, 2) float64 unit vectors from tail to head in image axes, NaN where unknown.
    length_px
        Median body length; NaN where no frame tells it.
    followed
        (n,) bool: seen, or missing for at most 25 frames between two it is seen in.
    """

    centres: Array
    seen: Array
    heading: Array
    length_px: float
    followed: Array

    @property
    def bridged(self) -> int:
        """Followed frames whose centre is interpolated."""
        return int((self.followed & ~self.seen).sum())


def track_of(poses: Poses, xy: Array) -> Track:
    """The track of an animal from its body parts.

    Parameters
    ----------
    poses
        Names the parts.
    xy
        (n, nodes, 2) on the frames of the video, NaN where missing, as `dense_on_video` gives.

    Raises
    ------
    BadInput
        The animal's centre is seen in no frame.
    """
    centre, head, tail = parts_of(poses)
    seen = np.isfinite(xy[:, centre, 0])
    if not seen.any():
        raise BadInput(
            f"{poses.path.name} never sees {poses.nodes[centre]} of that track; "
            f"choose another track."
        )
    body = xy[:, head] - xy[:, tail]
    lengths = np.linalg.norm(body, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        heading = body / np.where(lengths > 0, lengths, np.nan)[:, None]
    known = lengths[np.isfinite(lengths) & (lengths > 0)]
    length = float(np.median(known)) if len(known) else math.nan
    return Track(_bridged(xy[:, centre]), seen, heading, length, _followed(seen))


def parts_of(poses: Poses) -> tuple[int, int, int]:
    """Positions of thorax, head and abdomen among the body parts, or of what stands for them.

    Without a thorax the part that is seen most often is the centre; without a head or abdomen the
    first and the last part are taken.
    """
    return (
        _named(poses.nodes, _THORAXES, poses.centre),
        _named(poses.nodes, _HEADS, 0),
        _named(poses.nodes, _TAILS, len(poses.nodes) - 1),
    )


def side_for(length_px: float) -> int:
    """The smallest multiple of 32 px at or above 2.5 body lengths; `BadInput` without a length."""
    if not (math.isfinite(length_px) and length_px > 0):
        raise BadInput("The poses tell no body length; set the side of the crop (crop_px).")
    return max(1, math.ceil(_LENGTHS * length_px / _MULTIPLE)) * _MULTIPLE


def cut(gray: Array, centre: Array, side: int, size: int, heading: Array | None = None) -> Array:
    """The box around a point, made small.

    Parameters
    ----------
    gray
        (h, w) uint8.
    centre
        (2,) x and y in pixels, rounded here; the box is zero outside the frame.
    side, size
        Pixels a side before and after area averaging.
    heading
        (2,) unit vector that is turned to point right; None or NaN leaves the box upright.

    Returns
    -------
    box
        (size, size) uint8.
    """
    import cv2

    if heading is not None and np.isfinite(heading).all():
        box = _turned(gray, centre, side, heading)
    else:
        box = _upright(gray, centre, side)
    if box.shape == (size, size):
        return box
    way = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    small: Array = cv2.resize(box, (size, size), interpolation=way)
    return small


def _upright(gray: Array, centre: Array, side: int) -> Array:
    height, width = gray.shape
    left, top = (int(value) - side // 2 for value in np.round(centre))
    box = np.zeros((side, side), "u1")
    x = slice(min(max(left, 0), width), min(max(left + side, 0), width))
    y = slice(min(max(top, 0), height), min(max(top + side, 0), height))
    box[y.start - top : y.stop - top, x.start - left : x.stop - left] = gray[y, x]
    return box


def _turned(gray: Array, centre: Array, side: int, heading: Array) -> Array:
    """The box turned about its centre so that the heading points right."""
    import cv2

    c, s = float(heading[0]), float(heading[1])
    turn = np.array([[c, s], [-s, c]])
    shift = side // 2 - turn @ np.round(centre)
    matrix = np.concatenate([turn, shift[:, None]], axis=1)
    box: Array = cv2.warpAffine(gray, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return box


def _bridged(points: Array) -> Array:
    """Points (n, 2) with gaps interpolated, and held at both ends."""
    seen = np.flatnonzero(np.isfinite(points).all(axis=1))
    every = np.arange(len(points))
    return np.stack([np.interp(every, seen, points[seen, axis]) for axis in (0, 1)], axis=1)


def _followed(seen: Array) -> Array:
    """`seen` (n,) bool, with short gaps closed."""
    at = np.flatnonzero(seen)
    followed = seen.copy()
    for before, after in itertools.pairwise(at):
        if 1 < after - before <= _GAP + 1:
            followed[before:after] = True
    return followed


def _named(nodes: tuple[str, ...], wanted: tuple[str, ...], otherwise: int) -> int:
    plain = ["".join(filter(str.isalpha, node.lower())) for node in nodes]
    return next((plain.index(name) for name in wanted if name in plain), otherwise)
