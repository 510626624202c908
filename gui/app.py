"""Start-up: Qt alone first, the window on the screen, everything heavy after that."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Sequence
from functools import cache, partial
from operator import methodcaller
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from engine.device import prepare_threads
from engine.errors import PeerscopeError, fault_sentence
from engine.places import data_dir
from gui import gl_probe
from gui.qt_classes import ClassCompletion
from gui.settings import SettingsStore
from gui.theme import theme
from gui.window import Window

log = logging.getLogger("peerscope")
#: A pure-Python loop in a thread holds the window up ten times less with this interval.
SWITCH_INTERVAL_S = 0.0001


def start(words: Sequence[str]) -> int:
    """Open the window, on files or on the demo session, and stay until it closes."""
    prepare_process()
    application = make_application()
    try:
        window = make_window(application, "behavior" if "--demo" in words else "home")
        _open_words(window, words)
    except Exception:
        _tell_failed_start()
        return 1
    sys.excepthook = partial(_on_fault, window)
    window.show()
    code = application.exec()
    if window.warm.warm_up.loading:
        # A library half loaded cannot be waited for in good order; everything is saved by now.
        os._exit(code)
    return code


def make_application() -> QApplication:
    """The application object, with what must be set before it."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Peerscope")
    application.setDesktopFileName("peerscope")
    return application


def make_window(application: QApplication, first: str = "home") -> Window:
    """The window on a tab, dressed; warm-up begins when it has been painted."""
    settings = SettingsStore()
    theme().apply(application, settings.settings.theme, settings.settings.font_scale)
    gl_probe.set_preference(settings.settings.cloud)
    window = Window(settings, first)
    window.painted.connect(partial(_on_painted, window))
    return window


def prepare_process() -> None:
    """Set what must be set before the first thread, and before the first import of pyqtgraph."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    prepare_threads()
    os.environ.setdefault("QT_API", "pyside6")
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


def _open_words(window: Window, words: Sequence[str]) -> None:
    if "--demo" in words:
        # Its pictures come before all that warms up; the tab says when they are there.
        window.warm.hold.begin()
        window.with_tab("behavior", methodcaller("open_demo"), now=True)
        window.show_tab("behavior")
    files = [Path(word) for word in words if not word.startswith("--")]
    if files:
        window.open_paths(files)


def _on_painted(window: Window) -> None:
    measured, demo = bool(os.environ.get("PEERSCOPE_BENCH_STARTUP")), window.warm.hold.on
    if measured and not demo:
        QTimer.singleShot(0, window, partial(_report_start, window))
        return
    if measured:
        look = QTimer(window, interval=1)
        look.timeout.connect(partial(_report_demo, window))
        look.start()
    # One turn of the event loop, so that what was painted is on the screen.
    QTimer.singleShot(0, window, partial(_go_on, window))


def _go_on(window: Window) -> None:
    """What a first picture of the window need not wait for."""
    window.fill_home()
    completion = ClassCompletion(partial(_prepare, window), window)
    if window.warm.hold.on:
        window.warm.hold.released.connect(completion.start_soon)
    else:
        completion.start()


def _prepare(window: Window) -> None:
    _keep_log()
    window.warm.start()


def _report_demo(window: Window) -> None:
    """For the start-up benchmark: when frame and map were on the screen, then leave."""
    if not window.warm.hold.on:
        QCoreApplication.processEvents()
        _report_start(window)


def _report_start(window: Window) -> None:
    """For the start-up benchmark: when the window was painted, then leave."""
    painted = time.monotonic()
    heavy = sorted({"torch", "pyqtgraph", "vispy", "cv2", "scipy"} & set(sys.modules))
    sys.stdout.write(json.dumps({"painted": painted, "loaded": heavy}) + "\n")
    sys.stdout.flush()
    window.close()
    QCoreApplication.quit()


@cache
def _keep_log() -> None:
    """Write the log to a file from now on; the handlers take a while to load."""
    from logging.handlers import RotatingFileHandler

    folder = data_dir() / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "peerscope.log", maxBytes=2**20, backupCount=2, encoding="utf-8"
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("engine").addHandler(handler)
    log.addHandler(handler)


def _on_fault(
    window: Window,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """What no slot has caught: a sentence for the person, and a fault of ours to the log."""
    if not isinstance(error, PeerscopeError):
        _keep_log()
        log.error("fault", exc_info=(kind, error, trace))
    window.workspace.note(fault_sentence(error))


def _tell_failed_start() -> None:
    words = traceback.format_exc()
    _keep_log()
    log.error(words)
    box = QMessageBox(QMessageBox.Icon.Critical, "Peerscope", "Peerscope could not start.")
    box.setInformativeText("Run “python main.py doctor” to see what is missing.")
    box.setDetailedText(words)
    box.exec()
