import sys

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 10_000
NOISE = 60


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
