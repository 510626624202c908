"""Lengths in real units: the scale, arena and regions, and what the poses tell of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout

from engine.behavior.regions import Calibration, Region
from gui.recordings.parts import QuietTable, button, quiet, row
from gui.theme import theme
from gui.widgets.section import Section

_SHAPES = (("rectangle", "Rectangle"), ("ellipse", "Ellipse"), ("polygon", "Polygon"))


class MeasureSection(Section):
    """What is drawn on the recording, and the read-outs.

    Signals
    -------
    calibrate(), forget_scale()
        A line of known length is to be drawn; the scale is to be forgotten.
    draw(str, bool)
        A region is to be drawn: shape, and whether it is the arena.
    removed(int)
        A region is to be taken away.
    """

    calibrate = Signal()
    forget_scale = Signal()
    draw = Signal(str, bool)
    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__("Measure")
        self._scale = quiet()
        self._hint = quiet(look="faint")
        self.regions = QuietTable(("Region", "area", ""), "Regions")
        self.readings = QuietTable(("Animal", "distance", "speed"), "Read-outs")
        self.stays = QuietTable(("Time in region", "s", "entries"), "Time in regions")
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        layout.addWidget(self._scale)
        layout.addWidget(
            row(
                button("Calibrate…", "Draw a line whose length you know", self.calibrate.emit),
                button("Forget", "Go back to pixels", self.forget_scale.emit),
            )
        )
        layout.addWidget(row(self._menu("Arena", True), self._menu("Region", False)))
        layout.addWidget(self._hint)
        for table in (self.regions, self.readings, self.stays):
            layout.addWidget(table)
        self.regions.cellClicked.connect(self._on_cell)
        self.show_regions((), Calibration())
        self.show_readings((), ())

    def show_regions(self, regions: Sequence[Region], scale: Calibration) -> None:
        """Show what is drawn."""
        told = f"1 px = {scale.mm_per_px:.4g} mm" if scale.known else "Lengths are in pixels."
        self._scale.setText(told)
        unit = f"{scale.unit}²"
        factor = scale.length(1) ** 2
        self.regions.set_headers(["Region", unit, ""])
        self.regions.show_rows(
            [(item.name, f"{item.area_px * factor:.4g}", "×") for item in regions]
        )
        self.regions.setVisible(bool(regions))

    def show_readings(
        self, animals: Sequence[Sequence[str]], stays: Sequence[Sequence[str]], unit: str = "px"
    ) -> None:
        """Show how far and how long, as text."""
        self.readings.set_headers(["Animal", unit, f"{unit}/s"])
        self.readings.show_rows(animals)
        self.readings.setVisible(bool(animals))
        self.stays.show_rows(stays)
        self.stays.setVisible(bool(stays))

    def say(self, words: str) -> None:
        """Say what the mouse does now; empty for nothing."""
        self._hint.setText(words)
        self._hint.setVisible(bool(words))

    def _menu(self, title: str, arena: bool) -> QToolButton:
        made = QToolButton()
        made.setText(title)
        made.setToolTip(f"Draw {'the arena' if arena else 'a region'} on the video")
        made.setAccessibleName(f"Draw {title.lower()}")
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setSizePolicy(self.sizePolicy())
        menu = QMenu(made)
        for shape, name in _SHAPES:
            action = menu.addAction(name)
            action.triggered.connect(lambda _=False, s=shape: self.draw.emit(s, arena))
        made.setMenu(menu)
        return made

    def _on_cell(self, at: int, column: int) -> None:
        if column == 2:
            self.removed.emit(at)
