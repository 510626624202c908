"""The Compression tab: one matrix, its spectrum, its picture, and what each method makes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from engine.claim_runs import example_of
from engine.compression.matrices.experiments import (
    EXPERIMENTS,
    LPLR,
    RESTORE,
    SPECTRUM,
)
from engine.errors import PeerscopeError
from engine.experiment import Experiment
from engine.files.identify import identify, open_file
from engine.files.inputs import InputFile
from engine.files.kinds import Identified
from engine.history import Change
from engine.jobs import Job
from engine.run import RunRequest
from engine.session import FilePath, TabState
from gui.bridge import Update
from gui.commands import Command
from gui.exports import may_write
from gui.paced import Paced
from gui.tabs.base import Tab
from gui.tabs.compression_parts import (
    MatrixColumn,
    MethodsPane,
    PicturePane,
    ResultColumn,
    make_splitter,
)
from gui.tabs.matrix_pictures import OpenedMatrix, Unpacked, export_values, open_matrix, unpack
from gui.widgets.figure_view import FigureView
from gui.widgets.pane import Pane
from gui.workspace import Workspace

_BY_NAME = {item.name.partition(".")[2]: item for item in EXPERIMENTS}
_WORDS = {
    "lplr": "Compressing",
    "sweep": "Sweeping",
    "recommend": "Searching for",
    "neighbours": "Neighbours of",
    "checkpoint": "Compressing all of",
    "spectrum": "Spectrum of",
    "restore": "Decoding",
}


class CompressionTab(Tab):
    """Drop a matrix, press Compress, wipe between it and what its file decodes to."""

    name = "compression"
    kinds = ("image", "array", "table", "safetensors", "lplr")

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.form = MatrixColumn()
        self.picture = PicturePane()
        self.spectrum = FigureView("Singular values, and the error of the best matrix of a rank.")
        self.errors = FigureView("Press Sweep: error against bits for every method.")
        self.methods = MethodsPane()
        self.results = ResultColumn(workspace)
        self._opened: OpenedMatrix | None = None
        self._packed: Unpacked | None = None
        self._files: tuple[Path, ...] = ()
        self._job: Job | None = None
        self._side_job: Job | None = None
        self._run_name = ""
        self._paced = Paced(self)
        self._lay_out()
        self._connect()

    def open_files(self, files: tuple[Identified, ...]) -> None:
        """Open the first matrix, or packed file, of the files."""
        taken = next((file for file in files if file.kind.name in self.kinds), None)
        if taken is None:
            self.refuse(files[0], "drop an image, an array, a table, weights or a packed matrix")
        elif taken.kind.name == "lplr":
            self._open_packed(taken)
        else:
            self._open(taken)

    def open_example(self) -> None:
        """Open the phantom, written on first use, and compress it."""
        self.picture.say("Writing the example matrix…")

        def work() -> Identified:
            return identify(example_of(self.name))

        then = partial(self._guarded, partial(self.start, "lplr"))
        done = partial(self._open, then=then)
        self.workspace.background.run(work, done, self.workspace.note)

    def open_request(self, request: RunRequest, *, start: bool) -> None:
        """Open a run's matrix with its parameters, and run it again when asked."""
        values = request.params.model_dump()
        known = set(self.form.form.values())
        self.form.form.set_values({name: v for name, v in values.items() if name in known})
        name = request.experiment.name.partition(".")[2]
        file = request.files[0].file
        if file.kind.name == "lplr":
            self._open_packed(file)
            return
        then = partial(self._guarded, partial(self.start, name)) if start else None
        self._open(file, str(values.get("tensor", "")), then)

    def commands(self) -> tuple[Command, ...]:
        """What the keyboard can do here."""
        menu = "Compression"

        def idle() -> bool:
            return not self._running

        run = partial(self.start, "lplr")
        made = [
            Command("compression.run", "Compress", run, "Ctrl+Return", menu, enabled=idle),
            Command("compression.copy", "Copy the command", self.copy_command, "", menu),
            Command(
                "compression.save", "Save results…", self.save_results, "", menu, "save", "save"
            ),
            Command("compression.packed", "Save packed file…", self.save_packed, "", menu),
            Command(
                "compression.left", "Fold the left column", self.form.toggle, "F7", menu, "fold"
            ),
            Command(
                "compression.right",
                "Fold the right column",
                self.results.toggle,
                "F8",
                menu,
                "fold",
            ),
        ]
        for name, title in (("sweep", "Sweep"), ("recommend", "Recommend")):
            work = partial(self.start, name)
            made.append(Command(f"compression.{name}", title, work, "", menu, enabled=idle))
        return tuple(made)

    @property
    def _running(self) -> bool:
        return self._job is not None and not self._job.ended

    def start(self, name: str) -> None:
        """Run an experiment on the open matrix.

        Raises
        ------
        PeerscopeError
            Nothing is open, something runs, or a parameter is not allowed.
        """
        if self._running:
            raise PeerscopeError("A run is going on; cancel it first, or let it end.")
        request = self._request(_BY_NAME[name])
        self._job = self._submit(request, name)
        self.workspace.thumbnails.begin(self.name)
        self.results.begin(self._job, request.experiment.metrics)
        self.form.set_running(True)

    def copy_command(self) -> None:
        """Put the command line that repeats the run on the clipboard."""
        command = self._request(LPLR).command()
        QApplication.clipboard().setText(command)
        self.workspace.note(f"Copied: {command}", "info")

    def save_results(self) -> None:
        """Ask for a folder and copy the results there."""
        if self._job is None or self._job.result is None:
            raise PeerscopeError("There are no results yet: press Compress first.")
        folder = QFileDialog.getExistingDirectory(self, "Save results in")
        if folder:
            self.workspace.save_results(self._job, Path(folder) / self._job.folder.name)

    def save_packed(self) -> None:
        """Ask where to, and copy the packed file there, byte by byte; of channels, each."""
        if not self._files:
            raise PeerscopeError("There is no packed file yet: press Compress first.")
        words, _ = QFileDialog.getSaveFileName(
            self, "Save packed file", self._files[0].name, "Packed matrix (*.lplr)"
        )
        if not words:
            return
        target = Path(words)
        targets = [target]
        if len(self._files) > 1:
            numbers = range(1, len(self._files) + 1)
            targets = [target.with_stem(f"{target.stem}_{number}") for number in numbers]
        # About the one that was chosen, the dialog has asked.
        if may_write(self, (path for path in targets if path != target)):
            for source, path in zip(self._files, targets, strict=True):
                self.copy_packed(source, path)

    def copy_packed(self, source: Path, target: Path) -> None:
        """Copy a packed file beside the window."""

        def work() -> int:
            from engine.compression.matrices.container import write_bytes

            return write_bytes(source.read_bytes(), target)

        def done(size: int) -> None:
            self.workspace.note(f"Saved {target.name}, {size} bytes.", "info")

        self.workspace.background.run(work, done, self.workspace.note)

    def export_decoded(self) -> None:
        """Ask where to, and write the decoded values there."""
        if self._packed is None:
            raise PeerscopeError("There is nothing decoded yet: press Compress first.")
        values = self._packed.values
        words, _ = QFileDialog.getSaveFileName(
            self, "Export decoded", "decoded.npy", "Arrays (*.npy *.safetensors)"
        )
        if words:
            work = partial(export_values, values, Path(words))
            self.workspace.background.run(work, self._on_exported, self.workspace.note)

    def show_update(self, update: Update) -> None:
        """Draw what the tab's own jobs have shown."""
        if self._side_job is not None and update.key == self._side_job.key:
            self._show_figures(update)
        elif self._job is not None and update.key == self._job.key:
            self._show_figures(update)
            self.results.show_update(update)

    def resume(self, request: RunRequest, title: str) -> None:
        """Begin a run again that a crash had ended."""
        self.open_request(request, start=True)

    def state(self, folder: Path) -> TabState:
        """The open matrix, the parameters and the run."""
        files = {}
        if self._opened is not None:
            files["matrix"] = FilePath.of(self._opened.file.path, folder)
        tensor = self._opened.tensor if self._opened is not None else ""
        state = {"params": self._plain(), "tensor": tensor, "run": self._run_name}
        return TabState(files=files, state=state)

    def restore(self, state: TabState, folder: Path) -> None:
        """Open the matrix again, and what its run left."""
        self.form.form.set_values(state.state.get("params", {}))
        place = state.files.get("matrix")
        if place is None:
            return
        path = place.find(folder)
        if path is None:
            self.workspace.note(f"{place.absolute} is no longer there; drop it on the window.")
            return
        then = partial(self._on_restored, str(state.state.get("run", "")), folder)
        tensor = str(state.state.get("tensor", ""))
        done = partial(self._open, tensor=tensor, then=then)

        def work() -> Identified:
            file = identify(path)
            return file.seen_as(self.kinds) or file

        self.workspace.background.run(work, done, self.workspace.note)

    def _plain(self) -> dict[str, Any]:
        values = self.form.form.values()
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    def _lay_out(self) -> None:
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        # From the outside inwards: a part that is moved with all it holds is styled once more.
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(12, 12, 12, 12)
        figures = make_splitter(
            horizontal,
            Pane("Spectrum", self.spectrum),
            Pane("Error against bits", self.errors, "bytes of the whole file"),
        )
        split = make_splitter(vertical, self.picture, figures, self.methods, parent=centre)
        split.setSizes([270, 240, 170])
        for number, stretch in enumerate((4, 3, 1)):
            split.setStretchFactor(number, stretch)
        column.addWidget(split)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.form)
        row.addWidget(centre, 1)
        row.addWidget(self.results)

    def _connect(self) -> None:
        form, results = self.form, self.results
        form.form.set_model(LPLR.params, hidden=("tensor",))
        form.form.edited.connect(self._on_edited)
        form.form.changed.connect(self._on_param)
        form.asked.connect(self._on_asked)
        form.tensor_chosen.connect(self._on_tensor)
        form.paper_button.clicked.connect(form.form.take_paper_values)
        form.copy_button.clicked.connect(partial(self._guarded, self.copy_command))
        results.save_button.clicked.connect(partial(self._guarded, self.save_packed))
        results.decoded_button.clicked.connect(partial(self._guarded, self.export_decoded))
        self.picture.open_example.connect(self.open_example)
        for view in (self.spectrum, self.errors, self.methods.view):
            view.export_requested.connect(self._on_export)
            view.notice.connect(self.workspace.note)
            self._paced.put(view, view.prepare)
        self.workspace.jobs.statuses_changed.connect(self._on_statuses)

    def _guarded(self, action: Callable[[], object], *_: object) -> None:
        """Show what a button's action has to complain of."""
        try:
            action()
        except PeerscopeError as error:
            self.workspace.note(error.sentence)

    def _request(self, experiment: Experiment) -> RunRequest:
        if self._opened is None:
            raise PeerscopeError("Open a matrix first: drop one on the window.")
        checked = self.form.form.params().model_dump()
        if checked["channels"] == "each" and experiment is not LPLR:
            # As it is shown; one by one they can only be compressed.
            checked["channels"] = "stacked"
        values = {k: v for k, v in checked.items() if k in experiment.params.model_fields}
        if "tensor" in experiment.params.model_fields:
            values["tensor"] = self._opened.tensor
        role = experiment.inputs[0].role
        params = experiment.params.model_validate(values)
        return RunRequest(experiment, (InputFile(role, self._opened.file),), params)

    def _submit(self, request: RunRequest, name: str) -> Job:
        return self.workspace.submit(request, f"{_WORDS[name]} {request.files[0].path.name}")

    def _open(
        self, file: Identified, tensor: str = "", then: Callable[[], None] | None = None
    ) -> None:
        self.picture.say(f"Reading {file.path.name}…")
        channels = str(self.form.form.values()["channels"])
        work = partial(open_matrix, file, tensor, channels)
        done = partial(self._on_opened, then)
        self.workspace.background.run(work, done, self._on_not_opened)

    def _open_packed(self, file: Identified) -> None:
        done = partial(self._on_packed, file)
        self.workspace.background.run(partial(open_file, file), done, self.workspace.note)

    def _on_packed(self, file: Identified, opened: Any) -> None:
        if opened.checkpoint:
            self._forget()
            self.form.say(file.path.name, opened.summary)
            self.picture.say(
                "A packed checkpoint: its tensors are decoded to restored.safetensors, which "
                "Save results… keeps."
            )
            request = RunRequest(RESTORE, (InputFile("packed", file),), RESTORE.params())
            self._job = self._submit(request, "restore")
            self.results.begin(self._job, RESTORE.metrics)
            return
        self._unpack((file.path,))

    def _unpack(self, paths: tuple[Path, ...]) -> None:
        matrix = self._opened.matrix if self._opened is not None else None
        work = partial(unpack, paths, matrix)
        self.workspace.background.run(work, self._on_unpacked, self.workspace.note)

    def _on_opened(self, then: Callable[[], None] | None, opened: OpenedMatrix) -> None:
        self._forget()
        self._opened = opened
        self.form.show_matrix(opened)
        self.picture.show_original(opened)
        self._side_job = self._submit(self._request(SPECTRUM), "spectrum")
        if then is not None:
            then()

    def _forget(self) -> None:
        """Nothing is open, and nothing is shown."""
        self._opened, self._packed, self._run_name = None, None, ""
        self._files = ()
        self._paced.clear()
        self.results.clear()
        self.methods.clear()
        self.spectrum.set_figure(None)
        self.errors.set_figure(None)

    def _on_not_opened(self, sentence: str) -> None:
        self.workspace.note(sentence)
        if self._opened is not None:
            self.picture.show_original(self._opened)
        else:
            self.picture.say("Drop a matrix: an image, an array, a table or weights.")

    def _on_unpacked(self, unpacked: Unpacked) -> None:
        self._packed, self._files = unpacked, unpacked.paths
        self.picture.show_unpacked(unpacked)
        if unpacked.original is not None:
            grab = self.picture.wipe.grab
            self._paced.put("thumbnail", partial(self._leave_thumbnail, grab))
        else:
            self.form.say(unpacked.name, unpacked.facts)
        for button in (self.results.save_button, self.results.decoded_button):
            button.setEnabled(True)
        self.workspace.note(f"Decoded {unpacked.name}: {unpacked.facts}.", "info")

    def _leave_thumbnail(self, grab: Callable[[], QPixmap]) -> None:
        self.workspace.thumbnails.offer(self.name, grab, last=True)

    def _on_restored(self, run: str, folder: Path) -> None:
        if not run:
            return
        self._run_name = run
        self._take_packed(folder / "runs" / run)

    def _take_packed(self, run: Path) -> None:
        """Decode the matrices that a run packed; a checkpoint can be saved."""
        packed = tuple(sorted(run.glob("matrix*.lplr")))
        if packed:
            self._unpack(packed)
        elif (run / "checkpoint.lplr").is_file():
            self._files = (run / "checkpoint.lplr",)
            self.results.save_button.setEnabled(True)

    def _on_exported(self, path: Path) -> None:
        self.workspace.note(f"Exported {path.name}, {path.stat().st_size} bytes.", "info")

    def _show_figures(self, update: Update) -> None:
        for name, view in (("spectrum", self.spectrum), ("errors", self.errors)):
            if name in update.figures:
                self._paced.put(name, partial(view.set_figure, update.figures[name]))
        if "histogram" in update.figures and update.key != getattr(self._job, "key", -1):
            self.results.show_update(Update(0, figures=update.figures))
        if "layers" in update.figures and self._opened is not None:
            name = self._opened.file.path.name
            show = partial(self.methods.show_layers, update.figures["layers"], name)
            self._paced.put("methods", show)
        if "methods" in update.figures:
            self._paced.put("methods", partial(self.methods.add_figure, update.figures["methods"]))

    @Slot(str, object, object)
    def _on_edited(self, name: str, before: object, after: object) -> None:
        self.workspace.history.remember(Change(name, before, after, self._set_param))

    def _set_param(self, name: str, value: object) -> None:
        self.form.form.set_values({name: value})

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name == "channels" and self._opened is not None:
            self._open(self._opened.file, self._opened.tensor)

    @Slot(str)
    def _on_asked(self, name: str) -> None:
        self._guarded(partial(self.start, name))

    @Slot(str)
    def _on_tensor(self, tensor: str) -> None:
        if self._opened is not None:
            self._open(self._opened.file, tensor)

    @Slot(object)
    def _on_export(self, figure: Any) -> None:
        self.workspace.ask_and_export(self, figure)

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, Any]) -> None:
        for job in (self._job, self._side_job):
            status = statuses.get(job.key) if job is not None else None
            if status is not None and status.state == "failed":
                self.workspace.note(status.message)
        status = statuses.get(self._job.key) if self._job is not None else None
        if status is None or self._job is None:
            return
        self.form.set_running(not status.ended)
        if status.state == "done" and self._run_name != self._job.folder.name:
            self._run_name = self._job.folder.name
            self._take_packed(self._job.folder)
