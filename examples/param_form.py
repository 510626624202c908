"""Show the parameter form of an experiment in a side column.

python examples/param_form.py [EXPERIMENT] [dark | light]
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine import registry
from engine.experiment import Experiment
from examples._screenshot import show
from gui.style import set_look
from gui.widgets.labels import Heading
from gui.widgets.pane import Pane
from gui.widgets.param_form import ParamForm
from gui.widgets.side_column import SideColumn


class Bench(QWidget):
    """The form at the left, what it tells at the right."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        self.setWindowTitle(experiment.name)
        self.form = ParamForm()
        self.form.set_model(experiment.params)
        self.form.edited.connect(self._on_edited)
        run = QPushButton("Run")
        run.setCheckable(True)
        set_look(run, "primary")
        run.toggled.connect(self.form.set_running)
        paper = QPushButton("Paper settings")
        paper.clicked.connect(self.form.take_paper_values)
        column = SideColumn("Parameters")
        column.add(Heading("Recording"))
        for widget in (self.form, run, paper):
            column.add(widget)
        self._told = QPlainTextEdit(readOnly=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(column)
        row.addWidget(Pane("Edits", self._told, "every change a person makes"), 1)

    def _on_edited(self, name: str, before: object, after: object) -> None:
        self._told.appendPlainText(f"{name}: {before} -> {after}")


def make() -> QWidget:
    """The form of the first experiment there is."""
    return Bench(registry.experiments()[0])


if __name__ == "__main__":
    sys.exit(show(make, (1280, 800)))
