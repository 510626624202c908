"""What happens to files that are dropped or chosen: recognised by content, given to a tab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from engine import replay
from engine.errors import PeerscopeError
from engine.files.identify import identify
from engine.files.kinds import Identified
from engine.registry import System, systems
from engine.run import RunRequest
from gui.tabs.base import Tab

if TYPE_CHECKING:
    from gui.window import Window

#: Kinds that hold a run of ours: opening one stands as before that run.
_RUNS = ("figure", "results")
#: So many sentences about files that cannot be opened are shown one by one.
_TOLD = 3


@dataclass(frozen=True, slots=True)
class Recognised:
    """Files of known kinds, and a sentence for each of the others."""

    files: tuple[Identified, ...]
    refused: tuple[str, ...]


class Opening:
    """Opens files in the tabs of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Find out what files are, beside the window, and open them."""
        found = tuple(paths)
        workspace = self._window.workspace
        workspace.background.run(lambda: recognise(found), self._open, workspace.note)

    def _open(self, recognised: Recognised) -> None:
        workspace = self._window.workspace
        for sentence in _shortened(recognised.refused):
            workspace.note(sentence)
        for file in recognised.files:
            workspace.settings.add_recent("recent_files", str(file.path.absolute()))
        plain = []
        for file in recognised.files:
            if file.kind.name == "session":
                self._window.sessions.open(file.path)
            elif file.kind.name == "archive":
                self._window.sessions.open_archive(file.path)
            elif file.kind.name in _RUNS:
                self._open_run(file)
            else:
                plain.append(file)
        self._open_plain(plain)

    def _open_plain(self, files: Sequence[Identified]) -> None:
        """Give the files to the tab that takes most of them, the one in front when it can."""
        if self._open_in_front(files):
            return
        left = list(files)
        while left:
            takers = [item for item in systems() if any(takes(item, file) for file in left)]
            if not takers:
                self._refuse(left)
                return
            chosen = self._chosen(takers, left)
            if chosen is None:
                return
            taken = [file for file in left if takes(chosen, file)]
            left = [file for file in left if file not in taken]
            self._give(chosen.name, tuple(taken))

    def _open_in_front(self, files: Sequence[Identified]) -> bool:
        """True when the tab in front takes all of them, if need be as what they are in general."""
        front = next((item for item in systems() if item.name == self._window.current), None)
        if front is None or not files:
            return False
        seen = tuple(filter(None, (file.seen_as(_kinds_of(front)) for file in files)))
        if len(seen) == len(files):
            self._give(front.name, seen)
        return len(seen) == len(files)

    def _chosen(self, takers: Sequence[System], files: Sequence[Identified]) -> System | None:
        active = next((item for item in takers if item.name == self._window.current), None)
        if active is not None:
            return active
        # A video that comes with its poses goes where both are taken.
        count = {item.name: sum(takes(item, file) for file in files) for item in takers}
        best = [item for item in takers if count[item.name] == max(count.values())]
        first = [item for item in best if takes(item, files[0])]
        return first[0] if len(first) == 1 else self._ask(first or best)

    def _ask(self, takers: Sequence[System]) -> System | None:
        menu = QMenu(self._window)
        for taker in takers:
            menu.addAction(f"Open in {taker.title}").setData(taker)
        chosen = menu.exec(self._window.mapToGlobal(self._window.rect().center()))
        system: System | None = None if chosen is None else chosen.data()
        menu.deleteLater()
        return system

    def _give(self, name: str, files: tuple[Identified, ...]) -> None:
        told = ", ".join(f"{file.path.name}: {file.kind.title}" for file in files[:_TOLD])
        more = f" and {len(files) - _TOLD} more" if len(files) > _TOLD else ""
        self._window.workspace.note(f"Recognised {told}{more}.", "info")

        def hand_over(tab: Tab) -> None:
            tab.open_files(files)

        self._window.with_tab(name, hand_over)
        self._window.show_tab(name)

    def _refuse(self, files: Sequence[Identified]) -> None:
        for file in files:
            told = (
                f"{file.path.name} is a {file.kind.title}, which no tab opens by itself; "
                f"drop it with what it belongs to."
            )
            self._window.workspace.note(told, "warning")

    def _open_run(self, file: Identified) -> None:
        """A results folder or an exported figure: its session, or how it stood before its run."""
        workspace = self._window.workspace
        here = workspace.planned_folder

        def work() -> RunRequest | Path:
            recorded = replay.load_recorded(file.path).runs[0]
            session = replay.session_of(recorded)
            if session is not None and session != here.absolute():
                return session
            return replay.request_of(recorded, workspace.background.control)

        def show(found: RunRequest | Path) -> None:
            if isinstance(found, Path):
                workspace.note(f"{file.path.name} is of the session in {found}.", "info")
                self._window.sessions.open(found)
                return
            told = f"{file.path.name}: its inputs and parameters of {found.experiment.name}"
            workspace.note(f"Restored from {told}.", "info")
            self.open_request(found, start=False)

        workspace.background.run(work, show, workspace.note)

    def open_request(self, request: RunRequest, *, start: bool) -> None:
        """Let the tab of an experiment stand as before a run, and begin it when asked."""
        name = request.experiment.system

        def hand_over(tab: Tab) -> None:
            tab.open_request(request, start=start)

        self._window.with_tab(name, hand_over)
        self._window.show_tab(name)


def recognise(paths: Sequence[Path]) -> Recognised:
    """The kinds of files by content; what has none does not keep the others away."""
    files, refused = [], []
    for path in paths:
        try:
            files.append(identify(path))
        except PeerscopeError as error:
            refused.append(error.sentence)
    return Recognised(tuple(files), tuple(refused))


def takes(system: System, file: Identified) -> bool:
    """True when it has a tab, and the system knows such files or an experiment takes them."""
    return file.kind.name in _kinds_of(system)


def _kinds_of(system: System) -> set[str]:
    """Kinds that a system knows or its experiments take; none where it has no tab."""
    if not system.tab:
        return set()
    specs = (spec for experiment in system.experiments for spec in experiment.inputs)
    return {kind.name for kind in system.kinds}.union(*(spec.kinds for spec in specs))


def _shortened(sentences: Sequence[str]) -> list[str]:
    if len(sentences) <= _TOLD:
        return list(sentences)
    rest = len(sentences) - _TOLD
    return [
        *sentences[:_TOLD],
        f"{rest} more files cannot be opened either; drop them alone to see why.",
    ]
