"""Poses: where the body parts of tracked animals are, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Names of the body parts, and the pairs of them that are joined by a line.

    Attributes
    ----------
    nodes
        Names, without repeats.
    edges
        Pairs of indices into `nodes`; empty where the file knows none.
    """

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True)
class Poses:
    """Poses of one video, stored as one row for each animal seen in a frame.

    Rows keep hundreds of short tracks small; `track` and `xy` give dense arrays. Coordinates are
    pixels of the full frame, x to the right and y down, and (0, 0) is the centre of the first
    pixel, as in SLEAP and DeepLabCut. A missing point is NaN. All arrays are read-only. It
    conforms to `engine.files.kinds.Opened`.

    Attributes
    ----------
    path, form
        Where it was read from, and the format as a person calls it ("SLEAP project").
    tracks, skeleton
        Names of the animals, and their body parts.
    frames
        (n,) int64, ascending: the numbers of the frames that the file speaks of, as it counts.
    row_frame, row_track
        (m,) int64: position in `frames` and in `tracks` of each row, sorted by frame, then track.
    points
        (m, nodes, 2) float64 pixels.
    scores
        (m, nodes) float64 confidence as the file states it; 1 where it states none.
    has_scores
        False where the file states no confidence.
    video, videos
        The video these poses were made on as the file names it, and all that the file holds.
    times_s
        (n,) float64 seconds of the frames, where the file states times; else None.
    """

    path: Path
    form: str
    tracks: tuple[str, ...]
    skeleton: Skeleton
    frames: Array
    row_frame: Array
    row_track: Array
    points: Array
    scores: Array
    has_scores: bool = True
    video: str = ""
    videos: tuple[str, ...] = ()
    times_s: Array | None = None
    _outside: dict[tuple[int, int, float], float] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for array in (self.frames, self.row_frame, self.row_track, self.points, self.scores):
            array.flags.writeable = False

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the body parts."""
        return self.skeleton.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Pairs of nodes joined by a line."""
        return self.skeleton.edges

    @property
    def summary(self) -> str:
        """Frames, tracks, body parts and what is missing, in one line."""
        tracks = "1 track" if len(self.tracks) == 1 else f"{len(self.tracks)} tracks"
        return (
            f"{self.form}: {len(self.frames)} frames, {tracks}, {len(self.nodes)} body parts, "
            f"{self.missing_share:.1%} of the points of seen animals missing"
        )

    @cached_property
    def missing_share(self) -> float:
        """Share of points that are NaN, among the animals seen; 0 where none is seen."""
        return float(np.isnan(self.points[..., 0]).mean()) if self.points.size else 0.0

    @cached_property
    def centre(self) -> int:
        """The body part that is seen most often: where an animal is, in one point."""
        if not len(self.points):
            return 0
        return int(np.isfinite(self.points[..., 0]).sum(axis=0).argmax())

    def share_outside(self, width: int, height: int, slack: float) -> float:
        """Share of the points outside a frame by more than `slack` of its sides; remembered."""
        key = (width, height, slack)
        if key not in self._outside:
            size = np.array([width, height])
            known = self.points[np.isfinite(self.points[..., 0])]
            beyond = (known < -slack * size) | (known > (1 + slack) * size)
            self._outside[key] = float(beyond.any(axis=1).mean()) if len(known) else 0.0
        return self._outside[key]

    @cached_property
    def farthest(self) -> tuple[float, float]:
        """The greatest x and the greatest y of all points; NaN without any."""
        known = self.points[np.isfinite(self.points[..., 0])]
        x, y = known.max(axis=0) if len(known) else (np.nan, np.nan)
        return float(x), float(y)

    @property
    def dense_bytes(self) -> int:
        """Memory that `xy` would take."""
        return len(self.frames) * len(self.tracks) * len(self.nodes) * 16

    @cached_property
    def xy(self) -> Array:
        """(n, tracks, nodes, 2) float64, NaN where missing; see `dense_bytes` first."""
        dense = np.full((len(self.frames), len(self.tracks), len(self.nodes), 2), np.nan)
        dense[self.row_frame, self.row_track] = self.points
        dense.flags.writeable = False
        return dense

    @cached_property
    def confidence(self) -> Array:
        """(n, tracks, nodes) float64, 0 where a point is missing."""
        dense = np.zeros((len(self.frames), len(self.tracks), len(self.nodes)))
        dense[self.row_frame, self.row_track] = self._known_scores
        dense.flags.writeable = False
        return dense

    def track(self, track: int | str) -> tuple[Array, Array]:
        """One animal: points (n, nodes, 2) float64 and confidence (n, nodes) float64.

        Raises
        ------
        BadInput
            There is no such track.
        """
        rows = np.flatnonzero(self.row_track == self.track_index(track))
        xy = np.full((len(self.frames), len(self.nodes), 2), np.nan)
        confidence = np.zeros(xy.shape[:2])
        xy[self.row_frame[rows]] = self.points[rows]
        confidence[self.row_frame[rows]] = self._known_scores[rows]
        return xy, confidence

    def track_index(self, track: int | str) -> int:
        """Position of a track by name or number; `BadInput` when there is none."""
        if isinstance(track, str):
            if track in self.tracks:
                return self.tracks.index(track)
            shown = ", ".join(self.tracks[:6]) + (", ..." if len(self.tracks) > 6 else "")
            raise BadInput(f"{self.path.name} has no track {track!r}; it has: {shown}.")
        if not 0 <= track < len(self.tracks):
            last = len(self.tracks) - 1
            raise BadInput(f"{self.path.name} has no track number {track}; it has 0 to {last}.")
        return track

    def at(self, frame: int) -> tuple[Array, Array, Array]:
        """Who is seen in a frame: tracks (k,), points (k, nodes, 2), scores (k, nodes).

        Takes microseconds, also for a frame the file does not speak of.
        """
        at = int(np.searchsorted(self.frames, frame))
        if at == len(self.frames) or self.frames[at] != frame:
            return self.row_track[:0], self.points[:0], self.scores[:0]
        rows = slice(*np.searchsorted(self.row_frame, (at, at + 1)))
        return self.row_track[rows], self.points[rows], self.scores[rows]

    def close(self) -> None:
        """Nothing is held open."""

    @property
    def _known_scores(self) -> Array:
        known: Array = np.where(np.isnan(self.points[..., 0]), 0.0, self.scores)
        return known


