"""What joins the parts of the Behavior tab: recordings, cursor, selection, study, results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from engine.behavior.demo import RESULTS, TRAINED, WEIGHTS, demo_recordings
from engine.behavior.embed_figures import recording_of
from engine.behavior.experiments import EMBED
from engine.behavior.redraw import Place
from engine.claim_runs import example_of
from engine.errors import PeerscopeError
from engine.files.identify import identify
from engine.files.kinds import Identified
from engine.jobs import Answer, Job
from engine.results import Result, read_result
from engine.run import RunRequest
from gui.recordings.opening import OpenedEntry

if TYPE_CHECKING:
    from gui.tabs.behavior import BehaviorTab

_PAGES = {"Map": "Map", "Motifs": "Motifs"}


def link_panes(tab: BehaviorTab) -> None:
    """Connect what one part asks of another, where the tab has no say in it."""
    recordings, export = tab.recordings, tab.results.export
    recordings.seek.connect(tab.seek)
    recordings.readout.connect(tab.video.show_readout)
    recordings.listed.connect(partial(tab.side.show_column, "Recordings"))
    tab.video.download_requested.connect(recordings.sources.show_downloads)
    tab.desk.failed.connect(tab.workspace.note)
    tab.results.clip_chosen.connect(tab.playback.play)
    tab.embedding.export_requested.connect(export)
    tab.time.export_requested.connect(export)


def link_study(tab: BehaviorTab) -> None:
    """Connect both ways."""
    study = tab.study
    study.frame_chosen.connect(tab.seek)
    study.frames_selected.connect(tab.select)
    study.clip_chosen.connect(tab.playback.play)
    study.elsewhere_chosen.connect(partial(_open_elsewhere, tab))
    tab.embedding.elsewhere_chosen.connect(partial(_open_at_time, tab))
    tab.embedding.animal_chosen.connect(study.look_at)
    study.animal_changed.connect(tab.embedding.show_animal)
    study.spans_changed.connect(partial(_show_spans, tab))
    study.traces_changed.connect(tab.time.show_traces)
    study.export_requested.connect(tab.results.export)
    jobs = tab.workspace.jobs
    jobs.statuses_changed.connect(study.show_statuses)
    jobs.answered.connect(study.show_answers)
    jobs.answered.connect(partial(_show_clips, tab))
    tab.selection.index_changed.connect(study.show_index)
    tab.selection.indices_changed.connect(study.show_selected)
    tab.recordings.poses_changed.connect(partial(_take_poses, tab))
    tab.recordings.ready.connect(partial(_take_poses, tab))
    tab.side.shown_changed.connect(partial(_follow, tab))
    trials = tab.trials
    trials.showed.connect(study.show_figures)
    trials.measured.connect(tab.results.metrics.show_values)
    trials.running_changed.connect(partial(_settle, tab))
    trials.applied.connect(partial(_take_applied, tab))
    jobs.statuses_changed.connect(trials.show_statuses)
    jobs.updated.connect(trials.show_update)
    evaluate = QAction("Evaluate", tab)
    evaluate.setToolTip("Run behavior.evaluate with the parameters of the column Embed")
    evaluate.triggered.connect(partial(tab.guarded, tab.evaluate))
    trials.running_changed.connect(evaluate.setDisabled)
    trials.running_changed.connect(study.rivals.set_running)
    jobs.statuses_changed.connect(partial(_say_waiting, tab))
    study.rivals.add_action(evaluate)


def open_example(tab: BehaviorTab) -> None:
    """Open the synthetic recording, written on first use, and embed it."""

    def work() -> Identified:
        return identify(example_of(tab.name))

    def opened(file: Identified) -> None:
        tab.after_opening(partial(tab.guarded, tab.embed))
        tab.guarded(partial(tab.recordings.open_files, (file,)))

    def failed(sentence: str) -> None:
        tab.video.wait_for("")
        tab.workspace.note(sentence)

    tab.video.wait_for("Writing the example recording…")
    tab.workspace.background.run(work, opened, failed)


def open_demo(tab: BehaviorTab) -> None:
    """Open the recordings that ship with the product, and what its weights make of them."""
    tab.side.show_column("Recordings")  # where the second one is listed
    tab.pages.show_page("Map")
    tab.study.use_results(RESULTS, WEIGHTS)
    tab.form.form.set_values(EMBED.params(**TRAINED).model_dump())
    _release_when_shown(tab)

    def work() -> tuple[tuple[Identified, ...], Result]:
        pairs = demo_recordings()
        return tuple(identify(path) for pair in pairs for path in pair), read_result(RESULTS)

    def opened(found: tuple[tuple[Identified, ...], Result]) -> None:
        files, result = found
        tab.after_opening(partial(_show_measured, tab, result))
        tab.guarded(partial(tab.recordings.open_files, files))

    tab.workspace.background.run(work, opened, tab.workspace.note)


def _show_measured(tab: BehaviorTab, result: Result) -> None:
    tab.results.metrics.begin(result.metrics)
    tab.results.metrics.show_values(result.metrics)


def _release_when_shown(tab: BehaviorTab) -> None:
    """Torch may be loaded when the frame and the map are there, which someone waits for."""
    waited = {"frame", "map"}

    def came(what: str) -> None:
        waited.discard(what)
        if not waited:
            tab.workspace.warm.hold.release()

    tab.desk.shown.connect(partial(came, "frame"), Qt.ConnectionType.SingleShotConnection)
    tab.study.mapped.connect(partial(came, "map"), Qt.ConnectionType.SingleShotConnection)


def take_files(tab: BehaviorTab, files: tuple[Identified, ...]) -> None:
    """Open latents, weights and recordings; weights are applied when the recordings are open."""
    tables = [file for file in files if file.kind.name == "latents"]
    weights = [file for file in files if file.kind.name == "embedder"]
    recordings = tuple(file for file in files if file not in (*tables, *weights))
    if tables:
        tab.study.use_file(tables[0])
        tab.pages.show_page("Map")
    apply = partial(tab.guarded, partial(tab.trials.apply, weights[0])) if weights else None
    if recordings:
        tab.after_opening(apply)
        tab.guarded(partial(tab.recordings.open_files, recordings))
    elif apply is not None:
        apply()


def copy_command(tab: BehaviorTab) -> None:
    """Put the command line of an embedding on the clipboard; errors as `Scope.ask`."""

    def copy(request: RunRequest) -> None:
        QApplication.clipboard().setText(request.command())
        tab.workspace.note(f"Copied: {request.command()}", "info")

    tab.scope.ask(EMBED, tab.form.form.params(), copy)


def _say_waiting(tab: BehaviorTab, *_: object) -> None:
    """Empty pages say what is waited for, not what to press."""
    running = tab.running
    tab.embedding.set_embedding(running)
    tab.study.map.set_embedding(running)
    tab.study.training.set_running(running and tab.form.form.values()["method"] != "pca")


def _settle(tab: BehaviorTab, running: bool) -> None:
    if not running:
        tab.results.metrics.settle()


def _take_applied(tab: BehaviorTab, job: Job, weights: Identified) -> None:
    """Weights were applied: their codes are looked at like those of an embedding."""
    assert job.result is not None
    tab.study.use_results(job.folder, weights.path)
    tab.pages.show_page("Map")


def place_of(opened: OpenedEntry) -> Place:
    """Where a recording and its poses are."""
    poses = opened.pose_file
    return Place(opened.recording.path, None if poses is None else poses.path)


def _take_poses(tab: BehaviorTab, *_: object) -> None:
    """Points may be coloured by what the poses tell, and other recordings lend their context."""
    opened, entry = tab.recordings.entry_open, tab.recordings.entry
    if opened is None or entry is None:
        return
    tab.study.redrawing.set_place(place_of(opened))
    tab.study.set_poses(opened.poses, entry.mapping, entry.calibration)
    counted = {"pose_offset": entry.mapping.offset, "pose_stride": entry.mapping.stride}
    tab.form.form.set_values(counted)
    others = []
    for at, other in enumerate(tab.recordings.project.entries):
        video = other.path.find(tab.recordings.folder)
        if at != tab.recordings.current and video is not None:
            poses = other.poses.find(tab.recordings.folder) if other.poses is not None else None
            others.append((video.name, Place(video, poses)))
    tab.study.redraw.offer_contexts(others)


def _follow(tab: BehaviorTab, column: str) -> None:
    """The page that a column belongs to is worth looking at."""
    if column in _PAGES:
        tab.pages.show_page(_PAGES[column])


def _show_spans(tab: BehaviorTab, spans: object) -> None:
    """Motifs stand above the traces."""
    raster = tab.study.motifs.raster
    tab.time.line.set_motifs(tab.study.spans, () if raster is None else raster.category_names)


def _show_clips(tab: BehaviorTab, answers: Mapping[str, Answer]) -> None:
    """The clips of the selection are listed, and marked on the time line."""
    answer, recording = answers.get("behavior.clips"), tab.desk.recording
    if isinstance(answer, PeerscopeError):
        tab.workspace.note(answer.sentence)
    elif answer is not None and recording is not None:
        clips, times = tab.results.show_clips(answer["clips"]), recording.times_s
        last = len(times) - 1
        stretches = [(float(times[a]), float(times[min(b + 1, last)])) for a, b in clips]
        tab.time.show_selection(stretches, len(tab.selection.indices))


def _open_elsewhere(tab: BehaviorTab, name: str, frame: int) -> None:
    """Open the recording of that name, and go to the frame."""
    entries = tab.recordings.project.entries
    names = [{Path(entry.path.absolute).name, Path(entry.path.absolute).stem} for entry in entries]
    at = next((k for k, known in enumerate(names) if name in known), -1)
    if at < 0:
        told = PeerscopeError(f"That frame is of {name}: drop it on the window to see it.")
        tab.workspace.note(told.sentence, "warning")
        return
    tab.after_opening(partial(tab.seek, frame))
    tab.recordings.open_at(at)


def _open_at_time(tab: BehaviorTab, label: str, time_s: float) -> None:
    """Open the recording that a label of the moving embedding tells of, and go to a moment."""
    entries = tab.recordings.project.entries
    name = recording_of(label, [entry.name for entry in entries])
    if not name:
        _open_elsewhere(tab, label, 0)
        return

    def go() -> None:
        recording = tab.recordings.ensure_open()
        tab.study.look_at(label[len(name) :].removeprefix(", "))
        tab.seek(int(np.abs(recording.times_s - time_s).argmin()))

    tab.after_opening(go)
    tab.recordings.open_at([entry.name for entry in entries].index(name))
