"""The canvas for a new view: numpy's or vispy's."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gui import gl_probe
from gui.widgets.space.canvas import Canvas, Source
from gui.widgets.space.numpy_canvas import NumpyCanvas


def make_canvas(source: Source, parent: QWidget) -> Canvas:
    """The canvas that suits the driver, or the one asked for; vispy is imported only for its.

    Where vispy cannot start, numpy draws, and says why.
    """
    choice = gl_probe.choose()
    if choice.backend == "numpy":
        return NumpyCanvas(source, parent, choice.words)
    try:
        from gui.widgets.space.vispy_canvas import VispyCanvas

        return VispyCanvas(source, parent, choice.words)
    except (ImportError, OSError, RuntimeError) as error:
        return NumpyCanvas(source, parent, f"numpy: vispy cannot start ({error})")
