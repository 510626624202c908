"""Opening and saving: the dialogs ask, the rest does."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from engine.errors import PeerscopeError
from engine.session import Session, read_session, save_session
from gui.tabs.base import Tab

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
        """Keep the session in its folder.

        Raises
        ------
        PeerscopeError
            There is nothing to keep.
        """
        window, workspace = self._window, self._window.workspace
        if not window.tabs and workspace.session is None:
            raise PeerscopeError("There is nothing to save yet: open a file first.")
        folder = workspace.folder
        session = self._session(folder)
        workspace.session = session

        def saved(path: Path) -> None:
            window.settings.add_recent("recent_sessions", str(path.parent))
            workspace.note(f"Session saved in {folder}.", "info")

        workspace.background.run(partial(save_session, session, folder), saved, workspace.note)

    def open(self, path: Path) -> None:
        """Open a session: its tabs stand as they did, those not made yet as soon as they are."""
        window = self._window
        try:
            session, folder = read_session(path)
        except PeerscopeError as error:
            window.workspace.note(error.sentence)
            return
        window.workspace.folder, window.workspace.session = folder, session
        window.settings.add_recent("recent_sessions", str(folder))
        known = {name for name in session.tabs if window.has_tab(name)}
        for name in sorted(set(session.tabs) - known):
            window.workspace.note(f"This Peerscope has no tab {name!r}; its part is kept.", "info")
        for name in known:
            state = session.tabs[name]

            def restore(tab: Tab, state=state) -> None:  # type: ignore[no-untyped-def]
                tab.restore(state, folder)

            window.with_tab(name, restore)
        if session.active_tab == "home" or session.active_tab in known:
            window.show_tab(session.active_tab)

    def _session(self, folder: Path) -> Session:
        """How everything stands; what was there and is not open now stays as it was."""
        window, before = self._window, self._window.workspace.session
        jobs = window.workspace.jobs.jobs
        made = (
            job.folder.name
            for job in jobs
            if job.result is not None and job.folder.parent == folder / "runs"
        )
        earlier = before.runs if before is not None else ()
        tabs = dict(before.tabs) if before is not None else {}
        tabs |= {name: tab.state(folder) for name, tab in window.tabs.items()}
        names = [Path(file.absolute).name for tab in tabs.values() for file in tab.files.values()]
        return Session(
            title=", ".join(dict.fromkeys(names)) or folder.name,
            active_tab=window.current,
            tabs=tabs,
            runs=tuple(dict.fromkeys((*earlier, *made))),
        )
