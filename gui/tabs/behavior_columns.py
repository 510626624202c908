"""Left columns of the Behavior tab that run an experiment on the latents there are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton

from engine.experiment import Experiment
from gui.style import set_look
from gui.widgets.labels import Heading
from gui.widgets.metric_table import MetricTable
from gui.widgets.param_form import ParamForm
from gui.widgets.side_column import SideColumn


class RunColumn(SideColumn):
    """Parameters of one experiment, the button that starts it, and what it measured.

    Parameters
    ----------
    experiment
        Which.
    verb, running
        What the button says, and what while it runs ("Make map", "Making the map…").

    Signals
    -------
    asked()
        The button was pressed.
    copy_asked()
        The command line is wanted.
    """

    asked = Signal()
    copy_asked = Signal()

    def __init__(self, experiment: Experiment, verb: str, running: str) -> None:
        super().__init__(verb, "left")
        self._verb, self._running = verb, running
        self._about = QLabel()
        self._about.setWordWrap(True)
        set_look(self._about, "secondary")
        self.form = ParamForm(lazy=True)
        self.form.set_model(experiment.params)
        self.button = QPushButton(verb)
        set_look(self.button, "primary")
        self.button.setToolTip(f"Run {experiment.name} on the latents of the last embedding")
        self.copy_button = QPushButton("Copy command")
        self.metrics = MetricTable(experiment.metrics, "Nothing measured yet.")
        for widget in (Heading("Latents"), self._about, self.form, self.button, self.copy_button):
            self.add(widget)
        self.add(Heading("Measured"))
        self.add(self.metrics)
        self.button.clicked.connect(self.asked)
        self.copy_button.clicked.connect(self.copy_asked)
        self.show_latents("")

    def show_latents(self, about: str) -> None:
        """Say which latents it works on; "" for none."""
        self._about.setText(about or "None yet: press Embed first, or drop a table of latents.")
        self.button.setEnabled(bool(about))
        self.copy_button.setEnabled(bool(about))

    def set_running(self, running: bool) -> None:
        """Lock what may not change while it runs."""
        self.form.set_running(running)
        self.button.setEnabled(not running)
        self.button.setText(self._running if running else self._verb)
        if not running:
            self.metrics.settle()
