"""Windows, timers and threads of Qt that a test left: hidden and parentless ones too."""

from __future__ import annotations

import gc
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import getCppPointer, isValid

#: Classes of top-level widgets that Qt makes once and keeps.
LASTING_WIDGETS = {"QTipLabel": "shows tool tips"}
#: With more objects than this, those alive are set aside, so that looking stays cheap.
MOST_OBJECTS = 30_000

_kinds: dict[type, bool] = {}


class Shown:
    """Top-level widgets, running timers and threads from now on."""

    def __init__(self) -> None:
        if len(gc.get_objects()) > MOST_OBJECTS:
            set_aside()
        self._set_aside = gc.get_freeze_count()
        self._before = set(_alive())

    def left(self) -> list[str]:
        """What came since and is still there, in words, once all is deleted that is to be."""
        _delete_pending()
        if self._new():
            # A cycle of Python objects that nobody holds is no leak: it goes when collected.
            gc.collect()
            _delete_pending()
        return [_told(item) for item in self._new()]

    def clear(self) -> None:
        """End what was left, so that no other test is blamed for it."""
        for item in self._new():
            if isinstance(item, QTimer):
                item.stop()
            elif isinstance(item, QThread):
                item.requestInterruption()
                item.quit()
                item.wait(2000)
            elif isinstance(item, QWidget):
                item.close()
                item.deleteLater()
        _delete_pending()

    def _new(self) -> list[QObject]:
        if gc.get_freeze_count() > self._set_aside:
            # Warm-up has set objects aside meanwhile: timers among them are to be seen.
            gc.unfreeze()
            self._set_aside = 0
        return [item for key, item in _alive().items() if key not in self._before]


def set_aside() -> None:
    """Keep the collector, and with it the search for timers, from all that is there by now."""
    gc.collect()
    gc.freeze()


def _alive() -> dict[int, QObject]:
    """Top-level widgets, and the timers and threads that run, by the address of each."""
    windows: list[Any] = [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.metaObject().className() not in LASTING_WIDGETS
    ]
    found = [
        item
        for owner in (*windows, QCoreApplication.instance())
        for kind in (QTimer, QThread)
        for item in owner.findChildren(kind)
    ]
    found += [item for item in gc.get_objects() if _is_of_interest(type(item))]
    running = [item for item in found if isValid(item) and _runs(item)]
    return {getCppPointer(item)[0]: item for item in (*windows, *running)}


def _is_of_interest(kind: type) -> bool:
    known = _kinds.get(kind)
    if known is None:
        known = _kinds[kind] = issubclass(kind, (QTimer, QThread))
    return known


def _runs(item: QTimer | QThread) -> bool:
    return item.isActive() if isinstance(item, QTimer) else item.isRunning()


def _delete_pending() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


def _told(item: QObject) -> str:
    name = type(item).__name__
    if isinstance(item, QWidget):
        shown = "" if item.isVisible() else "hidden "
        return f"{shown}window {name} {item.windowTitle()!r}"
    parent = item.parent()
    of = "without a parent" if parent is None else f"of {type(parent).__name__}"
    if isinstance(item, QTimer):
        return f"timer {name} of {item.interval()} ms {of}"
    return f"thread {name} {of}"
