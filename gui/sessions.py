"""Opening and keeping sessions: the dialogs ask, the rest does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from engine.archive import SUFFIX, read_archive, with_suffix, write_archive
from engine.copying import copy_folder
from engine.errors import PeerscopeError
from engine.session import Session, TabState
from engine.session_lock import FILE_NAME as LOCK_NAME
from engine.session_lock import HeldError
from gui.exports import may_write
from gui.recovery import Recovery
from gui.session_keeper import Keeper
from gui.session_opening import OpenedSession, open_session
from gui.session_state import SessionState
from gui.tabs.base import Tab

if TYPE_CHECKING:
    from gui.window import Window

#: Twice what Home shows, for dense screens.
PICTURE_PX = (144, 90)


class Sessions:
    """What the File menu does, for one window, and what keeps its session meanwhile."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.state = SessionState(window)
        self.keeper = Keeper(self.state.now, self._picture, window)
        self.keeper.kept.connect(self._on_kept)
        self.keeper.failed.connect(window.workspace.note)
        self.recovery = Recovery(window, self.open)
        self._told_saved = False
        self._grabbed: QImage | None = None

    def choose_files(self) -> None:
        """Ask for files and open them."""
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Open")
        if paths:
            self._window.open_paths([Path(path) for path in paths])

    def choose_folder(self) -> None:
        """Ask for a folder of images, results or a session, and open it."""
        path = QFileDialog.getExistingDirectory(self._window, "Open folder")
        if path:
            self._window.open_paths([Path(path)])

    def choose_session(self) -> None:
        """Ask for a session and open it."""
        kinds = f"Session (*.json *{SUFFIX})"
        path, _ = QFileDialog.getOpenFileName(self._window, "Open session", "", kinds)
        if path:
            self._window.open_paths([Path(path)])

    def choose_archive(self) -> None:
        """Ask where to, and write the session as one file.

        Raises
        ------
        PeerscopeError
            There is nothing to keep.
        """
        self._something()
        start = str(self._window.workspace.export_folder / f"session{SUFFIX}")
        kinds = f"Session in one file (*{SUFFIX})"
        words, _ = QFileDialog.getSaveFileName(self._window, "Save as one file", start, kinds)
        if not words:
            return
        path = with_suffix(Path(words))
        # About the name as it was typed, the dialog has asked.
        if path == Path(words) or may_write(self._window, (path,)):
            self.write_archive(path)

    def save(self) -> None:
        """Keep the session in its folder now.

        Raises
        ------
        PeerscopeError
            There is nothing to keep.
        """
        self._something()
        self._told_saved = True
        self._grabbed = self._grab()
        self.keeper.keep_now()

    def write_archive(self, path: Path) -> None:
        """Write the session as it stands to one file; its inputs are not in it."""
        self._something()
        workspace = self._window.workspace
        # Kept by the one who always writes it; nobody else writes into its folder.
        kept = self.keeper.keep_now()
        assert kept is not None
        work = partial(_archived, kept, path, workspace.background.control.check)

        def done(written: Path) -> None:
            size = written.stat().st_size / 1e6
            told = f"{written.name} holds the session ({size:.1f} MB); its inputs are not in it."
            workspace.note(told, "info")

        workspace.background.run(work, done, workspace.note)

    def open_archive(self, path: Path) -> None:
        """Unpack a session in one file beside the other sessions, and open it."""
        workspace = self._window.workspace
        folder = workspace.fresh_folder(path.stem)
        work = partial(read_archive, path, folder, workspace.background.control.check)
        done = partial(self.open, also=(path.parent,))
        workspace.background.run(work, done, workspace.note)

    def open(self, path: Path, also: tuple[Path, ...] = (), *, again: bool = False) -> None:
        """Open a session: its tabs stand as they did, those not made yet as soon as they are.

        Parameters
        ----------
        also
            Other folders in which its files may be.
        again
            Runs that were interrupted are begun again; else that is offered.
        """
        workspace = self._window.workspace
        recent = tuple(Path(name).parent for name in workspace.settings.settings.recent_files)
        work = partial(_opened, path, (*also, *recent), dict(self.recovery.located))
        done = partial(self._on_opened, again=again)
        workspace.background.run(work, done, workspace.note)

    def open_copy(self, folder: Path) -> None:
        """Copy a session that another window has open, and open the copy."""
        workspace = self._window.workspace
        target = workspace.fresh_folder(f"{folder.name} copy")
        check = workspace.background.control.check
        work = partial(copy_folder, folder, target, check, (LOCK_NAME, "*.part"))
        workspace.background.run(work, self.open, workspace.note)

    def close(self) -> None:
        """Keep the session for the last time; jobs have ended by now."""
        found = self.state.now()
        session, folder = found if found is not None else (None, None)
        self.keeper.close(session, folder, self._grabbed)

    def before_close(self) -> None:
        """Take what is gone when the tabs have closed."""
        self.state.freeze()
        if self.state.now() is not None:
            self._grabbed = self._grab()

    def _on_opened(self, found: OpenedSession | HeldError, *, again: bool) -> None:
        window, workspace = self._window, self._window.workspace
        if isinstance(found, HeldError):
            copy = partial(self.open_copy, found.folder)
            workspace.offer(found.sentence, "Open a copy", copy)
            return
        session, folder = found.session, found.folder
        self.keeper.adopt(found.lock, session)
        workspace.folder, workspace.session = folder, session
        window.settings.add_recent("recent_sessions", str(folder))
        if found.told:
            workspace.note(found.told, "warning")
        self.state.begin(session)
        self._restore_tabs(session, folder, found)
        self.recovery.offer_again(session, folder, at_once=again)

    def _restore_tabs(self, session: Session, folder: Path, found: OpenedSession) -> None:
        window = self._window
        known = {name for name in session.tabs if window.has_tab(name)}
        for name in sorted(set(session.tabs) - known):
            window.workspace.note(f"This Peerscope has no tab {name!r}; its part is kept.", "info")
        for name in sorted(known):
            if found.lacks(session.tabs[name]):
                continue
            window.with_tab(name, partial(_restore, session.tabs[name], folder))
        if session.active_tab == "home" or session.active_tab in known:
            window.show_tab(session.active_tab)
        for place in found.missing:
            locate = partial(self.recovery.locate, place, folder)
            told = f"{place.name} is not where it was ({place.absolute})."
            window.workspace.offer(told, "Locate…", locate)

    def _something(self) -> tuple[Session, Path]:
        found = self.state.now()
        if found is None:
            raise PeerscopeError("There is nothing to save yet: open a file first.")
        return found

    def _on_kept(self, folder: Path) -> None:
        workspace = self._window.workspace
        if workspace.session is None:
            workspace.session = Session()
        recent = self._window.settings.settings.recent_sessions
        if not recent or recent[0] != str(folder):
            self._window.settings.add_recent("recent_sessions", str(folder))
        if self._told_saved:
            self._told_saved = False
            workspace.note(f"Session saved in {folder}.", "info")

    def _picture(self) -> QImage | None:
        """What Home shows: what was grabbed, or the newest picture that a job of it left."""
        if self._grabbed is not None:
            grabbed, self._grabbed = self._grabbed, None
            return grabbed
        return self.state.newest_picture()

    def _grab(self) -> QImage | None:
        """The tab used last as it looks now."""
        tab = self._window.tabs.get(self.state.last_tab)
        if tab is None:
            return None
        wide = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        smooth = Qt.TransformationMode.SmoothTransformation
        return tab.grab().toImage().scaled(*PICTURE_PX, wide, smooth)


def _restore(state: TabState, folder: Path, tab: Tab) -> None:
    tab.restore(state, folder)


def _opened(
    path: Path, also: tuple[Path, ...], chosen: dict[str, Path]
) -> OpenedSession | HeldError:
    try:
        return open_session(path, also, chosen)
    except HeldError as held:
        return held


def _archived(kept: Callable[[], Path], path: Path, check: Callable[[], None]) -> Path:
    return write_archive(kept(), path, check)
