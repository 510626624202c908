"""For tests of the window: a real display, and no widget, timer or window left over."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.context import Context
from engine.warm import warm_torch
from gui import gl_probe
from gui.app import make_window
from gui.theme import theme
from gui.window import Window
from tests.gui.leaks import Shown
from tests.leaks import settled


@pytest.fixture(scope="session", autouse=True)
def display() -> None:
    there = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not there:
        words = "tests of the window need a display: run them with make test"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)


@pytest.fixture(scope="session", autouse=True)
def dressed(display: None, qapp: QApplication) -> None:
    """The theme; and torch before OpenGL, as in the window (see gui/gl_probe.py)."""
    warm_torch()
    gl_probe.allow()
    theme().apply(qapp, "dark")


@pytest.fixture(autouse=True)
def collected_here(qapp: QApplication) -> Iterator[None]:
    """Garbage goes in this thread alone, as under `gui.collector`: it may hold Qt objects."""
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture(autouse=True)
def no_window_left(qapp: QApplication) -> Iterator[None]:
    shown = Shown()
    yield
    left = settled(shown.left)
    shown.clear()
    assert not left, f"left in the window's thread: {left}"


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own takes seconds to begin; what it computes is the same."""
    monkeypatch.setattr(Context, "in_process", lambda self, function, *given: function(*given))


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[Window]:
    """A window at rest, everything loaded, closed at the end."""
    window = make_window(qapp)
    window.resize(1280, 800)
    window.show()
    qtbot.waitUntil(lambda: window.warm.warm_up.done, timeout=60_000)
    yield window
    window.close()
    window.deleteLater()
