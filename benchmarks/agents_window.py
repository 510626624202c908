"""The Agents tab live: steps, painted scenes and panels a second of each environment, and lag.

Peers are the environment's own rate, and the window at rest. The last agent plays beside a batch
job too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from _harness import row
from _window import LagMeter, open_window, places, rest, turn
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from engine.agents.layout import SPECS
from engine.agents.weights import write_agent
from engine.agents.worlds import FACTS, require
from engine.errors import PeerscopeError
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.registry import experiment
from engine.run import RunRequest
from gui.tabs.agents import AgentsTab
from gui.window import Window

ROOT = Path(__file__).resolve().parents[1]
PLAY_S = 5.0
#: A rate that is kept may read two per cent low: clocks, and looks between steps.
SLACK = 1.02
SCENES, PANELS = 25.0, 20.0
BESIDE_A_BATCH = 45.0


class Paints(QObject):
    """Counts how often a view is painted."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.count = 0
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the class; nothing is kept from the view."""
        self.count += event.type() == QEvent.Type.Paint
        return False


class Steps:
    """Counts steps by where the trace of actions ends; episodes may begin anew between looks."""

    def __init__(self, tab: AgentsTab) -> None:
        self.count = 0
        self._show = tab.live.show_figures
        tab.live.show_figures = self._read  # type: ignore[method-assign]

    def _read(self, figures) -> None:
        if "action" in figures:
            self.count = int(figures["action"].layers[0].x[-1])
        self._show(figures)


def main() -> None:
    """Each environment alone, and CarRacing beside a batch job."""
    with places() as folder:
        window = open_window()
        turn(lambda: window.warm.warm_up.done)
        window.show_tab("agents")
        rest(1.5)
        tab = window.tabs["agents"]
        assert isinstance(tab, AgentsTab)
        idle = rest(3).summary()
        steps = Steps(tab)
        for name in ("cartpole_pi", "ant_pi", "puzzle_pong", "carracing"):
            if _opened(window, tab, folder, name):
                _measure(tab, steps, name, idle, "")
        batch = _batch(window, folder)
        _measure(tab, steps, "carracing", idle, " beside a batch job", BESIDE_A_BATCH)
        batch.cancel()
        window.close()


def _opened(window: Window, tab: AgentsTab, folder: Path, name: str) -> bool:
    spec = SPECS[name]
    try:
        require(spec.environment)
    except PeerscopeError as error:
        print(f"{name}: {error.sentence}")
        return False
    path = ROOT / "assets" / "agents" / "cartpole_own.safetensors"
    if name != "cartpole_pi":
        path = folder / f"{name}.safetensors"
        flat = np.random.default_rng(0).normal(0, 0.05, spec.length).astype("f4")
        write_agent(path, spec, flat)
    window.open_paths([path])
    turn(lambda: tab.live_job is not None and tab.live_job.request.files[0].path == path)
    turn(lambda: tab.live.scene.view.figure is not None, 20)
    rest(1)
    return True


def _batch(window: Window, folder: Path):
    """A compression of a large matrix again and again, as a batch job."""
    path = folder / "matrix.npy"
    np.save(path, np.random.default_rng(0).normal(size=(1000, 1000)).astype("f4"))
    sweep = experiment("compression.sweep")
    files = (InputFile("matrix", identify(path)),)
    job = window.workspace.submit(RunRequest(sweep, files, sweep.params(seeds=50)), "Batch")
    turn(lambda: job.status().state == "running", 20)
    return job


def _measure(
    tab: AgentsTab,
    steps: Steps,
    name: str,
    idle: dict[str, float],
    beside: str,
    least: float | None = None,
) -> None:
    facts = FACTS[SPECS[name].environment]
    # Pong decides 15 times a second: each decision is four of its steps.
    own = facts.rate_hz
    scene, panel = Paints(tab.live.scene.view), Paints(tab.live.action.body)
    before, began = steps.count, time.perf_counter()
    lag = rest(PLAY_S)
    taken = time.perf_counter() - began
    title = f"{facts.title}{beside}"
    stepped = (steps.count - before) / taken
    own_words = f"its own {own:.0f} steps/s"
    asked = 1e3 / (least or own) * SLACK
    row(f"{title}: {stepped:.1f} steps/s", 1e3 / stepped, own_words, 1e3 / own, None, asked)
    shown = min(SCENES, own)
    painted = scene.count / taken
    words = f"{title}: scene painted {painted:.1f} times/s"
    row(words, 1e3 / painted, own_words, 1e3 / own, None, 1e3 / shown * SLACK)
    _tell_lag(title, lag, idle)
    print(f"{title}: actions painted {panel.count / taken:.1f} times/s")
    scene.deleteLater()
    panel.deleteLater()


def _tell_lag(title: str, meter: LagMeter, idle: dict[str, float]) -> None:
    lag, budgets = meter.summary(), {"p99 corrected": 16.0, "max": 100.0}
    if "beside" in title:
        budgets = {"p99": 33.0, "max": 150.0}
    for key, budget in budgets.items():
        what = f"lag, {title} live: {key}"
        row(what, lag[key], "at rest", max(idle[key], 1e-3), None, budget)


if __name__ == "__main__":
    sys.exit(main())
