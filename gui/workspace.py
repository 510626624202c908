"""What the tabs of a window share: jobs, short background work, notes, history, the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.copying import copy_folder
from engine.errors import PeerscopeError, cannot_write
from engine.figures.exporter import Exporter
from engine.figures.model import Figure
from engine.history import History
from engine.jobs import Job
from engine.places import data_dir
from engine.results import read_result
from engine.run import RunRequest
from engine.session import Session, new_run_folder
from gui.bridge import Background, JobBridge, WarmBridge
from gui.exports import ALL_FORMATS, Target, settled
from gui.settings import SettingsStore
from gui.thumbnails import Thumbnails
from gui.tidy import Tidy


class Workspace(QObject):
    """One per window.

    Signals
    -------
    noted(str, str)
        A sentence for the person, and its severity ("info", "warning", "error").
    offered(str, str, object, str)
        A sentence, what a button beside it says and does, and the severity.
    history_changed()
        Something was done, undone or done again.

    Attributes
    ----------
    session
        What was opened or saved last; None in a session that is new.
    export_folder
        Where the dialogs of the next export begin.
    """

    noted = Signal(str, str)
    offered = Signal(str, str, object, str)
    history_changed = Signal()

    def __init__(self, settings: SettingsStore, warm: WarmBridge) -> None:
        super().__init__()
        self.settings = settings
        self.warm = warm
        self.exporter = Exporter()
        self.jobs = JobBridge(warm.warm_up, self.exporter.export)
        self.background = Background(self)
        self.tidy = Tidy(self.jobs, self.background, warm.collector)
        warm.ready.connect(self.tidy.start, Qt.ConnectionType.QueuedConnection)
        self.thumbnails = Thumbnails(self.background)
        self.history = History(on_change=self.history_changed.emit)
        self.session: Session | None = None
        self._folder: Path | None = None
        self._promised: set[Path] = set()
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        self.export_folder = Path(QStandardPaths.writableLocation(documents) or Path.home())

    @property
    def planned_folder(self) -> Path:
        """Where the session is kept, or will be when there is something to keep."""
        if self._folder is None:
            self._folder = self.fresh_folder()
        return self._folder

    @property
    def sessions_root(self) -> Path:
        """Where new sessions are made."""
        return Path(self.settings.settings.results_folder or data_dir() / "sessions")

    def fresh_folder(self, name: str = "") -> Path:
        """A place for a session where nothing is yet, and that is promised to nobody else."""
        name = name or f"{datetime.now():%Y-%m-%d %H.%M.%S}"
        names = (name if number == 1 else f"{name} {number}" for number in count(1))
        places = map(self.sessions_root.joinpath, names)
        free = (path for path in places if path not in self._promised and not path.exists())
        found = next(free)
        self._promised.add(found)
        return found

    @property
    def folder(self) -> Path:
        """The session's folder, made when something is first kept in it."""
        folder = self.planned_folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PeerscopeError(cannot_write(folder, error)) from error
        return folder

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._folder = folder

    def note(self, sentence: str, severity: str = "error") -> None:
        """Show a sentence to the person."""
        self.noted.emit(sentence, severity)

    def offer(
        self,
        sentence: str,
        label: str,
        action: Callable[[], object],
        severity: str = "warning",
    ) -> None:
        """Show a sentence with a button that does something about it."""
        self.offered.emit(sentence, label, action, severity)

    def submit(self, request: RunRequest, title: str) -> Job:
        """Queue a run into a fresh folder of the session."""
        folder = new_run_folder(self.folder, request.experiment.name)
        return self.jobs.submit(request, folder, title)

    def ask_and_export(
        self, parent: QWidget, figure: Figure, provenance: Mapping[str, Any] | None = None
    ) -> None:
        """Ask where to, then write a figure there with its numbers beside it."""
        start = str(self.export_folder / f"{figure.title}.svg")
        kinds = "Figures (*.svg *.pdf *.png *.csv)"
        words, _ = QFileDialog.getSaveFileName(parent, "Export figure", start, kinds)
        if not words:
            return
        path = Path(words)
        try:
            targets = settled(parent, (Target.of(path),), chosen=path)
        except PeerscopeError as error:
            self.note(error.sentence)
            return
        for target in targets:
            self._export(figure, target, provenance)

    def ask_and_export_all(
        self,
        parent: QWidget,
        figures: Mapping[str, Figure],
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        """Ask for a folder, then write every figure there in every format."""
        start = str(self.export_folder)
        words = QFileDialog.getExistingDirectory(parent, "Export figures to", start)
        if words:
            targets = [Target(Path(words), name, ALL_FORMATS) for name in figures]
            found = zip(figures.values(), settled(parent, targets), strict=False)
            for figure, target in found:
                self._export(figure, target, provenance)

    def export(
        self, figure: Figure, path: Path, provenance: Mapping[str, Any] | None = None
    ) -> None:
        """Write a figure where `path` says, in its format, with the numbers beside it.

        Files that are there are replaced; `ask_and_export` asks first.

        Raises
        ------
        PeerscopeError
            As `Target.of`.
        """
        self._export(figure, Target.of(path), provenance)

    def ask_and_save(self, parent: QWidget, job: Job | None) -> None:
        """Ask for a folder and copy a job's results there.

        Raises
        ------
        PeerscopeError
            There are none.
        """
        if job is None or job.result is None:
            raise PeerscopeError("There are no results yet: begin a run first.")
        words = QFileDialog.getExistingDirectory(parent, "Save results in")
        if words:
            self.save_results(job, Path(words) / job.folder.name)

    def save_results(self, job: Job, folder: Path) -> None:
        """Copy a job's results folder, just as the command line would have written it.

        Where there is something of that name already, the copy gets the next free one.
        """

        def work() -> Path:
            read_result(job.folder)
            return copy_folder(job.folder, folder, self.background.control.check)

        self.background.run(work, self._on_saved, self.note)

    def close(self) -> bool:
        """End jobs, threads and processes; False when a job did not end in time."""
        self.tidy.stop()
        ended = self.jobs.close()
        self.background.close()
        self.exporter.close()
        self.warm.close()
        return ended

    def _export(
        self, figure: Figure, target: Target, provenance: Mapping[str, Any] | None
    ) -> None:
        self.export_folder = target.folder

        def work() -> list[Path]:
            return self.exporter.export(
                figure, target.folder, target.name, provenance, target.formats
            )

        self.background.run(work, self._on_exported, self.note)

    def _on_exported(self, paths: list[Path]) -> None:
        names = " and ".join(path.name for path in paths)
        self.note(f"Exported {names} to {paths[0].parent}.", "info")

    def _on_saved(self, folder: Path) -> None:
        self.note(f"Results saved to {folder}.", "info")
