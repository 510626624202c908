"""Opening and saving: the dialogs ask, the rest does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from engine.errors import PeerscopeError
from engine.session import Session, read_session, save_session

if TYPE_CHECKING:
    from gui.window import Window


class Sessions:
    """What the File menu does, for one window."""

    def __init__(self, window: Window) -> None:
        self._window = window

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
        path, _ = QFileDialog.getOpenFileName(self._window, "Open session", "", "Session (*.json)")
        if path:
            self.open(Path(path))

    def save(self) -> None:
        """Keep the session in its folder."""
        window = self._window
        folder = window.workspace.folder
        runs = (job.folder.name for job in window.workspace.jobs.jobs if job.result is not None)
        session = Session(
            title=folder.name,
            active_tab=window.current,
            tabs={name: tab.state(folder) for name, tab in window.tabs.items()},
            runs=tuple(runs),
        )
        path = save_session(session, folder)
        window.settings.add_recent("recent_sessions", str(path.parent))
        window.workspace.note(f"Session saved in {folder}.", "info")

    def open(self, path: Path) -> None:
        """Open a session: its tabs stand as they did."""
        window = self._window
        try:
            session, folder = read_session(path)
        except PeerscopeError as error:
            window.workspace.note(error.sentence)
            return
        window.workspace.folder = folder
        window.settings.add_recent("recent_sessions", str(folder))
        for name, state in session.tabs.items():
            window.show_tab(name)
            if name in window.tabs:
                window.tabs[name].restore(state, folder)
        window.show_tab(session.active_tab)
