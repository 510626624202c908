"""Keeps the session of a window: every few seconds when something changed, beside the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from engine.errors import PeerscopeError
from engine.figures.arrays import Array
from engine.file_path import Fingerprints
from engine.files.png import packed_png
from engine.session import Session, save_session
from engine.session_lock import SessionLock
from engine.whole_file import written_whole
from gui.thumbnails import pixels_of

#: How often it is looked whether something changed; what is lost is at most as old as twice this.
LOOK_MS = 4000
#: After a job begins or ends it is kept at once.
SOON_MS = 300
PICTURE_NAME = "thumbnail.png"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was handed to the writer."""

    session: Session
    folder: Path


class Keeper(QObject):
    """The autosave of one window, and the lock on the session it has open.

    Parameters
    ----------
    snapshot
        How everything stands, and its folder; None while there is nothing to keep.
    picture
        What the session looks like on Home, or None.

    Signals
    -------
    kept(object)
        The folder of a session, when it was kept.
    failed(str)
        It cannot be kept; one sentence, told once until it can be again.
    """

    kept = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        snapshot: Callable[[], tuple[Session, Path] | None],
        picture: Callable[[], QImage | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._snapshot = snapshot
        self._picture = picture
        self._prints = Fingerprints()
        self._lock: SessionLock | None = None
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[Path] | None = None
        self._last: _Kept | None = None
        self._told = ""
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.look)
        self._reporting = QTimer(self, singleShot=True, interval=SOON_MS)
        self._reporting.timeout.connect(self._report_written)

    def soon(self) -> None:
        """Keep what is there in a moment."""
        self._soon.start()

    def adopt(self, lock: SessionLock, session: Session) -> None:
        """A session was opened, and its lock taken: keep that one from now on."""
        found = self._snapshot()
        if found is not None and found[1] != lock.folder and _Kept(*found) != self._last:
            self._write(*found, None)
        if self._lock is None or self._lock.folder != lock.folder:
            self.leave()
            self._lock = lock
        self._last = _Kept(session, lock.folder)
        self._prints.learn(session.model_dump(mode="json"))

    def leave(self) -> None:
        """Keep the session at hand as it stands, and let go of it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            self._thread().submit(lock.release)

    def look(self) -> None:
        """Keep the session if something changed and nothing is being written."""
        if self._writing is not None and not self._writing.done():
            return
        self._report()
        found = self._snapshot()
        if found is not None and _Kept(*found) != self._last:
            self._write(*found, self._picture())

    def keep_now(self) -> Callable[[], Path] | None:
        """Keep the session as it stands, changed or not; `kept` or `failed` tells of it.

        Returns
        -------
        callable
            Waits until it is kept and gives its folder, in any thread but the window's; raises
            PeerscopeError when it cannot be kept. None when there is nothing to keep.
        """
        found = self._snapshot()
        if found is None:
            return None
        self._told = ""
        return self._write(*found, self._picture()).result

    def close(self, session: Session | None, folder: Path | None, picture: QImage | None) -> None:
        """Keep a session for the last time, wait for it, and let go of it."""
        self._timer.stop()
        self._soon.stop()
        self._reporting.stop()
        if session is not None and folder is not None:
            self._write(session, folder, picture)
        self.leave()
        if self._writer is not None:
            self._writer.shutdown(wait=True)
        self._report()

    def _write(self, session: Session, folder: Path, picture: QImage | None) -> Future[Path]:
        if self._lock is None or self._lock.folder != folder:
            self.leave()
            self._lock = SessionLock(folder)
        self._last = _Kept(session, folder)
        # Pixels, for nothing of Qt goes to the writer.
        pixels = None if picture is None else pixels_of(picture)
        work = partial(_keep, session, self._lock, self._prints, pixels)
        self._writing = self._thread().submit(work)
        self._reporting.start()
        return self._writing

    def _thread(self) -> ThreadPoolExecutor:
        if self._writer is None:
            self._writer = ThreadPoolExecutor(1, thread_name_prefix="peerscope-session")
        return self._writer

    def _report_written(self) -> None:
        """Tell how the writing ended; what changed meanwhile waits for the next look."""
        if self._writing is not None and not self._writing.done():
            self._reporting.start()
        else:
            self._report()

    def _report(self) -> None:
        writing, self._writing = self._writing, None
        if writing is None:
            return
        error = writing.exception()
        if error is None:
            self._told = ""
            self.kept.emit(writing.result())
            return
        # Tried again at the next look, whether something changes or not.
        self._last = None
        sentence = error.sentence if isinstance(error, PeerscopeError) else f"A fault: {error}"
        if not self._told:
            self._told = sentence
            self.failed.emit(sentence)


def _keep(
    session: Session, lock: SessionLock, prints: Fingerprints, picture: Array | None
) -> Path:
    """In the writer's thread: lock, write, and leave a picture for Home."""
    if not lock.held:
        lock.acquire()
    save_session(session, lock.folder, prints)
    if picture is not None:
        # A picture that cannot be written is no loss worth a sentence.
        with suppress(OSError), written_whole(lock.folder / PICTURE_NAME) as file:
            file.write(packed_png(picture))
    return lock.folder
