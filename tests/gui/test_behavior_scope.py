"""Several recordings trained on together from the window, and that it equals the command line."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_pair
from engine.behavior.experiments import EMBED, may_measure
from engine.behavior.project import Project
from engine.cli.main import main
from engine.errors import BadInput
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.files.pool import Pool
from engine.results import read_result
from engine.run import RunRequest
from gui.recordings.together import together
from gui.tabs.behavior import BehaviorTab
from gui.tabs.behavior_links import copy_command
from gui.window import Window

WAIT_MS = 60_000
NAMES = ("one.mp4", "two.mp4", "three.mp4")
SMALL = {
    "method": "dbe",
    "crop": "egocentric",
    "track": "all",
    "latent": 3,
    "steps": 4,
    "minibatch": 16,
    "size_px": 32,
    "baselines": False,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("several")
    for number, name in enumerate(NAMES):
        write_pair(made, Path(name).stem, seconds=1, seed=number, scene=number, twins=("slp",))
    return made


@pytest.fixture
def tab(qtbot: QtBot, window: Window, in_this_process: None, folder: Path) -> BehaviorTab:
    """The tab with three recordings in the list, the first on show."""
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    paths = [folder / name for name in NAMES] + sorted(folder.glob("*.slp"))
    tab.open_files(tuple(identify(path) for path in paths))
    qtbot.waitUntil(lambda: tab.recordings.entry_open is not None, timeout=WAIT_MS)
    return tab


def test_chosen_recordings_are_trained_on_together(
    qtbot: QtBot, tab: BehaviorTab, tmp_path: Path
) -> None:
    box = tab.form.scope
    assert box.value == "this", "unless something else is asked for"
    _tick(qtbot, tab, (0, 2))
    assert box.value == "chosen", "who ticks recordings means them"
    assert box.currentText() == "chosen recordings (2)"
    tab.form.form.set_values(SMALL)
    tab.embed()
    assert tab.running
    qtbot.waitUntil(lambda: len(tab.study.parts) == 4, timeout=WAIT_MS)
    assert {part.recording for part in tab.study.parts} == {"one.mp4", "three.mp4"}
    _check_colors(qtbot, tab)
    _check_points(qtbot, tab)
    _check_state(tab)
    job = tab._job
    assert job is not None, "the job stays while another of its recordings is looked at"
    assert job.result is not None
    words = shlex.split(job.result.command)
    assert [word for word in words if word.endswith(".mp4")] == [
        str(item.path) for item in job.request.files if item.role == "video"
    ]
    assert main([*words[2:-1], str(tmp_path / "out")]) == 0
    assert read_result(tmp_path / "out").metrics == job.result.metrics
    assert set(job.result.metrics) <= may_measure(job.request.params, streamed=False)
    _check_copied(qtbot, tab, words)


def _tick(qtbot: QtBot, tab: BehaviorTab, rows: tuple[int, ...]) -> None:
    """Tick rows of the list as the mouse does."""
    for at in rows:
        tab.recordings.column.list.tree.topLevelItem(at).setCheckState(0, Qt.CheckState.Checked)  # type: ignore[union-attr]
        qtbot.waitUntil(lambda at=at: tab.recordings.project.entries[at].chosen, timeout=WAIT_MS)


def _check_colors(qtbot: QtBot, tab: BehaviorTab) -> None:
    """Map and moving embedding are coloured by recording and animal, or by time."""
    assert {"time", "recording", "animal"} <= set(tab.study.map.coloring_names)
    labels = ("one.mp4, animal 1", "one.mp4, animal 2", "three.mp4, animal 1")
    qtbot.waitUntil(lambda: tab.embedding.labels[:3] == labels, timeout=WAIT_MS)
    shown = tab.embedding.view.figure
    assert shown is not None
    assert shown.layers[0].value is None  # type: ignore[union-attr]
    tab.embedding._by_session.setChecked(False)
    shown = tab.embedding.view.figure
    assert shown is not None
    assert shown.layers[0].value is not None  # type: ignore[union-attr]


def _check_points(qtbot: QtBot, tab: BehaviorTab) -> None:
    """A point of either view opens its recording at its frame, and everything stays."""
    layer = tab.embedding.view.figure.layers[0]  # type: ignore[union-attr]
    tab.embedding.view.point_clicked.emit(7)
    assert tab.index == 7
    row = int(np.flatnonzero(layer.category == 3)[11])
    tab.embedding.view.point_clicked.emit(row)
    qtbot.waitUntil(lambda: _at(tab) == ("three.mp4", 11), timeout=WAIT_MS)
    assert len(tab.study.parts) == 4
    assert tab.embedding.view.figure is not None
    assert tab.results.metrics.values["frames"] == 120
    tab.embedding.view.lassoed.emit(np.arange(row - 3, row + 1))
    assert tab.selection.indices.tolist() == [8, 9, 10, 11]
    tab.study.map.view.point_clicked.emit(5)
    qtbot.waitUntil(lambda: _at(tab) == ("one.mp4", 5), timeout=WAIT_MS)


def _at(tab: BehaviorTab) -> tuple[str, int]:
    return (tab._recording.name if tab._recording is not None else "", tab.index)


def _check_state(tab: BehaviorTab) -> None:
    """The session keeps what is trained on."""
    state = tab.state(tab.recordings.folder).state
    assert state["scope"] == "chosen"
    chosen = [entry["chosen"] for entry in state["recordings"]["project"]["entries"]]
    assert chosen == [True, False, True]


def _check_copied(qtbot: QtBot, tab: BehaviorTab, words: list[str]) -> None:
    """The line that is copied before a run is the run's."""
    QApplication.clipboard().clear()
    copy_command(tab)
    qtbot.waitUntil(lambda: bool(QApplication.clipboard().text()), timeout=WAIT_MS)
    assert shlex.split(QApplication.clipboard().text())[:-1] == words[:-1]
    qtbot.waitUntil(lambda: not tab.running, timeout=WAIT_MS)


