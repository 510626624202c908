"""Training from the Detection tab: parameters, the losses as they fall, and the new model."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout

from engine.detection.experiments import TRAIN
from engine.errors import PeerscopeError
from engine.files.identify import identify
from engine.job_status import JobStatus
from engine.jobs import Job
from engine.run import RunRequest
from gui.bridge import Update
from gui.style import set_look
from gui.theme import theme
from gui.widgets.figure_view import FigureView
from gui.widgets.param_form import ParamForm
from gui.widgets.section import Section
from gui.workspace import Workspace

_WEIGHTS = "detector.safetensors"


class TrainSection(Section):
    """Trains a detector on drawn crowds; folded until somebody wants it.

    Signals
    -------
    trained(object)
        The file of the weights, identified.
    """

    trained = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("Training")
        self._workspace = workspace
        self._job: Job | None = None
        words = QLabel(
            "Trains on drawn crowds beside the window. Own images: the command line takes them "
            "with their boxes."
        )
        words.setWordWrap(True)
        set_look(words, "secondary")
        self.form = ParamForm(lazy=True)
        self.form.set_model(TRAIN.params)
        self.button = QPushButton("Train a detector")
        self._losses = FigureView("losses while it learns")
        self._losses.setFixedHeight(theme().px(190))
        self._losses.hide()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (words, self.button, self._losses, self.form):
            column.addWidget(widget)
        self.button.clicked.connect(self._on_train)
        workspace.jobs.statuses_changed.connect(self._on_statuses)
        self.folded = True

    def show_update(self, update: Update) -> None:
        """Draw the newest losses of its own job."""
        if self._job is not None and update.key == self._job.key and "losses" in update.figures:
            self._losses.show()
            self._losses.set_figure(update.figures["losses"])

    @Slot()
    def _on_train(self) -> None:
        try:
            request = RunRequest(TRAIN, (), self.form.params())
        except PeerscopeError as error:
            self._workspace.note(error.sentence)
            return
        self._job = self._workspace.submit(request, "Training a detector")
        self.button.setEnabled(False)

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, JobStatus]) -> None:
        status = statuses.get(self._job.key) if self._job is not None else None
        if status is None or not status.ended or self._job is None:
            return
        self.button.setEnabled(True)
        result = self._job.result
        if status.state == "failed":
            self._workspace.note(status.message)
        elif result is not None and result.status == "done":
            told = f"AP {result.metrics['ap']:.3f} on {result.metrics['n_images']:.0f} images"
            self._workspace.note(f"Trained: {told}. The next Detect uses it.", "info")
            self._take(self._job.folder / _WEIGHTS)

    def _take(self, path: Path) -> None:
        """Identify the weights beside the window and offer them."""

        def work() -> object:
            return identify(path)

        self._workspace.background.run(work, self.trained.emit, self._workspace.note)
