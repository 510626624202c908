"""The column of recordings: list, poses, measures, notes, source."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from gui.recordings.list_section import ListSection
from gui.recordings.measure_section import MeasureSection
from gui.recordings.notes_section import NotesSection
from gui.recordings.pose_section import PoseSection
from gui.recordings.source_section import SourceSection
from gui.widgets.section import Section
from gui.widgets.side_column import SideColumn


class RecordingsColumn(SideColumn):
    """Everything about recordings, section by section; each folds by its heading."""

    def __init__(self) -> None:
        super().__init__("Recordings", "left")
        self.list = ListSection()
        self.poses = PoseSection()
        self.measure = MeasureSection()
        self.notes = NotesSection()
        self.source = SourceSection()
        for section in (self.list, self.poses, self.measure, self.notes, self.source):
            self.add(section)

    def reveal(self, section: Section, field: QWidget) -> None:
        """Unfold a section, bring one of its fields into view, and give it the keyboard."""
        self.folded = section.folded = False
        field.setFocus()
        # Once what was unfolded has its room.
        QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(field))
