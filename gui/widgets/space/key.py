"""What the colours mean, painted small in the corner of a view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from engine.figures import tokens
from engine.figures.model import Axis
from gui.theme import theme
from gui.widgets.space.axes import number_words

FONT_PX = 11
#: Height of a colour bar with its words.
BAR_HEAD_PX = 40
_BAR_PX, _THICK_PX, _PATCH_PX, _LINE_PX = 96, 8, 9, 16
_MOST = 10


def paint_color_bar(
    painter: QPainter, axis: Axis, low: float, high: float, corner: QPointF
) -> None:
    """A bar of the continuous palette with name and range, under and left of a corner."""
    length, thick = theme().px(_BAR_PX), theme().px(_THICK_PX)
    name_font, number_font = theme().ui_font(FONT_PX), theme().mono_font(FONT_PX)
    numbers = QFontMetricsF(number_font)
    line = max(numbers.height(), QFontMetricsF(name_font).height())
    panel = QRectF(0, 0, length, 2 * line + thick)
    panel.moveTopRight(corner)
    _paint_panel(painter, panel)
    bar = QRectF(panel.left(), panel.top() + line, length, thick)
    painter.fillRect(bar, _gradient(bar))
    painter.setPen(theme().color("secondary"))
    painter.setFont(name_font)
    name = QFontMetricsF(name_font).elidedText(axis.label, Qt.TextElideMode.ElideRight, length)
    over = QRectF(panel.left(), panel.top(), length, line)
    painter.drawText(over, Qt.AlignmentFlag.AlignLeft, name)
    painter.setFont(number_font)
    under = QRectF(panel.left(), bar.bottom(), length, line)
    painter.drawText(under, Qt.AlignmentFlag.AlignLeft, number_words(low))
    painter.drawText(under, Qt.AlignmentFlag.AlignRight, number_words(high))


def _gradient(bar: QRectF) -> QLinearGradient:
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for number in range(0, 256, 17):
        red, green, blue = (int(part) for part in tokens.VIRIDIS[number])
        gradient.setColorAt(number / 255, QColor(red, green, blue))
    return gradient


def paint_categories(painter: QPainter, names: tuple[str, ...], corner: QPointF) -> None:
    """Patches with the names of categories, under and left of a corner."""
    shown = list(names[:_MOST])
    if len(names) > _MOST:
        shown.append(f"and {len(names) - _MOST} more")
    font = theme().ui_font(FONT_PX)
    metrics = QFontMetricsF(font)
    patch, line = theme().px(_PATCH_PX), theme().px(_LINE_PX)
    width = max(metrics.horizontalAdvance(name) for name in shown) + patch + theme().px(6)
    panel = QRectF(0, 0, width, line * len(shown))
    panel.moveTopRight(corner)
    _paint_panel(painter, panel)
    painter.setFont(font)
    for number, name in enumerate(shown):
        top = panel.top() + number * line
        if number < _MOST:
            color = QColor(theme().palette.mark(number))
            painter.fillRect(QRectF(panel.left(), top + (line - patch) / 2, patch, patch), color)
        painter.setPen(theme().color("secondary"))
        place = QRectF(panel.left() + patch + theme().px(6), top, width, line)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)


def paint_reading(
    painter: QPainter, parts: Sequence[str], area: QRectF, token: str = "text"
) -> None:
    """What is read out, at the lower left of an area: as many lines as its width makes.

    At the top, and at the right of it, stands what the colours mean; nothing of it is covered.
    """
    metrics = QFontMetricsF(theme().ui_font(FONT_PX))
    pad = theme().px(4)
    lines = lines_of(parts, area.width() - 2 * pad, metrics)
    # The ground of a line ends where that of the next begins.
    pitch = metrics.height() + 2 * pad
    bottom = area.bottom() - (len(lines) - 1) * pitch
    for number, line in enumerate(lines):
        cut = metrics.elidedText(line, Qt.TextElideMode.ElideRight, area.width() - 2 * pad)
        corner = QPointF(area.left() + pad, bottom + number * pitch)
        paint_words(painter, cut, corner, token)


def lines_of(parts: Sequence[str], room: float, metrics: QFontMetricsF) -> list[str]:
    """Parts joined by dots into lines no longer than there is room; no part is broken."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def paint_words(painter: QPainter, words: str, corner: QPointF, token: str = "secondary") -> None:
    """One line whose lower left corner is given, on a ground that keeps it legible."""
    font = theme().ui_font(FONT_PX)
    metrics = QFontMetricsF(font)
    panel = QRectF(0, 0, metrics.horizontalAdvance(words), metrics.height())
    panel.moveBottomLeft(corner)
    _paint_panel(painter, panel)
    painter.setFont(font)
    painter.setPen(theme().color(token))
    painter.drawText(panel, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, words)


def _paint_panel(painter: QPainter, panel: QRectF) -> None:
    edge = theme().px(4)
    painter.fillRect(panel.adjusted(-edge, -edge, edge, edge), theme().color("surface", 0.82))