def from_dense(
    path: Path,
    form: str,
    tracks: Sequence[str],
    skeleton: Skeleton,
    xy: Array,
    confidence: Array | None = None,
    frames: Array | None = None,
    *,
    video: str = "",
    times_s: Array | None = None,
) -> Poses:
    """Poses from dense arrays.

    Parameters
    ----------
    path, form, tracks, skeleton, video, times_s
        As in `Poses`.
    xy
        (n, tracks, nodes, 2); a point with one coordinate missing is missing.
    confidence
        (n, tracks, nodes); None where it is not stated.
    frames
        (n,) int64, ascending without repeats; 0 to n - 1 by default.
    """
    xy = np.asarray(xy, "f8")
    seen: Array = np.asarray(np.isfinite(xy).all(axis=-1))
    row_frame, row_track = np.nonzero(seen.any(axis=-1))
    points = np.where(seen[row_frame, row_track][..., None], xy[row_frame, row_track], np.nan)
    scores = np.ones(points.shape[:2])
    if confidence is not None:
        scores = np.nan_to_num(np.asarray(confidence, "f8")[row_frame, row_track])
    return Poses(
        path=path,
        form=form,
        tracks=unique(tracks),
        skeleton=skeleton,
        frames=np.arange(len(xy)) if frames is None else np.asarray(frames, "i8"),
        row_frame=row_frame,
        row_track=row_track,
        points=points,
        scores=scores,
        has_scores=confidence is not None,
        video=video,
        videos=(video,) if video else (),
        times_s=times_s,
    )


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """The same names, repeats told apart by a number ("paw", "paw 2")."""
    taken: dict[str, int] = {}
    told = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        told.append(name if taken[name] == 1 else f"{name} {taken[name]}")
    return tuple(told)
