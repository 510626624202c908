"""What the examples share: options, the theme, and a picture of the window on request."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from gui import gl_probe
from gui.theme import theme

#: Time for a window to be laid out, shown and painted, in milliseconds.
SETTLE_MS = 400


def show(
    make: Callable[[], QWidget], size: tuple[int, int], words: Sequence[str] | None = None
) -> int:
    """Show a widget until it is closed, or only long enough to take its picture.

    Parameters
    ----------
    make
        Makes the widget, once there is an application and a theme.
    size
        Width and height in logical pixels.
    words
        Options of the command line; None takes those of the process.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="save a picture and exit")
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="system")
    options = parser.parse_args(words)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("an example needs an application with widgets")
    theme().apply(app, options.theme)
    gl_probe.allow()
    widget = make()
    widget.resize(*size)
    widget.show()
    if options.screenshot is not None:
        _Shot(widget, options.screenshot)
    return app.exec()


class _Shot(QTimer):
    """Takes the picture of a window once it has settled, and ends the application."""

    def __init__(self, widget: QWidget, path: Path) -> None:
        super().__init__(widget)
        self._widget, self._path = widget, path
        self.setSingleShot(True)
        self.timeout.connect(self._take)
        self.start(SETTLE_MS)

    def _take(self) -> None:
        if not self._widget.grab().save(str(self._path)):
            raise OSError(f"{self._path} cannot be written")
        QApplication.quit()
