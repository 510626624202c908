"""Reading a session beside the window: its lock is taken and its files are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.file_path import FilePath
from engine.recovery import with_inputs_found
from engine.session import Session, TabState, read_newest
from engine.session_lock import SessionLock


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that is this window's now.

    Attributes
    ----------
    lock
        Held; it knows the folder.
    session
        With paths that lead to where its files are now.
    told
        A sentence when its newest state was damaged; else empty.
    missing
        Files that are nowhere near.
    """

    lock: SessionLock
    session: Session
    told: str
    missing: tuple[FilePath, ...]

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.lock.folder

    def lacks(self, tab: TabState) -> bool:
        """True when a file that a tab stands on is missing."""
        gone = {place.absolute for place in self.missing}
        return any(place.absolute in gone for place in tab.files.values())


def open_session(
    path: Path, also: Sequence[Path] = (), chosen: Mapping[str, Path] | None = None
) -> OpenedSession:
    """Read a session and take its lock; runs in a thread.

    Raises
    ------
    BadInput
        It cannot be read.
    HeldError
        Another window has it.
    PeerscopeError
        Its folder cannot be written.
    """
    read = read_newest(path)
    lock = SessionLock(read.folder.absolute())
    lock.acquire()
    session, missing = with_inputs_found(read.session, read.folder, also, chosen)
    return OpenedSession(lock, session, read.told, missing)
