"""After a crash: what was left behind is offered, and interrupted runs are begun again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from engine.errors import PeerscopeError
from engine.file_path import FilePath
from engine.moved import is_same
from engine.recovery import Left, batch_runs, left_behind, request_again
from engine.run import RunRequest
from engine.session import Session
from engine.session_lock import SessionLock
from engine.unfinished import PendingRun, set_aside
from gui.tabs.base import Tab

if TYPE_CHECKING:
    from gui.window import Window

_TOLD = 3


class Recovery:
    """Looks once after the start, and does what is chosen.

    Parameters
    ----------
    open_session
        Opens the session of a folder; with ``again=True`` it also begins interrupted runs.
    """

    def __init__(self, window: Window, open_session: Callable[..., None]) -> None:
        self._window = window
        self._open = open_session
        #: Where a person said that files are, by where they were.
        self.located: dict[str, Path] = {}

    def look(self) -> None:
        """Look for sessions whose window was killed, beside the window."""
        workspace = self._window.workspace
        root = workspace.sessions_root
        recent = tuple(self._window.settings.settings.recent_sessions)
        work = partial(left_behind, root, recent)
        workspace.background.run(work, self._show, workspace.note)

    def restore(self, left: Left) -> None:
        """Open a session as it stood, and begin again what was interrupted."""
        self._window.home.take_recovery_away(left)
        self._open(left.folder, again=True)

    def leave(self, left: Left) -> None:
        """Offer it no more; it can still be opened."""
        window, workspace = self._window, self._window.workspace
        window.home.take_recovery_away(left)
        work = partial(_unlock, left.folder)
        told = f"It stays in {left.folder}, and under Recent."
        window.settings.add_recent("recent_sessions", str(left.folder))
        workspace.background.run(work, lambda done: workspace.note(told, "info"), workspace.note)

    def offer_again(self, session: Session, folder: Path, *, at_once: bool) -> None:
        """Begin interrupted runs again, or offer to."""
        pending = batch_runs(session)
        if not pending:
            return
        act = partial(self._again, pending, folder)
        if at_once:
            act()
            return
        told = "; ".join(item.told for item in pending)
        self._window.workspace.offer(f"Interrupted before they ended: {told}.", "Do again", act)

    def locate(self, place: FilePath, folder: Path) -> None:
        """Ask where a file is now; it must be the very file, and others beside it are found."""
        words, _ = QFileDialog.getOpenFileName(self._window, f"Where is {place.name}?")
        if words:
            self.take_located(place, folder, Path(words))

    def take_located(self, place: FilePath, folder: Path, path: Path) -> None:
        """Open the session again with a file where it is now, if it is the file."""
        workspace = self._window.workspace

        def look() -> bool:
            return not place.quick or is_same(place, path)

        def done(same: bool) -> None:
            if same:
                self.located[place.absolute] = path
                self._open(folder, (path.parent,))
                return
            told = f"{path.name} is not the {place.name} of the session: its bytes differ."
            workspace.offer(told, "Choose another…", partial(self.locate, place, folder))

        workspace.background.run(look, done, workspace.note)

    def _show(self, found: tuple[Left, ...]) -> None:
        for left in found[:_TOLD]:
            restore, leave = partial(self.restore, left), partial(self.leave, left)
            self._window.home.offer_recovery(left, restore, leave)
        if found and self._window.current != "home":
            show = partial(self._window.show_tab, "home")
            told = "Peerscope was not closed in good order; a session can be restored."
            self._window.workspace.offer(told, "Show", show)

    def _again(self, pending: tuple[PendingRun, ...], folder: Path) -> None:
        workspace = self._window.workspace
        recent = tuple(Path(name).parent for name in workspace.settings.settings.recent_files)
        work = partial(_requests, pending, folder, recent)
        workspace.background.run(work, partial(self._begin, folder), workspace.note)

    def _begin(self, folder: Path, found: tuple[list[_Request], list[str]]) -> None:
        requests, refused = found
        for sentence in refused:
            self._window.workspace.note(sentence, "warning")
        led: set[str] = set()
        for pending, request in requests:
            system = request.experiment.system
            if system in led or request.journal:
                # A tab follows one run at a time; steered ones are done again as steered.
                begin = partial(self._window.workspace.submit, request, pending.title)
                self._begin_one(begin, pending, folder)
            else:
                led.add(system)
                resume = partial(self._resume, request, pending, folder)
                self._window.with_tab(system, resume)

    def _resume(self, request: RunRequest, pending: PendingRun, folder: Path, tab: Tab) -> None:
        self._begin_one(partial(tab.resume, request, pending.title), pending, folder)

    def _begin_one(self, begin: Callable[[], object], pending: PendingRun, folder: Path) -> None:
        """Begin a run again; one that cannot be begun stays on offer, and keeps none away."""
        try:
            begin()
        except PeerscopeError as error:
            self._window.workspace.note(error.sentence)
        else:
            self.forget(pending, folder)

    def forget(self, pending: PendingRun, folder: Path) -> None:
        """A run is begun again: what it had left is no longer offered."""
        workspace = self._window.workspace
        if workspace.session is not None:
            rest = tuple(item for item in workspace.session.pending if item.run != pending.run)
            workspace.session = workspace.session.model_copy(update={"pending": rest})
        work = partial(set_aside, folder / "runs" / pending.run)
        workspace.background.run(work, lambda done: None, workspace.note)


_Request = tuple[PendingRun, RunRequest]


def _requests(
    pending: tuple[PendingRun, ...], folder: Path, also: tuple[Path, ...]
) -> tuple[list[_Request], list[str]]:
    requests, refused = [], []
    for item in pending:
        try:
            requests.append((item, request_again(item, folder, also)))
        except PeerscopeError as error:
            refused.append(error.sentence)
    return requests, refused


def _unlock(folder: Path) -> None:
    lock = SessionLock(folder)
    lock.acquire()
    lock.release()
