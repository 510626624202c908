"""What the colours mean, painted small in the corner of a view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.model import Axis
from gui.theme import theme
from gui.widgets.space.axes import number_words

FONT_PX = 11
#: Height of a colour bar with its words.
BAR_HEAD_PX = 40
_BAR_PX, _THICK_PX, _PATCH_PX, _LINE_PX = 96, 8, 9, 16
_PAD_PX, _GAP_PX = 12, 10


def paint_color_bar(
    painter: QPainter, axis: Axis, low: float, high: float, corner: QPointF
) -> None:
    """A bar of the continuous palette with name and range, under and left of a corner."""
    thick, room = theme().px(_THICK_PX), corner.x() - theme().px(_PAD_PX)
    name_font, number_font = theme().ui_font(FONT_PX), theme().mono_font(FONT_PX)
    numbers, names = QFontMetricsF(number_font), QFontMetricsF(name_font)
    line = max(numbers.height(), names.height())
    # As long as its name, where the view has room for that.
    length = min(room, max(theme().px(_BAR_PX), math.ceil(names.horizontalAdvance(axis.label))))
    panel = QRectF(0, 0, length, 2 * line + thick)
    panel.moveTopRight(corner)
    _paint_panel(painter, panel)
    bar = QRectF(panel.left(), panel.top() + line, length, thick)
    painter.fillRect(bar, _gradient(bar, tokens.continuous(axis)))
    painter.setPen(theme().color("secondary"))
    painter.setFont(name_font)
    name = names.elidedText(axis.label, Qt.TextElideMode.ElideRight, length)
    over = QRectF(panel.left(), panel.top(), length, line)
    painter.drawText(over, Qt.AlignmentFlag.AlignLeft, name)
    painter.setFont(number_font)
    under = QRectF(panel.left(), bar.bottom(), length, line)
    painter.drawText(under, Qt.AlignmentFlag.AlignLeft, number_words(low))
    painter.drawText(under, Qt.AlignmentFlag.AlignRight, number_words(high))


def _gradient(bar: QRectF, table: Array) -> QLinearGradient:
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for number in range(0, 256, 17):
        red, green, blue = (int(part) for part in table[number])
        gradient.setColorAt(number / 255, QColor(red, green, blue))
    return gradient


@dataclass(frozen=True, slots=True)
class CategoryKey:
    """Names of categories in rows: (left, top, words, number) of each; no number is -1."""

    entries: tuple[tuple[float, float, str, int], ...] = ()
    height: float = 0.0

    @classmethod
    def of(cls, names: Sequence[str], width: float, most_px: float) -> CategoryKey:
        """All names in rows of a width; those that `most_px` of height lack room for are counted.

        An empty name has no entry.
        """
        line = theme().px(_LINE_PX)
        named = [(name, number) for number, name in enumerate(names) if name]
        placed = _in_rows(named, width)
        most = max(1, int(most_px // line))
        if placed and placed[-1][1] >= most:
            kept = sum(row < most for _, row, _, _ in placed)
            while True:
                rest = (f"and {len(named) - kept} more", -1)
                placed = _in_rows([*named[:kept], rest], width)
                if placed[-1][1] < most or not kept:
                    break
                kept -= 1
        rows = placed[-1][1] + 1 if placed else 0
        entries = tuple((left, row * line, name, number) for left, row, name, number in placed)
        return cls(entries, float(rows * line))


def _in_rows(named: Sequence[tuple[str, int]], width: float) -> list[tuple[float, int, str, int]]:
    """Left end, row, words and number of each entry."""
    metrics = QFontMetricsF(theme().ui_font(FONT_PX))
    before, gap = theme().px(_PATCH_PX + 6), theme().px(_GAP_PX)
    placed, left, row = [], 0.0, 0
    for name, number in named:
        words = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width - before)
        room = before + metrics.horizontalAdvance(words)
        if left > 0 and left + room > width:
            left, row = 0.0, row + 1
        placed.append((left, row, words, number))
        left += room + gap
    return placed


def paint_categories(painter: QPainter, key: CategoryKey, corner: QPointF) -> None:
    """Patches with the names of categories, under and right of a corner."""
    patch, line = theme().px(_PATCH_PX), theme().px(_LINE_PX)
    painter.setFont(theme().ui_font(FONT_PX))
    for left, top, words, number in key.entries:
        place = QRectF(corner.x() + left, corner.y() + top, 0, line)
        if number >= 0:
            color = QColor(theme().palette.mark(number))
            box = QRectF(place.left(), place.top() + (line - patch) / 2, patch, patch)
            painter.fillRect(box, color)
        painter.setPen(theme().color("secondary"))
        place.setLeft(place.left() + (theme().px(_PATCH_PX + 6) if number >= 0 else 0))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        painter.drawText(place, flags, words)


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
