"""Where a file was, and by what it is known again when it has moved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.files.digest import quick_digest

_Stamp = tuple[int, int]


class FilePath(BaseModel):
    """Where a file was, from the session's folder and from the root.

    `size` in bytes and `quick`, the digest by which a moved file is found again, are filled in
    when the session is kept; a folder has neither.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    relative: str
    absolute: str
    size: int = 0
    quick: str = ""

    @classmethod
    def of(cls, path: Path, folder: Path) -> FilePath:
        """Both paths of a file; on another drive the relative one is empty."""
        absolute = path.absolute()
        try:
            relative = os.path.relpath(absolute, folder.absolute())
        except ValueError:
            relative = ""
        return cls(relative=relative, absolute=str(absolute))

    @property
    def name(self) -> str:
        """Name of the file; a machine that parts folders the other way may have kept it."""
        return self.absolute.replace("\\", "/").rstrip("/").rpartition("/")[2]

    def find(self, folder: Path) -> Path | None:
        """The file, if it is at one of the two places."""
        places = [folder / self.relative] if self.relative else []
        places.append(Path(self.absolute))
        return next((place for place in places if place.exists()), None)


def file_paths(data: Any) -> Iterator[dict[str, Any]]:
    """Every `FilePath` in plain data, however deep, as the dict that stands for it."""
    if isinstance(data, dict):
        if isinstance(data.get("relative"), str) and isinstance(data.get("absolute"), str):
            yield data
        for value in data.values():
            yield from file_paths(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from file_paths(value)


class Fingerprints:
    """Size and quick digest of files by absolute path; a file that is gone keeps what it had."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Stamp | None, int, str]] = {}

    def learn(self, data: Any) -> None:
        """Take over what plain data knows."""
        for entry in file_paths(data):
            if entry.get("quick"):
                self._known.setdefault(entry["absolute"], (None, entry["size"], entry["quick"]))

    def fill(self, data: Any, check: Callable[[], None] = lambda: None) -> None:
        """Write size and digest into every path of plain data. Reads at most 2 MiB of each."""
        for entry in file_paths(data):
            check()
            size, quick = self._of(entry["absolute"])
            if quick:
                entry["size"], entry["quick"] = size, quick

    def _of(self, absolute: str) -> tuple[int, str]:
        kept = self._known.get(absolute)
        try:
            status = os.stat(absolute)
            stamp = (status.st_size, status.st_mtime_ns)
            if os.path.isfile(absolute) and (kept is None or kept[0] != stamp):
                kept = (stamp, status.st_size, quick_digest(Path(absolute)))
                self._known[absolute] = kept
        except OSError:
            # Gone or out of reach: what is known of it is what it is to be found by.
            pass
        return (kept[1], kept[2]) if kept is not None else (0, "")
