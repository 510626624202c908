"""Which poses go with which recording, where there are several of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    left = {item.path: _counted(item, mapping) for item in poses}
    found: dict[int, Poses] = {}
    if len(recordings) > 1:
        for place, recording in enumerate(recordings):
            path = partner_of(recording.path, list(left))
            if path is not None:
                found[place] = left.pop(path)
    free = (place for place in range(len(recordings)) if place not in found)
    found.update(zip(free, left.values(), strict=False))
    return [(recording, found.get(place)) for place, recording in enumerate(recordings)]


def _counted(poses: Poses, mapping: PoseMap) -> Poses:
    if mapping.is_plain:
        return poses
    return replace(poses, frames=mapping.to_video(poses.frames))


def _refuse_twice(recordings: Sequence[Recording]) -> None:
    seen = set()
    for recording in recordings:
        if recording.path.resolve() in seen:
            raise BadInput(f"{recording.name} is given twice.")
        seen.add(recording.path.resolve())
