"""What comes into the Detection tab: recordings, boxes, models; read beside the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.detection.annotated import BoxFile, ImageBoxes
from engine.detection.detector import RawFrame
from engine.detection.kinds import MODEL_KINDS
from engine.files.identify import identify
from engine.files.kinds import Identified
from engine.files.video.recording import Recording
from gui.tabs import detection_files as files
from gui.workspace import Workspace

RECORDINGS = ("video", "images", "image")
_CODE = ("onnx", "torchscript")


class Intake(QObject):
    """Opens and reads files in the background, and tells what they turned out to be.

    Signals
    -------
    opened(object)
        An `OpenedRecording`.
    boxes_read(object, object, object)
        The file, its `BoxFile`, and its boxes by frame number.
    raw_read(object, object)
        The file, and raw boxes by frame number.
    model_chosen(object)
        A model's file; of one that runs code only after a yes.
    """

    opened = Signal(object)
    boxes_read = Signal(object, object, object)
    raw_read = Signal(object, object)
    model_chosen = Signal(object)

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._window = window

    def open(self, given: tuple[Identified, ...], recording: Recording | None) -> None:
        """Open a recording first, then what belongs to it."""
        recordings = [file for file in given if file.kind.name in RECORDINGS]
        rest = tuple(file for file in given if file.kind.name not in RECORDINGS)
        images = [file for file in recordings if file.kind.name == "image"]
        if len(images) > 1 and len(images) == len(recordings):
            self._open_images(images, rest)
            return
        if recordings:
            if len(recordings) > 1:
                told = f"One recording at a time: {recordings[0].path.name} is opened."
                self._workspace.note(told, "warning")
            work = partial(files.open_recording, recordings[0], rest)
            self._workspace.background.run(work, self.opened.emit, self._workspace.note)
            return
        for file in rest:
            self.take(file, recording)

    def _open_images(self, images: list[Identified], rest: tuple[Identified, ...]) -> None:
        session = self._workspace.folder / "images"
        number = 1 + sum(1 for _ in session.glob("*"))
        work = partial(files.open_images, images, session / f"{len(images)} images {number}", rest)
        self._workspace.background.run(work, self.opened.emit, self._workspace.note)

    def open_example(self, system: str) -> None:
        """Open the drawn street with its truth, written on first use."""
        work = partial(files.open_example, system)
        self._workspace.background.run(work, self.opened.emit, self._workspace.note)

    def reopen(self, path: Path, beside: list[Path]) -> None:
        """Open a recording of a session, and what belonged to it."""
        work = partial(_reopened, path, beside)
        self._workspace.background.run(work, self.opened.emit, self._workspace.note)

    def take(self, file: Identified, recording: Recording | None) -> None:
        """Use a file that belongs to the open recording, or a model."""
        if file.kind.name in MODEL_KINDS:
            if file.kind.name not in _CODE or self._allowed(file):
                self.model_chosen.emit(file)
        elif recording is None:
            told = f"Open the recording that {file.path.name} belongs to first."
            self._workspace.note(told, "warning")
        elif file.kind.name == "boxes":
            work = partial(files.read_boxes, file, recording)
            done = partial(self._on_boxes, file)
            self._workspace.background.run(work, done, self._workspace.note)
        else:
            work_raw = partial(files.read_raw, file.path)
            done_raw = partial(self._on_raw, file)
            self._workspace.background.run(work_raw, done_raw, self._workspace.note)

    def _on_boxes(self, file: Identified, found: tuple[BoxFile, dict[int, ImageBoxes]]) -> None:
        self.boxes_read.emit(file, *found)

    def _on_raw(self, file: Identified, frames: dict[int, RawFrame]) -> None:
        self.raw_read.emit(file, frames)

    def _allowed(self, file: Identified) -> bool:
        """Ask before code of others may run."""
        text = (
            f"{file.path.name} is a {file.kind.title}. Such a model runs code written by others. "
            f"Open it only when you trust where it comes from."
        )
        answer = QMessageBox.question(self._window, "Run code of others?", text)
        return answer == QMessageBox.StandardButton.Yes


def _reopened(path: Path, beside: list[Path]) -> files.OpenedRecording:
    return files.open_recording(identify(path), tuple(identify(item) for item in beside))