def test_nothing_chosen_is_told(tab: BehaviorTab) -> None:
    notes: list[str] = []
    tab.workspace.noted.connect(lambda sentence, severity: notes.append(sentence))
    tab.form.scope.choose("chosen")
    tab.guarded(tab.embed)
    assert notes == [
        "No recording is chosen: tick some in the column Recordings, or train on this one."
    ]
    assert not tab.running


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("offset", "counted differently"),
        ("poses", "would not pair them"),
        ("name", "are called one.mp4"),
    ],
)
def test_what_one_run_cannot_tell_apart_is_refused(folder: Path, what: str, told: str) -> None:
    paths = [folder / "one.mp4", folder / "two.mp4", *sorted(folder.glob("*.slp"))]
    project = Project().with_paths(paths, folder)
    first, second = project.entries
    changed = {
        "offset": project.changed(1, offset=3),
        "poses": Project(
            entries=(
                first.model_copy(update={"poses": second.poses, "trusted": True}),
                second.model_copy(update={"poses": first.poses, "trusted": True}),
            )
        ),
        "name": project.changed(1, path=first.path),
    }
    pool = Pool()
    with pytest.raises(BadInput, match=told):
        together(changed[what].entries, folder, pool)
    found = together(project.entries, folder, pool)
    assert [item.role for item in found.files] == ["video", "video", "poses", "poses"]
    pool.close()


def test_what_a_run_may_measure() -> None:
    params = EMBED.params
    assert may_measure(params(), streamed=True) == {
        *("fve", "frames", "frames_per_s", "streamed_fve", "streamed_gap")
    }
    alone = may_measure(params(method="dbe", baselines=False), streamed=False)
    assert alone == {"fve", "heading_r2", "log_distance_r2", "loss", "frames"}
    beside = may_measure(params(method="dbe", seeds=3), streamed=False)
    assert {"pca_fve", "ae_fve", "fve_sd", "ae_fve_sd"} <= beside


def test_a_run_that_begins_again_on_what_is_open_is_followed(
    qtbot: QtBot, tab: BehaviorTab
) -> None:
    """As after a crash, when the recording was open before the interrupted run was read."""
    (one, *_) = tab.recordings.project.entries
    (Path(one.path.absolute).parent / "other").mkdir(exist_ok=True)
    params = EMBED.params(**{**SMALL, "method": "pca", "size_px": 64})
    # As a session tells a path that lies beside its folder.
    path = Path(one.path.absolute)
    files = (InputFile("video", identify(path.parent / "other" / ".." / path.name)),)
    request = RunRequest(EMBED, files, params)
    assert tab.stands_on(request)
    tab.resume(request, "again")
    qtbot.waitUntil(lambda: tab._job is not None, timeout=WAIT_MS)
    assert tab._job is not None
    assert tab._job.request.params.latent == SMALL["latent"]
    qtbot.waitUntil(lambda: tab._job.ended, timeout=WAIT_MS)  # type: ignore[union-attr]
    tab.recordings.open_at(1)
    qtbot.waitUntil(lambda: _at(tab)[0] == "two.mp4", timeout=WAIT_MS)
    assert not tab.stands_on(request)
