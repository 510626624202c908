"""The theme: one object that knows the palette in force and tells when it changes."""

from __future__ import annotations

from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from engine.figures import tokens
from engine.figures.tokens import Palette
from gui.restyle import Restyler
from gui.style import qt_palette, style_sheet

Mode = Literal["system", "dark", "light"]

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "dark": Qt.ColorScheme.Dark,
    "light": Qt.ColorScheme.Light,
}


class Theme(QObject):
    """Palette, fonts and sizes in force. Widgets read it and repaint on `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._palette = tokens.DARK
        self._scale = 1.0
        self._mode: Mode = "system"
        self._app: QApplication | None = None
        self._restyler = Restyler(self)

    @property
    def palette(self) -> Palette:
        """The colour tokens in force."""
        return self._palette

    @property
    def mode(self) -> Mode:
        """What was asked for; "system" follows the desktop."""
        return self._mode

    @property
    def scale(self) -> float:
        """Factor on every font and length, 1.0 by default."""
        return self._scale

    def apply(self, app: QApplication, mode: Mode = "system", scale: float = 1.0) -> None:
        """Dress the application, and emit `changed`.

        Parameters
        ----------
        app
            The application; its style, palette, font and style sheet are set.
        mode
            "system" follows the desktop, also when it changes later; dark where the desktop
            does not say.
        scale
            Factor on every font and length.
        """
        first = self._app is None
        self._app, self._mode = app, mode
        hints = app.styleHints()
        if first:
            app.setStyle("Fusion")
            hints.colorSchemeChanged.connect(self._follow_desktop)
        # The mode is set before, so that what this emits is told from the desktop's own change.
        hints.setColorScheme(_SCHEMES[mode])
        self._dress(app, _palette_for(mode, hints.colorScheme()), scale)

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

    def _follow_desktop(self, scheme: Qt.ColorScheme) -> None:
        if self._mode == "system" and self._app is not None:
            self._dress(self._app, _palette_for("system", scheme), self._scale)

    def _dress(self, app: QApplication, palette: Palette, scale: float) -> None:
        if (palette, scale) == (self._palette, self._scale) and app.styleSheet():
            return
        rescaled = scale != self._scale or not app.styleSheet()
        self._palette, self._scale = palette, scale
        app.setPalette(qt_palette(palette))
        if rescaled:
            # Without a sheet in between Qt styles every widget many times over.
            app.setStyleSheet("")
            app.setFont(self.ui_font())
            app.setStyleSheet(style_sheet(self))
        else:
            self._restyler.restyle(app)
        self.changed.emit()

    def freshen(self, root: QWidget) -> None:
        """Dress what is about to be shown, where a change of theme has not come to it yet."""
        self._restyler.freshen(root)

    def _font(self, families: tuple[str, ...], size_px: float) -> QFont:
        font = QFont(list(_installed(families) or families))
        font.setPixelSize(self.px(size_px))
        return font


@cache
def _installed(families: tuple[str, ...]) -> tuple[str, ...]:
    """Those of them that there are."""
    return tuple(family for family in families if QFontDatabase.hasFamily(family))


def _palette_for(mode: Mode, desktop: Qt.ColorScheme) -> Palette:
    if mode == "system":
        return tokens.LIGHT if desktop == Qt.ColorScheme.Light else tokens.DARK
    return tokens.PALETTES[mode]


_theme: Theme | None = None


def theme() -> Theme:
    """The one theme of this process."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme
