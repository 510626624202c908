"""Recordings in the window: list, overlay, pairing, measuring, notes, clock, views, proxy."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from engine.behavior.arena_draw import SCENES, scene_frames
from engine.behavior.data import encode, write_pair
from engine.behavior.notes import read_notes
from engine.cli.main import main
from engine.places import cache_dir
from engine.results import read_result
from gui.app import make_window
from gui.recordings.pairing_dialog import PairingDialog
from gui.tabs.behavior import BehaviorTab
from gui.window import Window

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three recordings: one with SLEAP poses, one with DeepLabCut's, one without."""
    folder = tmp_path_factory.mktemp("study ü")
    write_pair(folder, "m1", seconds=3, seed=1, twins=("slp",))
    write_pair(folder, "m2", seconds=2, seed=2, scene=1, twins=("dlc_csv",))
    truth = write_pair(folder, "m3", seconds=1, seed=3, twins=())
    frames = [np.kron(f, np.ones((4, 4), "u1")) for f in scene_frames(truth, SCENES[0], 3)]
    encode(folder / "m3.mp4", frames, 30, g="30")
    (folder / "notes.txt").write_text("not a recording")
    return folder


def drop(window: Window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(200, 200)
    window.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, buttons, keys))


def opened(qtbot: QtBot, window: Window, *paths: Path, name: str = "") -> BehaviorTab:
    # Several tabs take videos: the one in view has them without being asked.
    window.show_tab("behavior")
    drop(window, *paths)
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    wait_for(qtbot, tab, name or paths[0].name)
    return tab


def wait_for(qtbot: QtBot, tab: BehaviorTab, name: str) -> None:
    def there() -> bool:
        recording = tab._recording
        return recording is not None and recording.name == name and tab.video.view.index >= 0

    qtbot.waitUntil(there, timeout=WAIT_MS)


def picture(tab: BehaviorTab) -> np.ndarray:
    image = tab.video.view.grab().toImage()
    data = np.frombuffer(image.constBits(), "u1")
    return data.reshape(image.height(), image.width(), 4).astype(int)


def without_places(tab: BehaviorTab) -> list[dict[str, object]]:
    """What the project keeps of each recording, but for where it lies from the session."""
    entries = [entry.model_dump() for entry in tab.recordings.project.entries]
    for entry in entries:
        for name in ("path", "poses"):
            entry[name] = entry[name]["absolute"]
    return entries


def draws_poses(tab: BehaviorTab) -> bool:
    """True when the picture changes with the switch that draws poses."""
    box = tab.recordings.column.poses.boxes["shown"]
    now = picture(tab)
    box.setChecked(not box.isChecked())
    other = picture(tab)
    box.setChecked(not box.isChecked())
    return not np.array_equal(now, other)


def sentences(window: Window) -> str:
    return " ".join(note.sentence for note in window.notes.notes)


def test_a_folder_lists_its_recordings_and_draws_their_poses(
    qtbot: QtBot, window: Window, folder: Path
) -> None:
    tab = opened(qtbot, window, folder, name="m1.mp4")
    recordings = tab.recordings
    names = [entry.name for entry in recordings.project.entries]
    assert names == ["m1.mp4", "m2.mp4", "m3.mp4"]
    assert tab.side.shown == "Recordings"
    assert recordings.column.list.tree.topLevelItemCount() == 3
    qtbot.waitUntil(lambda: recordings._readings is not None, timeout=WAIT_MS)
    with_poses = picture(tab)
    recordings.column.poses.boxes["shown"].setChecked(False)
    assert np.abs(picture(tab) - with_poses).max() > 50
    recordings.column.poses.boxes["shown"].setChecked(True)
    assert np.array_equal(picture(tab), with_poses)
    recordings.column.poses.tracks.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert recordings.poses.hidden == {1}
    recordings.column.list.grouped.emit(0, "condition", "drug")
    recordings.column.list.set_group_by("condition")
    assert recordings.column.list.tree.topLevelItemCount() == 2
    window.commands.run("edit.undo")
    assert recordings.project.entries[0].condition == ""
    recordings.column.list.chosen.emit(1)
    wait_for(qtbot, tab, "m2.mp4")
    assert recordings.poses.poses is not None
    assert recordings.poses.poses.form == "DeepLabCut"
    assert recordings.entry_open is not None
    assert recordings.entry_open.concerns == []


