"""Replay in the window: a job of its own, and each metric then and now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_recording
from engine.cli.main import main
from engine.errors import PeerscopeError
from engine.replay import Comparison, MetricComparison
from gui.widgets.error_note import Note
from gui.widgets.replay_dialog import ReplayDialog, verdict_of
from gui.window import Window

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder, and beside it the recording it was made of."""
    folder = tmp_path_factory.mktemp("replayed")
    recording, out = folder / "mouse.mp4", folder / "results"
    write_recording(recording, seconds=3, seed=4)
    words = ["run", "behavior.embed", str(recording), "--set", "latent=2", "--out", str(out)]
    assert main(words) == 0
    return out


def note_of(qtbot: QtBot, window: Window, start: str) -> Note:
    def found() -> Note | None:
        notes = window.notes.notes
        return next((note for note in notes if note.sentence.startswith(start)), None)

    qtbot.waitUntil(lambda: found() is not None, timeout=WAIT_MS)
    note = found()
    assert note is not None
    return note


def texts(dialog: ReplayDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_a_replay_runs_as_a_job_and_says_what_is_the_same(
    finished: Path, tmp_path: Path, qtbot: QtBot, window: Window
) -> None:
    with pytest.raises(PeerscopeError, match="no finished run"):
        window.replays.replay_last()
    window.replays.replay_path(finished)
    note = note_of(qtbot, window, "Replay of results")
    assert "different" not in note.sentence
    assert note.severity == "info"
    (job,) = window.workspace.jobs.jobs
    status = job.status()
    assert (status.title, status.state) == ("Replay of behavior.embed", "done")
    assert not status.replayable, "its folder is gone"
    qtbot.waitUntil(lambda: not job.folder.exists(), timeout=WAIT_MS)
    dialog = window.replays.show_last()
    assert dialog is not None
    likeness = dialog.text.splitlines()[0].split(": ")[1].split(" (")[0]
    assert likeness in ("identical", "within tolerance")
    assert f"behavior.embed: {likeness}" in texts(dialog)
    dialog.close()

    different = tmp_path / "different"
    different.mkdir()
    data = json.loads((finished / "result.json").read_text())
    data["metrics"]["fve"] += 0.1
    (different / "result.json").write_text(json.dumps(data))
    window.replays.replay_path(different)
    note = note_of(qtbot, window, "Replay of different")
    assert note.sentence.startswith("Replay of different: 1 of ")
    assert note.severity == "warning"


def test_a_replay_on_changed_bytes_is_refused_and_names_them(
    finished: Path, tmp_path: Path, qtbot: QtBot, window: Window
) -> None:
    shutil.copytree(finished, tmp_path / "results")
    recording = finished.parent / "mouse.mp4"
    data = json.loads((tmp_path / "results" / "result.json").read_text())
    changed = tmp_path / "mouse.mp4"
    changed.write_bytes(recording.read_bytes() + b"\0")
    data["inputs"][0]["path"] = str(changed)
    (tmp_path / "results" / "result.json").write_text(json.dumps(data))
    window.replays.replay_path(tmp_path / "results")
    qtbot.waitUntil(
        lambda: any("has changed" in note.sentence for note in window.notes.notes), timeout=WAIT_MS
    )
    told = next(note for note in window.notes.notes if "has changed" in note.sentence)
    assert "mouse.mp4" in told.sentence
    assert not window.workspace.jobs.jobs
    assert not window.replays.has_outcome


def metric(likeness: str) -> MetricComparison:
    return MetricComparison("fve", 0.5, 0.5, likeness)  # type: ignore[arg-type]


def test_the_verdict_names_the_worst_first() -> None:
    same = Comparison("behavior.embed", (metric("identical"), metric("different")))
    assert verdict_of([same]) == "1 of 2 metrics different, 1 of 2 metrics identical"
    assert verdict_of([same, "behavior.embed: the replay failed."]).startswith(
        "1 of 2 runs failed"
    )
    assert verdict_of([Comparison("behavior.embed", ())]) == "nothing to compare"
