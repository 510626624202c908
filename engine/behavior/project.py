"""A project: recordings with their poses and groups, opened only when they are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from engine.behavior.regions import Calibration, Region
from engine.errors import BadInput
from engine.files.poses.pairing import PoseMap, partner_of
from engine.files.sniff import IMAGE_SUFFIXES, VIDEO_SUFFIXES
from engine.session import FilePath

POSE_SUFFIXES = (".slp", ".h5", ".csv", ".nwb")
_STACK_SUFFIXES = (".tif", ".tiff")


class Entry(BaseModel):
    """One recording of a project.

    Attributes
    ----------
    path, poses
        The recording, and the file with its poses.
    animal, session, condition
        Groups it belongs to, as a person names them.
    offset, stride
        Which frame of the pose file belongs to which of the video.
    trusted
        True when a person has said that the poses belong, against what speaks against it.
    clock
        A table of frame times.
    views
        Further cameras on the same clock, and the seconds each is ahead.
    mm_per_px, regions
        What was drawn on it.
    fingerprint
        By which it is known again.
    chosen
        Ticked in the list: to be learned from together with the others that are.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    path: FilePath
    poses: FilePath | None = None
    animal: str = ""
    session: str = ""
    condition: str = ""
    offset: int = 0
    stride: int = Field(default=1, ge=1)
    trusted: bool = False
    clock: FilePath | None = None
    views: tuple[tuple[FilePath, float], ...] = ()
    mm_per_px: float = 0.0
    regions: tuple[Region, ...] = ()
    fingerprint: dict[str, Any] | None = None
    chosen: bool = False

    @property
    def name(self) -> str:
        """Name of the recording."""
        return Path(self.path.absolute).name

    @property
    def untouched(self) -> bool:
        """True for one that has only been listed: never shown, and nothing set on it."""
        return self == Entry(path=self.path, poses=self.poses)

    @property
    def mapping(self) -> PoseMap:
        """Pose frames to video frames."""
        return PoseMap(self.offset, self.stride)

    @property
    def calibration(self) -> Calibration:
        """The length of a pixel."""
        return Calibration(mm_per_px=self.mm_per_px)


class Project(BaseModel):
    """Recordings in the order they were added."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    entries: tuple[Entry, ...] = ()

    def with_paths(self, paths: Iterable[Path], folder: Path) -> Project:
        """The project with these recordings and poses added: poses go to their recording by name.

        Nothing is opened. A recording that is there already stays as it is.
        """
        recordings, poses = sorted_out(paths)
        known = {entry.path.absolute for entry in self.entries}
        entries = list(self.entries)
        for path in recordings:
            if str(path.absolute()) in known:
                continue
            partner = partner_of(path, poses)
            if partner is None and len(recordings) == len(poses) == 1:
                # Dropped together they are meant for each other; the check tells if they fit.
                partner = poses[0]
            entries.append(
                Entry(
                    path=FilePath.of(path, folder),
                    poses=None if partner is None else FilePath.of(partner, folder),
                )
            )
        return Project(entries=tuple(entries))

    def changed(self, at: int, **words: Any) -> Project:
        """The project with one entry changed; words as in `Entry`."""
        entries = list(self.entries)
        entries[at] = entries[at].model_copy(update=words)
        return Project(entries=tuple(entries))

    def without(self, at: int) -> Project:
        """The project without one entry; no file is touched."""
        return Project(entries=self.entries[:at] + self.entries[at + 1 :])

    def position(self, path: str) -> int:
        """Where the recording of that absolute path stands in the list; -1 for nowhere."""
        known = (at for at, entry in enumerate(self.entries) if entry.path.absolute == path)
        return next(known, -1)

    def groups(self, by: str) -> dict[str, tuple[int, ...]]:
        """Positions of the entries by the name of their group, in order of first appearance."""
        found: dict[str, list[int]] = {}
        for at, entry in enumerate(self.entries):
            found.setdefault(str(getattr(entry, by)), []).append(at)
        return {name: tuple(places) for name, places in found.items()}


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to a project, told by recording: it can be done to what became of it since.

    Attributes
    ----------
    before, after
        The project it was done to, and what came of it.
    left, shows
        Absolute path of the recording that was on show, and of the one that is to be;
        empty where that stays.
    """

    before: Project
    after: Project
    left: str = ""
    shows: str = ""

    @property
    def reversed(self) -> Edit:
        """What takes it back."""
        return Edit(self.after, self.before, self.shows, self.left)

    def done_to(self, project: Project) -> Project:
        """A project after the edit; recordings it does not tell of stay as they are."""
        was = {entry.path.absolute: entry for entry in self.before.entries}
        now = {entry.path.absolute: entry for entry in self.after.entries}
        gone, new = was.keys() - now.keys(), now.keys() - was.keys()
        kept = [
            _changed(entry, was.get(entry.path.absolute), now.get(entry.path.absolute))
            for entry in project.entries
            if entry.path.absolute not in gone
        ]
        for at, entry in enumerate(self.after.entries):
            if entry.path.absolute in new and project.position(entry.path.absolute) < 0:
                kept.insert(at, entry)
        return Project(entries=tuple(kept))


def _changed(entry: Entry, was: Entry | None, now: Entry | None) -> Entry:
    """An entry with what differs between two others."""
    if was is None or now is None or was == now:
        return entry
    names = Entry.model_fields
    words = {k: getattr(now, k) for k in names if getattr(now, k) != getattr(was, k)}
    return entry.model_copy(update=words)


def sorted_out(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Recordings and possible pose files among paths, by their endings: content is told later."""
    recordings, poses = [], []
    for path in paths:
        suffix = path.suffix.lower()
        if path.is_dir() or suffix in (*VIDEO_SUFFIXES, *_STACK_SUFFIXES):
            recordings.append(path)
        elif suffix in POSE_SUFFIXES:
            poses.append(path)
    return recordings, poses


def in_folder(folder: Path) -> list[Path]:
    """Recordings and pose files in a folder, by name; a folder of images counts as one.

    Raises
    ------
    BadInput
        There is no recording, or the folder cannot be read.
    """
    try:
        with os.scandir(folder) as items:
            found = sorted(items, key=lambda item: item.name.lower())
            wanted = (*VIDEO_SUFFIXES, *_STACK_SUFFIXES, *POSE_SUFFIXES)
            named = [Path(item.path) for item in found if _ending(item.name) in wanted]
            folders = [Path(item.path) for item in found if item.is_dir()]
    except OSError as error:
        raise BadInput(
            f"{folder.name} cannot be read ({error.strerror or error}); choose another."
        ) from error
    named += [path for path in folders if _holds_images(path)]
    if not sorted_out(named)[0]:
        raise BadInput(f"{folder.name} holds no recordings; choose a folder with videos.")
    return named


def looks_like_project(folder: Path) -> bool:
    """True for a folder with a video in it, or with folders of images but no image of its own."""
    with os.scandir(folder) as items:
        found = list(items)
    endings = {_ending(item.name) for item in found if item.is_file()}
    if endings & set(VIDEO_SUFFIXES):
        return True
    own = endings & set(IMAGE_SUFFIXES)
    return not own and any(item.is_dir() and _holds_images(Path(item.path)) for item in found)


def _ending(name: str) -> str:
    return "" if name.startswith(".") else Path(name).suffix.lower()


def _holds_images(folder: Path) -> bool:
    """True when the first visible file of a folder is an image by its ending."""
    try:
        with os.scandir(folder) as items:
            files = (item.name for item in items if item.is_file() and item.name[0] != ".")
            return _ending(next(files, "")) in IMAGE_SUFFIXES
    except OSError:
        return False
