"""How everything in a window stands, as a session; asked every few seconds, so it is quick."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from engine.jobs import Job
from engine.session import FilePath, Session, TabState
from engine.unfinished import PendingRun, by_role

if TYPE_CHECKING:
    from gui.window import Window

#: A tab whose session was opened counts as it was, until its files are open for so long.
SETTLED_S = 3.0


class SessionState:
    """Collects the session of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.last_tab = ""
        self._fresh: dict[str, TabState] = {}
        self._restored: dict[str, TabState] = {}
        self._settled: dict[str, float] = {}
        self._frozen: dict[str, TabState] | None = None
        window.tab_made.connect(self._on_tab_made)

    def begin(self, session: Session) -> None:
        """A session was opened: what other tabs show now is none of it."""
        self._restored = dict(session.tabs)
        self._settled.clear()
        folder = self._window.workspace.planned_folder
        self._fresh = {name: tab.state(folder) for name, tab in self._window.tabs.items()}

    def freeze(self) -> None:
        """Hold how the tabs stand; they are about to close."""
        self._frozen = self._tabs(self._window.workspace.planned_folder)

    def now(self) -> tuple[Session, Path] | None:
        """How everything stands, and the folder to keep it in; None while there is nothing."""
        window, workspace = self._window, self._window.workspace
        if window.current in window.tabs:
            self.last_tab = window.current
        folder = workspace.planned_folder
        tabs = self._tabs(folder) if self._frozen is None else self._frozen
        ours = [job for job in workspace.jobs.jobs if job.folder.parent == folder / "runs"]
        before = workspace.session
        if not (tabs or ours or before):
            return None
        ended = (job.folder.name for job in ours if job.result is not None)
        earlier = before.runs if before is not None else ()
        waiting = [job for job in ours if not job.ended and job.request.experiment.lane == "batch"]
        rest = before.pending if before is not None else ()
        session = Session(
            title=_title(tabs) or folder.name,
            active_tab=window.current,
            tabs=tabs,
            runs=tuple(dict.fromkeys((*earlier, *ended))),
            pending=(*rest, *(_pending(job, folder) for job in waiting)),
        )
        return session, folder

    def newest_picture(self) -> QImage | None:
        """The newest picture that a job of the tab used last left in this window."""
        made = {job.request.experiment.system for job in self._window.workspace.jobs.jobs}
        if self.last_tab not in made:
            return None
        # Never from the disk: this is asked whenever the session is kept.
        return self._window.workspace.thumbnails.newest(self.last_tab)

    def _tabs(self, folder: Path) -> dict[str, TabState]:
        """What was there and is not open now stays as it was."""
        before = self._window.workspace.session
        kept = dict(before.tabs) if before is not None else {}
        for name, tab in self._window.tabs.items():
            now = tab.state(folder)
            if now == self._fresh.get(name) and name not in kept:
                continue
            kept[name] = self._settled_state(name, now)
        return kept

    def _settled_state(self, name: str, now: TabState) -> TabState:
        """How a tab stands, unless it is still on its way to how it stood."""
        then = self._restored.get(name)
        if then is None or not then.files:
            return now
        if not now.files:
            return then
        first = self._settled.setdefault(name, time.monotonic())
        return now if time.monotonic() - first > SETTLED_S else then

    def _on_tab_made(self, tab: object) -> None:
        name = str(getattr(tab, "name", ""))
        if name and name not in self._restored:
            made = self._window.tabs[name]
            self._fresh[name] = made.state(self._window.workspace.planned_folder)


def _title(tabs: dict[str, TabState]) -> str:
    names = [file.name for tab in tabs.values() for file in tab.files.values()]
    return ", ".join(dict.fromkeys(names))


def _pending(job: Job, folder: Path) -> PendingRun:
    request = job.request
    return PendingRun(
        run=job.folder.name,
        experiment=request.experiment.name,
        title=job.title,
        params=request.params.model_dump(mode="json"),
        files=by_role((item.role, FilePath.of(item.path, folder)) for item in request.files),
        total=job.status().total,
    )