def test_going_back_to_a_recording_opens_nothing_anew(
    qtbot: QtBot, window: Window, folder: Path
) -> None:
    tab = opened(qtbot, window, folder, name="m1.mp4")
    recordings = tab.recordings
    first, poses = tab._recording, recordings.poses.poses
    assert poses is not None
    recordings.open_at(1)
    wait_for(qtbot, tab, "m2.mp4")
    assert len(recordings.pool) == 1
    recordings.open_at(0)
    wait_for(qtbot, tab, "m1.mp4")
    assert tab._recording is first
    assert recordings.poses.poses is poses
    assert len(recordings.pool) == 1
    recordings.open_at(0)
    qtbot.waitUntil(lambda: recordings.asked == 4 and recordings.current == 0, timeout=WAIT_MS)


def test_frames_are_counted_by_decoding_where_no_proxy_is_made(
    qtbot: QtBot, window: Window, folder: Path, tmp_path: Path
) -> None:
    video = Path(shutil.copy(folder / "m2.mp4", tmp_path / "m2.mp4"))
    tab = opened(qtbot, window, video)
    recordings, section = tab.recordings, tab.recordings.column.source
    told = "Frames: 60 in the header, 60 in the index, 60 decoded."
    qtbot.waitUntil(lambda: section._counts.text() == told, timeout=WAIT_MS)
    assert "No proxy needed" in section._proxy.text()
    assert list(recordings.sources.decoded.values()) == [60]
    assert recordings.entry is not None
    assert (recordings.entry.fingerprint or {})["frames"] == 60
    assert section._count.isHidden()
    tiff = tmp_path / "stack.tif"
    write_stack(tiff)
    drop(window, tiff)
    wait_for(qtbot, tab, "stack.tif")
    assert section._counts.text() == "Frames: 4 images."
    # Going back needs no second count.
    recordings.open_at(0)
    wait_for(qtbot, tab, "m2.mp4")
    assert section._counts.text() == told


def write_stack(path: Path) -> None:
    from PIL import Image

    pages = [Image.fromarray(np.full((40, 60), 60 * k, "u1")) for k in range(4)]
    pages[0].save(path, save_all=True, append_images=pages[1:])


def test_poses_of_another_recording_are_never_silently_drawn(
    qtbot: QtBot, window: Window, folder: Path, tmp_path: Path
) -> None:
    video = shutil.copy(folder / "m2.mp4", tmp_path / "m2.mp4")
    tab = opened(qtbot, window, Path(video))
    recordings = tab.recordings
    drop(window, folder / "m1.slp")
    qtbot.waitUntil(lambda: recordings.poses.poses is not None, timeout=WAIT_MS)
    told = recordings.column.poses._concerns.text()
    assert "made on m1.mp4, not on m2.mp4" in told
    assert "frame 89, but m2.mp4 has frames 0 to 59" in told
    assert not draws_poses(tab)
    assert "They are not drawn until you say so" in sentences(window)
    assert recordings.pose_file is None
    # Poses that cannot be read take nobody's place.
    broken = tmp_path / "broken.slp"
    broken.write_bytes((folder / "m1.slp").read_bytes()[:2000])
    drop(window, broken)
    qtbot.waitUntil(lambda: "broken.slp is cut off" in sentences(window), timeout=WAIT_MS)
    assert recordings.entry is not None
    assert recordings.entry.poses is not None
    assert recordings.entry.poses.absolute.endswith("m1.slp")
    assert recordings.poses.poses is not None
    recordings.column.poses.trust.emit()
    assert draws_poses(tab)
    window.commands.run("edit.undo")
    assert not draws_poses(tab)
    recordings.column.poses.offset.setValue(-30)
    assert recordings.poses.mapping.offset == -30
    assert tab.form.form.values()["pose_offset"] == -30
    window.commands.run("edit.undo")
    assert recordings.column.poses.offset.value() == 0
    assert tab.form.form.values()["pose_offset"] == 0
    window.commands.run("behavior.pair")
    (dialog,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, PairingDialog)]
    qtbot.waitUntil(lambda: "made on m1" in dialog._told(0).text(), timeout=WAIT_MS)
    box = dialog._box(0)
    box.setCurrentIndex(0)
    dialog._accept()
    qtbot.waitUntil(lambda: recordings.poses.poses is None, timeout=WAIT_MS)
    assert recordings.entry is not None
    assert recordings.entry.poses is None


