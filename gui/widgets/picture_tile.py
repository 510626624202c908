"""A picture under its name and what is said of it, without axes: for pictures side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from engine.figures.model import Figure
from gui.theme import theme
from gui.widgets.labels import ElidedLabel
from gui.widgets.scene_view import SceneView


class PictureTile(QWidget):
    """Shows the picture of a figure as large as fits.

    Signals
    -------
    export_requested(object)
        The person asked to export the figure.
    """

    export_requested = Signal(object)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ElidedLabel("", "secondary")
        # Words never widen a tile: pictures side by side are of one size.
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._scene = SceneView(empty_text, staged=False)
        self._scene.export_requested.connect(self.export_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme().px(8), theme().px(4), theme().px(8), theme().px(4))
        column.setSpacing(theme().px(2))
        column.addWidget(self._words)
        column.addWidget(self._scene, 1)

    @property
    def figure(self) -> Figure | None:
        """The figure shown."""
        return self._scene.figure

    def set_figure(self, figure: Figure | None) -> None:
        """Show the picture of a figure; None shows the empty text."""
        words = "" if figure is None else f"{figure.title} · {figure.caption}".rstrip(" ·")
        self._words.set_text(words)
        self._words.set_tool_tip(words)
        self._scene.set_figure(figure)

    def showEvent(self, event: object) -> None:
        """Paint what came while hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._scene.update()
