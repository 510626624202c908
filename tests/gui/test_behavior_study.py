"""Maps, motifs and redrawing in the Behavior tab, and that they equal the command line's."""

from __future__ import annotations

from operator import methodcaller
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_pair
from engine.behavior.demo import RESULTS, WEIGHTS
from engine.cli.main import main
from engine.figures.model import Picture
from engine.files.identify import identify
from engine.results import read_result
from gui.tabs.behavior import BehaviorTab
from gui.tabs.behavior_map import MapPane
from gui.window import Window

pytestmark = pytest.mark.usefixtures("in_this_process")
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    write_pair(folder, "m1", seconds=4, seed=1, twins=("slp",))
    return folder / "m1.mp4"


@pytest.fixture
def tab(qtbot: QtBot, window: Window, video: Path) -> BehaviorTab:
    """The tab with a recording of two animals that is embedded."""
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    tab.open_files((identify(video),))
    qtbot.waitUntil(lambda: tab.recordings.entry_open is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.video.view.index >= 0, timeout=WAIT_MS)
    tab.form.form.set_values({"latent": 4})
    tab.embed()
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    return tab


def test_the_study_follows_an_embedding(qtbot: QtBot, tab: BehaviorTab, tmp_path: Path) -> None:
    study = tab.study
    _check_map(qtbot, tab)
    _check_colors(qtbot, tab)
    _check_motifs(qtbot, tab, tmp_path)
    _check_redraw(qtbot, tab)
    assert study.training.views["loss"].figure is None
    before, job, numbers = tab.recordings.entry_open, tab._job, dict(tab.results.metrics.values)
    tab.recordings.open_at(0)
    qtbot.waitUntil(lambda: tab.recordings.entry_open is not before, timeout=WAIT_MS)
    assert len(study.parts) == 1, "the same recording opened again keeps its latents"
    assert tab._job is job, "and the run that they are of"
    assert numbers
    assert tab.results.metrics.values == numbers


def _check_map(qtbot: QtBot, tab: BehaviorTab) -> None:
    """A linear map is there by itself; points and frames are linked both ways."""
    study, pane = tab.study, tab.study.map
    tab.pages.show_page("Map")
    assert pane.figure is not None
    qtbot.waitUntil(lambda: "trustworthiness" in _told(pane), timeout=WAIT_MS)
    assert "continuity" in _told(pane)
    pane.view.point_clicked.emit(37)
    assert tab.index == 37
    pane.view.lassoed.emit(np.arange(10, 40))
    assert tab.selection.indices.tolist() == list(range(10, 40))
    qtbot.waitUntil(lambda: len(tab.time.line.selected) == 1, timeout=WAIT_MS)
    tab.clear_selection()
    pane.choose_method("tsne")
    assert pane.figure is None, "one that was not made says what to press"
    assert study.map_column.form.values()["method"] == "tsne"
    pane.choose_method("pca")
    assert pane.figure is not None


def _check_colors(qtbot: QtBot, tab: BehaviorTab) -> None:
    """Poses give numbers to colour by."""
    pane = tab.study.map
    qtbot.waitUntil(lambda: "distance" in pane.coloring_names, timeout=WAIT_MS)
    names = {name.split(" of ")[0] for name in pane.coloring_names}
    assert {"time", "speed", "heading", "confidence", "distance"} <= names
    pane.color_by("distance")
    assert pane.figure is not None
    layer = pane.figure.layers[0]
    assert layer.value_axis.unit == "px"  # type: ignore[union-attr]
    pane._space.setChecked(True)
    assert pane.figure.kind == "space"
    pane._space.setChecked(False)


