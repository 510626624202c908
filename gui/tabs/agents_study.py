"""The right column of the Agents tab: what can be run on the agent, and what came of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from engine.agents.experiments import CLONE, LATENT, ROLLOUT, SWEEP, TRAIN
from engine.experiment import Experiment
from engine.figures.model import Figure
from engine.jobs import Job
from gui.bridge import Update
from gui.paced import Paced
from gui.style import set_look
from gui.theme import theme
from gui.widgets.drop_box import DropBox
from gui.widgets.figure_view import FigureView
from gui.widgets.labels import Heading
from gui.widgets.param_form import ParamForm
from gui.widgets.side_column import SideColumn
from gui.workspace import Workspace

STUDIES: tuple[tuple[str, Experiment], ...] = (
    ("Rollout: scores", ROLLOUT),
    ("Sweep: robustness", SWEEP),
    ("Code: map and read-out", LATENT),
    ("Train: evolution, gradient", TRAIN),
    ("Clone: imitation", CLONE),
)
_SLOTS = 3
_HEIGHT = 190


class StudyColumn(SideColumn):
    """Choose an experiment, set it, run it; its numbers and figures below."""

    run_requested = Signal(object, object)
    copy_requested = Signal(object, object)
    save_requested = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("Studies", "right", parent)
        self._workspace = workspace
        self._job: Job | None = None
        self._figures: dict[str, Figure] = {}
        self._metrics: dict[str, float] = {}
        self._texts: dict[str, str] = {}
        self._paced = Paced(self)
        self.chooser = DropBox()
        self.chooser.setAccessibleName("Study")
        for title, _ in STUDIES:
            self.chooser.addItem(title)
        self.form = ParamForm()
        self.run_button = QPushButton("Run")
        set_look(self.run_button, "primary")
        self.copy_button = QPushButton("Copy line")
        self.save_button = QPushButton("Save…")
        self.copy_button.setToolTip("Copy the command line that repeats the run")
        self.save_button.setToolTip("Save the results folder of the newest study")
        self._measured = QLabel("Nothing measured yet.")
        self._measured.setWordWrap(True)
        self._views = [FigureView("Figures of the study appear here.") for _ in range(_SLOTS)]
        self._chosen = FigureView("Choose points of the code map: their observations.")
        self._fill()
        self._on_chosen(0)

    @property
    def experiment(self) -> Experiment:
        """The study that is chosen."""
        return STUDIES[self.chooser.currentIndex()][1]

    def choose(self, experiment: Experiment, **values: Any) -> None:
        """Choose a study and set some of its parameters."""
        index = [item for _, item in STUDIES].index(experiment)
        self.chooser.setCurrentIndex(index)
        self.form.set_values(values)

    def begin(self, job: Job) -> None:
        """A study was submitted."""
        self._job = job
        self._figures, self._metrics, self._texts = {}, {}, {}
        self._measured.setText("Running…")
        for view in self._views:
            view.set_figure(None)

    def set_running(self, running: bool) -> None:
        """Lock the form while a study runs."""
        self.form.set_running(running)
        self.run_button.setEnabled(not running)
        self.chooser.setEnabled(not running)
        self.run_button.setText("Running…" if running else "Run")

    def show_update(self, update: Update) -> None:
        """Show newer numbers and figures."""
        for _, metrics in update.metrics:
            self._metrics.update(metrics)
        self._texts.update(update.texts)
        self._figures.update(update.figures)
        self._paced.put("numbers", self._show_numbers)
        for view, name in zip(self._views, self._figures, strict=False):
            figure = self._figures[name]
            if name in update.figures and figure.kind != "space":
                self._paced.put(name, partial(view.set_figure, figure))

    def show_observations(self, figure: Figure) -> None:
        """Show the observations of chosen points."""
        self._chosen.set_figure(figure)

    def _fill(self) -> None:
        self.add(Heading("Study"))
        self.add(self.chooser)
        self.add(self.form)
        self.add(self.run_button)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(4))
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        pair = QWidget()
        pair.setLayout(row)
        self.add(pair)
        self.add(Heading("Measured"))
        self.add(self._measured)
        for view in self._views:
            view.setFixedHeight(theme().px(_HEIGHT))
            self.add(view)
            self._ready(view)
        self.add(Heading("Chosen observations"))
        self._chosen.setFixedHeight(theme().px(_HEIGHT))
        self.add(self._chosen)
        self._ready(self._chosen)
        self.chooser.currentIndexChanged.connect(self._on_chosen)
        self.run_button.clicked.connect(self._on_run)
        self.copy_button.clicked.connect(self._on_copy)
        self.save_button.clicked.connect(self.save_requested)

    def _ready(self, view: FigureView) -> None:
        view.export_requested.connect(self._on_export)
        view.notice.connect(self._workspace.note)

    def _show_numbers(self) -> None:
        theme_now = theme()
        cell = (
            f'<td align="right" style="color:{theme_now.palette.measured};'
            f'font-family:{theme_now.mono_font().family()}">'
        )
        rows = []
        specs = () if self._job is None else self._job.request.experiment.metrics
        names = {spec.name: spec for spec in specs}
        for name, value in self._metrics.items():
            unit = f" {names[name].unit}" if name in names and names[name].unit else ""
            words = name.replace("_", " ")
            rows.append(f"<tr><td>{words}&nbsp;&nbsp;</td>{cell}● {value:.4g}{unit}</td></tr>")
        words = "".join(f"<p>{name}: {text}</p>" for name, text in self._texts.items())
        self._measured.setText(f"<table cellspacing='2'>{''.join(rows)}</table>{words}")

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self.form.set_model(STUDIES[index][1].params)

    def _on_run(self) -> None:
        self.run_requested.emit(self.experiment, self.form)

    def _on_copy(self) -> None:
        self.copy_requested.emit(self.experiment, self.form)

    def _on_export(self, figure: Figure) -> None:
        provenance = None if self._job is None else self._job.provenance()
        self._workspace.ask_and_export(self, figure, provenance)
