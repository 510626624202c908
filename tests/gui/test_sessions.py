"""Sessions keep themselves, come back after a crash, and travel in one file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_recording
from engine.cli.main import main
from engine.results import read_result
from engine.session import (
    FILE_NAME,
    PREVIOUS_NAME,
    FilePath,
    Session,
    TabState,
    new_run_folder,
    read_newest,
    save_session,
)
from engine.session_lock import FILE_NAME as LOCK_NAME
from engine.session_lock import Holder, holder_of
from gui import session_keeper
from gui.app import make_window
from gui.session_keeper import PICTURE_NAME
from gui.widgets.session_picture import SessionPicture
from gui.window import Window
from tests.gui.test_window import WAIT_MS, embedded, opened, sentences

HERE = {name: getattr(Holder.here(), name) for name in Holder.__slots__}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "mouse.mp4"
    write_recording(path, seconds=3, seed=2)
    return path


@pytest.fixture(autouse=True)
def kept_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_keeper, "LOOK_MS", 200)


def kept(window: Window) -> Session:
    return read_newest(window.workspace.planned_folder).session


def has_kept(window: Window) -> bool:
    return (window.workspace.planned_folder / FILE_NAME).exists()


def restored_tab(qtbot: QtBot, window: Window, name: str = "behavior"):  # type: ignore[no-untyped-def]
    qtbot.waitUntil(lambda: name in window.tabs, timeout=WAIT_MS)
    tab = window.tabs[name]
    qtbot.waitUntil(lambda: tab._recording is not None and tab._then is None, timeout=WAIT_MS)
    return tab


def test_an_idle_window_keeps_nothing(qtbot: QtBot, window: Window) -> None:
    window.show_tab("behavior")
    window.show_tab("home")
    window.sessions.keeper.look()
    qtbot.wait(600)
    assert not window.workspace.planned_folder.exists()


def test_what_changes_is_kept_without_being_asked(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    tab = opened(qtbot, window, recording)
    qtbot.waitUntil(lambda: has_kept(window), timeout=WAIT_MS)
    tab.form.form.set_values({"latent": 5})
    tab.selection.index = 40
    qtbot.waitUntil(lambda: kept(window).tabs["behavior"].state["index"] == 40, timeout=WAIT_MS)
    session = kept(window)
    assert session.title == "mouse.mp4"
    assert session.tabs["behavior"].state["params"]["latent"] == 5
    assert session.tabs["behavior"].files["video"].quick
    assert (window.workspace.planned_folder / PREVIOUS_NAME).exists()
    holder = holder_of(window.workspace.planned_folder)
    assert holder is not None
    assert holder.alive
    folder = str(window.workspace.planned_folder)
    qtbot.waitUntil(
        lambda: window.settings.settings.recent_sessions[:1] == (folder,), timeout=WAIT_MS
    )


def test_nothing_is_written_while_nothing_changes(
    qtbot: QtBot, window: Window, recording: Path
) -> None:
    opened(qtbot, window, recording)
    qtbot.waitUntil(lambda: has_kept(window), timeout=WAIT_MS)
    qtbot.wait(1500)
    path = window.workspace.planned_folder / FILE_NAME
    before = path.stat().st_mtime_ns
    qtbot.wait(1500)
    assert path.stat().st_mtime_ns == before


def test_a_closed_window_lets_go_and_leaves_a_picture(
    qtbot: QtBot, qapp: QApplication, recording: Path
) -> None:
    made = make_window(qapp)
    made.show()
    qtbot.waitUntil(lambda: made.warm.warm_up.done, timeout=60_000)
    embedded(qtbot, made, recording)
    folder = made.workspace.folder
    made.close()
    made.deleteLater()
    assert holder_of(folder) is None
    session = read_newest(folder).session
    assert session.runs == ("0001-behavior.embed",)
    assert session.pending == ()
    assert (folder / PICTURE_NAME).stat().st_size > 500
    other = make_window(qapp)
    other.show()
    qtbot.waitUntil(lambda: other.warm.warm_up.done, timeout=60_000)
    picture = other.home.findChild(SessionPicture)
    other.home.fill()
    assert picture.shown
    other.close()
    other.deleteLater()


def crashed(folder: Path, recording: Path) -> Path:
    """A session as a killed window leaves it, its embedding not finished."""
    from engine.files.identify import identify
    from engine.files.inputs import InputFile
    from engine.registry import experiment
    from engine.results import ResultsWriter
    from engine.run import RunRequest

    embed = experiment("behavior.embed")
    params = embed.params(latent=3)
    tab = TabState(
        files={"video": FilePath.of(recording, folder)},
        state={"params": params.model_dump(mode="json"), "index": 7, "selected": [[3, 9]]},
    )
    run = new_run_folder(folder, embed.name)
    writer = ResultsWriter(run, embed)
    writer.begin(RunRequest(embed, (InputFile("video", identify(recording)),), params).record())
    writer.close()
    save_session(Session(title="mouse.mp4", active_tab="behavior", tabs={"behavior": tab}), folder)
    (folder / LOCK_NAME).write_text(json.dumps({**HERE, "began": "1"}))
    return folder


def test_after_a_crash_it_is_offered_restored_and_done_again(
    qtbot: QtBot, qapp: QApplication, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.places import data_dir

    folder = crashed(data_dir() / "sessions" / "2026-11-24 10.00.00", recording)
    made = make_window(qapp)
    made.show()
    qtbot.waitUntil(lambda: bool(made.home._recovery), timeout=60_000)
    (card,) = made.home._recovery.values()
    assert "Will be done again" in card.accessibleName()
    qtbot.waitUntil(lambda: made.warm.warm_up.done, timeout=60_000)
    card.restore_button.click()
    tab = restored_tab(qtbot, made)
    assert made.home._recovery == {}
    qtbot.waitUntil(lambda: tab._job is not None, timeout=WAIT_MS)
    job = tab._job
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    assert job.status().state == "done"
    assert job.folder == folder / "runs" / "0002-behavior.embed"
    assert read_result(job.folder).params["latent"] == 3
    assert tab.selection.index == 7
    made.close()
    made.deleteLater()
    session = read_newest(folder).session
    assert session.pending == ()
    assert session.runs == ("0002-behavior.embed",)
    assert holder_of(folder) is None


def test_an_exported_figure_restores_its_session(
    qtbot: QtBot, window: Window, recording: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "earlier"
    run = new_run_folder(folder, "behavior.embed")
    assert main(["run", "behavior.embed", str(recording), "--out", str(run)]) == 0
    tab = TabState(files={"video": FilePath.of(recording, folder)}, state={"index": 9})
    session = Session(active_tab="behavior", tabs={"behavior": tab}, runs=(run.name,))
    save_session(session, folder)
    for ending in ("svg", "png"):
        shutil.copy(run / "figures" / f"embedding.{ending}", tmp_path / f"sent.{ending}")
    window.open_paths([tmp_path / "sent.png"])
    restored = restored_tab(qtbot, window)
    assert window.workspace.folder == folder
    assert restored.selection.index == 9
    # Of the session at hand, a figure restores the parameters of its run.
    restored.form.form.set_values({"latent": 3})
    asked = restored.recordings.asked
    window.open_paths([tmp_path / "sent.svg"])
    qtbot.waitUntil(lambda: restored.recordings.asked > asked, timeout=WAIT_MS)
    assert restored.form.form.values()["latent"] == 8
    assert window.workspace.folder == folder


def test_not_now_leaves_it_under_recent(qtbot: QtBot, qapp: QApplication, recording: Path) -> None:
    from engine.places import data_dir

    folder = crashed(data_dir() / "sessions" / "2026-11-24 10.00.00", recording)
    made = make_window(qapp)
    made.show()
    qtbot.waitUntil(lambda: bool(made.home._recovery), timeout=60_000)
    (card,) = made.home._recovery.values()
    card.leave_button.click()
    qtbot.waitUntil(lambda: holder_of(folder) is None, timeout=WAIT_MS)
    assert made.settings.settings.recent_sessions == (str(folder),)
    assert made.home._recovery == {}
    qtbot.waitUntil(lambda: made.warm.warm_up.done, timeout=60_000)
    made.close()
    made.deleteLater()


def test_a_session_that_another_window_has_is_told_and_a_copy_opens(
    qtbot: QtBot, window: Window, recording: Path, tmp_path: Path
) -> None:
    folder = crashed(tmp_path / "held", recording)
    # The parent of this process stands for the other window.
    import os

    from engine.session_lock import process_start

    parent = os.getppid()
    other = {**HERE, "pid": parent, "began": process_start(parent)}
    (folder / LOCK_NAME).write_text(json.dumps(other))
    window.sessions.open(folder)
    told = "is open in another window"
    qtbot.waitUntil(lambda: any(told in s for s in sentences(window)), timeout=WAIT_MS)
    assert "behavior" not in window.tabs
    (note,) = [item for item in window.notes.notes if told in item.sentence]
    assert note.action_button is not None
    note.action_button.click()
    tab = restored_tab(qtbot, window)
    assert tab.selection.index == 7
    assert window.workspace.folder.name == "held copy"
    assert json.loads((folder / LOCK_NAME).read_text())["pid"] == parent


def test_an_archive_opens_elsewhere_and_asks_for_what_it_does_not_find(
    qtbot: QtBot, window: Window, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    video = Path(shutil.copy(recording, here / "mouse.mp4"))
    tab = embedded(qtbot, window, video)
    tab.selection.index = 11
    sent = tmp_path / "sent" / "study.peerscope"
    sent.parent.mkdir()
    window.sessions.write_archive(sent)
    qtbot.waitUntil(lambda: any("its inputs are not in it" in s for s in sentences(window)))
    # On the other machine the video lies elsewhere, under another name.
    there = tmp_path / "there"
    there.mkdir()
    video.rename(there / "renamed.mp4")
    monkeypatch.setattr("gui.sessions._opened", _from_nowhere(monkeypatch), raising=True)
    window.sessions.open_archive(sent)
    told = "mouse.mp4 is not where it was"
    qtbot.waitUntil(lambda: any(told in s for s in sentences(window)), timeout=WAIT_MS)
    folder = window.workspace.folder
    assert folder.name == "study"
    missing = [item for item in window.notes.notes if told in item.sentence]
    assert missing
    place = read_newest(folder).session.tabs["behavior"].files["video"]
    window.sessions.recovery.take_located(place, folder, recording.with_name("none.mp4"))
    qtbot.waitUntil(lambda: any("its bytes differ" in s for s in sentences(window)))
    window.sessions.recovery.take_located(place, folder, there / "renamed.mp4")
    qtbot.waitUntil(
        lambda: tab._file is not None and tab._file.path.name == "renamed.mp4", timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: tab.selection.index == 11, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "traces" in tab.results.figures, timeout=WAIT_MS)


def _from_nowhere(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Opening that looks in no other folders, as on a machine that has never seen the files."""
    from gui import sessions

    real = sessions._opened
    return lambda path, also, chosen: real(path, also if chosen else (), chosen)


def test_a_folder_that_cannot_be_written_is_told_once_and_tried_again(
    qtbot: QtBot, window: Window, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import session as engine_session

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine_session.os, "fsync", full)
    told: list[str] = []
    window.sessions.keeper.failed.connect(told.append)
    tab = opened(qtbot, window, recording)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    qtbot.wait(1500)
    assert len(told) == 1
    assert "no space left" in told[0]
    monkeypatch.undo()
    monkeypatch.setattr(session_keeper, "LOOK_MS", 200)
    tab.selection.index = 5
    qtbot.waitUntil(lambda: has_kept(window), timeout=WAIT_MS)
