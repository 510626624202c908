"""Figures of kind ``plot`` on the screen: pyqtgraph's axes and view, one item per layer."""

from __future__ import annotations

import importlib
import sys

#: What torch brings for CUDA; pyqtgraph would load it for a widget that is not used here.
_BINDINGS = "cuda.bindings"


def _load_pyqtgraph() -> None:
    """Import pyqtgraph a fifth sooner, as where there are no bindings of CUDA."""
    if _BINDINGS in sys.modules:
        importlib.import_module("pyqtgraph")
        return
    sys.modules[_BINDINGS] = None  # type: ignore[assignment]
    try:
        importlib.import_module("pyqtgraph")
    finally:
        del sys.modules[_BINDINGS]


_load_pyqtgraph()
