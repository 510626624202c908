"""The dialog that says which poses belong to which recording."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.behavior.project import Project
from engine.errors import PeerscopeError
from engine.files.identify import identify, open_file
from engine.files.poses.pairing import Concern, PoseMap, concerns
from engine.files.poses.read import open_poses
from engine.session import FilePath
from gui.bridge import Background
from gui.style import set_look
from gui.theme import theme
from gui.widgets.drop_box import DropBox

_NONE, _OTHER = "no poses", "choose a file…"
_COLUMNS = ("Recording", "Poses", "Offset", "Stride", "Check")
_OFFSET, _STRIDE, _CHECK = 2, 3, 4


class PairingDialog(QDialog):
    """Every recording with the poses it gets, checked as soon as they are chosen.

    Signals
    -------
    decided(object)
        The project with the pairs that were set.
    """

    decided = Signal(object)

    def __init__(
        self,
        project: Project,
        candidates: list[Path],
        folder: Path,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pair recordings and poses")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._project, self._folder, self._background = project, folder, background
        self._candidates = sorted(set(candidates) | _paired(project), key=lambda p: p.name)
        self.table = QTableWidget(len(project.entries), len(_COLUMNS))
        self._fill()
        told = QLabel(
            "Pairs are found by name. A pair that does not fit is kept, marked, and not drawn "
            "until you say so. Frame offset + stride × i of the video is frame i of the poses."
        )
        told.setWordWrap(True)
        set_look(told, "secondary")
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        self._buttons = QDialogButtonBox(ok | cancel)
        for known in (ok, cancel):
            self._buttons.button(known).setIcon(QIcon())
        set_look(self._buttons.button(ok), "primary")
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme().px(12))
        for widget in (told, self.table, self._buttons):
            layout.addWidget(widget)
        self.resize(theme().px(940), theme().px(420))
        for at in range(len(project.entries)):
            self._check(at)

    def poses_of(self, at: int) -> Path | None:
        """The poses chosen for a recording."""
        data = self._box(at).currentData()
        return data if isinstance(data, Path) else None

    def mapping_of(self, at: int) -> PoseMap:
        """Offset and stride set for a recording."""
        return PoseMap(self._number(at, _OFFSET).value(), self._number(at, _STRIDE).value())

    def _fill(self) -> None:
        self.table.setHorizontalHeaderLabels(list(_COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setWordWrap(True)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        widths = (190, 240, 92, 72)
        for column, width in enumerate(widths):
            self.table.setColumnWidth(column, theme().px(width))
        header.setSectionResizeMode(_CHECK, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultSectionSize(theme().px(44))
        for at, entry in enumerate(self._project.entries):
            name = QTableWidgetItem(entry.name)
            name.setToolTip(entry.path.absolute)
            name.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(at, 0, name)
            poses = None if entry.poses is None else Path(entry.poses.absolute)
            self.table.setCellWidget(at, 1, self._make_box(at, poses))
            self.table.setCellWidget(at, _OFFSET, self._make_number(at, entry.offset, -(10**7)))
            self.table.setCellWidget(at, _STRIDE, self._make_number(at, entry.stride, 1))
            told = QTableWidgetItem("")
            told.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(at, _CHECK, told)

    def _make_box(self, at: int, chosen: Path | None) -> QComboBox:
        box = DropBox()
        box.setAccessibleName(f"Poses of {self._project.entries[at].name}")
        box.addItem(_NONE, None)
        for path in self._candidates:
            box.addItem(path.name, path)
        box.addItem(_OTHER, _OTHER)
        box.setCurrentIndex(0 if chosen is None else 1 + self._candidates.index(chosen))
        box.activated.connect(partial(self._on_chosen, at))
        return box

    def _make_number(self, at: int, value: int, least: int) -> QSpinBox:
        box = QSpinBox(minimum=least, maximum=10**7, value=value)
        box.valueChanged.connect(partial(self._on_number, at))
        return box

    def _on_number(self, at: int, value: int) -> None:
        self._check(at)

    def _on_chosen(self, at: int, position: int) -> None:
        box = self._box(at)
        if box.currentData() == _OTHER:
            path, _ = QFileDialog.getOpenFileName(
                self, "Poses", str(self._folder), "Poses (*.slp *.h5 *.csv *.nwb)"
            )
            if path:
                box.insertItem(box.count() - 1, Path(path).name, Path(path))
                box.setCurrentIndex(box.count() - 2)
            else:
                box.setCurrentIndex(0)
        self._check(at)

    def _check(self, at: int) -> None:
        """Find out beside the window what speaks against a pair."""
        poses, item = self.poses_of(at), self._told(at)
        if poses is None:
            item.setText("")
            return
        item.setText("checking…")
        video, mapping = Path(self._project.entries[at].path.absolute), self.mapping_of(at)
        work: Callable[[], list[Concern]] = partial(check_pair, video, poses, mapping)
        asked = (poses, mapping)
        self._background.run(work, partial(self._on_checked, at, asked), partial(self._tell, at))

    def _on_checked(self, at: int, asked: tuple[Path, PoseMap], found: list[Concern]) -> None:
        # An answer to a question that was changed meanwhile says nothing any more.
        if asked != (self.poses_of(at), self.mapping_of(at)):
            return
        self._tell(at, " ".join(item.sentence for item in found) or "fits", bool(found))
        if found and found[0].grave:
            self._told(at).setForeground(theme().color("differs"))

    def _tell(self, at: int, words: str, doubt: bool = True) -> None:
        item = self._told(at)
        item.setText(words)
        item.setToolTip(words)
        item.setForeground(theme().color("text" if doubt else "secondary"))

    def _accept(self) -> None:
        project = self._project
        for at, entry in enumerate(project.entries):
            poses, mapping = self.poses_of(at), self.mapping_of(at)
            place = None if poses is None else FilePath.of(poses, self._folder)
            same = place == entry.poses and mapping == entry.mapping
            if not same:
                project = project.changed(
                    at, poses=place, offset=mapping.offset, stride=mapping.stride, trusted=False
                )
        self.decided.emit(project)
        self.accept()

    def _told(self, at: int) -> QTableWidgetItem:
        item = self.table.item(at, _CHECK)
        assert item is not None
        return item

    def _box(self, at: int) -> QComboBox:
        box = self.table.cellWidget(at, 1)
        assert isinstance(box, QComboBox)
        return box

    def _number(self, at: int, column: int) -> QSpinBox:
        box = self.table.cellWidget(at, column)
        assert isinstance(box, QSpinBox)
        return box


def check_pair(video: Path, poses: Path, mapping: PoseMap) -> list[Concern]:
    """What speaks against a pair; opens both."""
    recording = open_file(identify(video))
    try:
        return concerns(open_poses(poses, video.name), recording, mapping)  # type: ignore[arg-type]
    except PeerscopeError as error:
        return [Concern(error.sentence)]
    finally:
        recording.close()


def _paired(project: Project) -> set[Path]:
    return {Path(entry.poses.absolute) for entry in project.entries if entry.poses is not None}
