"""Axes with ticks that stay legible, on log scales too."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from engine.figures.model import Axis
from gui.theme import theme
from gui.widgets.plot.geometry import fitting_name

#: A decade as long as this has room for the labels 2 and 5.
ROOMY_DECADE_PX = 80
NAME_PX = TICK_PX = 11
_STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
#: A log axis of fewer decades than this is ticked like a linear one.
FEW_DECADES = 0.7
#: Decades up to this power are written out.
_PLAIN_POWER = 3
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class PlotAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis in the type of the theme, with ticks outside and no scaling of units."""

    def __init__(self, side: str) -> None:
        self._names: tuple[str, ...] = ()
        self._names_room = np.inf
        super().__init__(side)
        self.enableAutoSIPrefix(False)

    def restyle(self) -> None:
        """Take the colours and fonts of the theme."""
        self.setPen(theme().color("hairline"))
        self.setTextPen(theme().color("secondary"))
        self.setTickFont(theme().mono_font(11))
        self.setStyle(tickLength=theme().px(4))

    def set_axis(self, axis: Axis) -> None:
        """Name the axis, as far as its length has room; the whole name is in the tool tip."""
        self._axis = axis
        self._write_name()

    def resizeEvent(self, event: Any = None) -> None:
        """Name it as far as there is room."""
        self._write_name()
        self._write_names()
        super().resizeEvent(event)

    def _write_name(self) -> None:
        axis, upright = getattr(self, "_axis", None), self.orientation == "left"
        if axis is None:
            return
        length = self.size().height() if upright else self.size().width()
        metrics = QFontMetricsF(theme().ui_font(NAME_PX))
        # Before it is laid out nothing is known of its room.
        room = length - theme().px(4) if length > theme().px(4) else np.inf
        name = html.escape(fitting_name(axis, room, metrics.horizontalAdvance))
        size = theme().px(NAME_PX)
        style = {"color": theme().palette.secondary, "font-size": f"{size}px"}
        if (self.labelText, self.labelStyle) != (name, style):
            self.setLabel(name, **style)
        self._show_tip()

    def tickSpacing(  # noqa: N802
        self, low: float, high: float, size: float
    ) -> list[tuple[float, float]]:
        """One kind of tick, as many as have room for their values."""
        span = abs(high - low)
        if not span > 0 or size <= 0:
            return []
        metrics = QFontMetricsF(theme().mono_font(TICK_PX))
        power = 10.0 ** np.floor(np.log10(span / max(size / metrics.height(), 1.0)))
        for step in (power * factor for factor in _STEPS):
            if span / step * self._tick_room(low, high, step, metrics) <= size:
                return [(float(step), 0.0)]
        return [(span, 0.0)]

    def _tick_room(self, low: float, high: float, step: float, metrics: QFontMetricsF) -> float:
        """Pixels that a tick needs along the axis."""
        if self.orientation == "left":
            return metrics.height() * 1.5
        decimals = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
        widest = max(metrics.horizontalAdvance(f"{end:.{decimals}f}") for end in (low, high))
        return float(widest + metrics.horizontalAdvance("00"))

    def set_names(self, names: tuple[str, ...], room: float = np.inf) -> None:
        """Name the whole numbers from 0 on; no names means ticks of numbers.

        Names beside rows are cut in the middle to `room` pixels; names below take two lines of
        the room that there is for each. Whole names are in the tool tip.
        """
        self._names, self._names_room = names, room
        self._write_names()

    def _write_names(self) -> None:
        names = self._names
        if not names:
            self.setTicks(None)
            return
        metrics = QFontMetricsF(theme().mono_font(TICK_PX))
        if self.orientation == "left":
            drawn = cut_names(names, self._names_room, metrics)
        else:
            width = self.size().width()
            room = width / len(names) - metrics.horizontalAdvance("0") if width > 0 else np.inf
            drawn = [two_lines(name, room, metrics) for name in names]
        self.setTicks([list(enumerate(drawn))])
        self._show_tip()

    def _show_tip(self) -> None:
        """What is not written in full."""
        axis = getattr(self, "_axis", None)
        cut = axis is not None and self.labelText != html.escape(axis.label)
        drawn = [words.replace("\n", " ") for _, words in (self._tickLevels or [[]])[0]]
        whole = [name for name, words in zip(self._names, drawn, strict=False) if name != words]
        self.setToolTip("\n".join([*([axis.label] if cut and axis else []), *whole]))

    def logTickValues(  # noqa: N802
        self, low: float, high: float, size: float, plain: Any
    ) -> list[tuple[float, list[float]]]:
        """Whole decades, and between them the multiples of each."""
        if high - low < FEW_DECADES:
            return [(1.0, [float(np.log10(v)) for v in _round_values(10**low, 10**high)])]
        stride = max(1, int(np.ceil(30 * (high - low) / size)))
        decades = np.arange(np.ceil(low / stride) * stride, high + 1e-9, stride)
        multiples = np.add.outer(np.arange(np.floor(low), np.ceil(high)), np.log10(range(2, 10)))
        inside = multiples[(multiples >= low) & (multiples <= high) & (stride == 1)]
        return [(1.0, list(decades)), (0.1, list(inside))]

    def logTickStrings(  # noqa: N802
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """Decades as powers of ten; of their multiples 2 and 5, where there is room."""
        low, high = sorted(self.range)
        if high - low < FEW_DECADES:
            return [f"{10**value:.4g}" for value in values]
        # Where one decade needs a power of ten, all are written so.
        powers = np.ceil(low) < -_PLAIN_POWER or np.floor(high) > _PLAIN_POWER
        if spacing == 1.0:
            return [_decade(value, powers) for value in values]
        if powers:
            return [""] * len(values)
        length = self.geometry().height() if self.orientation == "left" else self.size().width()
        if length / (high - low) < ROOMY_DECADE_PX:
            return [""] * len(values)
        return [_multiple(value) for value in values]


def cut_names(names: tuple[str, ...], room: float, metrics: QFontMetricsF) -> list[str]:
    """Names cut to a room: first what all begin with, then the middle of each."""
    if max(map(metrics.horizontalAdvance, names)) > room:
        shared = names[0]
        while not all(name.startswith(shared) for name in names):
            shared = shared[:-1]
        start = shared.rfind(" ") + 1
        names = tuple(f"…{name[start:]}" if start > 1 else name for name in names)
    return [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room) for name in names]


