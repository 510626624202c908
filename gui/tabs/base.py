"""What every tab is to the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from engine.files.kinds import Identified
from engine.run import RunRequest
from engine.session import TabState
from gui.bridge import Update
from gui.commands import Command
from gui.focus import order_focus
from gui.workspace import Workspace


class Tab(QWidget):
    """One room of the window. Subclasses are named by their system's ``tab``.

    Parameters
    ----------
    workspace
        Jobs, notes, history and the session, shared by all tabs.
    """

    #: Name of the system.
    name = ""
    #: Kinds of file it opens when dropped.
    kinds: tuple[str, ...] = ()
    #: What is done when the files that were asked for are open; for tabs that open them beside
    #: the window.
    _then: Callable[[], None] | None = None
    _focus_ordered = False

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace

    def open_files(self, files: tuple[Identified, ...]) -> None:
        """Open dropped files of its kinds."""
        raise NotImplementedError

    def refuse(self, file: Identified, wanted: str) -> None:
        """Say what a file is that this tab cannot open, and what to do instead."""
        self.workspace.note(f"{file.path.name} is a {file.kind.title}; {wanted}.", "warning")

    def open_example(self) -> None:
        """Open the system's example and start on it."""
        raise NotImplementedError

    def open_request(self, request: RunRequest, *, start: bool) -> None:
        """Stand as before a run: its files open, its parameters set; `start` also runs it."""
        self.open_files(tuple(item.file for item in request.files))

    def commands(self) -> tuple[Command, ...]:
        """Commands that exist while it is there."""
        return ()

    def show_update(self, update: Update) -> None:
        """A job showed something; ignore those of others."""

    def state(self, folder: Path) -> TabState:
        """How it stands, for the session kept in `folder`."""
        return TabState()

    def restore(self, state: TabState, folder: Path) -> None:
        """Stand as it did when the session was saved."""

    def resume(self, request: RunRequest, title: str) -> None:
        """Begin a run again that a crash had ended, when the tab stands as it did."""
        restored = self._then
        if restored is not None:

            def then() -> None:
                restored()
                self.begin_again(request)

            self._then = then
        elif self.stands_on(request):
            self.begin_again(request)
        else:
            self.workspace.submit(request, title)

    def after_opening(self, then: Callable[[], None] | None) -> None:
        """Do something when what is asked for next is open."""
        self._then = then

    def stands_on(self, request: RunRequest) -> bool:
        """Whether what a run was on is open."""
        return False

    def begin_again(self, request: RunRequest) -> None:
        """Begin a run on what is open, as it was."""
        self.open_request(request, start=True)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes in the order in which one reads, which is found when it is first pressed."""
        if not self._focus_ordered:
            self._focus_ordered = True
            order_focus(self)
        return super().focusNextPrevChild(forward)

    def close_down(self) -> None:
        """End its threads; the window is closing."""
