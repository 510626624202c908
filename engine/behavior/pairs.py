"""Which poses go with which recording, where there are several of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.errors import BadInput
from engine.files.poses.model import Poses
from engine.files.poses.pairing import PoseMap, partner_of
from engine.files.video.recording import Recording

Pair = tuple[Recording, Poses | None]
_PLAIN = PoseMap()


def paired(
    recordings: Sequence[Recording], poses: Sequence[Poses], mapping: PoseMap = _PLAIN
) -> list[Pair]:
    """Poses go to the recording whose name theirs begins with, the others in the order given.

    They are counted as the frames of their video: `mapping` leads from theirs to those.

    Raises
    ------
    BadInput
        There are more poses than recordings, or one recording was given twice.
    """
    _refuse_twice(recordings)
    if len(poses) > len(recordings):
        raise BadInput(
            f"There are {len(poses)} files of poses for {len(recordings)} recordings; "
            "give one for each recording at most."
        )
    known = {item.path: counted(item, mapping) for item in poses}
    found = matched([recording.path for recording in recordings], list(known))
    return [
        (recording, known[found[place]] if place in found else None)
        for place, recording in enumerate(recordings)
    ]


def matched(recordings: Sequence[Path], poses: Sequence[Path]) -> dict[int, Path]:
    """Which poses go to which recording, by its position: by name first, then in order."""
    left = list(poses)
    found: dict[int, Path] = {}
    if len(recordings) > 1:
        for place, recording in enumerate(recordings):
            path = partner_of(recording, left)
            if path is not None:
                found[place] = path
                left.remove(path)
    free = (place for place in range(len(recordings)) if place not in found)
    found.update(zip(free, left, strict=False))
    return found


def counted(poses: Poses, mapping: PoseMap) -> Poses:
    """Poses counted as the frames of their video, `mapping` leading from theirs to those."""
    if mapping.is_plain:
        return poses
    return replace(poses, frames=mapping.to_video(poses.frames))


def _refuse_twice(recordings: Sequence[Recording]) -> None:
    seen = set()
    for recording in recordings:
        if recording.path.resolve() in seen:
            raise BadInput(f"{recording.name} is given twice; give it once.")
        seen.add(recording.path.resolve())