def test_measuring_and_notes_are_undone_kept_and_exported(
    qtbot: QtBot, qapp: QApplication, window: Window, folder: Path, tmp_path: Path
) -> None:
    tab = opened(qtbot, window, folder / "m1.mp4", folder / "m1.slp")
    recordings = tab.recordings
    qtbot.waitUntil(lambda: recordings._readings is not None, timeout=WAIT_MS)
    assert recordings._readings is not None
    far = float(recordings._readings.animals[0][1])
    qtbot.waitUntil(lambda: recordings.project.entries[0].fingerprint is not None, timeout=WAIT_MS)
    # What a recording is known again by may be found meanwhile: that answers nothing else.
    known = recordings.project
    recordings._measure()
    recordings.project = known.changed(0, fingerprint=None)
    qtbot.waitUntil(lambda: recordings._readings is not None, timeout=WAIT_MS)
    recordings.project = known
    recordings.drawing.calibrate(((0, 0), (30, 40)), 25.0)
    qtbot.waitUntil(
        lambda: recordings._readings is not None and recordings._readings.unit == "mm",
        timeout=WAIT_MS,
    )
    assert float(recordings._readings.animals[0][1]) == pytest.approx(far / 2, rel=1e-3)
    view = tab.video.view
    recordings.column.measure.draw.emit("ellipse", True)
    corners = [view.point_in_widget(x, y).toPoint() for x, y in ((20, 20), (300, 300))]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=corners[0])
    qtbot.mouseMove(view, corners[1])
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corners[1])
    assert recordings.entry is not None
    assert [region.name for region in recordings.entry.regions] == ["arena"]
    recordings.drawing.add_region("rectangle", False, ((0, 0), (320, 320)))
    qtbot.waitUntil(
        lambda: bool(recordings._readings and len(recordings._readings.stays) == 4),
        timeout=WAIT_MS,
    )
    assert recordings._readings.stays[1][0] == "animal 1 in region 1"
    assert float(recordings._readings.stays[1][1]) == pytest.approx(3.0, abs=0.01)
    window.commands.run("edit.undo")
    assert len(recordings.entry.regions) == 1
    tab._on_range(0.5, 1.5)
    recordings.column.notes.label.setText("groom")
    window.commands.run("behavior.note")
    assert [span.label for span in recordings.noting.notes[0]] == ["groom"]
    assert tab.time.line._labels[0][3] == "groom"
    for boris in (False, True):
        recordings.noting.export_notes(tmp_path / f"{boris}.csv", boris=boris)
        assert read_notes(tmp_path / f"{boris}.csv") == recordings.noting.notes[0]
    recordings.noting.import_notes(tmp_path / "True.csv")
    assert len(recordings.noting.notes[0]) == 2
    window.commands.run("edit.undo")
    assert len(recordings.noting.notes[0]) == 1
    recordings.column.poses.offset.setValue(3)
    qtbot.waitUntil(lambda: 90 in recordings.sources.decoded.values(), timeout=WAIT_MS)
    window.commands.run("file.save-session")
    other = make_window(qapp)
    try:
        other.show()
        qtbot.waitUntil(lambda: other.warm.warm_up.done, timeout=60_000)
        # The session itself is held by the first window.
        copy = tmp_path / "copy"
        shutil.copytree(window.workspace.folder, copy, ignore=shutil.ignore_patterns("*.lock"))
        other.sessions.open(copy / "session.json")
        qtbot.waitUntil(lambda: "behavior" in other.tabs, timeout=WAIT_MS)
        restored = other.tabs["behavior"]
        assert isinstance(restored, BehaviorTab)
        wait_for(qtbot, restored, "m1.mp4")
        assert without_places(restored) == without_places(tab)
        assert restored.recordings.sources.decoded == recordings.sources.decoded
        assert restored.recordings.noting.notes == {0: recordings.noting.notes[0]}
        assert restored.recordings.poses.mapping.offset == 3
    finally:
        other.close()
        other.deleteLater()


