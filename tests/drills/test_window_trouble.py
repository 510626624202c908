"""Trouble while the window is in use: a sentence at most, and everything else goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_recording
from gui.app import make_window
from gui.window import Window
from tests.gui.conftest import (  # noqa: F401
    collected_here,
    display,
    dressed,
    no_window_left,
)
from tests.gui.test_window import WAIT_MS, opened, sentences


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[Window]:
    made = make_window(qapp)
    made.show()
    qtbot.waitUntil(lambda: made.warm.warm_up.done, timeout=60_000)
    yield made
    made.close()
    made.deleteLater()


def no_fault(window: Window) -> bool:
    told = sentences(window)
    return not any("fault" in sentence or "Traceback" in sentence for sentence in told)


@pytest.mark.parametrize("how", ["deleted", "cut off"])
def test_an_input_that_goes_while_it_plays(
    how: str, qtbot: QtBot, window: Window, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "mouse.mp4"
    write_recording(recording, seconds=6, seed=0)
    tab = opened(qtbot, window, recording)
    window.commands.run("behavior.play")
    qtbot.waitUntil(lambda: tab.selection.index > 3, timeout=WAIT_MS)
    if how == "deleted":
        recording.unlink()
    else:
        os.truncate(recording, 3000)
    window.notes.clear()
    qtbot.wait(400)
    tab.playback.stop()
    for index in np.linspace(0, 170, 12).astype(int):
        tab.time.line.sought.emit(int(index))
        qtbot.wait(20)
    window.commands.run("behavior.embed")
    job = tab._job
    if job is not None:
        qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
        assert job.status().state == "failed"
        assert recording.name in job.status().message
        assert "\n" not in job.status().message
    else:
        qtbot.waitUntil(lambda: bool(sentences(window)), timeout=WAIT_MS)
    assert no_fault(window)
    assert "Traceback" not in capfd.readouterr().err
    # The window goes on with another.
    other = tmp_path / "other.mp4"
    write_recording(other, seconds=2, seed=1)
    window.open_paths([other])
    qtbot.waitUntil(lambda: tab._file is not None and tab._file.path == other, timeout=WAIT_MS)


def test_a_shorter_recording_comes_while_a_longer_one_plays(
    qtbot: QtBot, window: Window, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, seconds in (("long", 6), ("short", 2)):
        write_recording(tmp_path / f"{name}.mp4", seconds=seconds, seed=0)
    tab = opened(qtbot, window, tmp_path / "long.mp4")
    assert tab._recording is not None
    long = tab._recording.readable_frames
    tab.playback.speed = 0.25
    tab.playback.play(long - 40)
    qtbot.waitUntil(lambda: tab.selection.index >= long - 40, timeout=WAIT_MS)
    with qtbot.captureExceptions() as raised:
        window.open_paths([tmp_path / "short.mp4"])
        qtbot.waitUntil(
            lambda: tab._recording is not None and tab._recording.readable_frames < long,
            timeout=WAIT_MS,
        )
    assert not raised
    assert not tab.playback.playing
    assert tab.selection.index == 0
    assert no_fault(window)


def test_a_selection_of_another_recording_is_undone_without_a_fault(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    for name, seconds in (("long", 6), ("short", 2)):
        write_recording(tmp_path / f"{name}.mp4", seconds=seconds, seed=0)
    tab = opened(qtbot, window, tmp_path / "long.mp4")
    tab.embedding.frames_selected.emit(np.arange(100, 150))
    tab.embedding.frames_selected.emit(np.arange(3, 9))
    window.open_paths([tmp_path / "short.mp4"])
    qtbot.waitUntil(
        lambda: tab._recording is not None and tab._recording.readable_frames < 100,
        timeout=WAIT_MS,
    )
    window.commands.run("edit.undo")
    assert tab.selection.indices.size == 0
    window.commands.run("edit.redo")
    qtbot.wait(300)
    assert tab.selection.indices.tolist() == [3, 4, 5, 6, 7, 8]
    assert no_fault(window)
