"""The Detection tab: people as densities over a recording, two rules or models side by side."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from engine.detection.annotated import BoxFile, ImageBoxes
from engine.detection.detector import RawFrame
from engine.detection.experiments import DETECT
from engine.detection.kinds import MODEL_KINDS
from engine.detection.raw_stream import ARCHIVE, NAME
from engine.detection.review import Error, above
from engine.errors import PeerscopeError
from engine.files.inputs import InputFile
from engine.files.kinds import Identified
from engine.files.video.recording import Recording
from engine.files.video.server import ServedFrame
from engine.history import Change
from engine.jobs import Job
from engine.run import RunRequest
from engine.session import FilePath, TabState
from gui.bridge import FrameBridge, Update
from gui.commands import Command
from gui.playback import Playback
from gui.selection import Selection
from gui.tabs import detection_files as files
from gui.tabs.base import Tab
from gui.tabs.detection_columns import ControlColumn
from gui.tabs.detection_desk import Desk
from gui.tabs.detection_exports import Exports
from gui.tabs.detection_intake import RECORDINGS, Intake
from gui.tabs.detection_panes import PicturePane, TimePane
from gui.tabs.detection_results import ReviewColumn
from gui.tabs.detection_side import of_file
from gui.workspace import Workspace


class DetectionTab(Tab):
    """Drop a recording, press Detect, move the sliders while it plays."""

    name = "detection"
    kinds = (*RECORDINGS, "boxes", "raw_boxes", *MODEL_KINDS)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.selection = Selection(self)
        self.playback = Playback(self)
        self.controls = ControlColumn(workspace)
        self.picture = PicturePane()
        self.time = TimePane()
        self.results = ReviewColumn(workspace)
        self.desk = Desk(workspace, self)
        self.intake = Intake(workspace, self)
        self.exports = Exports(workspace, self)
        self.frames_shown = 0
        self._opened: files.OpenedRecording | None = None
        self._truth_path: Path | None = None
        self._frames: FrameBridge | None = None
        self._job: Job | None = None
        self._shown = 0
        self._chosen = (-1, -1)
        self._on_second = False
        self._detect_when_open = False
        self._index_when_open = 0
        self._lay_out()
        self._connect()

    @property
    def recording(self) -> Recording | None:
        """The open recording."""
        return None if self._opened is None else self._opened.recording

    def open_files(self, files_given: tuple[Identified, ...]) -> None:
        """Open a recording first, then what belongs to it."""
        self.intake.open(files_given, self.recording)

    def open_example(self) -> None:
        """Open the drawn street with its truth, written on first use, and detect."""
        self._detect_when_open = True
        self.picture.say("Drawing the example street…")
        self.intake.open_example(self.name)

    def commands(self) -> tuple[Command, ...]:
        """What the keyboard can do here."""
        menu = "Detection"
        toggle, save = self.controls.toggle, self.save_results
        return (
            Command("detection.detect", "Detect", self.detect, "Ctrl+Return", menu),
            Command(
                "detection.play", "Play or pause", self.toggle_play, "Space", menu, icon="play"
            ),
            Command("detection.copy", "Copy the command", self.copy_command, "", menu),
            Command("detection.tune", "Tune on truth", self.tune, "", menu),
            Command("detection.left", "Fold the left column", toggle, "F7", menu, "fold"),
            Command(
                "detection.right", "Fold the right column", self.results.toggle, "F8", menu, "fold"
            ),
            Command("detection.save", "Save results…", save, "", menu, "save", "save"),
        )

    def detect(self) -> None:
        """Run the experiment on the open recording.

        Raises
        ------
        PeerscopeError
            Nothing is open, or a parameter is not allowed.
        """
        request = self._detect_request()
        assert self._opened is not None
        self._job = self.workspace.submit(request, f"Detecting in {self._opened.file.path.name}")
        self.desk.begin(self.controls.model_name, self._job.folder / NAME)
        self.workspace.thumbnails.begin(self.name)
        self.controls.set_running(True)
        self._use_settings()

    def copy_command(self) -> None:
        """Put the command line that repeats the run on the clipboard."""
        self.exports.copy_command(self._detect_request())

    def save_results(self) -> None:
        """Ask for a folder and copy the results there."""
        self.exports.results(self._job)

    def toggle_play(self) -> None:
        """Play from the cursor, or stop."""
        if self.playback.playing:
            self.playback.stop()
        else:
            self.playback.play(self.selection.index)

    def tune(self) -> None:
        """Take the best threshold of the rule in force on the labelled frames.

        Raises
        ------
        PeerscopeError
            There is no truth, or nothing was detected on its frames.
        """
        self.desk.tune()
        self.controls.tune_button.setEnabled(False)

    def show_update(self, update: Update) -> None:
        """Read what the tab's own job has found since."""
        self.controls.training.show_update(update)
        if self._job is not None and update.key == self._job.key:
            self.desk.read_news()

    def state(self, folder: Path) -> TabState:
        """The open files, the controls, the cursor, and the run."""
        paths = {
            "video": self._opened.file.path if self._opened else None,
            "truth": self._truth_path,
            "model": self.controls.model.path if self.controls.model else None,
        }
        kept = {name: FilePath.of(path, folder) for name, path in paths.items() if path}
        state = {
            **self.controls.state(),
            "index": self.selection.index,
            "run": self._job.folder.name if self._job and self._job.result else "",
        }
        return TabState(files=kept, state=state)

    def restore(self, state: TabState, folder: Path) -> None:
        """Open the files again, and the raw boxes of the run."""
        self.controls.restore(state.state)
        place = state.files.get("video")
        path = place.find(folder) if place is not None else None
        if place is not None and path is None:
            self.workspace.note(f"{place.absolute} is no longer there; drop it on the window.")
            return
        if path is not None:
            run = folder / "runs" / str(state.state.get("run") or "none") / ARCHIVE
            beside = [state.files[n].find(folder) for n in ("truth", "model") if n in state.files]
            wanted = [item for item in (*beside, run) if item is not None and item.exists()]
            self._index_when_open = int(state.state.get("index", 0))
            self.intake.reopen(path, wanted)

    def close_down(self) -> None:
        """End playing and decoding."""
        self.playback.stop()
        self.desk.close()
        self._close_recording()

    def _lay_out(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addWidget(self.picture, 5)
        column.addWidget(self.time, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.controls)
        row.addWidget(centre, 1)
        row.addWidget(self.results)

    def _connect(self) -> None:
        controls, picture, results = self.controls, self.picture, self.results
        for button, action in (
            (controls.detect_button, self.detect),
            (controls.copy_button, self.copy_command),
            (controls.tune_button, self.tune),
        ):
            button.clicked.connect(partial(self._guarded, action))
        controls.settings_changed.connect(self._use_settings)
        controls.layers_changed.connect(self._on_layers)
        controls.view_changed.connect(self._on_view)
        controls.form.edited.connect(self._on_edited)
        controls.form.changed.connect(self._on_param)
        picture.open_example.connect(self.open_example)
        picture.chosen.connect(self._on_chosen)
        picture.transport.play_requested.connect(self.toggle_play)
        picture.transport.step_requested.connect(self._on_step)
        picture.transport.speed_changed.connect(self._on_speed)
        self.playback.moved.connect(self._on_index)
        self.playback.playing_changed.connect(picture.transport.show_playing)
        self.time.line.sought.connect(self._on_sought)
        self.selection.index_changed.connect(self._show_index)
        results.inspector.partner_chosen.connect(self._on_partner)
        results.error_chosen.connect(self._on_error)
        results.frame_chosen.connect(self._on_sought)
        results.boxes_wanted.connect(self._on_export_boxes)
        results.clip_wanted.connect(partial(self._guarded, self._export_clip))
        self.intake.opened.connect(self._on_opened)
        self.intake.boxes_read.connect(self._on_boxes)
        self.intake.raw_read.connect(self._on_raw)
        self.intake.model_chosen.connect(self.controls.take_model)
        self.desk.found.connect(self._on_found)
        self.desk.reviewed.connect(self._on_reviewed)
        self.desk.tuned.connect(self._on_tuned)
        self.workspace.jobs.statuses_changed.connect(self._on_statuses)

    def _guarded(self, action: Any, *_: object) -> None:
        """Show what a button's action has to complain of."""
        try:
            action()
        except PeerscopeError as error:
            self.workspace.note(error.sentence)

    def _detect_request(self) -> RunRequest:
        if self._opened is None:
            raise PeerscopeError("Open a recording first: drop a video or images on the window.")
        inputs = [InputFile("video", self._opened.file)]
        if self.controls.model is not None:
            inputs.append(InputFile("model", self.controls.model))
        return RunRequest(DETECT, tuple(inputs), self.controls.params())

    @Slot(object)
    def _on_opened(self, opened: files.OpenedRecording) -> None:
        self._close_recording()
        self._opened = opened
        recording = opened.recording
        self._frames = FrameBridge(files.opener(recording), self)
        self._frames.arrived.connect(self._on_frame)
        self._frames.failed.connect(self.workspace.note)
        self.controls.show_recording(recording)
        self.time.open(recording)
        self.playback.set_clock(recording.times_s[: recording.readable_frames])
        self.desk.open(recording)
        self._truth_path, self._job = None, None
        self._chosen = (-1, -1)
        index, self._index_when_open = self._index_when_open, 0
        self.selection.index = min(index, recording.readable_frames - 1)
        self.results.inspector.clear()
        self.results.show_differences(None)
        self.controls.show_layer("truth", on=False)
        self._use_settings()
        self._show_index(self.selection.index)
        for file in opened.beside:
            self.intake.take(file, recording)
        detect, self._detect_when_open = self._detect_when_open, False
        if detect:
            self._guarded(self.detect)

    def _close_recording(self) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames.deleteLater()
            self._frames = None
        if self._opened is not None:
            self._opened.recording.close()
            self._opened = None

    @Slot(object, object, object)
    def _on_boxes(self, file: Identified, boxes: BoxFile, by_frame: dict[int, ImageBoxes]) -> None:
        notes = "; ".join(boxes.notes)
        if boxes.role == "truth":
            self.desk.truth, self._truth_path = by_frame, file.path
            self.controls.show_layer("truth", on=True)
            told = f"Ground truth: {boxes.summary}."
        else:
            self.desk.other_boxes = of_file(file.path.name, by_frame)
            if not self.desk.boxes.raw:
                self.desk.boxes = self.desk.other_boxes
            else:
                self.controls.set_view("split", other_set=True)
            told = f"Second set: {boxes.summary}; its duplicates were removed elsewhere."
        self.workspace.note(f"{told} {notes}".strip(), "info")
        self._use_settings()

    @Slot(object, object)
    def _on_raw(self, file: Identified, frames: dict[int, RawFrame]) -> None:
        self.desk.take_raw(file.path.name, frames)
        self._use_settings()

    @Slot(object)
    def _on_found(self, numbers: set[int]) -> None:
        if self._shown in numbers:
            self._show_people()
        self._show_counts()
        self.workspace.thumbnails.offer(self.name, self.picture.first.grab)

    @Slot(object)
    def _on_reviewed(self, differences: Any) -> None:
        self.results.show_review(self.desk.first.review, self.desk.first.how)
        self.results.show_differences(differences)
        self._show_counts()
        self._show_people()

    @Slot()
    def _use_settings(self) -> None:
        """Take score, rules and sets as the controls say; the frame in view follows at once."""
        controls, desk = self.controls, self.desk
        how, other = controls.suppression(), controls.suppression(second=True)
        desk.use(how, other, controls.view, other=controls.other_set)
        controls.set_suppressed(desk.boxes.suppressed)
        ready = bool(desk.boxes.raw)
        self.results.set_exportable(ready)
        controls.tune_button.setEnabled(ready and bool(desk.truth))
        self.results.show_operating(how)
        self._show_people()

    @Slot()
    def _on_layers(self) -> None:
        self.picture.set_layers(self.controls.layers)

    @Slot()
    def _on_view(self) -> None:
        self.picture.set_split(self.controls.view == "split")
        self._use_settings()

    @Slot(str, object, object)
    def _on_edited(self, name: str, before: object, after: object) -> None:
        self.workspace.history.remember(Change(name, before, after, self._set_param))

    def _set_param(self, name: str, value: object) -> None:
        self.controls.form.set_values({name: value})

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name in ("lam", "measure", "prefilter", "track"):
            self.desk.forget()
            self._use_settings()

    @Slot(object)
    def _on_frame(self, frame: ServedFrame) -> None:
        self.frames_shown += 1
        self.picture.show_frame(frame)
        self._shown = frame.index
        self._show_people()

    @Slot(int)
    def _show_index(self, index: int) -> None:
        if self._frames is not None:
            self._frames.request(index)
            self.time.line.set_cursor_index(index)

    def _show_people(self) -> None:
        """Draw who is kept of the frame that is shown, and tell how many."""
        recording = self.recording
        if recording is None:
            return
        truth = self.desk.truth.get(self._shown)
        people = self.desk.first.people(self._shown, truth)
        view = self.controls.view
        if view == "wipe":
            self.picture.first.set_people(people, self.desk.second.people(self._shown, truth))
        else:
            self.picture.first.set_people(people)
        told = self.desk.first.told(self._shown)
        if view != "one":
            told = f"left: {told} · right: {self.desk.second.told(self._shown)}"
        if view == "split":
            self.picture.second.set_people(self.desk.second.people(self._shown, truth))
        self.picture.show_position(self._shown, recording, told)
        if not self.playback.playing:
            self._show_inspected()

    def _show_counts(self) -> None:
        raw = {number: len(frame) for number, frame in self.desk.boxes.raw.items()}
        kept = self.desk.first.review.counts if self.desk.first.review else {}
        self.time.show_counts(raw, kept)

    @Slot(int, bool)
    def _on_chosen(self, row: int, second: bool) -> None:
        self._chosen, self._on_second = (row, -1), second
        self._show_inspected()

    @Slot(int)
    def _on_partner(self, row: int) -> None:
        self._chosen = (self._chosen[0], row)
        self._show_inspected()

    def _show_inspected(self) -> None:
        """The box in hand in the inspector, and rings round it and its partner."""
        row, partner = self._chosen
        side = self.desk.second if self._on_second else self.desk.first
        frame, kept = side.boxes.raw.get(self._shown), side.kept(self._shown)
        known = frame is not None and kept is not None and 0 <= row < len(frame)
        rows = tuple(item for item in (row, partner) if item >= 0) if known else ()
        for view in (self.picture.first, self.picture.second):
            view.set_selected(rows)
        if not known or frame is None or kept is None:
            self.results.inspector.clear()
            return
        identity = side.identity(self._shown, row)
        self.results.inspector.show_box(frame, kept, side.how, row, identity, partner)

    @Slot(object)
    def _on_error(self, error: Error) -> None:
        self._on_second = False
        self._on_sought(error.frame)
        kept, frame = self.desk.first.kept(error.frame), self.desk.boxes.raw.get(error.frame)
        self._chosen = (-1, -1)
        if error.kind != "missed" and kept is not None and frame is not None:
            rows = above(kept, self.desk.first.how.score_min)
            if error.row < len(rows):
                self._chosen = (int(rows[error.row]), -1)
        self._show_inspected()

    @Slot(int)
    def _on_sought(self, index: int) -> None:
        self.playback.stop()
        if index != self.selection.index:
            self._chosen = (-1, -1)
        self.selection.index = index

    @Slot(int)
    def _on_index(self, index: int) -> None:
        self.selection.index = index

    @Slot(int)
    def _on_step(self, frames: int) -> None:
        if self.recording is not None:
            last = self.recording.readable_frames - 1
            self._on_sought(min(max(self.selection.index + frames, 0), last))

    @Slot(float)
    def _on_speed(self, speed: float) -> None:
        self.playback.speed = speed

    @Slot(object)
    def _on_tuned(self, how: Any) -> None:
        self.controls.tune_button.setEnabled(True)
        if how is None:
            return
        self.controls.first.set_rule(how.rule, how.limit)
        self._use_settings()
        self.workspace.note(
            f"Threshold {how.limit:g}: best average precision on {len(self.desk.truth)} labelled "
            f"frames. Scores on the same frames are flattered by it.",
            "info",
        )

    @Slot(str)
    def _on_export_boxes(self, format_name: str) -> None:
        if self.recording is not None:
            side = self.desk.first
            images = list(self.desk.all_boxes(side).values())
            self.exports.boxes(images, format_name, side.how)

    def _export_clip(self) -> None:
        video = None if self._opened is None else self._opened.file
        self.exports.clip(self._job, video, self.controls.params())

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, Any]) -> None:
        status = statuses.get(self._job.key) if self._job is not None else None
        if status is None:
            return
        self.controls.set_running(not status.ended)
        if status.state == "failed":
            self.workspace.note(status.message)
        if status.ended:
            self.desk.read_news()
            self.workspace.thumbnails.offer(self.name, self.picture.first.grab, last=True)
