"""Icons drawn for this product, tinted from the palette.

Each is an SVG of 20 by 20 units in ``assets/icons`` whose strokes have the colour
``currentColor``; here that word is replaced by a token of the theme.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from gui.theme import theme

ICON_PX = 20
_FOLDER = Path(__file__).resolve().parent.parent / "assets" / "icons"
_RATIOS = (1.0, 2.0, 3.0)


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon | QPixmap) -> None: ...  # noqa: N802


def names() -> tuple[str, ...]:
    """Every icon there is."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.svg")))


def icon(name: str, token: str = "secondary", size_px: float = ICON_PX) -> QIcon:
    """An icon in the colour of a token, faint where disabled, crisp up to three times its size.

    It keeps its colour; `set_icon` gives one that follows the theme.

    Raises
    ------
    KeyError
        There is no icon of that name.
    """
    palette, size = theme().palette, theme().px(size_px)
    return _tinted(name, getattr(palette, token), palette.faint, size)


def set_icon(
    target: QObject, name: str, token: str = "secondary", size_px: float = ICON_PX
) -> None:
    """Give a button or an action an icon that follows the theme; an empty name takes it away."""
    only_here = Qt.FindChildOption.FindDirectChildrenOnly
    tint = target.findChild(_Tint, options=only_here) or _Tint(target)
    tint.show(name, token, size_px)


class _Tint(QObject):
    """Child of a button or an action: sets its icon anew when the theme changes."""

    def __init__(self, target: QObject) -> None:
        super().__init__(target)
        self._target: _HasIcon = target  # type: ignore[assignment]
        self._wanted: tuple[str, str, float] = ("", "", ICON_PX)
        theme().changed.connect(self._tint)

    def show(self, name: str, token: str, size_px: float) -> None:
        wanted = (name, token, size_px)
        if wanted != self._wanted:
            self._wanted = wanted
            self._tint()

    def _tint(self) -> None:
        name, token, size_px = self._wanted
        self._target.setIcon(icon(name, token, size_px) if name else QIcon())
        if isinstance(self._target, QAbstractButton):
            size = theme().px(size_px)
            self._target.setIconSize(QSize(size, size))


@cache
def _source(name: str) -> str:
    path = _FOLDER / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"there is no icon {name!r}; there are: {', '.join(names())}")
    return path.read_text(encoding="utf-8")


@cache
def _tinted(name: str, color: str, faint: str, size: int) -> QIcon:
    made = QIcon()
    for tint, mode in ((color, QIcon.Mode.Normal), (faint, QIcon.Mode.Disabled)):
        drawing = _source(name).replace("currentColor", tint)
        renderer = QSvgRenderer(QByteArray(drawing.encode()))
        for ratio in _RATIOS:
            made.addPixmap(_pixmap(renderer, size, ratio), mode)
    return made


def _pixmap(renderer: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    pixels = round(size * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
