"""The right column of the Detection tab: inspector, scores, errors, export."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QVBoxLayout

from engine.detection import evaluation_figures
from engine.detection.evaluate import few_images
from engine.detection.evaluation_run import HEAVY, operating_point
from engine.detection.nms import RULES, Suppression
from engine.detection.review import Error, Review
from engine.detection.writing import FORMATS
from engine.figures.arrays import Array
from engine.figures.model import Figure, Table
from gui.style import set_look
from gui.theme import theme
from gui.widgets.figure_table import FigureTable
from gui.widgets.figure_view import FigureView
from gui.widgets.section import Section
from gui.widgets.side_column import SideColumn
from gui.widgets.suppression_inspector import SuppressionInspector
from gui.workspace import Workspace

_MOST_ERRORS = 400
_NO_TRUTH = "Drop ground truth for this recording: scores and errors appear."


class ReviewColumn(SideColumn):
    """Right: the box in hand, scores against truth, errors, and export.

    Signals
    -------
    error_chosen(object)
        An `Error` was clicked.
    frame_chosen(int)
        A frame was clicked in the list of disagreements.
    boxes_wanted(str)
        Export boxes in a format of `FORMATS`.
    clip_wanted()
        Export the annotated clip.
    """

    error_chosen = Signal(object)
    frame_chosen = Signal(int)
    boxes_wanted = Signal(str)
    clip_wanted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("Review", "right")
        self._workspace = workspace
        self.inspector = SuppressionInspector()
        self._scores = QLabel()
        self._scores.setWordWrap(True)
        self._scores.setTextFormat(self._scores.textFormat().RichText)
        self._precision = FigureView("precision over recall")
        self._miss = FigureView("miss rate over false positives per image")
        self._subsets = FigureTable()
        self._errors = FigureTable()
        self._error_words = QLabel()
        self._differences = FigureTable()
        self._listed: tuple[Error, ...] = ()
        self._frames: list[int] = []
        self._review: Review | None = None
        self._export = QPushButton("Export…")
        self._fill()
        self.show_review(None, Suppression())
        theme().changed.connect(self._retell)

    def show_review(self, review: Review | None, how: Suppression) -> None:
        """Show the scores and errors of one side."""
        self._review, self._how = review, how
        scored = review is not None and review.curve is not None
        for widget in (self._precision, self._miss, self._subsets, self._errors):
            widget.setVisible(scored)
        self._retell()
        if not scored or review is None or review.curve is None:
            return
        self._miss.set_figure(evaluation_figures.miss_rate(review.curve, how.score_min))
        self._precision.set_figure(
            evaluation_figures.precision_recall(review.curve, how.score_min)
        )
        rows = tuple(
            (name.replace("_", " "), f"{one.value:.3f}", one.curve.people, one.curve.images)
            for name, one in (review.subsets or {}).items()
            if one.curve.people
        )
        self._subsets.set_table(Table(("subset", "MR⁻²", "people", "images"), rows))
        self._list_errors(review)

    def show_operating(self, how: Suppression) -> None:
        """The score slider moved: precision and recall follow at once, AP and MR stay."""
        self._how = how
        self._retell()

    def show_differences(self, rows: Array | None) -> None:
        """Frames on which the two sides differ most."""
        self._differences.setVisible(rows is not None and len(rows) > 0)
        if rows is None:
            return
        self._frames = rows[:, 0].tolist()[:_MOST_ERRORS]
        table = tuple((int(frame), int(count)) for frame, count in rows[:_MOST_ERRORS])
        self._differences.set_table(Table(("frame", "boxes that differ"), table))

    def figures(self) -> dict[str, Figure]:
        """Figures that can be exported, by name."""
        views = {"miss_rate": self._miss, "precision_recall": self._precision}
        shown = {name: view.figure for name, view in views.items()}
        return {name: figure for name, figure in shown.items() if figure is not None}

    def set_exportable(self, exportable: bool) -> None:
        """Boxes are there, or not."""
        self._export.setEnabled(exportable)

    def _fill(self) -> None:
        inspector, scores, errors = (Section(t) for t in ("Inspector", "Scores", "Errors"))
        for section, widgets in (
            (inspector, (self.inspector,)),
            (scores, (self._scores, self._miss, self._precision, self._subsets)),
            (errors, (self._error_words, self._errors, self._differences)),
        ):
            column = QVBoxLayout(section.body)
            column.setContentsMargins(0, 0, 0, 0)
            for widget in widgets:
                column.addWidget(widget)
            self.add(section)
        for view, height in (
            (self._miss, 190), (self._precision, 190), (self._subsets, 150),
            (self._errors, 190), (self._differences, 120),
        ):  # fmt: skip
            view.setFixedHeight(theme().px(height))
        for table in (self._subsets, self._errors, self._differences):
            table.fill_width()
        set_look(self._error_words, "secondary")
        self._error_words.setWordWrap(True)
        self._errors.clicked.connect(self._on_error)
        self._differences.clicked.connect(self._on_difference)
        for view in (self._miss, self._precision, self.inspector.density):
            view.export_requested.connect(self._on_export_figure)
            view.notice.connect(self._workspace.note)
        menu = QMenu(self._export)
        for name, (_, words) in FORMATS.items():
            menu.addAction(words).setData(name)
        menu.addSeparator()
        menu.addAction("Annotated clip (MP4)").setData("clip")
        menu.triggered.connect(self._on_export)
        self._export.setMenu(menu)
        self.add(self._export)
        self.set_exportable(False)
        self._differences.hide()

    def _retell(self) -> None:
        review = self._review
        if review is None or review.curve is None:
            self._scores.setText(_NO_TRUTH)
            self._error_words.setText(_NO_TRUTH)
            return
        self._scores.setText(_score_words(review, self._how))

    def _list_errors(self, review: Review) -> None:
        self._listed = review.errors[:_MOST_ERRORS]
        kinds = ("missed", "false", "misplaced")
        counts = {kind: sum(e.kind == kind for e in review.errors) for kind in kinds}
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        left_out = len(review.errors) - len(self._listed)
        more = f"; the worst {len(self._listed)} listed" if left_out else ""
        self._error_words.setText(f"{told}{more}. Worst first: by score, missed by visibility.")
        rows = tuple(
            (error.frame, error.kind, f"{error.score:.2f}", f"{error.overlap:.2f}")
            for error in self._listed
        )
        self._errors.set_table(Table(("frame", "error", "score", "IoU"), rows))

    @Slot(QModelIndex)
    def _on_error(self, index: QModelIndex) -> None:
        if index.row() < len(self._listed):
            self.error_chosen.emit(self._listed[index.row()])

    @Slot(QModelIndex)
    def _on_difference(self, index: QModelIndex) -> None:
        if index.row() < len(self._frames):
            self.frame_chosen.emit(self._frames[index.row()])

    @Slot(object)
    def _on_export(self, action: object) -> None:
        name = str(action.data())  # type: ignore[attr-defined]
        if name == "clip":
            self.clip_wanted.emit()
        else:
            self.boxes_wanted.emit(name)

    @Slot(object)
    def _on_export_figure(self, figure: Figure) -> None:
        self._workspace.ask_and_export(self, figure)


def _score_words(review: Review, how: Suppression) -> str:
    """Scores as a table: what follows the slider, and what stays."""
    assert review.curve is not None
    at = operating_point(review.curve, how.score_min)
    color, mono = theme().palette.measured, theme().mono_font().family()

    def line(name: str, value: float) -> str:
        cell = f"<td align='right' style='color:{color};font-family:{mono}'>● {value:.3f}</td>"
        return f"<tr><td>{name}&nbsp;&nbsp;</td>{cell}</tr>"

    moving = "".join(
        line(name, value)
        for name, value in (
            ("precision", at.precision), ("recall", at.recall), ("F1", at.f1),
            ("false per image", at.fppi),
        )
    )  # fmt: skip
    fixed = "".join(
        line(name, value)
        for name, value in (("AP", review.ap), ("MR⁻²", review.mr2), ("JI", review.ji))
    )
    few = few_images(review.curve.images)
    warned = f"<br><span style='color:{theme().palette.faint}'>{few}.</span>" if few else ""
    return (
        f"{RULES[how.rule]}, score ≥ {how.score_min:.2f}"
        f"<table cellspacing='1'>{moving}</table>"
        f"Over all scores ({review.curve.images} images):"
        f"<table cellspacing='1'>{fixed}</table>{warned}"
        f"<br><span style='color:{theme().palette.faint}'>{HEAVY}.</span>"
    )
