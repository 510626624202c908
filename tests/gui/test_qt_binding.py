import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 10_000
NOISE = 60
ROOT = Path(__file__).parents[2]


def test_void_calls_leave_the_count_of_none_alone(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        label.setText("a")
        label.update()
    assert abs(sys.getrefcount(None) - before) < NOISE


def test_paint_events_leave_the_count_of_none_alone(qtbot: QtBot) -> None:
    class Painted(QLabel):
        paints = 0

        def paintEvent(self, event) -> None:
            super().paintEvent(event)
            Painted.paints += 1

    label = Painted("a")
    qtbot.addWidget(label)
    label.grab()
    before, first = sys.getrefcount(None), Painted.paints
    for _ in range(CALLS):
        label.grab()
    assert Painted.paints - first >= CALLS
    assert abs(sys.getrefcount(None) - before) < NOISE


def test_pyqtgraph_loads_without_the_bindings_of_cuda() -> None:
    program = (
        "import sys, gui.widgets.plot\n"
        "print([name for name in sys.modules if name.startswith('cuda.bindings')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
