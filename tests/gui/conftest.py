"""For tests of the window: a real display, and no widget, timer or window left over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication

from engine.warm import warm_torch
from gui import gl_probe
from gui.theme import theme


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
def no_window_left(qapp: QApplication) -> Iterator[None]:
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    left = [
        widget
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in before and widget.isVisible()
    ]
    names = [f"{type(widget).__name__} {widget.windowTitle()!r}" for widget in left]
    timers = [
        timer
        for widget in left
        for timer in widget.findChildren(QTimer)
        if timer.isActive() and not timer.isSingleShot()
    ]
    for widget in left:
        widget.close()
        widget.deleteLater()
    assert not names, f"windows left open: {names}, with {len(timers)} running timers"
