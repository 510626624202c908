"""From recordings to the small frames a network learns from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.behavior.blobs import background_of
from engine.behavior.crops import Track, cut, parts_of, side_for, track_of
from engine.behavior.frames import Box
from engine.errors import BadParams
from engine.figures.arrays import Array
from engine.files.poses.model import Poses
from engine.files.poses.pairing import dense_on_video
from engine.files.video.recording import Recording

Check = Callable[[], None]

#: Both sides of a rectangular frame are rounded to this many pixels.
_STEP = 16


class Cutter(Protocol):
    """Makes small frames of one animal out of large ones, in order."""

    words: str

    def __call__(self, number: int, gray: Array) -> Array:
        """Views (V, H, W) uint8 of frame `number`, (h, w) uint8."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """One animal in one recording: what a network is trained on or applied to.

    Attributes
    ----------
    name
        Of the recording, and of the animal where there are several.
    recording, track
        Where its frames come from, and where it is; None without poses.
    animal
        Name of the track, empty without poses.
    others
        Tracks of the other animals.
    poses, xy
        Body parts, (n, nodes, 2) on the frames of the video; None without poses.
    """

    name: str
    recording: Recording
    animal: str = ""
    poses: Poses | None = None
    xy: Array | None = None
    track: Track | None = None
    others: tuple[Track, ...] = ()


@dataclass(slots=True)
class Crops:
    """Small frames of one subject.

    Attributes
    ----------
    frames
        (n, V, H, W) uint8, on disk.
    numbers, times_s
        (n,) int64 frame numbers and float64 seconds.
    words
        How they were cut, for captions.
    """

    subject: Subject
    frames: Array
    numbers: Array
    times_s: Array
    words: str


def subjects_of(recording: Recording, poses: Poses | None, track: str) -> list[Subject]:
    """The animals of one recording that are meant by `track`: a name, a number, or "all".

    Raises
    ------
    BadInput
        There is no such track, or it is never seen.
    """
    stem = recording.path.stem
    if poses is None:
        return [Subject(stem, recording)]
    count = recording.frame_count
    dense = [dense_on_video(poses, i, count)[0] for i in range(len(poses.tracks))]
    chosen = range(len(dense)) if track == "all" else [poses.track_index(_as_track(track, poses))]
    centre = parts_of(poses)[0]
    seen = [bool(np.isfinite(xy[:, centre, 0]).any()) for xy in dense]
    tracks = {i: track_of(poses, xy) for i, xy in enumerate(dense) if i in chosen or seen[i]}
    several = len(chosen) > 1
    return [
        Subject(
            f"{stem}, {poses.tracks[i]}" if several else stem,
            recording,
            poses.tracks[i],
            poses,
            dense[i],
            tracks[i],
            tuple(other for j, other in tracks.items() if j != i),
        )
        for i in chosen
    ]


def cutter_for(subject: Subject, params: Any, size: int, check: Check) -> Cutter:
    """How the frames of a subject are cut.

    Parameters
    ----------
    params
        ``crop``, ``crop_px``, ``crop_box``, ``align`` and ``views`` of the experiment.
    size
        Pixels of the longer side of a small frame.

    Raises
    ------
    BadParams
        An egocentric crop is asked for without poses, or the box or views do not fit.
    """
    kind = crop_of(params.crop, subject)
    if kind == "egocentric":
        if subject.track is None:
            raise BadParams(
                f"An egocentric crop of {subject.recording.name} needs poses; give them with "
                "--poses, or take crop=blob."
            )
        return _Egocentric(subject.track, params.crop_px, size, params.align)
    if kind == "blob":
        return _Blob(subject.recording, params.crop_px, size, check)
    whole = Box(0, 0, subject.recording.width, subject.recording.height)
    box = whole if kind == "whole" else Box(*params.crop_box)
    return _Still(box.inside(whole.width, whole.height), params.views, size)


def crop_of(asked: str, subject: Subject) -> str:
    """How a subject is cut; "auto" is egocentric where there are poses, else a blob."""
    if asked != "auto":
        return asked
    return "blob" if subject.track is None else "egocentric"


def numbers_of(subject: Subject, stride: int, crop: str) -> Array:
    """Numbers (n,) int64 of the frames that are taken: those in which the animal can be followed.

    Raises
    ------
    BadParams
        There is none.
    """
    numbers = np.arange(0, subject.recording.readable_frames, stride)
    if subject.track is not None and crop_of(crop, subject) == "egocentric":
        numbers = numbers[subject.track.followed[numbers]]
    if not len(numbers):
        raise BadParams(f"No frame of {subject.name} can be taken at a stride of {stride}.")
    return numbers


def read_crops(
    subject: Subject, cutter: Cutter, numbers: Array, path: Path, check: Check
) -> Iterator[tuple[int, Crops]]:
    """Decode a recording once and keep its small frames in `path`.

    Yields
    ------
    done, crops
        Frames stored so far, after each, and the crops they are in.
    """
    times = subject.recording.times_s[numbers]
    crops: Crops | None = None
    for done, (number, gray) in enumerate(_decoded(subject.recording, numbers, check)):
        check()
        small = cutter(int(number), gray)
        if crops is None:
            store = np.memmap(path, "u1", "w+", shape=(len(numbers), *small.shape))
            crops = Crops(subject, store, numbers, times, cutter.words)
        crops.frames[done] = small
        yield done + 1, crops


def _decoded(recording: Recording, numbers: Array, check: Check) -> Iterator[tuple[int, Array]]:
    """Frames of ascending numbers, decoded in one pass."""
    stride = int(np.gcd.reduce(np.diff(numbers))) if len(numbers) > 1 else 1
    first, last = int(numbers[0]), int(numbers[-1])
    wanted = set(numbers.tolist())
    every = recording.gray_frames(first, last + 1, stride, check=check)
    for number, gray in zip(range(first, last + 1, stride), every, strict=True):
        if number in wanted:
            yield number, gray


class _Egocentric:
    """A box on the thorax."""

    def __init__(self, track: Track, side: int, size: int, align: bool) -> None:
        self._track, self._size, self._align = track, size, align
        self._side = side or side_for(track.length_px)
        turned = ", turned with the animal" if align else ""
        gaps = f", {track.bridged} centres interpolated" if track.bridged else ""
        self.words = f"{self._side} px box on the thorax{turned}{gaps}"

    def __call__(self, number: int, gray: Array) -> Array:
        heading = self._track.heading[number] if self._align else None
        return cut(gray, self._track.centres[number], self._side, self._size, heading)[None]


class _Blob:
    """A box on whatever moves; where nothing does, it stays."""

    def __init__(self, recording: Recording, side: int, size: int, check: Check) -> None:
        self._background = background_of(recording, check)
        self._size, self._side = size, side or self._background.side
        self._at = np.array([recording.width, recording.height]) / 2
        self.words = f"{self._side} px box on the largest blob"

    def __call__(self, number: int, gray: Array) -> Array:
        found = self._background.find(gray)
        if found is not None:
            self._at = found[0]
        return cut(gray, self._at, self._side, self._size)[None]


class _Still:
    """The same box of every frame, cut into views that stand side by side."""

    def __init__(self, box: Box, views: int, size: int) -> None:
        if box.width // views < _STEP:
            raise BadParams(f"{views} views do not fit into {box.width} pixels; take fewer.")
        self._box, self._views = box, views
        width, height = box.width // views, box.height
        factor = size / max(width, height)
        self._size = (_rounded(width * factor), _rounded(height * factor))
        self.words = f"{width} x {height} px" + (f", {views} views" if views > 1 else "")

    def __call__(self, number: int, gray: Array) -> Array:
        import cv2

        box, width = self._box, self._box.width // self._views
        rows = gray[box.y : box.y + box.height]
        parts = [rows[:, box.x + i * width : box.x + (i + 1) * width] for i in range(self._views)]
        way = cv2.INTER_AREA if width >= self._size[0] else cv2.INTER_LINEAR
        return np.stack([cv2.resize(part, self._size, interpolation=way) for part in parts])


def _rounded(pixels: float) -> int:
    return max(_STEP, round(pixels / _STEP) * _STEP)


def _as_track(track: str, poses: Poses) -> int | str:
    """A number where it is one and no track bears it as a name."""
    return int(track) if track.isdecimal() and track not in poses.tracks else track