def test_a_run_takes_the_poses_and_equals_the_command_line(
    qtbot: QtBot, window: Window, folder: Path, tmp_path: Path
) -> None:
    tab = opened(qtbot, window, folder / "m1.mp4", folder / "m1.slp")
    window.commands.run("behavior.embed")
    job = tab._job
    assert job is not None
    qtbot.waitUntil(lambda: job.result is not None, timeout=WAIT_MS)
    out = tmp_path / "out"
    words = ["run", "behavior.embed", str(folder / "m1.mp4"), "--poses", str(folder / "m1.slp")]
    assert main([*words, "--out", str(out)]) == 0
    here, there = job.result, read_result(out)
    assert here.texts == there.texts
    assert here.texts["poses_concerns"] == "none"
    assert here.metrics["fve"] == there.metrics["fve"]
    assert [item.role for item in here.inputs] == ["video", "poses"]


def test_proxy_clock_views_and_a_source_that_goes_away(
    qtbot: QtBot, window: Window, folder: Path, tmp_path: Path
) -> None:
    video = Path(shutil.copy(folder / "m3.mp4", tmp_path / "m3.mp4"))
    tab = opened(qtbot, window, video)
    recordings, section = tab.recordings, tab.recordings.column.source
    qtbot.waitUntil(lambda: "Proxy in use" in section._proxy.text(), timeout=WAIT_MS)
    assert "30 in the header, 30 in the index, 30 decoded" in section._counts.text()
    assert len(list((cache_dir() / "proxies").iterdir())) == 1
    recordings.sources.make_proxy()
    recordings.sources.cancel_proxy()
    assert recordings.sources._task is None
    times = tmp_path / "times.csv"
    times.write_text("\n".join(["time_s", *(f"{0.1 * k:.3f}" for k in range(30))]))
    recordings.sources.use_clock(times)
    qtbot.waitUntil(lambda: "times.csv" in section._clock.text(), timeout=WAIT_MS)
    assert tab._recording is not None
    assert tab._recording.times_s[10] == pytest.approx(1.0)
    recordings.sources.add_view(folder / "m1.mp4")
    grid = tab.video.grid
    qtbot.waitUntil(lambda: grid.count() == 2, timeout=WAIT_MS)
    tab.selection.index = 10
    companion = grid._companions[0]
    qtbot.waitUntil(lambda: companion.view.index == 30, timeout=WAIT_MS)
    section.view_moved.emit(0, 0.5)
    qtbot.waitUntil(lambda: companion.view.index == 45, timeout=WAIT_MS)
    section.view_removed.emit(0)
    assert grid.count() == 1
    window.notes.clear()
    video.rename(tmp_path / "away.mp4")
    tab.selection.index = 29
    qtbot.waitUntil(lambda: "no longer there" in sentences(window), timeout=WAIT_MS)
    (tmp_path / "away.mp4").rename(video)
    tab.selection.index = 28
    qtbot.waitUntil(lambda: tab.video.view.index == 28, timeout=WAIT_MS)
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]


def test_playing_says_what_it_leaves_out(qtbot: QtBot) -> None:
    from gui.playback import PlayMeter

    meter = PlayMeter()
    meter.start()
    meter._began -= 2.0
    meter.due(0)
    for k in range(1, 21):
        if k % 4 == 0:
            meter.shown()
        meter._began = meter._began if k < 20 else meter._began - 2.0
        meter.due(5 * k)
    assert "of" in meter.words
    shown, due = (float(word) for word in meter.words.split() if word.isdigit())
    assert shown < due


def test_another_clock_points_at_the_same_frames(
    qtbot: QtBot, window: Window, folder: Path, tmp_path: Path
) -> None:
    video = Path(shutil.copy(folder / "m2.mp4", tmp_path / "m2.mp4"))
    shutil.copy(folder / "m1.slp", tmp_path / "m2.predictions.slp")
    tab = opened(qtbot, window, video)
    recordings = tab.recordings
    assert recordings.entry is not None
    assert recordings.entry.poses is not None, "poses beside the video are found"
    assert not recordings.poses.allowed
    times = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.2, 60))
    table = tmp_path / "times.csv"
    table.write_text("\n".join(["time_s", *map(str, times)]))
    recordings.sources.use_clock(table)
    qtbot.waitUntil(lambda: recordings.clock_file is not None, timeout=WAIT_MS)
    window.commands.run("behavior.embed")
    job = tab._job
    assert job is not None
    qtbot.waitUntil(lambda: job.result is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(tab.embedding._frames) == 60, timeout=WAIT_MS)
    assert tab.embedding._frames.tolist() == list(range(60))
    assert "--times" in job.result.command
    rows = (job.folder / "codes.csv").read_text().splitlines()
    assert float(rows[8].split(",")[1]) == pytest.approx(times[7] - times[0])
