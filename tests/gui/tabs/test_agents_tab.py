"""The Agents tab used as a person would: open, watch, shuffle, silence, step, study, close."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.agents.gradient import initial_params
from engine.agents.layout import SPECS
from engine.agents.weights import save_arrays, write_agent
from engine.figures.model import HeatMap
from gui.tabs.agents import AgentsTab
from gui.window import Window

WAIT_MS = 60_000


@pytest.fixture
def tab(window: Window, qtbot: QtBot, tmp_path: Path) -> AgentsTab:
    path = tmp_path / "model.npz"
    save_arrays(path, {"params": initial_params(np.random.default_rng(0))})
    window.open_paths([path])
    qtbot.waitUntil(lambda: "agents" in window.tabs, timeout=WAIT_MS)
    found = window.tabs["agents"]
    assert isinstance(found, AgentsTab)
    qtbot.waitUntil(lambda: found.live.inputs.strip.figure is not None, timeout=WAIT_MS)
    return found


def labels(tab: AgentsTab) -> list[str]:
    figure = tab.live.inputs.strip.figure
    assert figure is not None
    return figure.caption.split(", ")


def image(tab: AgentsTab, pane: str) -> np.ndarray:
    figure = getattr(tab.live, pane).strip.figure
    layer = figure.layers[0]
    assert isinstance(layer, HeatMap)
    return np.asarray(layer.values)


def hold(tab: AgentsTab, qtbot: QtBot) -> None:
    """Pause, and wait until what was on its way has been drawn."""
    tab.toggle_play()
    seen: list[object] = []

    def settled() -> bool:
        seen.append(tab.live.state.strip.figure)
        return len(seen) > 40 and all(item is seen[-1] for item in seen[-40:])

    qtbot.waitUntil(settled, timeout=WAIT_MS)


def test_a_dropped_agent_plays_at_once(tab: AgentsTab, qtbot: QtBot) -> None:
    assert labels(tab) == ["x", "v", "cos θ", "sin θ", "ω"]
    qtbot.waitUntil(lambda: tab.live.attention.strip.figure is not None, timeout=WAIT_MS)
    assert image(tab, "attention").shape == (5, 16)
    assert image(tab, "state").shape == (5, 8)
    assert tab.live.scene.view.figure is not None


def test_shuffle_keeps_the_memory_and_acts_on_the_next_step(tab: AgentsTab, qtbot: QtBot) -> None:
    job = tab.live_job
    assert job is not None
    hold(tab, qtbot)
    held = image(tab, "state").copy()
    before = labels(tab)
    tab.shuffle()
    qtbot.waitUntil(lambda: labels(tab) != before, timeout=WAIT_MS)
    np.testing.assert_array_equal(image(tab, "state"), held)
    first = tab.live.scene.view.figure
    assert first is not None
    tab.step()
    qtbot.waitUntil(lambda: not np.array_equal(image(tab, "state"), held), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.live.scene.view.figure is not first, timeout=WAIT_MS)
    lines = (job.folder / "journal.jsonl").read_text().splitlines()
    assert any("shuffle" in json.dumps(json.loads(line)) for line in lines)


def test_senses_are_steered_live(tab: AgentsTab, qtbot: QtBot) -> None:
    tab.column.form.set_values({"noise_channels": 10})
    qtbot.waitUntil(lambda: labels(tab).count("noise") == 10, timeout=WAIT_MS)
    assert len(labels(tab)) == 15
    tab.column.form.set_values({"noise_channels": 0, "duplicate": 2})
    qtbot.waitUntil(lambda: "x'" in labels(tab), timeout=WAIT_MS)
    assert len(labels(tab)) == 10


def test_a_click_silences_a_sensor_and_undo_lets_it_speak(tab: AgentsTab, qtbot: QtBot) -> None:
    tab.live.inputs.input_clicked.emit(labels(tab).index("v"))
    assert tab.column.form.values()["silenced"] == (1,)

    def newest() -> float:
        return float(image_of_inputs(tab)[::-1][labels(tab).index("v"), 0])

    qtbot.waitUntil(lambda: newest() == 0.0, timeout=WAIT_MS)
    tab.workspace.history.undo()
    assert tab.column.form.values()["silenced"] == ()


def image_of_inputs(tab: AgentsTab) -> np.ndarray:
    figure = tab.live.inputs.strip.figure
    assert figure is not None
    layer = figure.layers[0]
    assert isinstance(layer, HeatMap)
    return np.asarray(layer.values)


def test_two_runs_side_by_side_have_the_same_code(tab: AgentsTab, qtbot: QtBot) -> None:
    # Wired anew at the start of each episode: a shuffle amid one leaves memories at other inputs.
    tab.column.form.set_values({"companion": "unshuffled", "shuffle_every": 100_000})
    qtbot.waitUntil(lambda: tab.live.code.beside.figure is not None, timeout=WAIT_MS)
    qtbot.wait(500)
    hold(tab, qtbot)
    assert labels(tab) != ["x", "v", "cos θ", "sin θ", "ω"]
    one, other = (
        view.figure.layers[0].values for view in (tab.live.code.own, tab.live.code.beside)
    )
    assert np.isfinite(one).any()
    np.testing.assert_allclose(one, other, atol=1e-5)
    assert tab.live.beside.isVisible()


def test_a_study_runs_beside_the_live_agent(tab: AgentsTab, qtbot: QtBot) -> None:
    tab.study.form.set_values({"episodes": 4})
    qtbot.mouseClick(tab.study.run_button, Qt.MouseButton.LeftButton)
    job = tab.study_job
    assert job is not None
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    assert job.result is not None
    assert job.result.metrics["episodes"] == 4
    qtbot.waitUntil(lambda: "mean score" in tab.study._measured.text(), timeout=WAIT_MS)
    assert tab.live_job is not None
    assert not tab.live_job.ended


def test_a_clip_is_recorded(tab: AgentsTab, qtbot: QtBot) -> None:
    job = tab.live_job
    assert job is not None
    tab.live.scene.record_toggled.emit(True)
    qtbot.wait(700)
    tab.live.scene.record_toggled.emit(False)
    clip = job.folder / "clip-1.gif"
    qtbot.waitUntil(clip.exists, timeout=WAIT_MS)
    from engine.files.identify import identify

    assert identify(job.folder / "clip-1.mp4").kind.name == "video"


def test_vision_agents_show_the_shuffled_frame(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    pytest.importorskip("ale_py")
    spec, path = SPECS["puzzle_pong"], tmp_path / "pong.safetensors"
    write_agent(path, spec, np.random.default_rng(0).normal(0, 0.05, spec.length).astype("f4"))
    window.open_paths([path])
    qtbot.waitUntil(lambda: "agents" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["agents"]
    assert isinstance(tab, AgentsTab)
    qtbot.waitUntil(lambda: tab.live.inputs.frame.figure is not None, timeout=WAIT_MS)
    tab.shuffle()
    tab.column.form.set_values({"occlusion": 0.5})

    def words() -> str:
        figure = tab.live.inputs.frame.figure
        return figure.caption if figure is not None else ""

    qtbot.waitUntil(
        lambda: "98 left out" in words() and not words().startswith("0 of"), timeout=WAIT_MS
    )
    assert tab.live.attention.strip.figure is not None


def test_the_session_keeps_the_agent(tab: AgentsTab, tmp_path: Path) -> None:
    tab.column.form.set_values({"shuffle_every": 50})
    state = tab.state(tmp_path)
    assert state.files["model"].absolute.endswith("model.npz")
    assert state.state["params"]["shuffle_every"] == 50