def _check_motifs(qtbot: QtBot, tab: BehaviorTab, tmp_path: Path) -> None:
    """Motifs colour map and time line; a bout plays; numbers equal the command line's."""
    study = tab.study
    study.motif_column.form.set_values({"method": "kmeans", "motifs": 4})
    study.run_motifs()
    qtbot.waitUntil(lambda: "motif" in study.map.coloring_names, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(study.spans) > 1, timeout=WAIT_MS)
    assert study.map.colors.currentText() == "motif"
    assert tuple(tab.time.line._spans) == study.spans, "nothing is selected: motifs are shown"
    total = sum(stop - start for start, stop, _ in study.spans)
    assert total == pytest.approx(4.0, abs=0.1)
    raster = study.motifs.raster
    assert raster is not None
    study.motifs.ethogram.clicked_at.emit(2.0, 0.0)
    assert tab.index == 60
    study.motifs.views["bouts"].row_chosen.emit(0)
    assert tab.playback.playing
    tab.playback.stop()
    job = study._jobs["behavior.motifs"]
    qtbot.waitUntil(lambda: job.result is not None, timeout=WAIT_MS)
    assert job.result is not None
    words = job.result.command.split()
    assert words[:4] == ["python", "main.py", "run", "behavior.motifs"]
    for name, options in (("motifs", ["method=kmeans", "motifs=4"]), ("map", [])):
        out = tmp_path / name
        given = [str(tab._job.folder), *(w for o in options for w in ("--set", o))]  # type: ignore[union-attr]
        assert main(["run", f"behavior.{name}", *given, "--out", str(out)]) == 0
    told = read_result(tmp_path / "motifs").metrics
    assert told == job.result.metrics
    study.run_map()
    mapped = study._jobs["behavior.map"]
    qtbot.waitUntil(lambda: mapped.result is not None, timeout=WAIT_MS)
    assert mapped.result is not None
    for name, value in read_result(tmp_path / "map").metrics.items():
        assert name == "map_s" or mapped.result.metrics[name] == value


def _check_redraw(qtbot: QtBot, tab: BehaviorTab) -> None:
    """The frame is redrawn from its code, and differently when a slider is moved."""
    pane = tab.study.redraw
    tab.pages.show_page("Redraw")
    qtbot.waitUntil(lambda: pane.views["redrawn"].figure is not None, timeout=WAIT_MS)
    assert len(pane.sliders) == 4
    before = _pixels(pane)
    pane.sliders[0].setValue(pane.sliders[0].maximum())
    qtbot.waitUntil(lambda: not np.array_equal(_pixels(pane), before), timeout=WAIT_MS)
    pane.reset()
    qtbot.waitUntil(lambda: np.array_equal(_pixels(pane), before), timeout=WAIT_MS)
    tab.seek(5)
    qtbot.waitUntil(lambda: _caption(pane) == "frame 5", timeout=WAIT_MS)


def _told(pane: MapPane) -> str:
    return "" if pane.figure is None else pane.figure.caption


def _pixels(pane: object) -> np.ndarray:
    layer = pane.views["redrawn"].figure.layers[0]  # type: ignore[attr-defined]
    assert isinstance(layer, Picture)
    return layer.pixels


def _caption(pane: object) -> str:
    return pane.views["input"].figure.caption  # type: ignore[attr-defined,no-any-return]


