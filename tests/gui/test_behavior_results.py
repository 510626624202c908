"""What was found out stays on show as long as it is true, and is told as what it is."""

from __future__ import annotations

from operator import methodcaller
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_pair
from engine.behavior.demo import WEIGHTS
from engine.behavior.models import EmbedderFile
from engine.files.identify import identify
from gui.job_text import progress_text
from gui.tabs.behavior import BehaviorTab
from gui.window import Window

pytestmark = pytest.mark.usefixtures("in_this_process")
WAIT_MS = 60_000
SAND = "two animals, sand.mp4"


@pytest.fixture
def tab(qtbot: QtBot, window: Window) -> BehaviorTab:
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    return tab


@pytest.fixture
def demo(qtbot: QtBot, window: Window, tab: BehaviorTab) -> BehaviorTab:
    window.with_tab("behavior", methodcaller("open_demo"))
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "frames" in tab.results.metrics.values, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.video.view.index >= 0, timeout=WAIT_MS)
    return tab


def switched(qtbot: QtBot, tab: BehaviorTab, at: int) -> None:
    before = tab.recordings.entry_open
    tab.recordings.open_at(at)
    qtbot.waitUntil(lambda: tab.recordings.entry_open is not before, timeout=WAIT_MS)


def redrawn(qtbot: QtBot, tab: BehaviorTab, caption: str) -> np.ndarray:
    views = tab.study.redraw.views

    def there() -> bool:
        told = views["input"].figure
        return told is not None and told.caption.startswith(caption)

    qtbot.waitUntil(there, timeout=WAIT_MS)
    return views["input"].figure.layers[0].pixels  # type: ignore[union-attr]


def test_the_frame_on_show_is_redrawn_at_once(qtbot: QtBot, demo: BehaviorTab) -> None:
    """Also after the recording was opened anew, which has begun at its first frame."""
    pane = demo.study.redraw
    assert pane._frame == 0
    demo.pages.show_page("Redraw")
    assert pane._shown.full_text == "redrawing frame 0…"
    first = redrawn(qtbot, demo, "frame 0")
    demo.seek(40)
    redrawn(qtbot, demo, "frame 40")
    switched(qtbot, demo, 1)
    assert demo.index == 0
    qtbot.waitUntil(lambda: pane._frame == 0, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: _other(redrawn(qtbot, demo, "frame 0"), first), timeout=WAIT_MS)


def _other(one: np.ndarray, two: np.ndarray) -> bool:
    return not np.array_equal(one, two)


def test_measured_numbers_stay_with_the_codes_they_are_of(
    qtbot: QtBot, demo: BehaviorTab, tmp_path: Path
) -> None:
    numbers = dict(demo.results.metrics.values)
    switched(qtbot, demo, 1)
    assert demo.results.metrics.values == numbers
    assert len(demo.study.parts) == 4
    switched(qtbot, demo, 0)
    assert demo.results.metrics.values == numbers
    write_pair(tmp_path, "other", seconds=1, seed=3, twins=())
    demo.open_files((identify(tmp_path / "other.mp4"),))
    qtbot.waitUntil(lambda: demo.study.parts == (), timeout=WAIT_MS)
    assert not demo.results.metrics.values


def test_a_run_that_is_refused_leaves_what_was_there(
    qtbot: QtBot, tab: BehaviorTab, tmp_path: Path
) -> None:
    write_pair(tmp_path, "m1", seconds=2, seed=1, twins=("slp",))
    tab.open_files((identify(tmp_path / "m1.mp4"),))
    qtbot.waitUntil(lambda: tab.video.view.index >= 0, timeout=WAIT_MS)
    tab.form.form.set_values({"latent": 4})
    tab.embed()
    job = tab._job
    assert job is not None
    qtbot.waitUntil(lambda: tab.study.map.figure is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not tab.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "continuity" in tab.study.map.figure.caption, timeout=WAIT_MS)  # type: ignore[union-attr]
    before = _shown(tab)
    assert before["fve"] > 0
    tab.form.form.set_values({"crop": "fixed", "crop_box": (0, 0, 0, 0)})
    tab.embed()
    assert tab._job is not job
    qtbot.waitUntil(lambda: not tab.running and tab._job is job, timeout=WAIT_MS)
    assert tab.form.embed_button.isEnabled()
    assert _shown(tab) == before
    tab.form.form.set_values({"crop": "fixed", "crop_box": (0, 0, 64, 64)})
    tab.embed()
    second = tab._job
    qtbot.waitUntil(lambda: not tab.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.study._source is not None, timeout=WAIT_MS)
    assert tab._job is second
    assert tab.results.metrics.values["fve"] != before["fve"]


def test_a_run_left_before_it_shows_anything_takes_nothing_away(
    qtbot: QtBot, demo: BehaviorTab
) -> None:
    numbers, parts = dict(demo.results.metrics.values), demo.study.parts
    demo.form.form.set_values({"method": "pca", "crop": "whole", "split": "none", "batch": 1024})
    demo.embed()
    job = demo._job
    assert job is not None
    assert demo._waits
    switched(qtbot, demo, 1)
    assert demo._job is None
    assert demo.form.embed_button.isEnabled()
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    qtbot.wait(200)
    assert demo.results.metrics.values == numbers
    assert demo.study.parts == parts


