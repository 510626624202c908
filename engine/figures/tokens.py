"""Colours and sizes that the window, the export and the report all read.

Contrast of every text token against every surface is at least 4.5 to 1; a test computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from engine.figures.arrays import Array
from engine.figures.model import Axis, Mark

#: How near the second and the third nine colours are to text and ground.
_NEARER = 0.55


@cache
def _cycle(categories: tuple[str, ...], text: str, ground: str) -> tuple[str, ...]:
    nearer = (_mixed(color, other) for other in (text, ground) for color in categories)
    return (*categories, *nearer)


def _mixed(color: str, other: str) -> str:
    pairs = zip(rgb(color), rgb(other), strict=True)
    parts = [round(a + (b - a) * _NEARER) for a, b in pairs]
    return "#" + "".join(f"{part:02X}" for part in parts)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colour tokens of one theme, as ``#RRGGBB``."""

    name: str
    background: str
    surface: str
    raised: str
    hairline: str
    text: str
    secondary: str
    faint: str
    accent: str
    on_accent: str
    measured: str
    reported: str
    differs: str
    categories: tuple[str, ...]

    @property
    def theory(self) -> str:
        """Derived by theory is drawn in the text colour, dotted."""
        return self.text

    def mark(self, mark: Mark) -> str:
        """Colour of a mark: a word of the product, or the number of a category."""
        if isinstance(mark, int):
            return self.cycle[mark % len(self.cycle)]
        return str(getattr(self, mark))

    @property
    def cycle(self) -> tuple[str, ...]:
        """27 colours of categories: the nine, then each nearer to the text, then to the ground."""
        return _cycle(self.categories, self.text, self.background)


# Okabe-Ito order, tuned for each background, without the hues of the three marks.
DARK = Palette(
    name="dark",
    background="#14161A",
    surface="#1A1D23",
    raised="#22262E",
    hairline="#2D323C",
    text="#E6E8EC",
    secondary="#9AA3B2",
    faint="#858E9D",
    accent="#5B9DFF",
    on_accent="#14161A",
    measured="#2EC4A6",
    reported="#F2B84B",
    differs="#E8798B",
    categories=(
        *("#56B4E9", "#E69F6A", "#8FCB6B", "#F0E442", "#4F86D9"),
        *("#D55E00", "#CC79A7", "#A98BE8", "#9AA3B2"),
    ),
)
LIGHT = Palette(
    name="light",
    background="#F4F5F7",
    surface="#FFFFFF",
    raised="#F0F2F5",
    hairline="#E2E5EA",
    text="#1A1D23",
    secondary="#5C6675",
    faint="#626B79",
    accent="#2563EB",
    on_accent="#FFFFFF",
    measured="#0B7A66",
    reported="#8F5E00",
    differs="#B83A55",
    categories=(
        *("#2E8FCB", "#C9702F", "#4E9A2F", "#B3A400", "#2F5FB3"),
        *("#D55E00", "#A9558A", "#7A57C7", "#5C6675"),
    ),
)
PALETTES = {palette.name: palette for palette in (DARK, LIGHT)}

#: How the line of a mark is drawn.
DASHES = {"measured": "solid", "reported": "dashed", "theory": "dotted", "text": "solid"}
#: The sign before a value of a mark, in words and legends.
SIGNS = {"measured": "●", "reported": "◇", "theory": "∴"}

FONT_PX = 13
HEADING_PX = 11
CORNER_PX = 8
SIDE_PX = 264
TOP_BAR_PX = 44
JOB_STRIP_PX = 40
UI_FONTS = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
MONO_FONTS = ("JetBrains Mono", "SF Mono", "Consolas", "DejaVu Sans Mono")

# matplotlib's viridis (CC0), every sixteenth colour; what lies between is interpolated.
_VIRIDIS = (
    *("#440154", "#481a6c", "#472f7d", "#414487", "#39568c", "#31688e"),
    *("#2a788e", "#23888e", "#1f988b", "#22a884", "#35b779", "#54c568"),
    *("#7ad151", "#a5db36", "#d2e21b", "#fde725"),
)
# A circle of hues for directions: no part of it is lost on a dark or on a light ground, and
# neighbours of like hue differ in lightness.
_CYCLIC = (
    *("#D9722E", "#B85A86", "#8A6BD1", "#4C7FDB", "#3FA3C4", "#6DB98A", "#B5C25A", "#DDA53A"),
    "#D9722E",
)
_DIVERGING = ("#2B6CB0", "#7FA8D1", "#8A8F98", "#E0A36C", "#C05621")


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) of ``#RRGGBB``."""
    value = int(color.lstrip("#"), 16)
    return value >> 16, (value >> 8) & 255, value & 255


def _table(stops: tuple[str, ...]) -> Array:
    anchors = np.array([rgb(stop) for stop in stops], dtype="f8")
    at = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(at, np.arange(len(stops)), anchors[:, i]) for i in range(3)]
    table = np.stack(channels, axis=1).round().astype("u1")
    table.setflags(write=False)
    return table


#: Continuous palette (256, 3) uint8, the one for signed values, and the one for directions.
VIRIDIS = _table(_VIRIDIS)
DIVERGING = _table(_DIVERGING)
CYCLIC = _table(_CYCLIC)


def continuous(axis: Axis | None) -> Array:
    """The palette (256, 3) uint8 of the values of an axis: one that closes where it is cyclic."""
    return CYCLIC if axis is not None and axis.cyclic else VIRIDIS


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    first, second = _luminance(one), _luminance(other)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def _luminance(color: str) -> float:
    channels = np.array(rgb(color)) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
