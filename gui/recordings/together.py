"""Several recordings of the list as the input of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.behavior.pairs import matched
from engine.behavior.project import Entry
from engine.errors import BadInput
from engine.files.inputs import InputFile
from engine.files.kinds import Identified
from engine.files.pool import Pool
from engine.files.poses.pairing import PoseMap
from gui.recordings.opening import OpenedEntry, open_entry


@dataclass(frozen=True, slots=True)
class Together:
    """Files in their roles, and the frame of the video that pose files begin at and go by."""

    files: tuple[InputFile, ...]
    mapping: PoseMap

    @property
    def counted(self) -> dict[str, int]:
        """The parameters of a run that tell the mapping."""
        return {"pose_offset": self.mapping.offset, "pose_stride": self.mapping.stride}


def together(entries: Sequence[Entry], folder: Path, pool: Pool) -> Together:
    """Open recordings one after the other and say what a run on all of them is given.

    Poses that speak against their recording, and that nobody trusts, are left out.

    Raises
    ------
    BadInput
        Two bear one name, one has a clock of its own, their poses are counted differently, or
        the command line would pair them otherwise.
    PeerscopeError
        A recording cannot be opened.
    """
    _refuse_one_name(entries)
    videos: list[Identified] = []
    poses: dict[int, Identified] = {}
    for place, entry in enumerate(entries):
        opened = open_entry(entry, folder, pool)
        try:
            _refuse_own_clock(opened)
            videos.append(opened.file)
            if opened.poses is not None and opened.pose_file is not None and _fits(opened):
                poses[place] = opened.pose_file
        finally:
            opened.release()
    mapping = _one_mapping({place: entries[place] for place in poses})
    _refuse_other_pairing([file.path for file in videos], poses)
    files = [InputFile("video", file) for file in videos]
    files += [InputFile("poses", file) for file in poses.values()]
    return Together(tuple(files), mapping)


def _fits(opened: OpenedEntry) -> bool:
    return opened.entry.trusted or not any(item.grave for item in opened.concerns)


def _refuse_one_name(entries: Sequence[Entry]) -> None:
    name, count = Counter(entry.name for entry in entries).most_common(1)[0]
    if count > 1:
        raise BadInput(
            f"{count} of the recordings are called {name}, and their codes could not be told "
            "apart; rename one of the files."
        )


def _refuse_own_clock(opened: OpenedEntry) -> None:
    if opened.clock_file is not None:
        raise BadInput(
            f"{opened.recording.name} has a clock of its own ({opened.clock_file.path.name}), "
            "which only a run on it alone can take; take the clock off, or embed it alone."
        )


def _one_mapping(entries: Mapping[int, Entry]) -> PoseMap:
    """The mapping that all share; the plain one where there are no poses."""
    first: Entry | None = None
    for entry in entries.values():
        first = first or entry
        if entry.mapping != first.mapping:
            raise BadInput(
                f"The poses of {first.name} and {entry.name} are counted differently (offset "
                f"{first.offset} and {entry.offset}, stride {first.stride} and {entry.stride}), "
                "and one run counts all alike; embed them apart."
            )
    return PoseMap() if first is None else first.mapping


def _refuse_other_pairing(videos: Sequence[Path], poses: Mapping[int, Identified]) -> None:
    """A run is given files only: it must come to the pairs a person has made."""
    wanted = {place: file.path for place, file in poses.items()}
    found = matched(videos, list(wanted.values()))
    for place, path in wanted.items():
        if found.get(place) != path:
            raise BadInput(
                f"{path.name} belongs to {videos[place].name} here, but by its name a run would "
                f"not pair them; call it {videos[place].stem}.analysis{path.suffix} or so."
            )
