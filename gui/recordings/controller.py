"""The recordings of the Behavior tab: what is open, drawn, measured and noted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.behavior.project import Entry, Project, in_folder, sorted_out
from engine.errors import PeerscopeError
from engine.files.kinds import Identified
from engine.files.pool import Pool
from engine.files.poses.pairing import concerns
from engine.files.video.recording import Recording
from engine.history import Change
from engine.session import FilePath
from gui.recordings.column import RecordingsColumn
from gui.recordings.drawing import Drawing
from gui.recordings.noting import Noting
from gui.recordings.opening import OpenedEntry, open_entry, poses_of, read_poses
from gui.recordings.overlay import PoseOverlay, RegionOverlay
from gui.recordings.pairing_dialog import PairingDialog
from gui.recordings.readings import Readings, measured
from gui.recordings.sources import Sources
from gui.recordings.state import RecordingsState, rows_of
from gui.widgets.timeline import Timeline
from gui.widgets.video_view import VideoView
from gui.workspace import Workspace

_POSES = "Poses (*.slp *.h5 *.csv *.nwb)"


class Cursor(Protocol):
    """Where the tab stands in the recording."""

    @property
    def index(self) -> int:
        """The current frame."""
        ...

    @property
    def stretch(self) -> tuple[float, float] | None:
        """The stretch of time that is selected, in seconds."""
        ...


class Recordings(QObject):
    """Holds the project, and shows the recording that is current.

    Signals
    -------
    opened(object)
        Another recording was opened; carries the `OpenedEntry`, which the receiver releases.
    ready(object)
        The same, after everything about it is shown.
    poses_changed()
        Other poses, or another mapping, belong to the recording now.
    seek(int)
        A frame is to be shown.
    readout(str)
        What the poses tell at the current frame.
    listed()
        Several recordings are there: the list is worth looking at.
    project_changed()
        Recordings came, went, or are another choice.
    ticked(bool)
        A person ticked or unticked a recording.
    """

    opened = Signal(object)
    ready = Signal(object)
    poses_changed = Signal()
    seek = Signal(int)
    readout = Signal(str)
    listed = Signal()
    project_changed = Signal()
    ticked = Signal(bool)

    def __init__(
        self,
        workspace: Workspace,
        view: VideoView,
        line: Timeline,
        cursor: Cursor,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.workspace, self.view, self.line, self.cursor = workspace, view, line, cursor
        self.window = parent
        self.column = RecordingsColumn()
        self.poses = PoseOverlay()
        self.project = Project()
        self.current = -1
        self.entry_open: OpenedEntry | None = None
        self.noting = Noting(self)
        self.drawing = Drawing(self)
        self.sources = Sources(self)
        self._regions = RegionOverlay()
        self._readings: Readings | None = None
        self._candidates: list[Path] = []
        #: Recordings that were open and may be wanted again.
        self.pool = Pool()
        #: How often a recording was asked for; of several the last stays.
        self.asked = 0
        view.add_overlay(self._regions)
        view.add_overlay(self.poses)
        self._connect()

    @property
    def entry(self) -> Entry | None:
        """The entry of the current recording."""
        there = 0 <= self.current < len(self.project.entries)
        return self.project.entries[self.current] if there else None

    @property
    def pose_file(self) -> Identified | None:
        """The poses of the recording, if they may be used."""
        opened = self.entry_open
        if opened is None:
            return None
        return opened.pose_file if self.poses.allowed else None

    @property
    def clock_file(self) -> Identified | None:
        """The table of frame times in use."""
        return None if self.entry_open is None else self.entry_open.clock_file

    def open_files(self, files: tuple[Identified, ...]) -> None:
        """Add recordings and poses; the first new recording is opened."""
        paths: list[Path] = []
        for file in files:
            if file.kind.name == "recordings":
                paths += self._in_folder(file.path)
            else:
                paths.append(file.path)
        of_poses = {file.path for file in files if file.kind.name == "poses"}
        recordings = [path for path in paths if path not in of_poses]
        if not sorted_out(recordings)[0] and not any(
            file.kind.name in ("video", "images", "image") for file in files
        ):
            self.use_poses(paths[-1])
            return
        self.add(paths, open_first=True)

    def add(self, paths: list[Path], *, open_first: bool = False) -> None:
        """Add recordings and pose files to the list."""
        self._candidates += sorted_out(paths)[1]
        before = len(self.project.entries)
        project = self.project.with_paths(paths, self.folder)
        self._set_project("recordings", project)
        if len(project.entries) > 1:
            self.listed.emit()
        wanted = self._position(paths) if len(project.entries) == before else before
        if open_first and 0 <= wanted < len(project.entries):
            self.open_at(wanted)

    def open_at(self, at: int) -> None:
        """Open a recording of the list, beside the window."""
        self.asked += 1
        entry = self.project.entries[at]
        work = partial(open_entry, entry, self.folder, self.pool)
        done = partial(self._on_opened, at, self.asked)
        failed = partial(self._on_failed, entry)
        self.workspace.background.run(work, done, failed)

    def use_poses(self, path: Path) -> None:
        """Give the current recording other poses, if they can be read; else the old ones stay.

        Raises
        ------
        PeerscopeError
            No recording is open.
        """
        opened = self.entry_open
        if self.entry is None or opened is None:
            raise PeerscopeError("Open a recording first, then drop its poses on it.")
        work = partial(poses_of, opened.held, path)
        done = partial(self._take_poses, opened, path)
        self.workspace.background.run(work, done, self.workspace.note)

    def show_index(self, index: int) -> None:
        """The tab has moved to a frame."""
        words = ""
        if self._readings is not None and self.poses.poses is not None:
            shown = [name for at, name in self._shown_tracks()]
            words = self._readings.at(index, shown) if index < len(self._readings.speed) else ""
        self.readout.emit(words)

    @property
    def busy(self) -> bool:
        """True while a tool holds the mouse, or a download runs: what Esc ends."""
        return self.drawing.active or self.sources.downloads

    def show_stretch(self) -> None:
        """Another stretch of time is selected."""
        self.column.notes.show_stretch(self.cursor.stretch)

    def add_note(self) -> None:
        """Keep a note with what is written in the fields."""
        self.column.notes.add()

    def pair(self) -> None:
        """Show the dialog that pairs recordings and poses.

        Raises
        ------
        PeerscopeError
            There is no recording.
        """
        if not self.project.entries:
            raise PeerscopeError("Add recordings first: drop them on the window.")
        dialog = PairingDialog(
            self.project, self._candidates, self.folder, self.workspace.background, self.window
        )
        dialog.decided.connect(partial(self._do, "pairing"))
        dialog.open()

    def close(self) -> None:
        """End what runs, and close what nobody uses any more."""
        self.sources.close()
        self.pool.close()

    def state(self) -> dict[str, Any]:
        """For the session."""
        overlay = {
            name: getattr(self.poses, name)
            for name in ("shown", "skeleton", "names", "threshold", "trail")
        }
        notes = {at: rows_of(spans) for at, spans in self.noting.notes.items() if spans}
        state = RecordingsState(
            project=self.project,
            current=self.current,
            notes=notes,
            overlay=overlay,
            decoded=self.sources.decoded,
        )
        return state.model_dump(mode="json")

    def restore(self, data: dict[str, Any]) -> int:
        """Stand as the session says; returns the position of the recording to open."""
        state = RecordingsState.model_validate(data)
        self.project, self.current = state.project, -1
        self.sources.decoded = dict(state.decoded)
        self.noting.notes = {at: state.spans_of(at) for at in state.notes}
        for name, value in state.overlay.items():
            setattr(self.poses, name, value)
        self.column.poses.show_overlay(state.overlay)
        self.column.list.show_project(self.project, self.current)
        self.project_changed.emit()
        if len(self.project.entries) > 1:
            self.listed.emit()
        return state.current

    @property
    def folder(self) -> Path:
        """Where the session is or will be kept."""
        return self.workspace.planned_folder

    def _connect(self) -> None:
        column, guarded = self.column, self.guarded
        column.list.chosen.connect(self.open_at)
        column.list.grouped.connect(self._on_grouped)
        column.list.ticked.connect(self._on_ticked)
        column.list.add_files.connect(partial(guarded, self._choose_files))
        column.list.add_folder.connect(partial(guarded, self._choose_folder))
        column.list.remove.connect(self._remove)
        column.list.pair.connect(partial(guarded, self.pair))
        column.poses.choose.connect(partial(guarded, self._choose_poses))
        column.poses.trust.connect(partial(self.change, trusted=True))
        column.poses.mapping_changed.connect(self._on_mapping)
        column.poses.overlay_changed.connect(self._on_overlay)

    def guarded(self, action: Any, *_: object) -> None:
        """Do something, and show what it has to complain of."""
        try:
            action()
        except PeerscopeError as error:
            self.workspace.note(error.sentence)

    def _in_folder(self, folder: Path) -> list[Path]:
        try:
            return in_folder(folder)
        except PeerscopeError as error:
            self.workspace.note(error.sentence)
            return []

    def _position(self, paths: list[Path]) -> int:
        known = [entry.path.absolute for entry in self.project.entries]
        return next(
            (known.index(str(p.absolute())) for p in paths if str(p.absolute()) in known), 0
        )

    def _do(self, what: str, project: Project) -> None:
        """Change the project, so that it can be undone."""
        if project != self.project:
            change = Change(what, self.project, project, self._set_project, False)
            self.workspace.history.do(change)

    def change(self, **words: Any) -> None:
        """Change the current entry, so that it can be undone."""
        if self.entry is not None:
            self._do(next(iter(words)), self.project.changed(self.current, **words))

    def _set_project(self, name: str, project: Project) -> None:
        """Also what undo and redo call."""
        before = self.entry
        self.project = project
        self.current = min(self.current, len(project.entries) - 1)
        self.column.list.show_project(project, self.current)
        self.project_changed.emit()
        now, opened = self.entry, self.entry_open
        if now is None or opened is None or now.path != opened.entry.path:
            return
        opened.entry = now
        if before is not None and before.poses != now.poses:
            work = partial(_with_poses, opened, self.folder)
            self.workspace.background.run(work, self._on_poses, self.workspace.note)
        elif before is not None and before.clock != now.clock:
            self.open_at(self.current)
        elif before is not None and before.views != now.views:
            self.sources.show_views()
        else:
            self._show_entry()

    def _on_opened(self, at: int, asked: int, opened: OpenedEntry) -> None:
        if asked != self.asked:
            opened.release()
            return
        self.current, self.entry_open = at, opened
        self.project = self.project.changed(at, poses=opened.entry.poses)
        if opened.print_now is not None and opened.entry.fingerprint is None:
            dumped = opened.print_now.model_dump()
            self.project = self.project.changed(at, fingerprint=dumped)
            opened.entry = self.project.entries[at]
        self.drawing.stop()
        self.poses.set_poses(opened.poses)
        self.opened.emit(opened)
        for sentence in opened.complaints:
            self.workspace.note(sentence, "warning")
        self.column.list.show_project(self.project, at)
        self.column.poses.show_poses(opened.poses)
        self.sources.show(opened)
        self._show_entry()
        self._warn(opened)
        self.ready.emit(opened)

    def _on_failed(self, entry: Entry, sentence: str) -> None:
        """A recording that has never been open is taken off the list again."""
        self.workspace.note(sentence)
        if entry in self.project.entries and entry.fingerprint is None:
            self._set_project(
                "recordings", self.project.without(self.project.entries.index(entry))
            )

    def _take_poses(self, opened: OpenedEntry, path: Path, _poses: object) -> None:
        if opened is self.entry_open:
            self._candidates.append(path)
            self.change(poses=FilePath.of(path, self.folder), trusted=False)

    def _on_poses(self, opened: OpenedEntry) -> None:
        if opened is not self.entry_open:
            return
        for sentence in opened.complaints:
            self.workspace.note(sentence, "warning")
        opened.complaints.clear()
        self.poses.set_poses(opened.poses)
        self.column.poses.show_poses(opened.poses)
        self._show_entry()
        self._warn(opened)

    def _warn(self, opened: OpenedEntry) -> None:
        """Say aloud why poses are not drawn."""
        grave = next((item.sentence for item in opened.concerns if item.grave), "")
        if grave and not self.poses.allowed:
            told = "They are not drawn until you say so, under Recordings, Poses."
            self.workspace.note(f"{grave} {told}", "warning")

    def _show_entry(self) -> None:
        """Show what is set for the current recording."""
        opened, entry = self.entry_open, self.entry
        if opened is None or entry is None:
            return
        if opened.poses is not None:
            opened.concerns = concerns(opened.poses, opened.recording, entry.mapping)
        grave = any(item.grave for item in opened.concerns)
        self.poses.mapping = entry.mapping
        self.poses.allowed = entry.trusted or not grave
        self._regions.regions = entry.regions
        self.column.poses.show_mapping(entry.mapping)
        self.column.poses.show_concerns(opened.concerns, trusted=entry.trusted)
        self.column.measure.show_regions(entry.regions, entry.calibration)
        self.noting.show()
        self._measure()
        self.view.update()
        self.poses_changed.emit()

    def _measure(self) -> None:
        opened, entry = self.entry_open, self.entry
        self._readings = None
        self.column.measure.show_readings((), ())
        if opened is None or opened.poses is None or entry is None or not self.poses.allowed:
            self.readout.emit("")
            return
        shown = [at for at, _ in self._shown_tracks()]
        scale, times = entry.calibration, opened.recording.times_s
        work = partial(measured, opened.poses, entry.mapping, times, entry.regions, scale, shown)
        self.workspace.background.run(work, partial(self._on_measured, entry), self.workspace.note)

    def _on_measured(self, entry: Entry, readings: Readings) -> None:
        if entry != self.entry:
            return
        self._readings = readings
        self.column.measure.show_readings(readings.animals, readings.stays, readings.unit)
        self.show_index(self.cursor.index)

    def _shown_tracks(self) -> list[tuple[int, str]]:
        poses = self.poses.poses
        names = poses.tracks if poses is not None else ()
        return [(at, name) for at, name in enumerate(names) if at not in self.poses.hidden]

    @Slot(int, str, str)
    def _on_grouped(self, at: int, kind: str, name: str) -> None:
        self._do(kind, self.project.changed(at, **{kind: name}))

    @Slot(int, bool)
    def _on_ticked(self, at: int, ticked: bool) -> None:
        self._do("chosen recordings", self.project.changed(at, chosen=ticked))
        self.ticked.emit(ticked)

    @Slot(int, int)
    def _on_mapping(self, offset: int, stride: int) -> None:
        self.change(offset=offset, stride=stride)

    @Slot(str, object)
    def _on_overlay(self, name: str, value: object) -> None:
        setattr(self.poses, name, value)
        if name == "hidden":
            self._measure()
        self.view.update()

    def _choose_files(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self.window, "Add recordings and poses")
        if paths:
            self.add([Path(path) for path in paths], open_first=self.current < 0)

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self.window, "Add a folder of recordings")
        if path:
            self.add(in_folder(Path(path)), open_first=self.current < 0)

    def _choose_poses(self) -> None:
        if self.entry is None:
            raise PeerscopeError("Open a recording first, then choose its poses.")
        start = str(Path(self.entry.path.absolute).parent)
        path, _ = QFileDialog.getOpenFileName(self.window, "Poses", start, _POSES)
        if path:
            self.use_poses(Path(path))

    def _remove(self) -> None:
        if self.entry is None:
            return
        at = self.current
        self.noting.forget(at)
        self._do("recordings", self.project.without(at))
        if self.project.entries:
            self.open_at(min(at, len(self.project.entries) - 1))

    def ensure_open(self) -> Recording:
        """The open recording; `PeerscopeError` without one."""
        if self.entry_open is None:
            raise PeerscopeError("Open a recording first: drop a video on the window.")
        return self.entry_open.recording

    def ensure_identified(self) -> Identified:
        """The file of the open recording; `PeerscopeError` without one."""
        self.ensure_open()
        assert self.entry_open is not None
        return self.entry_open.file


def _with_poses(opened: OpenedEntry, folder: Path) -> OpenedEntry:
    read_poses(opened, folder)
    return opened