def _shown(tab: BehaviorTab) -> dict[str, object]:
    return {
        **tab.results.metrics.values,
        "map": tab.study.map.figure,
        "parts": tab.study.parts,
        "points": tab.embedding.view.figure,
        "curves": tab.time._figure,
        "run": tab._run_name,
        "by": tab.results._job,
    }


def test_the_time_line_says_how_many_codes_it_leaves_out(
    qtbot: QtBot, demo: BehaviorTab, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: demo.time._figure is not None, timeout=WAIT_MS)
    assert demo.time._shown.full_text == "3 of 8 codes, each by its own range"
    write_pair(tmp_path, "other", seconds=1, seed=3, twins=())
    demo.open_files((identify(tmp_path / "other.mp4"),))
    qtbot.waitUntil(lambda: demo.study.parts == (), timeout=WAIT_MS)
    assert "drag to seek" in demo.time._shown.full_text
    assert demo.time._figure is None


def test_motifs_stay_named_on_the_time_line_under_a_selection(
    qtbot: QtBot, demo: BehaviorTab
) -> None:
    line = demo.time.line
    demo.study.motif_column.form.set_values({"method": "kmeans", "motifs": 3})
    demo.study.run_motifs()
    qtbot.waitUntil(lambda: len(demo.study.spans) > 1, timeout=WAIT_MS)
    assert {line._words[category] for _, _, category in line._spans} <= {
        f"motif {number}" for number in (1, 2, 3)
    }
    plain = line.grab().toImage()
    demo.select(np.arange(100, 200))
    qtbot.waitUntil(lambda: len(line.selected) == 1, timeout=WAIT_MS)
    assert tuple(line._spans) == demo.study.spans
    marked = line.grab().toImage()
    times = demo._recording.times_s  # type: ignore[union-attr]
    inside, outside = (round(line._x(float(times[frame]))) for frame in (150, 250))
    assert marked.pixelColor(inside, 60) != plain.pixelColor(inside, 60)
    assert marked.pixelColor(outside, 60) == plain.pixelColor(outside, 60)
    demo.clear_selection()
    qtbot.waitUntil(lambda: line.selected == (), timeout=WAIT_MS)


def test_the_form_describes_the_demo(demo: BehaviorTab) -> None:
    values = demo.form.form.values()
    design = EmbedderFile.read(WEIGHTS)
    assert values["method"] == "dbe"
    assert values["latent"] == design.design.latent
    assert values["preset"] == design.design.preset
    assert str(values["steps"]) == design.facts["steps"]
    for name, value in design.crop.items():
        assert values[name] == (tuple(value) if isinstance(value, list) else value)


def test_figures_of_a_run_have_their_room_from_the_start(
    qtbot: QtBot, tab: BehaviorTab, tmp_path: Path
) -> None:
    write_pair(tmp_path, "m1", seconds=8, seed=1, twins=())
    tab.open_files((identify(tmp_path / "m1.mp4"),))
    qtbot.waitUntil(lambda: tab.video.view.index >= 0, timeout=WAIT_MS)
    column = tab.results
    heights: set[int] = set()

    def watch(*_: object) -> None:
        if column._curve.isVisible() and column._curve.figure is not None:
            heights.add(column._curve.height())

    tab.workspace.jobs.updated.connect(watch)
    tab.embed()
    qtbot.waitUntil(lambda: column._curve.figure is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not tab.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.time._figure is not None, timeout=WAIT_MS)
    assert tab.time._shown.full_text == "3 of 8 codes, each by its own range"
    watch()
    assert heights == {column._curve.minimumHeight()}
    assert "of frames so far" in column._curve.figure.caption  # type: ignore[union-attr]


def test_a_training_tells_its_steps_as_they_were_asked_for(
    qtbot: QtBot, tab: BehaviorTab, tmp_path: Path
) -> None:
    write_pair(tmp_path, "m1", seconds=1, seed=1, twins=("slp",))
    tab.open_files((identify(tmp_path / "m1.mp4"),))
    qtbot.waitUntil(lambda: tab.video.view.index >= 0, timeout=WAIT_MS)
    small = {"method": "dbe", "crop": "egocentric", "steps": 5, "minibatch": 8, "size_px": 32}
    tab.form.form.set_values({**small, "baselines": False})
    told: list[str] = []
    tab.workspace.jobs.statuses_changed.connect(
        lambda statuses: told.extend(progress_text(status) for status in statuses.values())
    )
    tab.embed()
    qtbot.waitUntil(lambda: any(" of 5" in words for words in told), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not tab.running, timeout=WAIT_MS)
    assert any(words.startswith("frame ") for words in told)
    assert not any(words.startswith("step ") for words in told), "what is counted is frames"
