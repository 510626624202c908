"""The recordings of the Behavior tab: what is open, drawn, measured and noted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine.behavior.project import Edit, Entry, Project, in_folder, sorted_out
from engine.errors import PeerscopeError
from engine.files.kinds import Identified
from engine.files.pool import Pool
from engine.files.poses.pairing import concerns
from engine.files.video.recording import Recording
from engine.history import Change
from engine.session import FilePath
from gui.recordings.choosing import choose_files, choose_folder, choose_poses
from gui.recordings.column import RecordingsColumn
from gui.recordings.drawing import Drawing
from gui.recordings.noting import Noting
from gui.recordings.opening import OpenedEntry, open_entry, poses_of, read_poses
from gui.recordings.overlay import PoseOverlay, RegionOverlay
from gui.recordings.pairing_dialog import PairingDialog
from gui.recordings.readings import Readings, measured
from gui.recordings.sources import Sources
from gui.recordings.state import Cursor, RecordingsState, rows_of
from gui.widgets.timeline import Timeline
from gui.widgets.video_view import VideoView
from gui.workspace import Workspace


class Recordings(QObject):
    """Holds the project, and shows the recording that is current.

    Signals
    -------
    opening(str)
        The recording of that name is being opened; an empty name when it could not be.
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
        The column is worth looking at.
    project_changed()
        Recordings came, went, or are another choice.
    ticked(bool)
        A person ticked or unticked a recording.
    """

    opening = Signal(str)
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
        #: Absolute path of the recording asked for last, which is open or being opened.
        self._wanted = ""
        self.entry_open: OpenedEntry | None = None
        self.noting = Noting(self)
        self.drawing = Drawing(self)
        self.sources = Sources(self)
        self._regions = RegionOverlay()
        self._readings: Readings | None = None
        #: What was asked for last, whose answer is waited for.
        self._measuring: object = None
        self._candidates: list[Path] = []
        #: Recordings that were open and may be wanted again.
        self.pool = Pool()
        #: How often a recording was asked for; of several the last stays.
        self.asked = 0
        view.add_overlay(self._regions)
        view.add_overlay(self.poses)
        self._connect()

    @property
    def current(self) -> int:
        """Position of the recording that is open or being opened; -1 for none."""
        return self.project.position(self._wanted)

    @property
    def shown_path(self) -> str:
        """Absolute path of the open recording; empty without one."""
        return "" if self.entry_open is None else self.entry_open.entry.path.absolute

    @property
    def entry(self) -> Entry | None:
        """The entry of the open recording; None without one, or when it is off the list."""
        at = self.project.position(self.shown_path)
        return self.project.entries[at] if at >= 0 else None

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
        self._set_project(project)
        if len(project.entries) > 1:
            self.listed.emit()
        wanted = self._position(paths) if len(project.entries) == before else before
        if open_first and 0 <= wanted < len(project.entries):
            self.open_at(wanted)

    def open_at(self, at: int) -> None:
        """Open a recording of the list, beside the window."""
        self.asked += 1
        entry = self.project.entries[at]
        self._want(entry.path.absolute)
        self.opening.emit(entry.name)
        work = partial(open_entry, entry, self.folder, self.pool)
        done = partial(self._on_opened, entry, self.asked)
        failed = partial(self._on_failed, entry, self.asked)
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
        decided = partial(Edit, self.project)
        dialog.decided.connect(lambda project: self._do("pairing", decided(project)))
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
        self.project = state.project
        self.sources.decoded = dict(state.decoded)
        self.noting.restore({at: state.spans_of(at) for at in state.notes})
        for name, value in state.overlay.items():
            setattr(self.poses, name, value)
        self.column.poses.show_overlay(state.overlay)
        self._want("")
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
        column.list.add_files.connect(partial(guarded, partial(choose_files, self)))
        column.list.add_folder.connect(partial(guarded, partial(choose_folder, self)))
        column.list.remove.connect(self._remove)
        column.list.pair.connect(partial(guarded, self.pair))
        column.poses.choose.connect(partial(guarded, partial(choose_poses, self)))
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

    def _want(self, path: str) -> None:
        """Another recording is asked for: the list shows it as the current one."""
        self._wanted = path
        self.column.list.show_project(self.project, self.current)

    def _stay(self, asked: int) -> None:
        """What was asked for last does not come: what is open stays the current one."""
        if asked == self.asked:
            self._want(self.shown_path)
            self.opening.emit("")

    def _do(self, what: str, edit: Edit) -> None:
        """Change the project, so that it can be undone."""
        if edit.before != edit.after:
            change = Change(what, edit.reversed, edit, self._edit, False)
            self.workspace.history.do(change)

    def change(self, **words: Any) -> None:
        """Change the entry of the open recording, so that it can be undone."""
        at = self.project.position(self.shown_path)
        if at >= 0:
            self._do(next(iter(words)), Edit(self.project, self.project.changed(at, **words)))

    def _edit(self, name: str, edit: Edit) -> None:
        """Also what undo and redo call."""
        self._set_project(edit.done_to(self.project))
        at = self.project.position(edit.shows)
        if at >= 0:
            self.open_at(at)

    def _set_project(self, project: Project) -> None:
        self.project = project
        self.column.list.show_project(project, self.current)
        self.project_changed.emit()
        now, opened = self.entry, self.entry_open
        if now is None or opened is None:
            return
        before, opened.entry = opened.entry, now
        if before.poses != now.poses:
            work = partial(_with_poses, opened, self.folder)
            self.workspace.background.run(work, self._on_poses, self.workspace.note)
        elif before.clock != now.clock:
            self.open_at(project.position(self.shown_path))
        elif before.views != now.views:
            self.sources.show_views()
        else:
            self._show_entry()

    def _on_opened(self, entry: Entry, asked: int, opened: OpenedEntry) -> None:
        at = self.project.position(entry.path.absolute)
        if asked != self.asked or at < 0:
            opened.release()
            self._stay(asked)
            return
        now = self.project.entries[at]
        if (now.poses, now.clock) != (entry.poses, entry.clock):
            opened.release()
            self.open_at(at)
            return
        self._keep_found(at, opened)
        self.entry_open = opened
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

    def _keep_found(self, at: int, opened: OpenedEntry) -> None:
        """Poses that lay beside a recording, and what it is known again by, go to its entry."""
        found: dict[str, Any] = {"poses": opened.entry.poses}
        if opened.print_now is not None and opened.entry.fingerprint is None:
            found["fingerprint"] = opened.print_now.model_dump()
        self.project = self.project.changed(at, **found)
        opened.entry = self.project.entries[at]

    def _on_failed(self, entry: Entry, asked: int, sentence: str) -> None:
        """A recording that has never been open is taken off the list again."""
        self.workspace.note(sentence)
        self._stay(asked)
        at = self.project.position(entry.path.absolute)
        if at >= 0 and self.project.entries[at].untouched:
            self._set_project(self.project.without(at))

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
        self._readings = self._measuring = None
        self.column.measure.show_readings((), ())
        if opened is None or opened.poses is None or entry is None or not self.poses.allowed:
            self.readout.emit("")
            return
        shown = [at for at, _ in self._shown_tracks()]
        scale, times = entry.calibration, opened.recording.times_s
        work = partial(measured, opened.poses, entry.mapping, times, entry.regions, scale, shown)
        self._measuring = work
        self.workspace.background.run(work, partial(self._on_measured, work), self.workspace.note)

    def _on_measured(self, work: object, readings: Readings) -> None:
        if work is not self._measuring or self.entry is None:
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
        self._do(kind, Edit(self.project, self.project.changed(at, **{kind: name})))

    @Slot(int, bool)
    def _on_ticked(self, at: int, ticked: bool) -> None:
        self._do("chosen recordings", Edit(self.project, self.project.changed(at, chosen=ticked)))
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

    def _remove(self) -> None:
        at = self.current
        if at < 0:
            return
        without = self.project.without(at)
        rest = without.entries
        shows = rest[min(at, len(rest) - 1)].path.absolute if rest else ""
        self._do("recordings", Edit(self.project, without, self._wanted, shows))

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
