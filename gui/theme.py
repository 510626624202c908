"""The theme: one object that knows the palette in force and tells when it changes."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase

from engine.figures import tokens
from engine.figures.tokens import Palette

Mode = Literal["system", "dark", "light"]


class Theme(QObject):
    """Palette, fonts and sizes in force. Widgets read it and repaint on `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._palette = tokens.DARK
        self._scale = 1.0

    @property
    def palette(self) -> Palette:
        """The colour tokens in force."""
        return self._palette

    @property
    def scale(self) -> float:
        """Factor on every font and length, 1.0 by default."""
        return self._scale

    def px(self, length: float) -> int:
        """A length of the design in logical pixels, scaled."""
        return max(1, round(length * self._scale))

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """The colour of a token ("surface") or of a mark ("measured")."""
        color = QColor(getattr(self._palette, token))
        color.setAlphaF(alpha)
        return color

    def ui_font(self, size_px: float = tokens.FONT_PX) -> QFont:
        """The interface font."""
        return self._font(tokens.UI_FONTS, size_px)

    def mono_font(self, size_px: float = tokens.FONT_PX) -> QFont:
        """The face for numbers: monospaced, so that digits do not dance."""
        font = self._font(tokens.MONO_FONTS, size_px)
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def _font(self, families: tuple[str, ...], size_px: float) -> QFont:
        present = set(QFontDatabase.families())
        chosen = [family for family in families if family in present]
        font = QFont(chosen or list(families))
        font.setPixelSize(self.px(size_px))
        return font


_theme: Theme | None = None


def theme() -> Theme:
    """The one theme of this process."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme
