"""Sessions, schema 1: which files were open, how each tab stood, and which runs were made.

A session is a folder: ``session.json`` and the results folders of its runs under ``runs/``.
Paths are kept relative to the folder and absolute; the relative one is tried first, so that a
session moved together with its files opens elsewhere.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import BadInput
from engine.results import write_json

SCHEMA_VERSION = 1
FILE_NAME = "session.json"


class FilePath(BaseModel):
    """Where a file was, from the session's folder and from the root."""

    model_config = ConfigDict(frozen=True)

    relative: str
    absolute: str

    @classmethod
    def of(cls, path: Path, folder: Path) -> FilePath:
        """Both paths of a file; on another drive the relative one is empty."""
        absolute = path.absolute()
        try:
            relative = os.path.relpath(absolute, folder.absolute())
        except ValueError:
            relative = ""
        return cls(relative=relative, absolute=str(absolute))

    def find(self, folder: Path) -> Path | None:
        """The file, if it is at one of the two places."""
        places = [folder / self.relative] if self.relative else []
        places.append(Path(self.absolute))
        return next((place for place in places if place.exists()), None)


class TabState(BaseModel):
    """How a tab stood: its open files by role, and whatever else it declares, as plain data."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, FilePath] = Field(default_factory=dict)
    state: dict[str, Any] = Field(default_factory=dict)


class Session(BaseModel):
    """A session as data. Tabs are named as their systems; runs are folder names, oldest first."""

    model_config = ConfigDict(frozen=True)

    peerscope_session: int = SCHEMA_VERSION
    title: str = ""
    saved: str = ""
    active_tab: str = "home"
    tabs: dict[str, TabState] = Field(default_factory=dict)
    runs: tuple[str, ...] = ()


def save_session(session: Session, folder: Path) -> Path:
    """Write ``session.json`` into `folder`, atomically; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    stamped = session.model_copy(
        update={"saved": datetime.now().astimezone().isoformat(timespec="seconds")}
    )
    path = folder / FILE_NAME
    write_json(path, stamped.model_dump(mode="json"))
    return path


def read_session(path: Path) -> tuple[Session, Path]:
    """A session and its folder, from the folder or from its ``session.json``.

    Raises
    ------
    BadInput
        It is missing, damaged, or written by a newer Peerscope.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        version = int(data["peerscope_session"])
    except FileNotFoundError:
        raise BadInput(f"{path} holds no session; choose a folder with {FILE_NAME}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"The session {file} is damaged and cannot be read ({error}).") from error
    if version > SCHEMA_VERSION:
        raise BadInput(f"The session {file} was written by a newer Peerscope; update this one.")
    try:
        return Session.model_validate(data), file.parent
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadInput(f"The session {file} is damaged at {where}.") from None


def run_folders(session: Session, folder: Path) -> tuple[Path, ...]:
    """The results folders of a session that are still there, oldest first."""
    folders = [folder / "runs" / name for name in session.runs]
    return tuple(path for path in folders if (path / "result.json").exists())


def new_run_folder(folder: Path, experiment: str) -> Path:
    """A fresh folder ``runs/0001-behavior.embed`` under a session's folder."""
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    numbers = [int(name[:4]) for name in os.listdir(runs) if name[:4].isdigit()]
    path = runs / f"{max(numbers, default=0) + 1:04d}-{experiment}"
    path.mkdir()
    return path
