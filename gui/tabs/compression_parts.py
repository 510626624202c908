"""The panes and columns of the Compression tab."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.compression.matrices.data import Choice
from engine.compression.matrices.experiments import LPLR
from engine.experiment import MetricSpec
from engine.figures.model import Figure, Table
from engine.jobs import Job
from gui.bridge import Update
from gui.icons import set_icon
from gui.paced import Paced
from gui.style import set_look
from gui.tabs.matrix_pictures import OpenedMatrix, Unpacked
from gui.theme import theme
from gui.widgets.drop_box import DropBox
from gui.widgets.empty_state import EmptyState
from gui.widgets.figure_view import FigureView
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.metric_table import MetricTable
from gui.widgets.pane import Pane
from gui.widgets.param_form import ParamForm
from gui.widgets.side_column import SideColumn
from gui.widgets.wipe_view import Viewport, WipeView
from gui.workspace import Workspace

#: Buttons of the column: name, title, tool tip.
ACTIONS = (
    ("sweep", "Sweep", "Error against bits for every method"),
    ("recommend", "Recommend", "Search the best method, rank and bits for this budget"),
    ("neighbours", "Neighbours", "Nearest neighbours of the rows before and after"),
    ("checkpoint", "Whole file", "Compress every layer of the checkpoint to the budget"),
)


class MatrixColumn(SideColumn):
    """Left: the matrix, the parameters, and the buttons that start.

    Signals
    -------
    tensor_chosen(str)
        Another array of the file was picked.
    asked(str)
        An experiment of `ACTIONS`, or "lplr", by its short name.
    """

    tensor_chosen = Signal(str)
    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__("Parameters", "left")
        self._name = ElidedLabel("No matrix", "title")
        self._facts = QLabel("Drop an image, an array, a table or weights anywhere.")
        self._facts.setWordWrap(True)
        set_look(self._facts, "secondary")
        self._choices = DropBox()
        self._choices.setAccessibleName("Array of the file")
        self._choices.setToolTip("Arrays of the file that are matrices")
        self._choices.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choices.activated.connect(self._on_choice)
        self._choices.hide()
        self.form = ParamForm()
        self.run_button = QPushButton("Compress")
        set_look(self.run_button, "primary")
        self.run_button.setToolTip("Run compression.lplr on the matrix (Ctrl+Return)")
        self.run_button.clicked.connect(partial(self._on_asked, "lplr"))
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip("Copy the command line that repeats the run")
        self.paper_button = QPushButton("Paper values")
        self._buttons: dict[str, QPushButton] = {}
        for widget in (Heading("Matrix"), self._name, self._facts, self._choices):
            self.add(widget)
        self.add(self.run_button)
        self.add(self._make_buttons())
        self.add(self.form)

    def show_matrix(self, opened: OpenedMatrix) -> None:
        """Name the matrix, say what it is, and offer the others of its file."""
        matrix = opened.matrix
        rows, columns = matrix.shape
        self._name.set_text(matrix.name)
        megabytes = matrix.values.size * _bytes_of(matrix.dtype) / 1e6
        facts = f"{rows} x {columns} · {matrix.dtype} · {megabytes:.3g} MB"
        self._facts.setText(facts + (f"\n{matrix.note}" if matrix.note else ""))
        self._fill_choices(opened.choices, opened.tensor)
        self._buttons["checkpoint"].setVisible(opened.file.kind.name == "safetensors")

    def say(self, name: str, facts: str) -> None:
        """Name something that is no matrix of a plain file."""
        self._name.set_text(name)
        self._facts.setText(facts)
        self._choices.hide()

    def set_running(self, running: bool) -> None:
        """Lock what may not change while a job runs."""
        self.form.set_running(running)
        self.run_button.setText("Working…" if running else "Compress")
        for button in (self.run_button, *self._buttons.values()):
            button.setEnabled(not running)

    def _fill_choices(self, found: Sequence[Choice], tensor: str) -> None:
        self._choices.clear()
        for choice in found:
            shape = " x ".join(map(str, choice.shape))
            self._choices.addItem(f"{choice.name}  {shape}", choice.name)
        at = self._choices.findData(tensor) if tensor else 0
        self._choices.setCurrentIndex(max(0, at))
        self._choices.setVisible(len(found) > 1)

    def _make_buttons(self) -> QWidget:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme().px(4))
        for number, (name, title, tip) in enumerate(ACTIONS):
            button = QPushButton(title)
            button.setToolTip(f"{tip} (compression.{name})")
            button.clicked.connect(partial(self._on_asked, name))
            self._buttons[name] = button
            grid.addWidget(button, number // 2, number % 2)
        self._buttons["checkpoint"].hide()
        grid.addWidget(self.paper_button, 2, 0)
        grid.addWidget(self.copy_button, 2, 1)
        box = QWidget()
        box.setLayout(grid)
        return box

    def _on_choice(self, index: int) -> None:
        self.tensor_chosen.emit(str(self._choices.itemData(index)))

    def _on_asked(self, name: str, *_: object) -> None:
        self.asked.emit(name)


class PicturePane(Pane):
    """Original and compressed under a wipe, and beside them their difference."""

    open_example = Signal()

    def __init__(self) -> None:
        self._viewport = Viewport()
        words = "Press Compress: the decoded file appears here."
        self.wipe = WipeView("Original and compressed", self._viewport)
        self.difference = WipeView("Compressed minus original", self._viewport, words)
        self._empty = EmptyState(
            "Drop a matrix", "png, tiff, jpg, npy, npz, csv, safetensors, or a packed .lplr"
        )
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.wipe)
        split.addWidget(self.difference)
        split.setSizes([500, 500])
        self._body = QStackedWidget()
        self._body.addWidget(self._empty)
        self._body.addWidget(split)
        super().__init__("Matrix", self._body)
        self._empty.add_button("Open example", self.open_example.emit)
        reset = QAction("Show everything", self)
        reset.setToolTip("Show the whole matrix (double click)")
        reset.triggered.connect(self._viewport.reset)
        set_icon(reset, "reset-view")
        self.add_action(reset)
        self.wipe.pointed.connect(self.set_detail)
        self.difference.pointed.connect(self.set_detail)

    def say(self, text: str) -> None:
        """Say what is being waited for, or why there is no picture."""
        self.set_shown("")
        self.wipe.set_matrices(None)
        self.wipe.set_message(text)
        self.difference.set_matrices(None)
        self._body.setCurrentIndex(1)

    def show_original(self, opened: OpenedMatrix) -> None:
        """A matrix was opened: nothing is compressed yet."""
        self._body.setCurrentIndex(1)
        self._viewport.reset()
        self.wipe.set_matrices(opened.picture)
        self.difference.set_matrices(None)
        self.set_shown("original" + _sampled(opened.picture.values.shape, opened.picture.shape))

    def show_unpacked(self, unpacked: Unpacked) -> None:
        """Show what a file decodes to, beside the original where there is one."""
        self._body.setCurrentIndex(1)
        if unpacked.original is None:
            self.wipe.set_matrices(unpacked.picture)
            self.difference.set_matrices(None)
            self.difference.set_message("Drop the original first to see the difference.")
            self.set_shown(f"decoded from {unpacked.name}")
            return
        names = ("original", "compressed")
        self.wipe.set_matrices(unpacked.original, unpacked.picture, names)
        self.difference.set_matrices(unpacked.difference)
        assert unpacked.difference is not None
        shown = _sampled(unpacked.picture.values.shape, unpacked.picture.shape)
        reach = unpacked.difference.high
        self.set_shown(f"wipe · right: compressed minus original, ±{reach:.3g}{shown}")


class ResultColumn(SideColumn):
    """Right: the verdict, what was measured, and the smaller figures."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("Results", "right")
        self._workspace = workspace
        self._verdict = QLabel()
        self._verdict.setWordWrap(True)
        self._metrics: MetricTable = MetricTable(LPLR.metrics)
        self._room = QVBoxLayout()
        self._room.setContentsMargins(0, 0, 0, 0)
        self._texts = QLabel()
        self._texts.setWordWrap(True)
        set_look(self._texts, "secondary")
        self._views = {
            "histogram": FigureView("Entries of the matrix, and the levels of the quantizer."),
            "levels": FigureView("How often each code is used."),
            "ranking": FigureView("Recommend ranks the best of each method."),
            "neighbours": FigureView("Neighbours tells what the rows lose."),
            "layer_errors": FigureView("Of a whole checkpoint, layer by layer."),
        }
        self._export = QPushButton("Export figures…")
        self.save_button = QPushButton("Save packed file…")
        self.decoded_button = QPushButton("Export decoded…")
        self._figures: dict[str, Figure] = {}
        self._job: Job | None = None
        self._paced = Paced(self)
        self._fill()
        self.clear()

    def clear(self) -> None:
        """Nothing is measured."""
        self._figures = {}
        self._metrics.clear()
        self._verdict.hide()
        self._texts.setText("")
        for view in self._views.values():
            view.set_figure(None)
        for button in (self._export, self.save_button, self.decoded_button):
            button.setEnabled(False)

    def begin(self, job: Job, specs: Sequence[MetricSpec]) -> None:
        """A job of this tab was submitted."""
        self._job = job
        fresh = MetricTable(specs, "Running…")
        self._room.replaceWidget(self._metrics, fresh)
        self._metrics.hide()
        self._metrics.deleteLater()
        self._metrics = fresh
        self._texts.setText("")

    def show_update(self, update: Update) -> None:
        """Show newer metrics, words and figures."""
        for _, metrics in update.metrics:
            self._metrics.show_values(metrics)
        words = [text for name, text in update.texts.items() if name not in _VERDICTS]
        if words:
            self._texts.setText("\n".join(words))
        told = [update.texts[name] for name in _VERDICTS if name in update.texts]
        if told:
            self._verdict.setText("\n".join(told))
            self._verdict.show()
        self._figures.update(update.figures)
        for name, view in self._views.items():
            if name in update.figures:
                self._paced.put(name, partial(view.set_figure, update.figures[name]))
        self._export.setEnabled(bool(self._figures))

    def _fill(self) -> None:
        measured = QWidget()
        measured.setLayout(self._room)
        self._room.addWidget(self._metrics)
        for widget in (Heading("Measured"), self._verdict, measured, self._texts):
            self.add(widget)
        titles = ("Entries and levels", "Use of the levels", "Ranking", "Neighbours", "Layers")
        for title, view in zip(titles, self._views.values(), strict=True):
            self.add(Heading(title))
            view.setFixedHeight(theme().px(170))
            view.export_requested.connect(self._on_export)
            view.notice.connect(self._workspace.note)
            self._paced.put(title, view.prepare)
            self.add(view)
        for button in (self.save_button, self.decoded_button, self._export):
            self.add(button)
        self._export.clicked.connect(self._on_export_all)

    def _provenance(self) -> dict[str, object] | None:
        return None if self._job is None else self._job.provenance()

    def _on_export(self, figure: Figure) -> None:
        self._workspace.ask_and_export(self, figure, self._provenance())

    def _on_export_all(self) -> None:
        self._workspace.ask_and_export_all(self, self._figures, self._provenance())


