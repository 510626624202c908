"""Qt objects in cycles are deleted in the window's thread, whoever allocates."""

from __future__ import annotations

import gc
import sys
import threading
import types
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.collector import Collector


class Cycle(QObject):
    """Holds itself, and tells where it is deleted."""

    def __init__(self, deleted_in: list[str]) -> None:
        super().__init__()
        self.itself = self
        self._deleted_in = deleted_in

    def __del__(self) -> None:
        self._deleted_in.append(threading.current_thread().name)


def leave_garbage() -> None:
    """Enough cycles to set the automatic collector off several times."""
    for _ in range(5_000):
        cycle: list[object] = []
        cycle.append(cycle)


def in_worker(work: Callable[[], None]) -> None:
    worker = threading.Thread(target=work, name="worker")
    worker.start()
    worker.join()


def test_a_cycle_with_a_qt_object_ends_in_the_window_s_thread(
    qtbot: QtBot, qapp: QApplication
) -> None:
    gc.enable()
    collector = Collector()
    collector.start()
    deleted_in: list[str] = []
    Cycle(deleted_in)
    in_worker(leave_garbage)
    assert deleted_in == []
    qtbot.waitUntil(lambda: bool(deleted_in), timeout=5000)
    assert deleted_in == [threading.main_thread().name]
    collector.stop()
    assert gc.isenabled()
    gc.disable()


def test_python_by_itself_collects_where_it_allocates(qapp: QApplication) -> None:
    """Why there is a collector at all: the same with a plain object."""

    class Plain:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            deleted_in.append(threading.current_thread().name)

    deleted_in: list[str] = []
    gc.enable()
    Plain()
    in_worker(leave_garbage)
    gc.disable()
    assert deleted_in == ["worker"]


def test_nothing_that_lives_is_set_aside_for_good(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen object that becomes garbage later would stay as long as the window does."""
    monkeypatch.setattr("gui.collector._FULL_EVERY_S", -1.0)
    gc.disable()
    collector = Collector()
    collector.start()
    deleted_in: list[str] = []
    cycle = Cycle(deleted_in)
    frozen = gc.get_freeze_count()
    for number in range(30):
        name = f"peerscope_wave_{number}"
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    # Passes that take long, as on a machine that is busy.
    clock = iter(range(10**9, 10**9 + 1000))
    monkeypatch.setattr("gui.collector.time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("gui.collector.gc.get_count", lambda: (10_000, 100, 100))
    collector.collect_due()
    assert gc.get_freeze_count() == frozen
    del cycle
    collector.collect_due()
    collector.stop()
    assert deleted_in == ["MainThread"]


def test_a_wave_of_imports_is_set_aside_once_at_rest(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    gc.disable()
    collector = Collector()
    collector.start()
    for number in range(30):
        name = f"peerscope_wave_{number}"
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    times: list[int] = []
    monkeypatch.setattr("gui.collector.gc.freeze", lambda: times.append(1))
    for _ in range(3):
        collector.collect_at_rest()
    collector.stop()
    assert len(times) == 1


def test_it_leaves_an_automatic_collector_that_was_off_alone(qapp: QApplication) -> None:
    gc.disable()
    collector = Collector()
    collector.start()
    collector.stop()
    assert not gc.isenabled()
