"""Opening a recording of the project with all that belongs to it, beside the window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from engine.behavior.project import POSE_SUFFIXES, Entry
from engine.errors import PeerscopeError
from engine.files.identify import identify, open_file
from engine.files.kinds import Identified
from engine.files.pool import Pool, Stamp, second_handle, stamp_of
from engine.files.poses.model import Poses
from engine.files.poses.pairing import Concern, concerns, partner_of
from engine.files.poses.read import open_poses
from engine.files.video.clock import read_frame_times
from engine.files.video.fingerprint import Fingerprint, fingerprint, read_fingerprint
from engine.files.video.recording import Recording
from engine.session import FilePath

OWN_CLOCK = "Clock: the times in the file."
NOMINAL_CLOCK = "Clock: nominal, 25 frames/s."


@dataclass(eq=False)
class Held:
    """A recording as the pool keeps it: going back to it reads nothing anew.

    Attributes
    ----------
    recording, file
        The open recording, and what it is.
    print_now
        Its fingerprint; None before `learn_print`.
    poses
        The poses read last, and the file they came from as it was then.
    """

    recording: Recording
    file: Identified
    print_now: Fingerprint | None = None
    poses: tuple[Path, Stamp, Poses] | None = None

    def close(self) -> None:
        """Let go of the file."""
        self.recording.close()


@dataclass
class OpenedEntry:
    """A recording that was opened, and what came of everything beside it.

    Attributes
    ----------
    entry, held
        What was asked for, and what the pool lent.
    release
        Gives the recording back to the pool.
    poses, pose_file, concerns
        The poses, the file they came from, and what speaks against them.
    clock, clock_file
        Which clock is in use, and the table it comes from.
    complaints
        A sentence for everything that could not be had; the recording opens without it.
    """

    entry: Entry
    held: Held
    release: Callable[[], None]
    poses: Poses | None = None
    pose_file: Identified | None = None
    concerns: list[Concern] = field(default_factory=list)
    clock: str = OWN_CLOCK
    clock_file: Identified | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def recording(self) -> Recording:
        """The open recording."""
        return self.held.recording

    @property
    def file(self) -> Identified:
        """What it is."""
        return self.held.file

    @property
    def print_now(self) -> Fingerprint | None:
        """Its fingerprint, where it is known by now."""
        return self.held.print_now

    @property
    def content(self) -> str:
        """A word for what is in the file: equal words, equal files, as far as one can tell."""
        found = self.print_now
        return "" if found is None else f"{found.bytes}-{found.frames}-{found.pixels[:16]}"


def open_entry(entry: Entry, folder: Path, pool: Pool) -> OpenedEntry:
    """Open a recording, its poses and its clock.

    Raises
    ------
    PeerscopeError
        The recording itself cannot be opened.
    """
    path = _found(entry.path, folder)
    if entry.poses is None and entry.fingerprint is None:
        entry = _with_partner(entry, path, folder)
    held: Held = pool.take(path, _held)
    opened = OpenedEntry(entry, held, partial(_give_back, pool, path, held))
    try:
        if entry.fingerprint is not None:
            _compare(opened)
        _set_clock(opened, folder)
        read_poses(opened, folder)
    except BaseException:
        opened.release()
        raise
    return opened


def learn_print(opened: OpenedEntry, check: Callable[[], None]) -> None:
    """Find what a recording seen for the first time is known again by, with a handle of its own.

    Parameters
    ----------
    check
        Called between frames; what it raises (`Cancelled`) ends the search.

    Raises
    ------
    PeerscopeError
        A frame cannot be decoded.
    """
    with closing(second_handle(opened.recording)) as handle:
        opened.held.print_now = fingerprint(handle, check)


def _held(path: Path) -> Held:
    file = identify(path)
    recording: Any = open_file(file)
    return Held(recording, file)


def _give_back(pool: Pool, path: Path, held: Held) -> None:
    held.recording.rest()
    pool.give_back(path, held)


def read_poses(opened: OpenedEntry, folder: Path) -> None:
    """Read the poses of an opened recording, and find out what speaks against them."""
    opened.poses, opened.pose_file, opened.concerns = None, None, []
    place = opened.entry.poses
    if place is None:
        return
    try:
        path = _found(place, folder)
        opened.pose_file = identify(path)
        opened.poses = poses_of(opened.held, path)
        # Found here, beside the window: it takes a pass over every point.
        _ = opened.poses.centre, opened.poses.missing_share
        opened.concerns = concerns(opened.poses, opened.recording, opened.entry.mapping)
    except PeerscopeError as error:
        opened.complaints.append(error.sentence)


def poses_of(held: Held, path: Path) -> Poses:
    """The poses of a file; read anew only when it is another, or has changed.

    Raises
    ------
    PeerscopeError
        It holds none that can be read.
    """
    stamp = stamp_of(path)
    if held.poses is not None and held.poses[:2] == (path, stamp):
        return held.poses[2]
    poses = open_poses(path, held.recording.name)
    held.poses = (path, stamp, poses)
    return poses


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
    before, held = read_fingerprint(opened.entry.fingerprint), opened.held
    try:
        now = held.print_now = held.print_now or fingerprint(held.recording)
    except PeerscopeError as error:
        opened.complaints.append(error.sentence)
        return
    if before is not None and (told := before.differences(now)):
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