_VERDICTS = ("reason", "warning")


class MethodsPane(Pane):
    """Every run on this matrix, the newest first: bytes by formula beside bytes on disk."""

    def __init__(self) -> None:
        self.view = FigureView("Every method you run is listed here, for comparison.")
        super().__init__("Methods", self.view)
        self._rows: dict[tuple[object, ...], tuple[str | float | int | None, ...]] = {}
        self._columns: tuple[str, ...] = ()

    def clear(self) -> None:
        """Another matrix was opened."""
        self._rows = {}
        self.view.set_figure(None)
        self.set_shown("")

    def add_figure(self, figure: Figure) -> None:
        """Add the rows of a table; a row of the same setting takes the place of the old."""
        table = figure.layers[0]
        if not isinstance(table, Table):
            return
        wide = max(self._columns, table.columns, key=len)
        found = {row[:4] + row[7:8]: _padded(row, len(wide)) for row in table.rows}
        old = {k: _padded(row, len(wide)) for k, row in self._rows.items() if k not in found}
        self._columns, self._rows = wide, found | old
        rows = tuple(self._rows.values())
        self.view.set_figure(Figure("Methods", (Table(wide, rows),)))
        settings = "1 setting" if len(rows) == 1 else f"{len(rows)} settings"
        self.set_shown(f"{settings} on this matrix, newest first")

    def show_layers(self, figure: Figure, name: str) -> None:
        """The layers of a whole checkpoint, in the place of the methods until the next run."""
        self.view.set_figure(figure)
        self.set_shown(f"layers of {name}, as they were packed")


def _padded(
    row: tuple[str | float | int | None, ...], width: int
) -> tuple[str | float | int | None, ...]:
    return row + (None,) * (width - len(row))


def _sampled(drawn: tuple[int, ...], whole: tuple[int, int]) -> str:
    if drawn[0] == whole[0] and drawn[1] == whole[1]:
        return ""
    down, across = -(-whole[0] // drawn[0]), -(-whole[1] // drawn[1])
    return f" · means of {down} x {across} blocks"


def _bytes_of(dtype: str) -> int:
    digits = "".join(letter for letter in dtype if letter.isdigit())
    return max(1, int(digits or 8) // 8)


def make_splitter(
    orientation: Qt.Orientation, *widgets: QWidget, parent: QWidget | None = None
) -> QSplitter:
    """A splitter none of whose parts can vanish."""
    split = QSplitter(orientation, parent)
    split.setChildrenCollapsible(False)
    split.setHandleWidth(theme().px(12))
    for widget in widgets:
        split.addWidget(widget)
    return split