def two_lines(name: str, room: float, metrics: QFontMetricsF) -> str:
    """A name in one line, or in two where that is too long for the room; each is cut to it."""
    if metrics.horizontalAdvance(name) <= room:
        return name
    words = name.split(" ")
    count = 1
    while count < len(words) and metrics.horizontalAdvance(" ".join(words[: count + 1])) <= room:
        count += 1
    lines = filter(None, (" ".join(words[:count]), " ".join(words[count:])))
    right = Qt.TextElideMode.ElideRight
    return "\n".join(metrics.elidedText(line, right, room) for line in lines)


def _decade(exponent: float, as_power: bool) -> str:
    power = round(exponent)
    if power == 0 or not as_power:
        return f"{10.0**power:g}"
    return "10" + str(power).translate(_SUPERSCRIPT)


def _multiple(exponent: float) -> str:
    power = np.floor(exponent + 1e-9)
    if round(10 ** (exponent - power)) not in (2, 5):
        return ""
    value = 10**exponent
    return (f"{value:.1g}" if value < 1 else f"{value:.0f}") if -4 < power < 4 else ""


def _round_values(low: float, high: float) -> list[float]:
    """Four or so round numbers between two positive ones."""
    rough = (high - low) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda multiple: abs(multiple * power - rough))
    first = max(np.ceil(low / step), 1.0)
    return [float(value) for value in np.arange(first, high / step + 1e-9) * step]
