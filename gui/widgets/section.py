"""A group with a heading that folds and unfolds it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme


class Section(QWidget):
    """A heading one can press, and under it a body.

    Signals
    -------
    folded_changed(bool)
        It was folded or unfolded.
    """

    folded_changed = Signal(bool)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._button = QToolButton()
        self._button.setText(title)
        self._button.setCheckable(True)
        self._button.setChecked(True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # Only to have the sign after the text.
        self._button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._button.setCursor(Qt.CursorShape.PointingHandCursor)
        set_look(self._button, "heading")
        self.body = QWidget()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self._button)
        head.addStretch()
        self._layout.addLayout(head)
        self._layout.addWidget(self.body)
        self._button.toggled.connect(self._on_toggled)
        self._tell()
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def folded(self) -> bool:
        """True while the body is hidden."""
        return not self._button.isChecked()

    @folded.setter
    def folded(self, folded: bool) -> None:
        self._button.setChecked(not folded)

    def _on_toggled(self, unfolded: bool) -> None:
        self.body.setVisible(unfolded)
        self._tell()
        self.folded_changed.emit(not unfolded)

    def _dress(self) -> None:
        self._layout.setSpacing(theme().px(8))

    def _tell(self) -> None:
        state, icon = ("folded", "chevron-right") if self.folded else ("unfolded", "chevron-down")
        set_icon(self._button, icon, "faint", size_px=12)
        self._button.setAccessibleName(f"{self.title}, {state}")
        self._button.setToolTip("Unfold" if self.folded else "Fold")
