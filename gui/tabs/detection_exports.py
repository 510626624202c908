"""What leaves the Detection tab: boxes in every format, and the annotated clip."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from engine.detection.annotated import ImageBoxes
from engine.detection.experiments import ANNOTATE
from engine.detection.nms import Suppression
from engine.detection.raw_stream import ARCHIVE
from engine.detection.writing import FORMATS, write_boxes, written_beside
from engine.errors import PeerscopeError
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.files.kinds import Identified
from engine.jobs import Job
from engine.run import RunRequest
from gui.exports import may_write
from gui.workspace import Workspace


class Exports(QObject):
    """Asks where to, and writes beside the window."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._window = window

    def boxes(self, images: list[ImageBoxes], format_name: str, how: Suppression) -> None:
        """Write boxes in a format of `FORMATS`, with the settings beside them."""
        suffix, words = FORMATS[format_name]
        name = f"detections{suffix}"
        path, _ = QFileDialog.getSaveFileName(self._window, f"Export {words}", name)
        if path and may_write(self._window, written_beside(images, Path(path), format_name)):
            work = partial(write_boxes, images, Path(path), format_name, how)
            self._workspace.background.run(work, self._on_exported, self._workspace.note)

    def copy_command(self, request: RunRequest) -> None:
        """Put the command line of a run on the clipboard."""
        command = request.command()
        QApplication.clipboard().setText(command)
        self._workspace.note(f"Copied: {command}", "info")

    def results(self, job: Job | None) -> None:
        """Ask for a folder and copy a job's results there.

        Raises
        ------
        PeerscopeError
            There are none yet.
        """
        if job is None or job.result is None:
            raise PeerscopeError("There are no results yet: press Detect first.")
        folder = QFileDialog.getExistingDirectory(self._window, "Save results in")
        if folder:
            self._workspace.save_results(job, Path(folder) / job.folder.name)

    def clip(self, job: Job | None, video: Identified | None, params: Any) -> None:
        """Run the experiment that draws the stored boxes of a finished run.

        Raises
        ------
        PeerscopeError
            There is no finished run to draw.
        """
        if job is None or job.result is None or video is None:
            raise PeerscopeError("The clip is drawn from a finished run: press Detect first.")
        inputs = (InputFile("video", video), InputFile("raw", identify(job.folder / ARCHIVE)))
        names = set(ANNOTATE.params.model_fields)
        values = {name: value for name, value in params.model_dump().items() if name in names}
        request = RunRequest(ANNOTATE, inputs, ANNOTATE.params.model_validate(values))
        drawn = self._workspace.submit(request, "Annotated clip")
        self._workspace.note(f"The clip will be {drawn.folder / 'annotated.mp4'}.", "info")

    def _on_exported(self, path: Path) -> None:
        self._workspace.note(f"Exported {path.name} and its settings to {path.parent}.", "info")
