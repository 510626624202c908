"""Which poses belong to which recording, frame by frame, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadParams
from engine.figures.arrays import Array
from engine.files.poses.model import Poses
from engine.files.poses.names import file_of, stem_of
from engine.files.video.recording import Recording

#: A point this far outside the frame, as a share of its side, is no rounding.
_SLACK = 0.02
#: This share of points outside is too much for a few bad predictions.
_OUTSIDE = 0.005


@dataclass(frozen=True, slots=True)
class PoseMap:
    """Frame `offset + stride * i` of the video is frame i of the pose file.

    A stride of 2 fits poses made on every second frame; an offset of -50 those made before the
    first 50 frames were cut off.
    """

    offset: int = 0
    stride: int = 1

    def __post_init__(self) -> None:
        if self.stride < 1:
            raise BadParams(f"A stride of {self.stride} is not possible; it is at least 1.")

    @property
    def is_plain(self) -> bool:
        """True when the two count alike."""
        return self == PoseMap()

    def to_video(self, frames: Array) -> Array:
        """Frames of the video for frames of the pose file, (n,) int64; may lie outside it."""
        return self.offset + self.stride * np.asarray(frames, "i8")

    def to_pose(self, number: int) -> int | None:
        """The frame of the pose file for one of the video; None between two strides."""
        frame, rest = divmod(number - self.offset, self.stride)
        return frame if rest == 0 else None


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that speaks against a pairing.

    Attributes
    ----------
    sentence
        For a person.
    grave
        True when the poses are most likely of another recording, or shifted: they are not drawn
        before a person has said so.
    """

    sentence: str
    grave: bool = True


def concerns(poses: Poses, recording: Recording, mapping: PoseMap = PoseMap()) -> list[Concern]:
    """What speaks against these poses being of this recording, gravest first."""
    found = [
        _other_name(poses, recording),
        _beyond(poses, recording, mapping),
        _outside(poses, recording),
        _part(poses, recording, mapping),
    ]
    return sorted((item for item in found if item is not None), key=lambda item: not item.grave)


def dense_on_video(
    poses: Poses, track: int | str, frame_count: int, mapping: PoseMap = PoseMap()
) -> tuple[Array, Array]:
    """One animal on the frames of a video.

    Returns
    -------
    xy
        (frame_count, nodes, 2) float64 pixels, NaN where the file tells nothing.
    confidence
        (frame_count, nodes) float64, 0 there.
    """
    of_track, sure = poses.track(track)
    numbers = mapping.to_video(poses.frames)
    inside = (numbers >= 0) & (numbers < frame_count)
    xy = np.full((frame_count, len(poses.nodes), 2), np.nan)
    confidence = np.zeros(xy.shape[:2])
    xy[numbers[inside]] = of_track[inside]
    confidence[numbers[inside]] = sure[inside]
    return xy, confidence


def partner_of(video: Path, candidates: Sequence[Path]) -> Path | None:
    """The pose file that goes with a video by its name: the same stem, or the stem and more.

    DeepLabCut adds its scorer to the name of the video, SLEAP adds ``.predictions`` or
    ``.analysis``; the shortest name that begins with the stem wins, then the first by name.
    """
    stem = video.stem.lower()
    named = [path for path in candidates if _goes_on(path.name.lower(), stem)]
    return min(named, key=lambda path: (len(path.name), path.name), default=None)


def _goes_on(name: str, stem: str) -> bool:
    """True for the stem itself, or followed by something that starts no longer number or word."""
    if not name.startswith(stem):
        return False
    rest = name[len(stem) :]
    return not rest[:1].isdigit() and (rest[:1] in "._- " or rest.startswith("dlc"))


def _other_name(poses: Poses, recording: Recording) -> Concern | None:
    mine = recording.path.stem.lower()
    told = stem_of(poses.video)
    if told:
        if told == mine or _is_folder_of(poses.video, recording.path):
            return None
        return Concern(
            f"{poses.path.name} was made on {file_of(poses.video)}, not on {recording.name}."
        )
    if _goes_on(poses.path.name.lower(), mine):
        return None
    same_length = int(poses.frames[-1]) + 1 == recording.frame_count
    agrees = "its frame count agrees" if same_length else "its frame count differs, too"
    return Concern(
        f"{poses.path.name} names no recording, and is not named like {recording.name}; {agrees}.",
        grave=not same_length,
    )


def _is_folder_of(video: str, path: Path) -> bool:
    """True when the poses are of a folder of images, and that folder was opened."""
    return path.is_dir() and file_of(video) == path.name


def _beyond(poses: Poses, recording: Recording, mapping: PoseMap) -> Concern | None:
    numbers = mapping.to_video(poses.frames[[0, -1]])
    count = recording.frame_count
    if numbers[0] >= 0 and numbers[1] < count:
        return None
    if not mapping.is_plain:
        within = mapping.to_video(poses.frames)
        left = int(((within < 0) | (within >= count)).sum())
        return Concern(
            f"{left} of {len(within)} frames of {poses.path.name} lie outside {recording.name} "
            f"at this offset and stride.",
            grave=left == len(within),
        )
    which = numbers[1] if numbers[1] >= count else numbers[0]
    return Concern(
        f"{poses.path.name} tells poses of frame {which}, but {recording.name} has frames 0 to "
        f"{count - 1}: the video was trimmed or another was meant; set an offset or choose again."
    )


def _outside(poses: Poses, recording: Recording) -> Concern | None:
    x, y = poses.farthest
    if np.isnan(x):
        return Concern(f"{poses.path.name} holds no point at all.")
    share = poses.share_outside(recording.width, recording.height, _SLACK)
    if share <= _OUTSIDE:
        return None
    return Concern(
        f"{share:.1%} of the points of {poses.path.name} lie outside the {recording.width} x "
        f"{recording.height} px frame (up to {x:.0f}, {y:.0f}): made on another size."
    )


def _part(poses: Poses, recording: Recording, mapping: PoseMap) -> Concern | None:
    numbers = mapping.to_video(poses.frames)
    told = int(((numbers >= 0) & (numbers < recording.frame_count)).sum())
    if told >= recording.frame_count:
        return None
    return Concern(f"Poses are told for {told} of {recording.frame_count} frames.", grave=False)