def test_a_table_of_latents_alone_is_mapped(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    from engine.behavior.latent_files import write_latents
    from engine.behavior.latents import Latents

    random = np.random.default_rng(0)
    frame = np.arange(60)
    parts = [
        Latents(random.random((60, 3)), frame, frame / 30, name) for name in ("a.mp4", "b.mp4")
    ]
    table = write_latents(parts, tmp_path / "codes.parquet")
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    tab.open_files((identify(table),))
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    assert tab.pages.shown == "Map"
    assert "recording" in tab.study.map.coloring_names
    notes: list[str] = []
    tab.workspace.noted.connect(lambda sentence, severity: notes.append(sentence))
    tab.study.map.view.point_clicked.emit(90)
    assert notes == ["That frame is of b.mp4: drop it on the window to see it."]


def test_weights_are_applied_and_a_context_is_swapped(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    """The demo's weights on two recordings: codes of both, redrawn in either scene."""
    for number, name in enumerate(("one", "two")):
        write_pair(tmp_path, name, seconds=1, seed=number, scene=2 * number, twins=("slp",))
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    files = [*sorted(tmp_path.iterdir()), WEIGHTS]
    tab.open_files(tuple(identify(path) for path in files))
    qtbot.waitUntil(lambda: len(tab.study.parts) == 2, timeout=WAIT_MS)
    assert {part.recording for part in tab.study.parts} == {"one.mp4", "two.mp4"}
    assert "recording" in tab.study.map.coloring_names
    assert {"fve", "frames"} <= set(tab.results.metrics.values)
    pane = tab.study.redraw
    tab.pages.show_page("Redraw")
    qtbot.waitUntil(lambda: pane.views["context"].figure is not None, timeout=WAIT_MS)
    before = _pixels(pane)
    assert pane.contexts.count() == 2
    pane.contexts.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not np.array_equal(_pixels(pane), before), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    rows = len(tab.study.parts[0])
    other = tab.study.parts[1].recording
    tab.study.map.view.point_clicked.emit(rows + 20)
    qtbot.waitUntil(
        lambda: tab._recording is not None and tab._recording.name == other, timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: tab.index == 20, timeout=WAIT_MS)
    assert len(tab.study.parts) == 2, "a recording that the latents tell of keeps them"


def test_the_demo_is_there_at_once(qtbot: QtBot, window: Window) -> None:
    """Recordings and codes ship with the product: nothing is written, nothing runs."""
    window.with_tab("behavior", methodcaller("open_demo"))
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "frames" in tab.results.metrics.values, timeout=WAIT_MS)
    assert len(tab.recordings.project.entries) == 2
    assert len(tab.study.parts) == 4
    assert tab.results.metrics.values["frames"] == 2400
    assert window.workspace.jobs.jobs == ()


def test_the_read_out_has_room_in_the_smallest_window_that_is_usual(
    qtbot: QtBot, window: Window
) -> None:
    tab = _demo(qtbot, window)
    speed, apart = tab.video.readout
    qtbot.waitUntil(lambda: bool(apart.full_text), timeout=WAIT_MS)
    tab.seek(300)
    assert speed.full_text.endswith("px/s")
    told = [number for words in speed.full_text.split() for number in words.split(",") if number]
    assert all("e" not in number for number in told[:-1])
    assert apart.full_text.startswith("↔")
    assert [label.text() for label in (speed, apart)] == [speed.full_text, apart.full_text]


def test_torch_waits_for_the_frame_and_the_map_of_the_demo(qtbot: QtBot, window: Window) -> None:
    warm = window.warm
    window.with_tab("behavior", methodcaller("open_demo"))
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    warm.hold.begin()
    seen: list[tuple[str, bool]] = []
    tab.desk.shown.connect(lambda: seen.append(("frame", warm.hold.on)))
    tab.study.mapped.connect(lambda: seen.append(("map", warm.hold.on)))
    qtbot.waitUntil(lambda: not warm.hold.on, timeout=WAIT_MS)
    assert {what for what, _ in seen} == {"frame", "map"}
    assert seen[0][1], "released at the first of the two"


def test_a_point_of_another_animal_is_looked_at_as_such(qtbot: QtBot, window: Window) -> None:
    tab = _demo(qtbot, window)
    study, pane = tab.study, tab.study.redraw
    names = [pane.animals.itemText(at) for at in range(pane.animals.count())]
    assert names == ["animal 1", "animal 2"]
    row = len(study.parts[0]) + 30
    study.map.view.point_clicked.emit(row)
    qtbot.waitUntil(lambda: study.map.view._cursor == row, timeout=WAIT_MS)
    assert tab.index == study.parts[1].frame[30]
    tab.pages.show_page("Redraw")
    qtbot.waitUntil(lambda: pane.views["input"].figure is not None, timeout=WAIT_MS)
    assert _caption(pane).endswith(", animal 2")
    pane.animals.textActivated.emit("animal 1")
    qtbot.waitUntil(lambda: _caption(pane).endswith("animal 1"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: study.map.view._cursor < len(study.parts[0]), timeout=WAIT_MS)


def test_a_trail_and_a_bout_stay_with_their_animal(qtbot: QtBot, window: Window) -> None:
    tab = _demo(qtbot, window)
    study, start = tab.study, len(tab.study.parts[0])
    study.map.show_row(start + 2)
    assert study.map.view._trail.tolist() == [start, start + 1, start + 2]
    study.motifs.bout_chosen.emit("two animals, white dish", "animal 2", 40, 60)
    qtbot.waitUntil(lambda: study.map.view._cursor >= start, timeout=WAIT_MS)
    assert study.redraw.animals.currentText() == "animal 2"


def test_new_results_ask_nothing_of_those_before(qtbot: QtBot, window: Window) -> None:
    tab = _demo(qtbot, window)
    notes: list[str] = []
    tab.workspace.noted.connect(lambda sentence, severity: notes.append(sentence))
    tab.pages.show_page("Redraw")
    qtbot.waitUntil(lambda: tab.study.redraw.views["input"].figure is not None, timeout=WAIT_MS)
    for _ in range(6):
        tab.study.clear()
        tab.study.use_results(RESULTS, WEIGHTS)
        qtbot.waitUntil(lambda: len(tab.study.parts) == 4, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.study.redraw.views["input"].figure is not None, timeout=WAIT_MS)
    assert notes == []


def _demo(qtbot: QtBot, window: Window) -> BehaviorTab:
    window.with_tab("behavior", methodcaller("open_demo"))
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.recordings.entry_open is not None, timeout=WAIT_MS)
    return tab


def test_the_key_of_the_lasso_is_of_the_page_on_show(qtbot: QtBot, window: Window) -> None:
    tab = _demo(qtbot, window)
    notes: list[str] = []
    tab.workspace.noted.connect(lambda sentence, severity: notes.append(sentence))
    tab.pages.show_page("Map")
    window.commands.run("behavior.lasso")
    assert tab.study.map.view.lasso_action.isChecked()
    assert not tab.embedding.view.lasso_action.isChecked()
    tab.pages.show_page("Motifs")
    assert not tab.study.map.view.lasso_action.isChecked(), "it ends when its page is left"
    window.commands.run("behavior.lasso")
    assert notes == ["A lasso is drawn in a cloud: show the page Map or Embedding first."]
    tab.pages.show_page("Embedding")
    window.commands.run("behavior.lasso")
    assert notes[1:] == ["There are no points to draw round on Embedding yet."]
    tab.pages.show_page("Map")
    window.commands.run("behavior.lasso")
    tab.recordings.open_at(1)
    qtbot.waitUntil(lambda: tab.study._rows.row_of(0) >= 1200, timeout=WAIT_MS)
    assert not tab.study.map.view.lasso_action.isChecked(), "it ends with another recording"


def test_esc_ends_a_lasso_before_the_selection(qtbot: QtBot, window: Window) -> None:
    tab = _demo(qtbot, window)
    tab.pages.show_page("Map")
    tab.select(np.arange(10))
    window.commands.run("behavior.lasso")
    view = tab.study.map.view
    window.activateWindow()
    qtbot.waitUntil(view.hasFocus, timeout=WAIT_MS)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert not view.lasso_action.isChecked()
    assert len(tab.selection.indices) == 10


def test_a_lasso_lights_what_it_took_and_says_what_it_could_not(
    qtbot: QtBot, window: Window
) -> None:
    """Two animals in two recordings, 600 rows each: the other animal's rows stay dim."""
    tab = _demo(qtbot, window)
    pane = tab.study.map
    pane.view.lassoed.emit(np.arange(500, 520))
    assert pane._selected.tolist() == list(range(500, 520))
    pane.view.lassoed.emit(np.concatenate([np.arange(590, 610), np.arange(1200, 1230)]))
    assert tab.selection.indices.tolist() == [*range(10), *range(590, 600)]
    assert pane._selected.tolist() == list(range(590, 610))
    assert pane._shown.full_text.startswith(
        "20 frames selected, not 30 points of other recordings"
    )
    pane.view.lassoed.emit(np.arange(1190, 1200))
    assert tab.selection.indices.tolist() == list(range(590, 600))
    assert pane._selected.tolist() == list(range(1190, 1200))
    tab.select(np.arange(5))
    assert pane._selected.tolist() == [*range(5), *range(600, 605)], "frames, of every animal"
    assert "selected" not in pane._shown.full_text


def test_empty_pages_say_what_is_waited_for(qtbot: QtBot, window: Window, video: Path) -> None:
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    tab.open_files((identify(video),))
    qtbot.waitUntil(lambda: tab.video.view.index >= 0, timeout=WAIT_MS)
    study, said = tab.study, tab.study.map.view._empty._text
    assert said.text().startswith("Press Embed")
    tab.embed()
    qtbot.waitUntil(lambda: said.text().startswith("Embedding:"), timeout=WAIT_MS)
    assert tab.embedding.view._empty._text.text().startswith("Embedding:")
    qtbot.waitUntil(lambda: study.map.figure is not None and not tab.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not study.map._embedding, timeout=WAIT_MS)
    tab.trials.running_changed.emit(True)
    assert study.rivals._empty.empty_text.startswith("Evaluating")
    tab.trials.running_changed.emit(False)
    assert study.rivals._empty.empty_text.startswith("Press Evaluate")


def test_time_keeps_its_height_under_the_list_of_jobs(qtbot: QtBot, window: Window) -> None:
    tab = _demo(qtbot, window)
    window.strip.expanded = True
    qtbot.waitUntil(lambda: window.strip.job_list.height() > 0, timeout=WAIT_MS)
    assert tab.time.line.height() >= 76
    assert window.height() == 800
