"""What follows an embedding: maps, motifs, redrawing, scores; linked with frames by their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from engine.behavior.dbe_figures import traces
from engine.behavior.latent_experiments import MAP, MOTIFS
from engine.behavior.latent_kind import latents_in
from engine.behavior.latents import Latents
from engine.behavior.map_figures import Coloring, by_name, by_time
from engine.behavior.map_query import FIRST_MAP, LINEAR_MAP
from engine.behavior.pose_features import Feature, features
from engine.behavior.redraw import REDRAW, Place, Redrawer
from engine.behavior.rows import Circled, Rows
from engine.errors import PeerscopeError
from engine.experiment import Experiment, Query
from engine.figures.model import Figure
from engine.files.identify import identify, open_file
from engine.files.inputs import InputFile
from engine.files.kinds import Identified
from engine.job_status import JobStatus
from engine.jobs import Answer, Job
from engine.run import RunRequest
from gui.bridge import Update
from gui.paced import Paced
from gui.tabs.behavior_columns import RunColumn
from gui.tabs.behavior_map import MapPane
from gui.tabs.behavior_motifs import MotifPane
from gui.tabs.behavior_redraw import RedrawPane
from gui.tabs.behavior_redrawing import ASK_AGAIN_S, Redrawing
from gui.tabs.behavior_training import rivals_pane, training_pane
from gui.workspace import Workspace

#: Rings and cursors follow a playing video this often, redrawn frames less so.
_CURSOR_S, _REDRAW_S = 0.06, 0.12


class Study(QObject):
    """Holds the latents of the last embedding and what was made of them.

    Signals
    -------
    frame_chosen(int), frames_selected(object), clip_chosen(int, int)
        A point, some points or a bout of the recording on show.
    elsewhere_chosen(str, int)
        The same in another recording: its name and a frame.
    spans_changed(object)
        Motifs of the recording on show as (start s, stop s, colour).
    animal_changed(str)
        Another animal is looked at.
    traces_changed(object, int)
        A figure of the codes of the recording on show over time, and the size of a code.
    export_requested(object)
        A figure.
    mapped()
        The linear map is on show.
    """

    mapped = Signal()
    animal_changed = Signal(str)
    traces_changed = Signal(object, int)
    frame_chosen = Signal(int)
    frames_selected = Signal(object)
    clip_chosen = Signal(int, int)
    elsewhere_chosen = Signal(str, int)
    spans_changed = Signal(object)
    export_requested = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.map, self.motifs = MapPane(), MotifPane()
        self.training, self.rivals, self.redraw = training_pane(), rivals_pane(), RedrawPane()
        self.map_column = RunColumn(MAP, "Make map", "Making the map…")
        self.motif_column = RunColumn(MOTIFS, "Find motifs", "Finding motifs…")
        self.spans: tuple[tuple[float, float, int], ...] = ()
        self._source: Identified | None = None
        self._recording, self._times = "", np.zeros(0)
        self._rows, self._circled = Rows.of((), ""), Circled()
        #: Of several animals the one that was chosen last: by a point, or for redrawing.
        self._animal = ""
        self._features: dict[str, Feature] = {}
        self._motif_rows: Coloring | None = None
        self._jobs: dict[str, Job] = {}
        self._map_method = "pca"
        self._last_motifs: Path | None = None
        self.redrawing = Redrawing(self.redraw, workspace)
        self._index = 0
        #: What is done when the latents asked for are read.
        self._then: Callable[[], None] | None = None
        self._paced = Paced(self)
        self._connect()

    @property
    def parts(self) -> tuple[Latents, ...]:
        """The latents there are."""
        return self._rows.parts

    @property
    def pages(self) -> tuple[tuple[str, str, Any], ...]:
        """Name, tip and pane of each page."""
        return (
            ("Training", "Loss and redrawn frames, live", self.training),
            ("Map", "Latents by PCA, t-SNE or UMAP", self.map),
            ("Motifs", "Ethogram and bouts", self.motifs),
            ("Redraw", "Move the code, swap the context", self.redraw),
            ("Scores", "Disentanglement beside PCA and an autoencoder", self.rivals),
        )

    def set_recording(
        self, name: str, times_s: NDArray[np.float64], place: Place, keep: bool = False
    ) -> None:
        """Another recording is on show; latents that tell of it stay, others where `keep` asks."""
        self._recording, self._times = name, times_s
        self._features, self._circled = {}, Circled()
        self.map.view.stop_lasso()
        told = self.tells_of(name)
        if not told and not keep:
            self.clear()
        self.redrawing.set_place(place)
        self.redraw.show_first()
        if told:
            self._set_rows(Rows.of(self.parts, name))
            self._offer_colors()
            self._show_motif_spans()
            self._show_traces()

    def tells_of(self, name: str) -> bool:
        """Whether there are codes of the recording of that name."""
        told = {part.recording for part in self.parts}
        return name in told or Path(name).stem in told

    def clear(self) -> None:
        """No latents any more."""
        self._source, self._motif_rows, self._last_motifs = None, None, None
        self._paced.clear()
        self.redrawing.drop()
        self._set_parts(())
        self.training.clear()
        self.rivals.clear()

    def begin(self, job: Job) -> None:
        """A new embedding was started."""
        self.clear()

    def use_results(self, folder: Path, weights: Path | None = None) -> None:
        """An embedding is finished: read its latents, and get ready to redraw.

        `weights` are those that were applied; without them, the run's own are looked for.
        """

        def work() -> tuple[Identified, tuple[Latents, ...], Callable[[Place], Redrawer]]:
            source = identify(folder)
            opened: Any = open_file(source)
            redraws = partial(Redrawer, folder, dict(opened.result.params), weights=weights)
            return source, latents_in(opened), redraws

        self._workspace.background.run(work, self._on_latents, self._workspace.note)

    def use_file(self, source: Identified) -> None:
        """A table of latents was dropped."""

        def work() -> tuple[Identified, tuple[Latents, ...], None]:
            return source, latents_in(open_file(source)), None

        self._workspace.background.run(work, self._on_latents, self._workspace.note)

    def open_request(self, request: RunRequest, *, start: bool) -> None:
        """Stand as before a map or a segmentation; `start` also runs it."""
        mapping = request.experiment is MAP
        column = self.map_column if mapping else self.motif_column
        column.form.set_values(request.params.model_dump())
        if start:
            self._then = partial(self._guarded, self.run_map if mapping else self.run_motifs)
        self.use_file(next(item.file for item in request.files if item.role == "latents"))

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Show what an embedding or an evaluation has shown."""
        self.training.show_figures(figures)
        self.rivals.show_figures(figures)

    def show_update(self, update: Update) -> None:
        """Show what a map or a segmentation has shown."""
        name = next((n for n, job in self._jobs.items() if job.key == update.key), "")
        column = {MAP.name: self.map_column, MOTIFS.name: self.motif_column}.get(name)
        if column is None:
            return
        newest = {key: value for _, row in update.metrics for key, value in row.items()}
        if newest:
            column.metrics.show_values(newest)
        if name == MAP.name and "trustworthiness" in newest:
            shown = partial(self.map.show_map, self._map_method, update.figures)
            self._paced.put("map", shown)
        if name == MOTIFS.name and "ethogram" in update.figures:
            self._paced.put("motifs", partial(self._show_motifs, update.figures))

    def show_statuses(self, statuses: Mapping[int, JobStatus]) -> None:
        """Follow the jobs of this study."""
        for name, column in ((MAP.name, self.map_column), (MOTIFS.name, self.motif_column)):
            job = self._jobs.get(name)
            status = statuses.get(job.key) if job is not None else None
            if status is None or job is None:
                continue
            column.set_running(not status.ended)
            if name == MAP.name:
                self.map.set_running(not status.ended)
            else:
                self.motifs.set_running(not status.ended)
            if status.state == "failed":
                self._workspace.note(status.message)
            if status.state == "done" and name == MOTIFS.name and self._last_motifs != job.folder:
                self._last_motifs = job.folder
                self._read_motifs(job.folder)

    def show_answers(self, answers: Mapping[str, Answer]) -> None:
        """Answers to what this study asked."""
        for query, place, show in (
            (FIRST_MAP, "linear", self._show_linear),
            (LINEAR_MAP, "linear", self._show_linear),
            (REDRAW, "redrawn", self.redrawing.show),
        ):
            answer = answers.get(query.name)
            if isinstance(answer, PeerscopeError):
                self._workspace.note(answer.sentence)
            elif answer is not None:
                self._paced.put(place, partial(show, answer))

    def show_index(self, index: int) -> None:
        """The tab has moved to a frame."""
        self._index = index
        self._paced.put("row", self._show_row, _CURSOR_S)
        self._paced.put("frame", partial(self.redraw.show_index, index), _REDRAW_S)

    def _show_row(self) -> None:
        index, row = self._index, self._rows.row_of(self._index, self._animal)
        self.map.show_row(row)
        if row >= 0 and index < len(self._times):
            words = "" if self._motif_rows is None else self._motif_rows.name_of(row)
            self.motifs.show_now(float(self._times[index]), words)

    def show_selected(self, frames: NDArray[np.int64]) -> None:
        """Frames of the recording on show are selected."""
        lit = self._circled.lit(frames, self._rows.rows_of(frames))
        self.map.show_selected(lit, self._circled.words(frames))

    def set_poses(self, poses: Any, mapping: Any, scale: Any) -> None:
        """Poses of the recording on show, or None: points can be coloured by what they tell."""
        self._features = {}
        self._offer_colors()
        if poses is None or not len(self._times):
            return
        work = partial(features, poses, mapping, self._times, scale)
        done = partial(self._on_features, self._recording)
        self._workspace.background.run(work, done, self._workspace.note)

    def run_map(self) -> None:
        """Make the map that the form describes; `PeerscopeError` where it cannot be."""
        self._map_method = self.map_column.form.values()["method"]
        self.map.set_running(True)
        try:
            self._submit(MAP, self.map_column, f"{self._map_method} map of {self._name}")
        except PeerscopeError:
            self.map.set_running(False)
            raise

    def run_motifs(self) -> None:
        """Find motifs as the form says; colours of the last ones are kept."""
        values = self.motif_column.form.values()
        known = {"previous": str(self._last_motifs)} if self._last_motifs else {}
        if known and not values["previous"]:
            self.motif_column.form.set_values(known)
        self._submit(MOTIFS, self.motif_column, f"Motifs of {self._name}")

    def copy_command(self, experiment: Experiment, column: RunColumn) -> None:
        """Put the command line of a run on the clipboard."""
        command = self._request(experiment, column).command()
        QApplication.clipboard().setText(command)
        self._workspace.note(f"Copied: {command}", "info")

    def close(self) -> None:
        """Close the recordings that were opened for redrawing."""
        self._paced.clear()
        self.redrawing.close()

    @property
    def _name(self) -> str:
        return self._recording or "latents"

    def _connect(self) -> None:
        self.map.row_chosen.connect(self._on_row)
        self.map.rows_selected.connect(self._on_rows)
        self.map.method_chosen.connect(self._on_method)
        self.map.map_asked.connect(self._on_map_asked)
        self.map_column.asked.connect(partial(self._guarded, self.run_map))
        self.map_column.form.changed.connect(self._on_map_param)
        self.motif_column.asked.connect(partial(self._guarded, self.run_motifs))
        for experiment, column in ((MAP, self.map_column), (MOTIFS, self.motif_column)):
            copy = partial(self.copy_command, experiment, column)
            column.copy_asked.connect(partial(self._guarded, copy))
        self.motifs.sought.connect(self._on_time)
        self.motifs.bout_chosen.connect(self._on_bout)
        self.redraw.animal_chosen.connect(self.look_at)
        for pane in (self.map, self.motifs, self.training, self.rivals, self.redraw):
            pane.export_requested.connect(self.export_requested)

    def _guarded(self, action: Any, *_: object) -> None:
        try:
            action()
        except PeerscopeError as error:
            self._workspace.note(error.sentence)

    def _request(self, experiment: Experiment, column: RunColumn) -> RunRequest:
        if self._source is None:
            raise PeerscopeError("There are no latents yet: press Embed first.")
        files = (InputFile("latents", self._source),)
        return RunRequest(experiment, files, column.form.params())

    def _submit(self, experiment: Experiment, column: RunColumn, title: str) -> None:
        before = self._jobs.get(experiment.name)
        if before is not None and not before.ended:
            raise PeerscopeError("One of these runs already; cancel it first, or let it end.")
        request = self._request(experiment, column)
        column.metrics.begin()
        self._jobs[experiment.name] = self._workspace.submit(request, title)
        column.set_running(True)

    def _on_latents(
        self, read: tuple[Identified, tuple[Latents, ...], Callable[[Place], Redrawer] | None]
    ) -> None:
        self._source, parts, redraws = read
        self.redrawing.drop()
        self._set_parts(parts)
        self._ask_linear(FIRST_MAP)
        self._judge()
        then, self._then = self._then, None
        if then is not None:
            then()
        self._show_traces()
        if redraws is not None:
            self.redrawing.use(redraws, parts[0].values.std(axis=0))

    def _set_parts(self, parts: Sequence[Latents]) -> None:
        self._set_rows(Rows.of(parts, self._recording))
        self._circled, self._motif_rows = Circled(), None
        self.motifs.clear()
        self._set_spans(())
        self.map.set_latents(parts)
        self._offer_colors()
        about = ""
        if parts:
            frames = sum(len(part) for part in parts)
            many = f", {len(parts)} animals or recordings" if len(parts) > 1 else ""
            about = f"{frames} codes of {parts[0].size} numbers{many}"
        for column in (self.map_column, self.motif_column):
            column.show_latents(about)
            column.metrics.clear()
        self.map.set_running(False)
        self.show_index(self._index)

    def _set_rows(self, rows: Rows) -> None:
        self._rows = rows
        self.redraw.offer_animals([part.animal for part in rows.own])
        self.redraw.show_animal(self._animal)

    def look_at(self, animal: str) -> None:
        """Rings, codes, motifs and redrawing are of that animal from now on."""
        if animal != self._animal:
            self._animal = animal
            self.redraw.show_animal(animal)
            self.animal_changed.emit(animal)
            self._show_traces()
            self._show_motif_spans()
            self.show_index(self._index)

    def _show_traces(self) -> None:
        part = self._rows.part_of(self._animal)
        if part is not None:
            figure = traces(part.values, part.time_s, part.label)
            self.traces_changed.emit(figure, part.size)

    def _judge(self) -> None:
        """Ask how far the map can be trusted; its libraries load after what is waited for."""
        if self._workspace.warm.hold.on:
            self._paced.put("judge", self._judge, ASK_AGAIN_S)
        else:
            self._ask_linear(LINEAR_MAP)

    def _ask_linear(self, query: Query) -> None:
        if self.parts:
            params = self.map_column.form.params()
            self._workspace.jobs.ask(query.name, query.run, self.parts, params)

    def _show_linear(self, figures: Mapping[str, Figure]) -> None:
        self.map.show_map("pca", figures)
        self.map.show_row(self._rows.row_of(self._index, self._animal))
        self.mapped.emit()

    def _offer_colors(self) -> None:
        if not self.parts:
            self.map.set_colorings(())
            return
        names = (by_name(self.parts, which) for which in ("recording", "animal"))
        told = (self._rows.colored(name, item) for name, item in self._features.items())
        motif = (self._motif_rows,) if self._motif_rows is not None else ()
        self.map.set_colorings((by_time(self.parts), *names, *motif, *told))

    def _on_features(self, recording: str, found: dict[str, Feature]) -> None:
        if recording == self._recording:
            self._features = found
            self._offer_colors()

    def _on_method(self, method: str) -> None:
        self.map_column.form.set_values({"method": method})

    def _on_map_param(self, name: str, value: object) -> None:
        if name == "method":
            self.map.choose_method(str(value))
        if name in ("standardise", "judged", "judged_neighbors"):
            self._ask_linear(LINEAR_MAP)

    def _on_map_asked(self, method: str) -> None:
        self.map_column.form.set_values({"method": method})
        self._guarded(self.run_map)

    def _on_row(self, row: int) -> None:
        part, frame = self._rows.place_of(row)
        self.look_at(part.animal)
        if row in self._rows.mine:
            self.frame_chosen.emit(frame)
        else:
            self.elsewhere_chosen.emit(part.recording, frame)

    def _on_rows(self, rows: NDArray[np.int64]) -> None:
        self._circled = Circled.of(rows, self._rows.mine, self._rows.frames)
        self.frames_selected.emit(self._circled.frames)
        self.show_selected(self._circled.frames)  # the same frames may be other points

    def _on_time(self, time_s: float, row: int) -> None:
        part = self.parts[row] if 0 <= row < len(self.parts) else None
        if part is None or not len(self._times):
            return
        self.look_at(part.animal)
        if part in self._rows.own:
            self.frame_chosen.emit(int(np.abs(self._times - time_s).argmin()))
        else:
            at = int(np.abs(part.time_s - time_s).argmin())
            self.elsewhere_chosen.emit(part.recording, int(part.frame[at]))

    def _on_bout(self, recording: str, animal: str, first: int, last: int) -> None:
        self.look_at(animal)
        if recording in {"", self._recording, Path(self._recording).stem}:
            self.clip_chosen.emit(first, last)
        else:
            self.elsewhere_chosen.emit(recording, first)

    def _show_motifs(self, figures: Mapping[str, Figure]) -> None:
        self.motifs.show_figures(figures)
        self._show_motif_spans()

    def _show_motif_spans(self) -> None:
        raster, part = self.motifs.raster, self._rows.part_of(self._animal)
        if raster is None or part is None:
            self._set_spans(())
            return
        here = raster.row == self.parts.index(part)
        rows = zip(raster.start[here], raster.stop[here], raster.category[here], strict=True)
        self._set_spans(tuple((float(a), float(b), int(c)) for a, b, c in rows))

    def _set_spans(self, spans: tuple[tuple[float, float, int], ...]) -> None:
        self.spans = spans
        self.spans_changed.emit(spans)

    def _read_motifs(self, folder: Path) -> None:
        def work() -> tuple[Latents, ...]:
            return latents_in(open_file(identify(folder)))

        self._workspace.background.run(work, self._on_motifs, self._workspace.note)

    def _on_motifs(self, labelled: tuple[Latents, ...]) -> None:
        if [len(part) for part in labelled] != [len(part) for part in self.parts]:
            return
        color = np.concatenate([part.extra["motif_color"] for part in labelled])
        motif = np.concatenate([part.extra["motif"] for part in labelled])
        names = [""] * (int(color.max()) + 1)
        for number in np.unique(motif).tolist():
            names[int(color[motif == number][0])] = f"motif {number}"
        words = tuple(name or "unused" for name in names)
        self._motif_rows = Coloring("motif", category=color, names=words)
        self._offer_colors()
        self.map.color_by("motif")
        self.show_index(self._index)
