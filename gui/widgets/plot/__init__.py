"""Figures of kind ``plot`` on the screen: pyqtgraph's axes and view, one item per layer."""
