"""The fixed crop of the form, drawn on the video and drawn by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Slot

from engine.history import Change

if TYPE_CHECKING:
    from gui.tabs.behavior import BehaviorTab


class Crop(QObject):
    """Keeps the box on the video and the parameter of the form the same."""

    def __init__(self, tab: BehaviorTab) -> None:
        super().__init__(tab)
        self._form, self._view = tab.form.form, tab.video.view
        self._history, self._set_param = tab.workspace.history, tab.set_param
        self._form.changed.connect(self._on_param)
        self._view.crop_changed.connect(self._on_drawn)

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name not in ("crop", "crop_box"):
            return
        values = self._form.values()
        fixed, box = values["crop"] == "fixed", values["crop_box"]
        self._view.set_crop_mode(fixed)
        self._view.set_crop(QRectF(*box) if fixed and min(box[2:]) > 0 else None)

    @Slot(int, int, int, int)
    def _on_drawn(self, x: int, y: int, width: int, height: int) -> None:
        before = self._form.values()["crop_box"]
        after = (x, y, width, height)
        self._history.do(Change("crop_box", before, after, self._set_param))
