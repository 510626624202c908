"""A folder of recordings, as a kind of file that is dropped on the window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.files.kinds import Kind


@dataclass(frozen=True, slots=True)
class RecordingsFolder:
    """The recordings and pose files in a folder; none of them is open."""

    path: Path
    files: tuple[Path, ...]

    @property
    def summary(self) -> str:
        """How many recordings there are."""
        from engine.behavior.project import sorted_out

        count = len(sorted_out(self.files)[0])
        return "1 recording" if count == 1 else f"{count} recordings"

    def close(self) -> None:
        """Nothing is held open."""


def _is_recordings(path: Path, head: bytes) -> bool:
    """A folder with a video in it, or with folders of images and no image of its own."""
    if not path.is_dir():
        return False
    from engine.behavior.project import looks_like_project

    return looks_like_project(path)


def _open(path: Path) -> RecordingsFolder:
    from engine.behavior.project import in_folder

    return RecordingsFolder(path, tuple(in_folder(path)))


RECORDINGS = Kind("recordings", "folder of recordings", (), _is_recordings, _open)
