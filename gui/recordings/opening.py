"""Opening a recording of the project with all that belongs to it, beside the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.behavior.project import POSE_SUFFIXES, Entry
from engine.errors import PeerscopeError
from engine.files.identify import identify, open_file
from engine.files.kinds import Identified
from engine.files.poses.model import Poses
from engine.files.poses.pairing import Concern, concerns, partner_of
from engine.files.poses.read import open_poses
from engine.files.video.clock import read_frame_times
from engine.files.video.fingerprint import Fingerprint, fingerprint, read_fingerprint
from engine.files.video.recording import Recording
from engine.files.video.source import VideoSource
from engine.session import FilePath

OWN_CLOCK = "Clock: the times in the file."
NOMINAL_CLOCK = "Clock: nominal, 25 frames/s."


@dataclass
class OpenedEntry:
    """A recording that was opened, and what came of everything beside it.

    Attributes
    ----------
    entry, file, recording
        What was asked for, what it is, and the open recording.
    poses, pose_file, concerns
        The poses, the file they came from, and what speaks against them.
    clock, clock_file
        Which clock is in use, and the table it comes from.
    print_now
        Its fingerprint.
    complaints
        A sentence for everything that could not be had; the recording opens without it.
    """

    entry: Entry
    file: Identified
    recording: Recording
    poses: Poses | None = None
    pose_file: Identified | None = None
    concerns: list[Concern] = field(default_factory=list)
    clock: str = OWN_CLOCK
    clock_file: Identified | None = None
    print_now: Fingerprint | None = None
    complaints: list[str] = field(default_factory=list)


def open_entry(entry: Entry, folder: Path) -> OpenedEntry:
    """Open a recording, its poses and its clock.

    Raises
    ------
    PeerscopeError
        The recording itself cannot be opened.
    """
    path = _found(entry.path, folder)
    file = identify(path)
    if entry.poses is None and entry.fingerprint is None:
        entry = _with_partner(entry, path, folder)
    recording: Any = open_file(file)
    opened = OpenedEntry(entry, file, recording)
    try:
        _set_clock(opened, folder)
        _compare(opened)
        read_poses(opened, folder)
    except BaseException:
        recording.close()
        raise
    return opened


def read_poses(opened: OpenedEntry, folder: Path) -> None:
    """Read the poses of an opened recording, and find out what speaks against them."""
    opened.poses, opened.pose_file, opened.concerns = None, None, []
    place = opened.entry.poses
    if place is None:
        return
    try:
        path = _found(place, folder)
        opened.pose_file = identify(path)
        opened.poses = open_poses(path, opened.recording.name)
        # Found here, beside the window: it takes a pass over every point.
        _ = opened.poses.centre, opened.poses.missing_share
        opened.concerns = concerns(opened.poses, opened.recording, opened.entry.mapping)
    except PeerscopeError as error:
        opened.complaints.append(error.sentence)


def _with_partner(entry: Entry, path: Path, folder: Path) -> Entry:
    """The entry with the poses that lie beside a recording seen for the first time, if any."""
    try:
        beside = [item for item in path.parent.iterdir() if item.suffix.lower() in POSE_SUFFIXES]
    except OSError:
        return entry
    partner = partner_of(path, sorted(beside))
    if partner is None:
        return entry
    return entry.model_copy(update={"poses": FilePath.of(partner, folder)})


def second_handle(recording: Recording) -> Recording:
    """The frame server's own handle: a recording serves one thread."""
    if isinstance(recording, VideoSource):
        return VideoSource(recording.path, index=recording.index)
    handle: Any = open_file(identify(recording.path))
    return handle  # type: ignore[no-any-return]


def _set_clock(opened: OpenedEntry, folder: Path) -> None:
    recording = opened.recording
    opened.clock = OWN_CLOCK if recording.times_known else NOMINAL_CLOCK
    if opened.entry.clock is None:
        return
    try:
        path = _found(opened.entry.clock, folder)
        file = identify(path)
        rate = float(getattr(getattr(recording, "index", None), "average_rate", 0) or 0)
        times = read_frame_times(path, recording.frame_count, rate)
        recording.use_clock(times.times_s)
        opened.clock = f"Clock: {path.name}, {times.told}."
        opened.clock_file = file
    except PeerscopeError as error:
        opened.complaints.append(error.sentence)


def _compare(opened: OpenedEntry) -> None:
    """Say when a recording is not the one that was there before."""
    before = read_fingerprint(opened.entry.fingerprint)
    try:
        opened.print_now = fingerprint(opened.recording)
    except PeerscopeError as error:
        opened.complaints.append(error.sentence)
        return
    if before is not None and (told := before.differences(opened.print_now)):
        opened.complaints.append(
            f"{opened.recording.name} is not the recording it was: {', '.join(told)}; poses and "
            f"notes made on it may be shifted."
        )


def _found(place: FilePath, folder: Path) -> Path:
    """Where a file is now: the absolute path, unless it lies elsewhere beside the session."""
    absolute, found = Path(place.absolute), place.find(folder)
    if found is None or (absolute.exists() and absolute.samefile(found)):
        return absolute
    return found
