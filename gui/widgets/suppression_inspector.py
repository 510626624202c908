"""Everything about one box: scores, density, and who suppressed whom at which distance."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.detection.beta import mask, to_beta
from engine.detection.detector import RawFrame
from engine.detection.nms import RULES, Kept, Suppression, facts
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Picture, Table
from engine.figures.tokens import rgb
from gui.style import set_look
from gui.theme import theme
from gui.widgets.figure_table import FigureTable
from gui.widgets.figure_view import FigureView

_CELLS = 28
_MOST_ROWS = 60
_COLUMNS = ("box", "score", "d", "IoU", "vis.")


class SuppressionInspector(QWidget):
    """Shows the box in hand and its relations.

    Signals
    -------
    partner_chosen(int)
        A raw row in the table was clicked.
    """

    partner_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(self._words.textFormat().RichText)
        self._density = FigureView("the density of the box in hand")
        self._relation = QLabel()
        self._relation.setWordWrap(True)
        set_look(self._relation, "secondary")
        self._table = FigureTable()
        self._rows: Array = np.zeros(0, "i8")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._words, self._density, self._relation, self._table):
            column.addWidget(widget)
        self._density.setFixedHeight(theme().px(170))
        self._table.setFixedHeight(theme().px(150))
        self._table.fill_width()
        self._table.clicked.connect(self._on_row)
        self.clear()

    @property
    def density(self) -> FigureView:
        """The picture of the density, to export it."""
        return self._density

    def clear(self) -> None:
        """No box is in hand."""
        self._words.setText("Click a person: scores, density, and who was suppressed and why.")
        self._relation.hide()
        for widget in (self._density, self._table):
            widget.hide()

    def show_box(
        self,
        frame: RawFrame,
        kept: Kept,
        how: Suppression,
        row: int,
        identity: int,
        partner: int = -1,
    ) -> None:
        """Show a raw row of a frame, and perhaps a partner beside it."""
        self._words.setText(_facts_words(frame, kept, how, row, identity))
        rows = [row] if partner < 0 else [row, partner]
        self._density.set_figure(density_figure(frame, how, rows))
        by = int(kept.by[row])
        self._rows = np.flatnonzero(kept.by == row) if by < 0 else np.array([by])
        self._rows = self._rows[np.argsort(-frame.score[self._rows], kind="stable")][:_MOST_ROWS]
        self._relation.setText(_relation_words(kept, how, row, len(self._rows)))
        told = facts(frame.full, frame.visible, row, self._rows, how)
        values = zip(
            self._rows, frame.score[self._rows], told.distance, told.iou, told.visible_iou,
            strict=True,
        )  # fmt: skip
        rows_told: tuple[tuple[int | str, ...], ...] = tuple(
            (int(row[0]), *(f"{float(value):.2f}" for value in row[1:])) for row in values
        )
        table = Table(_COLUMNS, rows_told)
        self._table.set_table(table)
        self._density.show()
        self._relation.show()
        self._table.setVisible(len(self._rows) > 0)

    @Slot(QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        if index.row() < len(self._rows):
            self.partner_chosen.emit(int(self._rows[index.row()]))


def density_figure(frame: RawFrame, how: Suppression, rows: list[int]) -> Figure:
    """The densities of one or two raw boxes on the union of their full boxes, as a picture."""
    full, visible = frame.full[rows], frame.visible[rows]
    low, high = full[:, :2].min(axis=0), full[:, 2:].max(axis=0)
    # Pixels of the picture are those of the frame, so that its axes tell place.
    columns = np.arange(max(2, round(float(high[0] - low[0]))))
    lines = np.arange(max(2, round(float(high[1] - low[1]))))
    layers = np.zeros((2, len(lines), len(columns)))
    masks = mask(to_beta(full, visible, how.spread), _CELLS)
    for k, (box, cells) in enumerate(zip(full, masks, strict=True)):
        x = np.floor((columns + low[0] + 0.5 - box[0]) / max(1e-9, box[2] - box[0]) * _CELLS)
        y = np.floor((lines + low[1] + 0.5 - box[1]) / max(1e-9, box[3] - box[1]) * _CELLS)
        inside = ((y >= 0) & (y < _CELLS))[:, None] & (x >= 0) & (x < _CELLS)
        place = np.clip(y, 0, _CELLS - 1).astype("i8"), np.clip(x, 0, _CELLS - 1).astype("i8")
        layers[k] = np.where(inside, cells[place[0]][:, place[1]], 0)
    inks = np.array([rgb(theme().palette.accent), rgb(theme().palette.differs)])
    pixels = np.clip(np.einsum("kyx,kc->yxc", layers, inks), 0, 255).astype("u1")
    origin = f"origin at {low[0]:.0f}, {low[1]:.0f} px"
    caption = f"box in hand and its partner; {origin}" if len(rows) > 1 else f"peak 1; {origin}"
    axes = Axis("column", "px"), Axis("row", "px")
    return Figure("Density", (Picture(pixels),), *axes, caption=caption)


def _facts_words(frame: RawFrame, kept: Kept, how: Suppression, row: int, identity: int) -> str:
    beta = to_beta(frame.full[row : row + 1], frame.visible[row : row + 1], how.spread)[0]
    mono = theme().mono_font().family()

    def line(name: str, value: str) -> str:
        return f"<tr><td>{name}&nbsp;</td><td style='font-family:{mono}'>{value}</td></tr>"

    boxes = [" ".join(f"{v:.0f}" for v in box) for box in (frame.full[row], frame.visible[row])]
    who = f"box {row}" + (f", identity {identity}" if identity >= 0 else "")
    lines = [
        line("who", who),
        line("score", f"{kept.score[row]:.3f}"),
        line("C1 · C2", f"{frame.first[row]:.3f} · {frame.second[row]:.3f}"),
        line("full", boxes[0]),
        line("visible", boxes[1]),
        line("ax bx", f"{beta[0]:.2f} {beta[1]:.2f}"),
        line("ay by", f"{beta[2]:.2f} {beta[3]:.2f}"),
    ]
    return f"<table cellspacing='1'>{''.join(lines)}</table>"


def _relation_words(kept: Kept, how: Suppression, row: int, count: int) -> str:
    by = int(kept.by[row])
    beta = how.rule in ("beta", "soft")
    what = "distance" if beta else "overlap"
    if by >= 0:
        value = kept.value[row]
        side = "below" if beta else "above"
        return f"Suppressed by box {by}: {what} {value:.2f}, {side} {how.limit:.2f}."
    if how.rule == "none":
        return "Nothing is suppressed."
    return f"Kept. It suppressed {count} boxes by {RULES[how.rule]}." if count else (
        "Kept. It suppressed no other box."
    )  # fmt: skip
