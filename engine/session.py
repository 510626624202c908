"""Sessions: which files were open, how each tab stood, and which runs were made.

A session is a folder: ``session.json``, the generation before it in ``session.previous.json``,
and the results folders of its runs under ``runs/``. Paths are kept relative to the folder and
absolute; the relative one is tried first, so that a session moved together with its files opens
elsewhere. Older schemas are migrated (`engine.migrations`); a newer one is refused.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine import migrations
from engine.errors import BadInput, PeerscopeError, cannot_write
from engine.file_path import FilePath as FilePath
from engine.file_path import Fingerprints
from engine.results import write_json
from engine.unfinished import PendingRun, read_unfinished
from engine.whole_file import written_whole

FILE_NAME = "session.json"
PREVIOUS_NAME = "session.previous.json"


class TabState(BaseModel):
    """How a tab stood: its open files by role, and whatever else it declares, as plain data."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    files: dict[str, FilePath] = Field(default_factory=dict)
    state: dict[str, Any] = Field(default_factory=dict)


class Session(BaseModel):
    """A session as data. Tabs are named as their systems; runs are folder names, oldest first.

    `pending` are the runs that were queued or running when it was kept.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    peerscope_session: int = migrations.VERSION
    title: str = ""
    saved: str = ""
    active_tab: str = "home"
    tabs: dict[str, TabState] = Field(default_factory=dict)
    runs: tuple[str, ...] = ()
    pending: tuple[PendingRun, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRead:
    """A session that was read, its folder, and a sentence when it is not the newest kept."""

    session: Session
    folder: Path
    told: str = ""


def save_session(session: Session, folder: Path, prints: Fingerprints | None = None) -> Path:
    """Keep a session in `folder`, atomically, and the one kept before beside it.

    At every moment of it ``session.json`` is whole: the old one or the new one.

    Raises
    ------
    PeerscopeError
        The folder cannot be written; what was there stays.
    """
    stamped = session.model_copy(
        update={"saved": datetime.now().astimezone().isoformat(timespec="seconds")}
    )
    data = stamped.model_dump(mode="json")
    (prints or Fingerprints()).fill(data)
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _keep_previous(folder)
    except OSError as error:
        raise PeerscopeError(cannot_write(path, error)) from error
    write_json(path, data)
    _sync_folder(folder)
    return path


def read_session(path: Path) -> tuple[Session, Path]:
    """A session and its folder, as `read_newest`, for those who tell nothing of generations."""
    read = read_newest(path)
    return read.session, read.folder


def read_newest(path: Path) -> SessionRead:
    """A session from its folder or from its ``session.json``; the older one if that is damaged.

    Raises
    ------
    BadInput
        It is missing, damaged in both generations, or written by a newer Peerscope.
    """
    file = path / FILE_NAME if path.is_dir() else path
    previous = file.with_name(PREVIOUS_NAME)
    try:
        return SessionRead(_reconciled(_read(file), file.parent), file.parent)
    except _NewerError:
        raise
    except BadInput as fault:
        if file.name != FILE_NAME or not previous.exists():
            raise
        try:
            older = _read(previous)
        except BadInput:
            raise fault from None
    told = (
        f"The newest state of the session in {file.parent} is damaged; the one before, kept "
        f"at {_clock(older.saved)}, was taken."
    )
    return SessionRead(_reconciled(older, file.parent), file.parent, told)


def read_title(folder: Path) -> tuple[str, str]:
    """Title and time of keeping, empty where they cannot be read; looks at nothing else."""
    for name in (FILE_NAME, PREVIOUS_NAME):
        try:
            data = json.loads((folder / name).read_text(encoding="utf-8"))
            return str(data.get("title", "")), str(data.get("saved", ""))
        except (OSError, ValueError, AttributeError):
            continue
    return "", ""


def found_runs(folder: Path) -> Session:
    """A session of nothing but the runs that lie in a folder, ended and interrupted ones."""
    return _reconciled(Session(title=folder.name), folder)


def run_folders(session: Session, folder: Path) -> tuple[Path, ...]:
    """The results folders of a session that are still there, oldest first."""
    folders = [folder / "runs" / name for name in session.runs]
    return tuple(path for path in folders if (path / "result.json").exists())


def new_run_folder(folder: Path, experiment: str) -> Path:
    """A fresh folder ``runs/0001-behavior.embed`` under a session's folder.

    Raises
    ------
    PeerscopeError
        It cannot be made.
    """
    runs = folder / "runs"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        numbers = [int(name[:4]) for name in os.listdir(runs) if name[:4].isdigit()]
        path = runs / f"{max(numbers, default=0) + 1:04d}-{experiment}"
        path.mkdir()
    except OSError as error:
        raise PeerscopeError(cannot_write(runs, error)) from error
    return path


class _NewerError(BadInput):
    """The session was written by a newer Peerscope."""


def _read(file: Path) -> Session:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        version = int(data[migrations.KEY])
    except FileNotFoundError:
        raise BadInput(
            f"{file.parent} holds no session; choose a folder with {FILE_NAME}."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"The session {file} is damaged and cannot be read ({error}).") from error
    if version > migrations.VERSION:
        raise _NewerError(f"The session {file} was written by a newer Peerscope; update this one.")
    try:
        return Session.model_validate(migrations.migrated(data))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadInput(f"The session {file} is damaged at {where}.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"The session {file} is damaged and cannot be read ({error}).") from error


def _reconciled(session: Session, folder: Path) -> Session:
    """With the runs that ended, and those that began, after it was kept for the last time."""
    try:
        names = sorted(os.listdir(folder / "runs"))
    except OSError:
        return session
    ended = [name for name in names if (folder / "runs" / name / "result.json").exists()]
    known = {item.run: item for item in session.pending if item.run not in ended}
    for name in names:
        begun = read_unfinished(folder / "runs" / name)
        if begun is not None:
            kept = known.get(name, begun)
            known[name] = kept.model_copy(update={"step": max(kept.step, begun.step)})
    runs = (*session.runs, *(name for name in ended if name not in session.runs))
    return session.model_copy(update={"runs": runs, "pending": tuple(known.values())})


def _keep_previous(folder: Path) -> None:
    """Let the newest become the one before, unless it is damaged; the newest stays in place."""
    newest = folder / FILE_NAME
    try:
        _read(newest)
        content = newest.read_bytes()
    except (BadInput, OSError):
        return
    with written_whole(folder / PREVIOUS_NAME) as file:
        file.write(content)


def _sync_folder(folder: Path) -> None:
    """Have the renaming itself on the disk, where the system can promise it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _clock(saved: str) -> str:
    try:
        return f"{datetime.fromisoformat(saved):%H:%M:%S on %d %B}"
    except ValueError:
        return "an unknown time"
