"""The Behavior tab: a recording, its embedding and its time, linked by one selection."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from engine.behavior.clips import ClipParams, clip_table, runs_of
from engine.behavior.experiments import EMBED
from engine.errors import PeerscopeError
from engine.files.kinds import Identified
from engine.files.video.recording import Recording
from engine.history import Change
from engine.jobs import Job
from engine.run import RunRequest
from engine.session import FilePath, TabState
from gui.bridge import Update
from gui.commands import Command
from gui.paced import Paced
from gui.playback import Playback
from gui.recordings.controller import Recordings
from gui.recordings.opening import OpenedEntry
from gui.recordings.screen import Screen
from gui.recordings.video_pane import VideoPane
from gui.selection import Selection
from gui.tabs.base import Tab
from gui.tabs.behavior_commands import commands_of
from gui.tabs.behavior_crop import Crop
from gui.tabs.behavior_embedding import EmbeddingPane
from gui.tabs.behavior_links import (
    copy_command,
    link_panes,
    link_study,
    open_demo,
    open_example,
    place_of,
    take_files,
)
from gui.tabs.behavior_parts import EmbedColumn, ResultColumn
from gui.tabs.behavior_scope import Scope
from gui.tabs.behavior_study import Study
from gui.tabs.behavior_time import TimePane
from gui.tabs.behavior_trials import Trials
from gui.tabs.stored import stored_update
from gui.widgets.page_stack import PageStack
from gui.widgets.side_stack import SideStack
from gui.workspace import Workspace

#: The picture for Home is taken when the last figures have settled.
_THUMBNAIL_MS = 600
_CURSOR_S = 0.06  # the ring in the cloud follows a playing video this often


class BehaviorTab(Tab):
    """Drop a recording, press Embed, watch it form, click a point and see that frame."""

    name = "behavior"
    kinds = ("video", "images", "image", "poses", "recordings", "latents", "embedder")

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.selection = Selection(self)
        self.playback = Playback(self)
        self.form = EmbedColumn()
        self.video = VideoPane()
        self.embedding = EmbeddingPane()
        self.time = TimePane()
        self.results = ResultColumn(workspace)
        self.recordings = Recordings(workspace, self.video.view, self.time.line, self, self)
        self.scope = Scope(self)
        self.study = Study(workspace, self)
        self.trials = Trials(workspace, self.recordings, self.scope, self)
        columns = (
            ("Recordings", self.recordings.column),
            ("Embed", self.form),
            ("Map", self.study.map_column),
            ("Motifs", self.study.motif_column),
        )
        self.side = SideStack(columns, self)
        first = ("Embedding", "The first components, as the frames come in", self.embedding)
        # In its place from the start, as the tab is: what is moved there is styled once more.
        self._centre = QWidget(self)
        self._upper = QSplitter(self._centre)
        self.pages = PageStack((first, *self.study.pages), self._upper)
        self.side.show_column("Embed")
        self.desk = Screen(self.video, workspace, self.recordings.sources)
        self._file: Identified | None = None
        self._job: Job | None = None
        #: What was on show when the job was begun, and whether it still is: until it shows more.
        self._before: Job | None = None
        self._waits = False
        #: What is done when the recording that was asked for is open.
        self._then: Callable[[], None] | None = None
        #: The stretch of time that is selected, in seconds.
        self.stretch: tuple[float, float] | None = None
        self._run_name = ""
        self._paced = Paced(self)
        self._lay_out()
        self._connect()

    def open_files(self, files: tuple[Identified, ...]) -> None:
        """Open the first recording of the files; list the others; poses go to theirs."""
        taken = tuple(file for file in files if file.kind.name in self.kinds)
        if not taken:
            wanted = "drop a recording or poses; choose frame times and notes under Recordings"
            self.refuse(files[0], wanted)
            return
        self._then = None
        take_files(self, taken)

    def open_example(self) -> None:
        """Open the synthetic recording, written on first use, and embed it."""
        open_example(self)

    def open_demo(self) -> None:
        """Open two recordings of our own, and the weights that the product ships with."""
        open_demo(self)

    def open_request(self, request: RunRequest, *, start: bool) -> None:
        """Open a run's recording with its parameters, and embed it when asked."""
        if request.experiment is not EMBED:
            self.study.open_request(request, start=start)
            return
        self.form.form.set_values(request.params.model_dump())
        self._open(
            *(item.file for item in request.files if item.role in ("video", "poses")),
            then=partial(self.scope.stand_as, request, start=start),
        )

    def commands(self) -> tuple[Command, ...]:
        """What the keyboard can do here."""
        return commands_of(self)

    @property
    def running(self) -> bool:
        """True while an embedding runs."""
        return self.scope.busy or (self._job is not None and not self._job.ended)

    def embed(self) -> None:
        """Run the experiment on the open recording, or on those that are to be trained on.

        Raises
        ------
        PeerscopeError
            Nothing is open, an embedding runs, or a parameter is not allowed.
        """
        if self.running:
            raise PeerscopeError("An embedding is running; cancel it first, or let it end.")
        self.scope.ask(EMBED, self.form.form.params(), self._begin)

    def _begin(self, request: RunRequest) -> None:
        job = self.workspace.submit(request, f"Embedding {self.scope.words}")
        self._before, self._job, self._waits = self._job, job, True
        self.form.set_running(True)

    def _take_over(self, job: Job) -> None:
        """The job has something to show: only now what was on show before goes."""
        self._before, self._waits = None, False
        self.workspace.thumbnails.begin(self.name)
        for pane in (self.results, self.study, self.time):
            pane.begin(job)
        if job.request.params.model_dump()["method"] != "pca":
            self.pages.show_page("Training")

    def evaluate(self) -> None:
        """Score the kind of network that the form describes; errors as `Trials.evaluate`."""
        self.study.rivals.clear()
        self.trials.evaluate(self.form.form.values())
        self.pages.show_page("Scores")

    def save_results(self) -> None:
        """Ask for a folder and copy the results there."""
        self.workspace.ask_and_save(self, self._before if self._waits else self._job)

    def toggle_play(self) -> None:
        """Play from the cursor, or stop."""
        if self.playback.playing:
            self.playback.stop()
        else:
            self.playback.play(self.selection.index)

    def clear_selection(self) -> None:
        """Select nothing, give the mouse back to the picture, and end a download."""
        self.recordings.drawing.stop()
        self.recordings.sources.cancel_download()
        self.select(np.zeros(0, dtype="i8"))

    def show_update(self, update: Update) -> None:
        """Draw what the tab's own jobs have shown."""
        self.study.show_update(update)
        if self._job is None or update.key != self._job.key:
            return
        if self._waits:
            if not update.figures and not any(row for _, row in update.metrics):
                return
            self._take_over(self._job)
        self._paced.put("embedding", partial(self.embedding.show_figures, update.figures))
        self._paced.put("thumbnail", partial(self._leave_thumbnail, last=False))
        self.results.show_update(update)
        self.study.show_figures(update.figures)
        if "traces" in update.figures:
            self._paced.put("traces", partial(self._show_traces, update))
            QTimer.singleShot(_THUMBNAIL_MS, self, partial(self._leave_thumbnail, last=True))

    def state(self, folder: Path) -> TabState:
        """The open recording, the parameters, the cursor and the selection."""
        files = {} if self._file is None else {"video": FilePath.of(self._file.path, folder)}
        state: dict[str, Any] = {
            "params": self.form.form.values(),
            "index": self.selection.index,
            "selected": [[run.start, run.stop] for run in runs_of(self.selection.indices)],
            "recordings": self.recordings.state(),
            "run": self._run_name,
            "scope": self.form.scope.value,
        }
        return TabState(files=files, state=state)

    def restore(self, state: TabState, folder: Path) -> None:
        """Open the recording again, and the figures of its run."""
        self.form.form.set_values(state.state.get("params", {}))
        at = self.recordings.restore(state.state.get("recordings", {}))
        self.form.scope.choose(str(state.state.get("scope", "this")))
        place = state.files.get("video")
        path = place.find(folder) if place is not None else None
        if place is not None and path is None:
            self.workspace.note(f"{place.absolute} is no longer there; drop it on the window.")
            return
        self._then = partial(self._on_restored, state, folder)
        if at >= 0:
            self.recordings.open_at(at)
        elif path is not None:
            self.recordings.add([path], open_first=True)

    def stands_on(self, request: RunRequest) -> bool:
        """Whether a recording of a run is on show."""
        return self.scope.shows(request)

    def begin_again(self, request: RunRequest) -> None:
        """Embed the recording that is open as a run did."""
        if request.experiment is not EMBED:
            self.study.open_request(request, start=True)
            return
        self.form.form.set_values(request.params.model_dump())
        self.scope.stand_as(request, start=True)

    def close_down(self) -> None:
        """End playing and decoding."""
        self.playback.stop()
        self.study.close()
        self.video.grid.close_views()
        self.desk.close()
        self.recordings.close()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        self._upper.setChildrenCollapsible(False)
        self._upper.insertWidget(0, self.video)
        self._upper.setSizes([500, 500])
        column.addWidget(self._upper, 4)
        column.addWidget(self.time, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part, stretch in ((self.side, 0), (self._centre, 1), (self.results, 0)):
            row.addWidget(part, stretch)

    def _connect(self) -> None:
        form, video, selection = self.form, self.video, self.selection
        form.form.set_model(EMBED.params)
        form.form.edited.connect(self._on_edited)
        form.form.changed.connect(self._on_param)
        self._crop = Crop(self)
        form.embed_button.clicked.connect(partial(self.guarded, self.embed))
        form.copy_button.clicked.connect(partial(self.guarded, partial(copy_command, self)))
        form.paper_button.clicked.connect(form.form.take_paper_values)
        video.play_requested.connect(self.toggle_play)
        video.step_requested.connect(self.step_by)
        video.speed_changed.connect(self._on_speed)
        video.open_example.connect(self.open_example)
        self.playback.moved.connect(self._on_index)
        self.playback.playing_changed.connect(self._on_playing)
        self.time.line.sought.connect(self.seek)
        self.time.line.range_selected.connect(self._on_range)
        self.embedding.frame_chosen.connect(self.seek)
        self.embedding.frames_selected.connect(self.select)
        link_panes(self)
        link_study(self)
        self.recordings.opening.connect(self._on_opening)
        self.recordings.opened.connect(self._on_opened)
        self.recordings.ready.connect(self._on_ready)
        selection.index_changed.connect(self._show_index)
        selection.indices_changed.connect(self._show_selection)
        self.workspace.jobs.statuses_changed.connect(self._on_statuses)

    @property
    def _recording(self) -> Recording | None:
        return self.desk.recording

    @property
    def index(self) -> int:
        """The current frame."""
        return self.selection.index

    def can_clear(self) -> bool:
        """Whether Esc ends anything."""
        return bool(len(self.selection.indices)) or self.recordings.busy

    def guarded(self, action: Any, *_: object) -> None:
        """Show what a button's action has to complain of."""
        try:
            action()
        except PeerscopeError as error:
            self.workspace.note(error.sentence)

    def _open(self, *files: Identified, then: Callable[[], None] | None = None) -> None:
        """Open a recording beside the window, and then do something."""
        self._then = then
        self.recordings.open_files(files)

    @Slot(str)
    def _on_opening(self, name: str) -> None:
        self.video.wait_for(f"Opening {name}…" if name else "")
        if not name:
            self._then = None

    @Slot(object)
    def _on_opened(self, opened: OpenedEntry) -> None:
        self.playback.stop()  # while the frame it stands on is still there
        self._file, recording = opened.file, opened.recording
        kept = self.scope.keeps(self._job, opened)
        told = kept or self.study.tells_of(recording.name)
        if self._waits and not kept:
            self._settle(done=False)
            self.form.set_running(False)
        self.desk.open(opened)
        self.form.show_recording(recording)
        self.time.set_clock(recording.times_s)
        self.embedding.set_recording(recording.name, recording.times_s, keep=kept)
        self.playback.set_clock(recording.times_s[: recording.readable_frames])
        self.study.set_recording(recording.name, recording.times_s, place_of(opened), kept)
        self.selection.clear()
        self.selection.index = 0
        if not told:
            self._paced.clear()
            self.results.clear("Press Embed to measure.")
            self._job, self._before, self._waits, self._run_name = None, None, False, ""
            self.form.set_running(False)
        self._show_index(0)

    @Slot(object)
    def _on_ready(self, opened: OpenedEntry) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def _on_restored(self, state: TabState, folder: Path) -> None:
        name = str(state.state.get("run", ""))
        if name:
            self._run_name = name
            self.study.use_results(folder / "runs" / name)
            work = partial(stored_update, folder / "runs" / name)
            self.workspace.background.run(work, self._show_stored, self.workspace.note)
        assert self._recording is not None
        last = self._recording.readable_frames - 1
        self.selection.index = min(int(state.state.get("index", 0)), last)
        runs = state.state.get("selected", [])
        frames = [np.arange(first, min(stop, last) + 1) for first, stop in runs]
        self.selection.indices = np.concatenate(frames) if frames else ()

    def _show_stored(self, update: Update) -> None:
        self.study.show_figures(update.figures)
        self.embedding.show_figures(update.figures)
        self.results.show_update(update)
        self._show_traces(update)

    def _show_traces(self, update: Update) -> None:
        """Those of a run on several are of the first: the study shows the right ones."""
        if "traces" in update.figures and not self.embedding.labels:
            params = {} if self._job is None else self._job.request.params.model_dump()
            self.time.show_traces(update.figures["traces"], params.get("latent", 0))

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self.video.show_playing(playing)
        self.desk.meter.start()
        self._show_index(self.selection.index)

    @Slot(str, object, object)
    def _on_edited(self, name: str, before: object, after: object) -> None:
        self.workspace.history.remember(Change(name, before, after, self.set_param))

    def set_param(self, name: str, value: object) -> None:
        """Give a parameter of the form a value; also what undo and redo call."""
        self.form.form.set_values({name: value})

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name == "batch" and self._job is not None and not self._job.ended:
            self.guarded(partial(self._job.steer, batch=value))

    @Slot(int)
    def seek(self, index: int) -> None:
        """Show a frame, and stop playing."""
        self.playback.stop()
        self.selection.index = index

    @Slot(int)
    def _on_index(self, index: int) -> None:
        self.desk.meter.due(index)
        self.selection.index = index

    @Slot(int)
    def step_by(self, frames: int) -> None:
        """Go so many frames on."""
        if self._recording is not None:
            last = self._recording.readable_frames - 1
            self.seek(min(max(self.selection.index + frames, 0), last))

    @Slot(float)
    def _on_speed(self, speed: float) -> None:
        self.playback.speed = speed

    @Slot(int)
    def _show_index(self, index: int) -> None:
        if self._recording is None:
            return
        self.desk.show_index(index, playing=self.playback.playing)
        self.recordings.show_index(index)
        self.time.line.set_cursor_index(index)
        self.embedding.show_cursor(index, _CURSOR_S if self.playback.playing else 0.0)

    @Slot(float, float)
    def _on_range(self, start_s: float, stop_s: float) -> None:
        if self._recording is not None:
            times = self._recording.times_s
            self.select(np.flatnonzero((times >= start_s) & (times <= stop_s)))
            self.stretch = (start_s, stop_s)
            self.recordings.show_stretch()

    @Slot(object)
    def select(self, frames: Any) -> None:
        """Select frames, so that it can be undone."""
        self.stretch = None
        self.recordings.show_stretch()
        if np.array_equal(frames, self.selection.indices):
            return
        change = Change("selection", self.selection.indices, frames, self._set_selected, False)
        self.workspace.history.do(change)

    def _set_selected(self, name: str, frames: Any) -> None:
        count = self._recording.readable_frames if self._recording is not None else 0
        self.selection.indices = frames[frames < count]

    @Slot(object)
    def _show_selection(self, frames: Any) -> None:
        if self._recording is None:
            return
        times = self._recording.times_s
        self.embedding.show_selected(frames)
        self.workspace.jobs.ask("behavior.clips", clip_table, (frames, times), ClipParams())

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, Any]) -> None:
        status = statuses.get(self._job.key) if self._job is not None else None
        if status is None:
            return
        self.form.set_running(not status.ended)
        if status.ended and self._waits:
            self._settle(done=status.state == "done")
        if status.ended:
            self.results.metrics.settle()
        if status.state == "running":
            # Not before: until torch is loaded a view may not ask for OpenGL.
            self._paced.put("canvas", self.embedding.view.prepare)
        if status.ended and self._job is not None and self._job.result is not None:
            if status.state == "done" and self._run_name != self._job.folder.name:
                self.study.use_results(self._job.folder)
            self._run_name = self._job.folder.name
        if status.state == "failed":
            self.workspace.note(status.message)

    def _settle(self, *, done: bool) -> None:
        """The job has ended with nothing shown yet: unless more is to come, the old one stays."""
        assert self._job is not None
        if done:
            self._take_over(self._job)
        else:
            self._job, self._before, self._waits = self._before, None, False

    def _leave_thumbnail(self, *, last: bool) -> None:
        self.workspace.thumbnails.offer(self.name, self.embedding.picture, last=last)
