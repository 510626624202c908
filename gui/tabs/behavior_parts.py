"""The panes and columns of the Behavior tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from engine.behavior.experiments import EMBED, EVALUATE, is_streamed, may_measure
from engine.figures.model import Axis, Figure, Line, Table
from engine.files.video.recording import Recording
from engine.jobs import Job
from engine.metrics import MetricHistory
from gui.bridge import Update
from gui.icons import set_icon
from gui.paced import Paced
from gui.recordings.parts import labelled
from gui.style import set_look
from gui.tabs.behavior_scope import ScopeBox
from gui.theme import theme
from gui.widgets.figure_view import FigureView
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.metric_table import MetricTable
from gui.widgets.param_form import ParamForm
from gui.widgets.side_column import SideColumn
from gui.workspace import Workspace

#: The learning curve is drawn anew at most so often.
_CURVE_S = 0.2
#: What an evaluation measures beyond an embedding, of the method asked for.
_EVALUATED = tuple(
    spec
    for spec in EVALUATE.metrics
    if spec.name in ("paired_r2", "swap_mse", "unchanged_mse", "session_accuracy")
)


def export_action(parent: QWidget, export: Callable[[], None]) -> QAction:
    """The button in a header that exports what the pane shows."""
    action = QAction("Export…", parent)
    action.setToolTip("Export as SVG, PDF, PNG or CSV")
    set_icon(action, "export")
    action.triggered.connect(export)
    return action


class EmbedColumn(SideColumn):
    """Left: the recording, the parameters, and the button that starts."""

    def __init__(self) -> None:
        super().__init__("Parameters", "left")
        self._name = ElidedLabel("No recording", "title")
        self._facts = QLabel("Drop a video anywhere.")
        self._facts.setWordWrap(True)
        set_look(self._facts, "secondary")
        self.scope = ScopeBox()
        self.form = ParamForm(lazy=True)
        self.embed_button = QPushButton("Embed")
        set_look(self.embed_button, "primary")
        self.embed_button.setToolTip("Run behavior.embed on these recordings (Ctrl+Return)")
        self.paper_button = QPushButton("Paper values")
        self.copy_button = QPushButton("Copy line")
        self.copy_button.setToolTip("Copy the command line that repeats the run")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(4))
        row.addWidget(self.paper_button)
        row.addWidget(self.copy_button)
        pair = QWidget()
        pair.setLayout(row)
        # The form is longer than a window is high: what starts stands above it.
        scope = labelled("Train on", self.scope)
        head = (Heading("Recording"), self._name, self._facts, scope, self.embed_button, pair)
        for widget in (*head, self.form):
            self.add(widget)

    def show_recording(self, recording: Recording) -> None:
        """Name the recording and say what it is."""
        self._name.set_text(recording.name)
        self._facts.setText(recording.summary)

    def set_running(self, running: bool) -> None:
        """Lock what may not change while a job runs."""
        self.form.set_running(running)
        self.scope.setEnabled(not running)
        self.embed_button.setEnabled(not running)
        self.embed_button.setText("Embedding…" if running else "Embed")


class ResultColumn(SideColumn):
    """Right: what was measured, the clips of the selection, and the smaller figures.

    Signals
    -------
    clip_chosen(int, int)
        First and last frame of the clip to play.
    """

    clip_chosen = Signal(int, int)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("Results", "right")
        self._workspace = workspace
        self._history = MetricHistory(tuple(spec.name for spec in EMBED.metrics))
        self.metrics = MetricTable((*EMBED.metrics, *_EVALUATED))
        self.clips = FigureView()
        self._curve = FigureView("Comes with the first frames.")
        names = ("variance", "mean_frame", "components")
        self._views = {name: FigureView("Comes when all frames are seen.") for name in names}
        self._play = QPushButton("Play clips")
        self._export = QPushButton("Export figures…")
        self._sections: dict[str, list[QWidget]] = {}
        self._clips: tuple[tuple[int, int], ...] = ()
        self._job: Job | None = None
        self._paced = Paced(self)
        self._prepared = Paced(self)
        self._figures: dict[str, Figure] = {}
        self._fill()
        self.clear()
        if workspace.warm.warm_up.done:
            self._prepare()
        else:
            workspace.warm.ready.connect(self._prepare, Qt.ConnectionType.QueuedConnection)

    @property
    def figures(self) -> Mapping[str, Figure]:
        """The newest figures by name."""
        return self._figures

    def begin(self, job: Job) -> None:
        """A job of this tab was submitted."""
        self.clear()
        params = job.request.params
        several = sum(item.role == "video" for item in job.request.files) > 1
        streamed = is_streamed(params) and not several
        self.metrics.begin(may_measure(params, streamed=streamed))
        self._job = job
        if streamed:
            # The room is taken while there is little to paint: figures that come move nothing.
            for name in ("learning", *self._views):
                self._reveal(name)

    def clear(self, empty: str = "Open a recording, then press Embed.") -> None:
        """Nothing is measured; say what comes next."""
        self._paced.clear()
        self._history.close()
        self._history = MetricHistory(tuple(spec.name for spec in EMBED.metrics))
        self._figures = {}
        for name, view in (("learning", self._curve), ("clips", self.clips), *self._views.items()):
            view.set_figure(None)
            self._reveal(name, shown=False)
        self.metrics.clear(empty)
        self._export.setVisible(False)

    def show_update(self, update: Update) -> None:
        """Show newer metrics and figures."""
        for step, metrics in update.metrics:
            self._history.append(step, metrics)
        if update.metrics:
            newest = {name: value for _, row in update.metrics for name, value in row.items()}
            self.metrics.show_values(newest)
            self._paced.put("curve", self._show_curve, _CURVE_S)
        self._figures.update(update.figures)
        for name, view in self._views.items():
            if name in update.figures:
                self._reveal(name)
                self._paced.put(name, partial(view.set_figure, update.figures[name]))
        self._export.setVisible(bool(self._figures))

    def show_clips(self, figure: Figure) -> tuple[tuple[int, int], ...]:
        """List the clips of the selection; returns the first and last frame of each."""
        table = figure.layers[0]
        rows = table.rows if isinstance(table, Table) else ()
        self._clips = tuple((int(str(row[1])), int(str(row[2]))) for row in rows)
        self.clips.set_figure(figure if rows else None)
        self._reveal("clips", shown=bool(rows))
        return self._clips

    def _fit_heights(self) -> None:
        """Figures take the room of figures: what comes later moves nothing."""
        super()._fit_heights()
        for widget, _ in self._heights:
            widget.setMaximumHeight(widget.minimumHeight())

    def _fill(self) -> None:
        self.add(Heading("Measured"))
        self.add(self.metrics)
        self._section("clips", "Clips", (self.clips, 180), (self._play, 0))
        self._section("learning", "Learning", (self._curve, 150))
        for name, title in (
            ("variance", "Variance"),
            ("mean_frame", "Mean frame"),
            ("components", "Components"),
        ):
            self._section(name, title, (self._views[name], 200 if name == "components" else 170))
        self.clips.row_chosen.connect(self._on_row)
        self._play.clicked.connect(self._on_play)
        self._export.clicked.connect(self._on_export_all)
        self.add(self._export)

    @Slot()
    def _prepare(self) -> None:
        """Once everything is loaded: what is opened with the window comes before it."""
        for view in (self.clips, self._curve, *self._views.values()):
            self._prepared.put(view, view.prepare)

    def _section(self, name: str, title: str, *widgets: tuple[QWidget, int]) -> None:
        heading = Heading(title)
        self.add(heading)
        self._sections[name] = [heading]
        for widget, height in widgets:
            if isinstance(widget, FigureView):
                widget.export_requested.connect(self.export)
                widget.notice.connect(self._workspace.note)
            self.add(widget, height)
            self._sections[name].append(widget)

    def _reveal(self, name: str, *, shown: bool = True) -> None:
        """An empty section takes no room."""
        for widget in self._sections[name]:
            if widget.isHidden() is shown:
                widget.setVisible(shown)

    def _show_curve(self) -> None:
        step, value = self._history.column("streamed_fve")
        if len(step):
            line = Line(step, value, "streamed", "measured")
            axes = Axis("frames seen"), Axis("explained")
            told = "of frames so far; may fall"
            self._curve.set_figure(Figure("Learning", (line,), *axes, caption=told))

    def export(self, figure: Figure) -> None:
        """Ask where to, and export one figure with the provenance of its run."""
        self._workspace.ask_and_export(self, figure, self._provenance())

    def _on_export_all(self) -> None:
        self._workspace.ask_and_export_all(self, self._figures, self._provenance())

    def _provenance(self) -> dict[str, object] | None:
        return None if self._job is None else self._job.provenance()

    def _on_row(self, row: int) -> None:
        if row < len(self._clips):
            self.clip_chosen.emit(*self._clips[row])

    def _on_play(self) -> None:
        """Play the clip that is chosen in the list, or the first."""
        self._on_row(max(0, self.clips.current_row))
