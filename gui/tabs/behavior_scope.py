"""Which recordings of the list are learned from: the one on show, the ticked ones, or all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QStandardItemModel

from engine.behavior.embed_figures import recording_of
from engine.behavior.project import Entry
from engine.errors import PeerscopeError
from engine.experiment import Experiment, Params
from engine.files.inputs import InputFile
from engine.jobs import Job
from engine.run import RunRequest
from gui.recordings.opening import OpenedEntry
from gui.recordings.together import Together, together
from gui.widgets.drop_box import DropBox

if TYPE_CHECKING:
    from gui.tabs.behavior import BehaviorTab

_WORDS = {"this": "this recording", "chosen": "chosen recordings", "all": "all recordings"}


class ScopeBox(DropBox):
    """Which recordings: ``this``, ``chosen`` or ``all``."""

    def __init__(self) -> None:
        super().__init__()
        for name, words in _WORDS.items():
            self.addItem(words, name)
        self.setToolTip(
            "What Embed and Evaluate learn from: the recording on show, those ticked in the list "
            "of recordings, or the whole list. Several are trained on together."
        )
        self.show_counts(0, 0)

    @property
    def value(self) -> str:
        """The choice."""
        return str(self.currentData())

    def choose(self, name: str) -> None:
        """Take another choice; one that there is none of is not taken."""
        self.setCurrentIndex(max(0, self.findData(name)))

    def show_counts(self, chosen: int, total: int) -> None:
        """Say how many are meant; of a single recording there is no choice."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        for name, count in (("chosen", chosen), ("all", total)):
            at = self.findData(name)
            self.setItemText(at, f"{_WORDS[name]} ({count})" if total > 1 else _WORDS[name])
            model.item(at).setEnabled(total > 1)
        if total < 2:
            self.choose("this")


class Scope:
    """Makes the request of a run on the recordings that are meant."""

    def __init__(self, tab: BehaviorTab) -> None:
        self._tab = tab
        self._box = tab.form.scope
        #: True while the recordings of a request are opened.
        self.busy = False
        tab.recordings.project_changed.connect(self._show)
        tab.recordings.ready.connect(self._show)
        tab.recordings.ticked.connect(self._on_ticked)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The recordings that are meant."""
        every = self._tab.recordings.project.entries
        if self._box.value == "chosen":
            return tuple(entry for entry in every if entry.chosen)
        own = self._tab.recordings.entry
        return every if self._box.value == "all" else tuple(filter(None, (own,)))

    @property
    def words(self) -> str:
        """What is meant, for the title of a run."""
        entries = self.entries
        return entries[0].name if len(entries) == 1 else f"{len(entries)} recordings"

    def ask(
        self, experiment: Experiment, params: Params, then: Callable[[RunRequest], None]
    ) -> None:
        """Make the request; of several recordings that takes a moment, beside the window.

        Raises
        ------
        PeerscopeError
            No recording is meant.
        """
        tab = self._tab
        own = self._own(experiment)
        if self._box.value == "this":
            then(RunRequest(experiment, own, params))
            return
        if not self.entries:
            raise PeerscopeError(
                "No recording is chosen: tick some in the column Recordings, or train on this one."
            )
        recordings = tab.recordings
        work = partial(together, self.entries, recordings.folder, recordings.pool)
        self.busy = True
        tab.form.set_running(True)
        done = partial(self._on_together, experiment, params, then)
        tab.workspace.background.run(work, done, self._on_failed)

    def stand_as(self, request: RunRequest, *, start: bool) -> None:
        """Mean the recordings that a run was on, which are in the list; embed them when asked."""
        paths = {item.path.resolve() for item in request.files if item.role == "video"}
        recordings = self._tab.recordings
        for at, entry in enumerate(recordings.project.entries):
            chosen = Path(entry.path.absolute).resolve() in paths
            recordings.project = recordings.project.changed(at, chosen=chosen)
        recordings.column.list.show_project(recordings.project, recordings.current)
        self._show()
        self._box.choose("chosen" if len(paths) > 1 else "this")
        if start:
            self._tab.guarded(self._tab.embed)

    def shows(self, request: RunRequest) -> bool:
        """Whether a recording of a run is open."""
        opened = self._tab.recordings.entry_open
        # A path of a session may lead through its folder and out again.
        paths = [item.path.resolve() for item in request.files]
        return opened is not None and opened.file.path.resolve() in paths

    def keeps(self, job: Job | None, opened: OpenedEntry) -> bool:
        """Whether what was embedded tells of a recording by the clock it has: then it stays."""
        files = () if job is None else job.request.files
        videos = [item.path for item in files if item.role == "video"]
        clocks = [item.path for item in files if item.role == "times"]
        clock = [] if opened.clock_file is None else [opened.clock_file.path]
        if opened.file.path in videos and (len(videos) > 1 or clocks == clock):
            return True
        name = opened.recording.name
        return any(recording_of(label, (name,)) for label in self._tab.embedding.labels)

    def _own(self, experiment: Experiment) -> tuple[InputFile, ...]:
        """The recording on show, its poses where they count frames as it does, and its clock."""
        recordings = self._tab.recordings
        video = recordings.ensure_identified()
        beside = (("poses", recordings.pose_file), ("times", recordings.clock_file))
        given = [InputFile(role, item) for role, item in beside if item is not None]
        roles = {spec.role for spec in experiment.inputs}
        return (InputFile("video", video), *(item for item in given if item.role in roles))

    def _on_together(
        self,
        experiment: Experiment,
        params: Params,
        then: Callable[[RunRequest], None],
        found: Together,
    ) -> None:
        self.busy = False
        self._tab.form.set_running(self._tab.running)
        request = RunRequest(experiment, found.files, params.model_copy(update=found.counted))
        self._tab.guarded(partial(then, request))

    def _on_failed(self, sentence: str) -> None:
        self.busy = False
        self._tab.form.set_running(self._tab.running)
        self._tab.workspace.note(sentence)

    def _show(self, *_: object) -> None:
        entries = self._tab.recordings.project.entries
        self._box.show_counts(sum(entry.chosen for entry in entries), len(entries))

    def _on_ticked(self, ticked: bool) -> None:
        """Who ticks a recording means the ticked ones."""
        if ticked and self._box.value == "this":
            self._box.choose("chosen")
