"""Evaluating a code, and applying trained weights, from the Behavior tab."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.behavior.experiments import APPLY, EVALUATE
from engine.errors import PeerscopeError
from engine.experiment import Experiment
from engine.files.inputs import InputFile
from engine.files.kinds import Identified
from engine.job_status import JobStatus
from engine.jobs import Job
from engine.param_spec import checked
from engine.run import RunRequest
from gui.bridge import Update
from gui.recordings.controller import Recordings
from gui.recordings.together import together
from gui.tabs.behavior_scope import Scope
from gui.workspace import Workspace

#: Scenes that are made of a single recording, so that scene and pose can be told apart.
_SCENES = 2


class Trials(QObject):
    """Runs ``behavior.evaluate`` on what is trained on, ``behavior.apply`` on the whole list.

    Signals
    -------
    showed(object)
        Figures of a run of these, by name.
    measured(object)
        Its newest metrics, by name.
    applied(object, object)
        A job that applied weights is done, and the weights.
    running_changed(bool)
        One of them begins or ends.
    """

    showed = Signal(object)
    measured = Signal(object)
    applied = Signal(object, object)
    running_changed = Signal(bool)

    def __init__(
        self, workspace: Workspace, recordings: Recordings, scope: Scope, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._workspace, self._recordings, self._scope = workspace, recordings, scope
        self._job: Job | None = None
        self._told = False
        self._weights: Identified | None = None

    @property
    def running(self) -> bool:
        """True while one of them runs."""
        return self._job is not None and not self._job.ended

    def evaluate(self, values: Mapping[str, Any]) -> None:
        """Score a network with the parameters of the embedding form, where it has the same.

        Raises
        ------
        PeerscopeError
            Nothing is open, one runs already, or a parameter is not allowed.
        """
        several = len(self._scope.entries) > 1
        wanted = {"scenes": 1 if several else _SCENES, **self._common(EVALUATE, values)}
        if wanted.get("method") == "pca":
            wanted["method"] = "dbe"
        self._refuse_second()
        self._weights = None
        title = f"Evaluating {self._scope.words}"
        self._scope.ask(EVALUATE, checked(EVALUATE.params, wanted), partial(self._submit, title))

    def apply(self, weights: Identified, **values: Any) -> None:
        """Embed the recordings with trained weights; errors as `evaluate`."""
        self._refuse_second()
        self._recordings.ensure_open()
        self._weights = weights
        params, recordings = checked(APPLY.params, values), self._recordings
        entries, folder = recordings.project.entries, recordings.folder

        def work() -> RunRequest:
            found = together(entries, folder, recordings.pool)
            files = (*found.files, InputFile("model", weights))
            return RunRequest(APPLY, files, params.model_copy(update=found.counted))

        done = partial(self._submit, f"Applying {weights.path.name}")
        self._workspace.background.run(work, done, self._workspace.note)

    def show_update(self, update: Update) -> None:
        """Pass on what a run of these has shown."""
        if self._job is None or update.key != self._job.key:
            return
        if update.figures:
            self.showed.emit(update.figures)
        newest = {name: value for _, row in update.metrics for name, value in row.items()}
        if newest:
            self.measured.emit(newest)

    def show_statuses(self, statuses: Mapping[int, JobStatus]) -> None:
        """Follow the run."""
        job = self._job
        status = statuses.get(job.key) if job is not None else None
        if job is None or status is None or self._told:
            return
        self.running_changed.emit(not status.ended)
        if status.ended:
            self._told = True
            if status.state == "failed":
                self._workspace.note(status.message)
            if status.state == "done" and self._weights is not None:
                self.applied.emit(job, self._weights)

    def _refuse_second(self) -> None:
        if self.running:
            raise PeerscopeError("One of these runs already; cancel it first, or let it end.")

    def _submit(self, title: str, request: RunRequest) -> None:
        self._told = False
        self._job = self._workspace.submit(request, title)
        self.running_changed.emit(True)

    @staticmethod
    def _common(experiment: Experiment, values: Mapping[str, Any]) -> dict[str, Any]:
        fields = experiment.params.model_fields
        return {name: value for name, value in values.items() if name in fields}
