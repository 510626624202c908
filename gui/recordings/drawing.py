"""Drawing on the recording: the scale, the arena, regions; every change can be undone."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QInputDialog

from engine.behavior.regions import Calibration, Region, Shape
from engine.errors import PeerscopeError
from gui.recordings.tools import BoxTool, LineTool, Points, PolygonTool

if TYPE_CHECKING:
    from gui.recordings.controller import Recordings


class Drawing(QObject):
    """What the section of measures asks for."""

    def __init__(self, owner: Recordings) -> None:
        super().__init__(owner)
        self._owner = owner
        section = owner.column.measure
        section.calibrate.connect(partial(owner.guarded, self._calibrate))
        section.forget_scale.connect(self._forget)
        section.draw.connect(self._draw)
        section.removed.connect(self._remove_region)

    @property
    def active(self) -> bool:
        """True while a tool holds the mouse."""
        return self._owner.view.has_tool

    def stop(self) -> None:
        """Give the mouse back."""
        self._owner.view.set_tool(None)
        self._owner.column.measure.say("")

    @Slot()
    def _forget(self) -> None:
        self._owner.change(mm_per_px=0.0)

    def _calibrate(self) -> None:
        self._owner.ensure_open()
        self._owner.view.set_tool(LineTool(self._on_line))
        self._owner.column.measure.say("Drag along something whose length you know. Esc ends.")

    def _on_line(self, points: Points) -> None:
        self.stop()
        (x0, y0), (x1, y1) = points
        told = f"Length of the line ({math.hypot(x1 - x0, y1 - y0):.1f} px) in mm"
        length, agreed = QInputDialog.getDouble(
            self._owner.window, "Calibrate", told, 10.0, 1e-6, 1e6, 3
        )
        if agreed:
            self.calibrate(points, length)

    def calibrate(self, points: Points, mm: float) -> None:
        """Set the scale by a line of known length."""
        self._owner.change(mm_per_px=Calibration.of_line(points[0], points[1], mm).mm_per_px)

    @Slot(str, bool)
    def _draw(self, shape: str, arena: bool) -> None:
        try:
            self._owner.ensure_open()
        except PeerscopeError as error:
            self._owner.workspace.note(error.sentence)
            return
        drawn = partial(self.add_region, cast("Shape", shape), arena)
        self._owner.view.set_tool(
            PolygonTool(drawn) if shape == "polygon" else _box_tool(shape, drawn)
        )
        how = "Click corner by corner; double-click closes it." if shape == "polygon" else "Drag."
        self._owner.column.measure.say(f"{how} Esc ends.")

    def add_region(self, shape: Shape, arena: bool, points: Points) -> None:
        """Add a region that was drawn; a new arena takes the place of the old one."""
        self.stop()
        if self._owner.entry is None:
            return
        kept = tuple(item for item in self._owner.entry.regions if not (arena and item.arena))
        count = sum(not item.arena for item in kept)
        name = "arena" if arena else f"region {count + 1}"
        rounded = tuple((round(x, 2), round(y, 2)) for x, y in points)
        region = Region(name=name, shape=shape, points=rounded, arena=arena)
        self._owner.change(regions=(region, *kept) if arena else (*kept, region))

    def _remove_region(self, at: int) -> None:
        if self._owner.entry is not None:
            regions = self._owner.entry.regions
            self._owner.change(regions=regions[:at] + regions[at + 1 :])


def _box_tool(shape: str, drawn: Any) -> BoxTool:
    return BoxTool("ellipse" if shape == "ellipse" else "rectangle", drawn)
