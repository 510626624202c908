"""The check of the window's tests sees what is left: hidden, without a parent, or running."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.leaks import Shown
from tests.leaks import settled


def test_a_timer_without_a_parent_is_seen(qapp: QObject) -> None:
    shown = Shown()
    timer = QTimer(interval=10_000)
    assert shown.left() == []
    timer.start()
    assert shown.left() == ["timer QTimer of 10000 ms without a parent"]
    timer.stop()
    assert shown.left() == []


def test_a_timer_of_the_application_is_seen_without_its_wrapper(qapp: QObject) -> None:
    shown = Shown()
    QTimer(qapp).start(10_000)
    gc.collect()
    (words,) = shown.left()
    assert words.startswith("timer QTimer of 10000 ms of ")
    shown.clear()
    assert shown.left() == []


def test_a_hidden_window_and_its_timer_are_seen(qapp: QObject) -> None:
    shown = Shown()
    window = QWidget()
    window.setWindowTitle("forgotten")
    QTimer(window).start(10_000)
    assert sorted(shown.left()) == [
        "hidden window QWidget 'forgotten'",
        "timer QTimer of 10000 ms of QWidget",
    ]
    shown.clear()
    assert shown.left() == []


def test_a_window_in_sight_is_seen(qtbot: QtBot) -> None:
    shown = Shown()
    window = QWidget()
    window.show()
    assert shown.left() == ["window QWidget ''"]
    shown.clear()
    assert shown.left() == []


def test_a_running_thread_is_seen(qapp: QObject) -> None:
    shown = Shown()
    thread = QThread()
    thread.start()
    assert shown.left() == ["thread QThread without a parent"]
    shown.clear()
    assert shown.left() == []


def test_a_timer_that_warm_up_has_set_aside_is_seen(qapp: QObject) -> None:
    shown = Shown()
    timer = QTimer(interval=10_000)
    timer.start()
    gc.freeze()
    assert shown.left() == ["timer QTimer of 10000 ms without a parent"]
    timer.stop()


def test_what_ends_late_and_what_nobody_holds_is_no_leak(qapp: QObject) -> None:
    shown = Shown()
    soon = QTimer(singleShot=True, interval=100)
    soon.start()
    closing = QWidget()
    closing.deleteLater()
    cycle = QWidget()
    cycle.itself = cycle
    cycle.timer = QTimer(cycle)
    cycle.timer.start(10_000)
    del cycle
    assert settled(shown.left) == []


def test_what_was_there_before_is_left_alone(qapp: QObject) -> None:
    window, timer = QWidget(), QTimer(interval=10_000)
    timer.start()
    shown = Shown()
    assert shown.left() == []
    timer.stop()
    window.deleteLater()
