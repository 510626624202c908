"""The window used as a person would: drop, embed, seek, lasso, undo, save, close."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_recording
from engine.claim_store import kept_verdicts
from engine.cli.main import main
from engine.errors import PeerscopeError
from engine.registry import systems
from engine.results import read_result
from engine.session import Session, TabState, read_session, save_session
from gui.app import make_window
from gui.tabs.behavior import BehaviorTab
from gui.tabs.home import HomeTab
from gui.window import Window, with_tabs

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("a folder") / "mouse ü.mp4"
    write_recording(path, seconds=6, seed=2)
    return path


def drop(window: Window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(200, 200),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def opened(qtbot: QtBot, window: Window, path: Path) -> BehaviorTab:
    # Several tabs take videos: the one in view has it without being asked.
    window.show_tab("behavior")
    drop(window, path)
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    qtbot.waitUntil(lambda: tab._recording is not None, timeout=WAIT_MS)
    return tab


def embedded(qtbot: QtBot, window: Window, path: Path) -> BehaviorTab:
    tab = opened(qtbot, window, path)
    window.commands.run("behavior.embed")
    job = tab._job
    assert job is not None
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    assert job.status().state == "done", job.status().message
    qtbot.waitUntil(lambda: "traces" in tab.results.figures, timeout=WAIT_MS)
    return tab


def sentences(window: Window) -> list[str]:
    return [note.sentence for note in window.notes.notes]


def test_the_window_and_the_command_line_give_equal_numbers(
    qtbot: QtBot, window: Window, recording: Path, tmp_path: Path
) -> None:
    tab = embedded(qtbot, window, recording)
    assert tab._job is not None
    assert tab._job.result is not None
    out = tmp_path / "out"
    assert main(["run", "behavior.embed", str(recording), "--out", str(out)]) == 0
    here, there = tab._job.result.metrics, read_result(out).metrics
    for name in ("fve", "streamed_fve", "streamed_gap", "frames"):
        assert here[name] == there[name]
    kept = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    folder = tab._job.folder
    assert sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file()) == kept


def test_a_click_on_a_point_shows_that_very_frame(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    from engine.files.video.source import VideoSource

    tab = embedded(qtbot, window, recording)
    tab.embedding.view.point_clicked.emit(77)
    assert tab.selection.index == 77
    source = VideoSource(recording)
    wanted = source.frame(77)
    source.close()

    def shown() -> bool:
        view = tab.video.view
        return view._exact and view._pixels is not None and np.array_equal(view._pixels, wanted)

    qtbot.waitUntil(shown, timeout=WAIT_MS)
    assert tab.time.line._index == 77
    assert "frame 77 of 180" in tab.video._shown.full_text


def test_a_lasso_lists_clips_and_is_undone(qtbot: QtBot, window: Window, recording: Path) -> None:
    tab = embedded(qtbot, window, recording)
    tab.embedding.view.lassoed.emit(np.r_[10:30, 90:120])
    assert tab.selection.indices.tolist() == [*range(10, 30), *range(90, 120)]
    qtbot.waitUntil(lambda: tab.results.clips.figure is not None, timeout=WAIT_MS)
    rows = tab.results.clips.figure.layers[0].rows
    assert [row[1:3] for row in rows] == [(10, 29), (90, 119)]
    window.commands.run("edit.undo")
    assert tab.selection.indices.size == 0
    window.commands.run("edit.redo")
    assert tab.selection.indices.size == 50


def test_a_drawn_lasso_selects_what_lies_inside(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    tab = embedded(qtbot, window, recording)
    view = tab.embedding.view
    with qtbot.waitSignal(view.lassoed) as caught:
        view.start_lasso()
        corners = [(1, 1), (view.width() - 2, 1), (view.width() - 2, view.height() - 2)]
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPointF(1, 1).toPoint())
        for x, y in [*corners, (1, view.height() - 2)]:
            qtbot.mouseMove(view, QPointF(x, y).toPoint())
        qtbot.mouseRelease(
            view, Qt.MouseButton.LeftButton, pos=QPointF(1, view.height() - 2).toPoint()
        )
    assert len(caught.args[0]) == 180


def test_parameters_are_undone(qtbot: QtBot, window: Window, recording: Path) -> None:
    tab = opened(qtbot, window, recording)
    tab.form.form.edited.emit("latent", 8, 4)
    tab.form.form.set_values({"latent": 4})
    window.commands.run("edit.undo")
    assert tab.form.form.values()["latent"] == 8


def test_a_bad_parameter_is_a_sentence_and_starts_nothing(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    tab = opened(qtbot, window, recording)
    tab.form.form.set_values({"crop": "fixed", "crop_box": (0, 0, 4000, 4000)})
    window.commands.run("behavior.embed")
    assert tab._job is not None
    job = tab._job
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: any("does not lie inside" in s for s in sentences(window)))
    assert tab.form.embed_button.isEnabled()


def test_cancel_takes_effect_in_half_a_second(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "long.mp4"
    write_recording(path, seconds=40, seed=0)
    tab = opened(qtbot, window, path)
    window.commands.run("behavior.embed")
    job = tab._job
    assert job is not None
    qtbot.waitUntil(lambda: job.status().step > 0, timeout=WAIT_MS)
    began = time.perf_counter()
    window.strip.cancel_requested.emit(job.key)
    qtbot.waitUntil(lambda: job.result is not None, timeout=5000)
    assert job.status().state == "cancelled"
    # Half a second is the budget on a quiet machine; figures are written after it took effect.
    assert time.perf_counter() - began < 5


def test_closing_with_a_job_leaves_no_thread(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "long.mp4"
    write_recording(path, seconds=20, seed=0)
    before = {thread.name for thread in threading.enumerate()}
    window = make_window(qapp)
    window.show()
    qtbot.waitUntil(lambda: window.warm.warm_up.done, timeout=60_000)
    opened(qtbot, window, path)
    window.commands.run("behavior.embed")
    window.close()
    window.deleteLater()
    time.sleep(0.2)
    left = {thread.name for thread in threading.enumerate()} - before
    assert not {name for name in left if name.startswith("peerscope")}


@pytest.mark.parametrize("kind", ["text", "empty", "folder", "pickle", "truncated", "missing"])
def test_hostile_drops_give_one_sentence_and_lose_nothing(
    kind: str, qtbot: QtBot, window: Window, recording: Path, tmp_path: Path
) -> None:
    import pickle

    tab = opened(qtbot, window, recording)
    window.notes.clear()
    path = tmp_path / f"{kind} é.mp4"
    contents = {
        "text": b"no video",
        "empty": b"",
        "pickle": pickle.dumps([1]),
        "truncated": recording.read_bytes()[:9000],
    }
    if kind == "folder":
        path.mkdir()
    elif kind in contents:
        path.write_bytes(contents[kind])
    drop(window, path)
    qtbot.waitUntil(
        lambda: any(n.severity == "error" for n in window.notes.notes), timeout=WAIT_MS
    )
    (note,) = [note for note in window.notes.notes if note.severity == "error"]
    assert path.name in note.sentence
    assert "Traceback" not in note.sentence
    assert tab._file is not None
    assert tab._file.path == recording


def test_a_session_is_saved_and_restored_before_the_tabs_are_loaded(
    qtbot: QtBot, qapp: QApplication, window: Window, recording: Path
) -> None:
    tab = embedded(qtbot, window, recording)
    tab.form.form.set_values({"latent": 5})
    tab.selection.index = 42
    tab.selection.indices = np.r_[20:40, 77]
    path = saved(qtbot, window)
    session, _ = read_session(path)
    assert session.runs == (tab._job.folder.name,)
    assert session.title == recording.name
    other = make_window(qapp)
    other.show()
    # At once, as from the command line: no tab can be made yet.
    assert not other.warm.first_done
    other.sessions.open(path)
    qtbot.waitUntil(lambda: "behavior" in other.tabs, timeout=60_000)
    restored = other.tabs["behavior"]
    assert isinstance(restored, BehaviorTab)
    qtbot.waitUntil(lambda: "traces" in restored.results.figures, timeout=WAIT_MS)
    assert restored.form.form.values()["latent"] == 5
    assert restored.selection.index == 42
    assert restored.selection.indices.tolist() == [*range(20, 40), 77]
    assert restored.results.metrics.values == tab.results.metrics.values
    # Saved again without a run of its own, it keeps the runs and the tabs it had.
    assert read_session(saved(qtbot, other))[0].runs == session.runs
    again, _ = read_session(path)
    assert again.tabs["behavior"].state["run"] == tab._job.folder.name
    qtbot.waitUntil(lambda: other.warm.warm_up.done, timeout=60_000)
    other.close()
    other.deleteLater()


def saved(qtbot: QtBot, window: Window) -> Path:
    """Save the session; its file."""
    window.notes.clear()
    window.commands.run("file.save-session")
    qtbot.waitUntil(lambda: any("Session saved" in s for s in sentences(window)), timeout=WAIT_MS)
    return window.workspace.folder / "session.json"


def test_a_tab_that_is_not_there_is_told_and_kept(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    foreign = Session(active_tab="astrology", tabs={"astrology": TabState(state={"sign": 7})})
    path = save_session(foreign, tmp_path)
    window.sessions.open(path)
    qtbot.waitUntil(
        lambda: any("no tab 'astrology'" in sentence for sentence in sentences(window)),
        timeout=WAIT_MS,
    )
    assert window.current == "home"
    session, _ = read_session(saved(qtbot, window))
    assert session.tabs["astrology"].state == {"sign": 7}


def test_an_empty_window_has_nothing_to_save(qtbot: QtBot, window: Window) -> None:
    window.commands.run("file.save-session")
    assert any("nothing to save" in sentence for sentence in sentences(window))


def test_of_many_files_the_bad_ones_are_told_and_the_good_one_opens(
    qtbot: QtBot, window: Window, recording: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("hello")
    window.show_tab("behavior")
    drop(window, text, tmp_path / "missing.mp4", recording)
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    qtbot.waitUntil(lambda: tab._file is not None, timeout=WAIT_MS)
    assert tab._file.path == recording
    errors = [note.sentence for note in window.notes.notes if note.severity == "error"]
    assert len(errors) == 2


def test_a_window_at_rest_rests_with_a_note_on_it(qtbot: QtBot, window: Window) -> None:
    window.workspace.note("Something is wrong with the file.", "error")
    qtbot.wait(300)
    counted: list[int] = []

    class Counter(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            counted.append(1)
            return False

    counter = Counter()
    window.notes.installEventFilter(counter)
    qtbot.wait(500)
    window.notes.removeEventFilter(counter)
    assert len(counted) < 20


def test_the_recording_asked_for_last_stays(
    qtbot: QtBot, window: Window, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(qtbot, window, recording)
    release, closed = threading.Event(), []

    class Slow:
        def release(self) -> None:
            closed.append(True)

    def slow(entry: Any, folder: Path, pool: Any) -> Any:
        release.wait(20)
        return Slow()

    file, first = tab._file, tab._recording
    with monkeypatch.context() as patch:
        patch.setattr("gui.recordings.controller.open_entry", slow)
        tab._open(file)
    tab._open(file)
    qtbot.waitUntil(lambda: tab._recording is not first, timeout=WAIT_MS)
    before = tab._recording
    release.set()
    qtbot.waitUntil(lambda: bool(closed), timeout=WAIT_MS)
    assert tab._recording is before


def test_a_failing_example_starts_nothing_later(
    qtbot: QtBot, window: Window, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(qtbot, window, recording)

    def fail(name: str) -> Path:
        raise PeerscopeError("There is no room on the disk.")

    monkeypatch.setattr("gui.tabs.behavior_links.example_of", fail)
    tab.open_example()
    qtbot.waitUntil(lambda: any("no room" in s for s in sentences(window)), timeout=WAIT_MS)
    drop(window, recording)
    qtbot.waitUntil(lambda: tab.recordings.asked == 2, timeout=WAIT_MS)
    qtbot.wait(300)
    assert window.workspace.jobs.jobs == ()


def test_the_example_opens_and_embeds(qtbot: QtBot, window: Window) -> None:
    window.home.example_requested.emit("behavior")
    qtbot.waitUntil(lambda: bool(window.workspace.jobs.jobs), timeout=WAIT_MS)
    (job,) = window.workspace.jobs.jobs
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    assert job.status().state == "done"


def test_a_second_embed_is_refused_while_one_runs(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    tab = opened(qtbot, window, recording)
    tab.embed()
    job = tab._job
    with pytest.raises(PeerscopeError, match="is running"):
        tab.embed()
    assert tab._job is job
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)


def test_a_click_on_a_clip_plays_it(qtbot: QtBot, window: Window, recording: Path) -> None:
    tab = embedded(qtbot, window, recording)
    tab.embedding.view.lassoed.emit(np.r_[10:30, 90:120])
    qtbot.waitUntil(lambda: tab.results.clips.figure is not None, timeout=WAIT_MS)
    tab.results.clips.row_chosen.emit(1)
    qtbot.waitUntil(lambda: not tab.playback.playing, timeout=WAIT_MS)
    assert tab.selection.index == 119


def test_an_exported_figure_restores_its_run(
    qtbot: QtBot, window: Window, recording: Path, tmp_path: Path
) -> None:
    tab = opened(qtbot, window, recording)
    tab.form.form.set_values({"latent": 3})
    tab.embed()
    job = tab._job
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    figure = job.folder / "figures" / "embedding.svg"
    tab.form.form.set_values({"latent": 9})
    window.notes.clear()
    before = tab.recordings.entry_open
    drop(window, figure)
    qtbot.waitUntil(lambda: any("Restored" in s for s in sentences(window)), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.recordings.entry_open is not before, timeout=WAIT_MS)
    assert tab.recordings.asked == 2
    assert tab.form.form.values()["latent"] == 3
    assert tab._file.path == recording


def test_a_new_recording_starts_at_its_first_frame(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    tab = opened(qtbot, window, recording)
    tab.selection.index = 50
    drop(window, recording)
    qtbot.waitUntil(
        lambda: tab.recordings.asked == 2 and tab.selection.index == 0, timeout=WAIT_MS
    )


def test_escape_without_a_selection_is_nothing_to_undo(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    tab = embedded(qtbot, window, recording)
    tab.embedding.view.lassoed.emit(np.arange(10, 30))
    for _ in range(3):
        tab.clear_selection()
    window.commands.run("edit.undo")
    assert tab.selection.indices.size == 20


def test_every_theme_and_tab_draws(qtbot: QtBot, window: Window, recording: Path) -> None:
    embedded(qtbot, window, recording)
    for mode in ("light", "dark"):
        window.commands.run(f"view.theme-{mode}")
        for name in ("home", "behavior"):
            window.show_tab(name)
            picture = window.grab().toImage()
            colors = {
                picture.pixel(x, y)
                for x in range(0, picture.width(), 9)
                for y in range(0, picture.height(), 9)
            }
            assert len(colors) > 10


def test_commands_have_no_clashing_shortcuts(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    opened(qtbot, window, recording)
    assert window.commands.conflicts() == {}


def test_a_claim_is_run_from_home(qtbot: QtBot, window: Window) -> None:
    claim = next(item for item in window.home.claims.model.claims if item.runnable)
    window.home.claims.run_requested.emit(claim)

    table = window.home.claims.model

    def verdict() -> str:
        return table.verdicts[table.claims.index(claim)].word

    qtbot.waitUntil(lambda: verdict() == "reproduced", timeout=60_000)
    qtbot.waitUntil(lambda: kept_verdicts([claim])[0].word == "reproduced", timeout=WAIT_MS)
    again = HomeTab(systems(), window.settings, window.workspace.thumbnails)
    qtbot.addWidget(again)
    again.fill()
    model = again.claims.model
    assert model.verdicts[model.claims.index(claim)].word == "reproduced"


def test_nothing_of_a_tab_is_a_window_for_a_moment(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A widget that is shown before it has its place would flash on the screen."""
    flashed: list[str] = []
    plain = QWidget.setVisible

    def watched(widget: QWidget, shown: bool) -> None:
        if shown and widget.parent() is None:
            flashed.append(f"{type(widget).__name__} {widget.accessibleName()}")
        plain(widget, shown)

    monkeypatch.setattr(QWidget, "setVisible", watched)
    for system in with_tabs():
        window.show_tab(system.name)
        qtbot.waitUntil(lambda name=system.name: name in window.tabs, timeout=WAIT_MS)
    assert not flashed


def test_home_is_filled_once_it_is_shown(qtbot: QtBot, window: Window) -> None:
    home = HomeTab(systems(), window.settings, window.workspace.thumbnails)
    qtbot.addWidget(home)
    home.fill_when_shown()
    assert home.claims.model.rowCount() == 0
    home.show()
    assert home.claims.model.rowCount() > 0


def test_a_window_that_opens_on_a_tab_makes_home_when_it_is_wanted(
    qtbot: QtBot, qapp: QApplication
) -> None:
    made = make_window(qapp, "behavior")
    made.show()
    qtbot.waitUntil(lambda: "behavior" in made.tabs, timeout=60_000)
    qtbot.waitUntil(lambda: made.warm.warm_up.done, timeout=60_000)
    assert made.stack.currentWidget() is made.tabs["behavior"]
    assert made._home is None
    made.show_tab("home")
    assert made.stack.currentWidget() is made.home
    assert made.home.claims.model.rowCount() > 0
    made.close()
    made.deleteLater()
