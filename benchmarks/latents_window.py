"""The Behavior tab on the demo: lag while a map is made, and how soon a moved code is drawn.

The peer of lag is the same window at rest; of a redrawn frame, the same question asked of the
engine alone, without a window.
"""

from __future__ import annotations

import statistics
import time
from operator import methodcaller

from _harness import row, seconds
from _window import LagMeter, open_window, places, rest, turn

from engine.behavior.demo import RESULTS, WEIGHTS, demo_recordings
from engine.behavior.redraw import Asked, Place, Redrawer, redraw
from engine.results import read_result
from gui.tabs.behavior import BehaviorTab
from gui.window import Window

BUDGETS = {"p50": None, "p99 corrected": 16, "max": 100}
MOVES = 40


def main() -> None:
    """Two maps, then a latent slider moved by steps and dragged."""
    with places():
        window = open_window()
        turn(lambda: window.warm.warm_up.done)
        tab = _opened(window)
        rest(1.5)
        idle = rest(3).summary()
        for method in ("tsne", "umap"):
            _tell(f"{method} map of {_rows(tab)} frames", _mapped(tab, method), idle)
        _redrawing(tab, idle)
        window.close()


def _opened(window: Window) -> BehaviorTab:
    window.with_tab("behavior", methodcaller("open_demo"))
    window.show_tab("behavior")
    turn(lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    turn(lambda: tab.study.map.figure is not None)
    return tab


def _rows(tab: BehaviorTab) -> int:
    return sum(len(part) for part in tab.study.parts)


def _tell(what: str, meter: LagMeter, idle: dict[str, float]) -> None:
    measured = meter.summary()
    for name, budget in BUDGETS.items():
        row(f"lag, {what}: {name}", measured[name], "at rest", max(idle[name], 1e-3), None, budget)


def _mapped(tab: BehaviorTab, method: str) -> LagMeter:
    """From the press of the button until the map is drawn and its files are written."""
    tab.study.map.choose_method(method)
    tab.study.run_map()
    job = tab.study._jobs["behavior.map"]
    return turn(lambda: job.ended and tab.study.map.figure is not None, 300)


def _redrawing(tab: BehaviorTab, idle: dict[str, float]) -> None:
    tab.pages.show_page("Redraw")
    pane = tab.study.redraw
    turn(lambda: pane.views["redrawn"].figure is not None)
    rest(1)
    slider = pane.sliders[0]
    taken = []
    for move in range(1, MOVES + 1):
        before = pane.views["redrawn"].figure
        began = time.perf_counter()
        slider.setValue(move % 20)
        turn(lambda before=before: pane.views["redrawn"].figure is not before, 5)
        taken.append((time.perf_counter() - began) * 1e3)
    alone = _alone(pane.moved)
    what = "latent slider to redrawn picture"
    row(f"{what}: median", statistics.median(taken), "engine alone", alone)
    row(f"{what}: slowest of {MOVES}", max(taken), "engine alone", alone, None, 100)
    _tell("latent slider dragged", _dragged(slider), idle)


def _dragged(slider) -> LagMeter:
    """A move a frame of the display, for two seconds."""
    places_moved = iter(range(120))
    due = [time.perf_counter()]

    def over() -> bool:
        if time.perf_counter() < due[0]:
            return False
        due[0] += 1 / 60
        move = next(places_moved, None)
        if move is not None:
            slider.setValue(move % 60 - 30)
        return move is None

    return turn(over)


def _alone(moved: tuple[float, ...]) -> float:
    """Milliseconds of one answer where nothing else is done, frame already cut once."""
    video, poses = demo_recordings()[0]
    params = read_result(RESULTS).params
    redrawer = Redrawer(RESULTS, params, Place(video, poses), weights=WEIGHTS)
    times = [seconds(lambda: redraw(redrawer, Asked(0, moved))) for _ in range(12)]
    redrawer.close()
    return statistics.median(times[2:]) * 1e3


if __name__ == "__main__":
    main()
