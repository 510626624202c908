"""Lag of the window's event loop: while warming up, embedding, playing, exporting, turning.

The peer of every figure is the same window at rest, in the same run.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from _clips import arena, write_clip
from _harness import row
from _window import LagMeter, embed, open_recording, open_window, places, rest, turn
from PySide6.QtCore import QTimer

from engine.behavior.data import write_recording
from engine.experiment import Experiment, Live, Params
from engine.figures.model import Axis, Figure, Line
from engine.run import RunRequest
from gui.window import Window

SIDE = 1024


def main() -> None:
    """Measure each state of the window in turn."""
    with places() as folder:
        small, large = folder / "small.mp4", folder / "large.mp4"
        write_recording(small, seconds=60, seed=0)
        write_clip(large, arena(750, SIDE, SIDE))
        window = open_window()
        rest(0.3)
        warming = turn(lambda: window.warm.warm_up.done)
        open_recording(window, small)
        rest(1.5)
        idle = rest(3).summary()
        _tell("warming up", warming, idle, {"max": 100})
        one_job = {"p50": None, "p99": None, "p99 corrected": 16, "max": 100}
        _tell("embedding", _embedding(window), idle, one_job)
        _tell("exporting every figure", _exporting(window, folder), idle, {"max": 100})
        _tell("embedding, cloud turning", _turning(window), idle, {"p99": 33, "max": None})
        two_jobs = {"p50": None, "p99": 33, "p99 corrected": None, "max": 150}
        _tell("a batch and an interactive job", _two_jobs(window), idle, two_jobs)
        open_recording(window, large)
        _tell(f"embedding and playing {SIDE} px", _playing(window), idle, one_job)
        _tell(f"training DBE and playing {SIDE} px", _training(window), idle, one_job)
        window.close()


def _tell(
    what: str, meter: LagMeter, idle: dict[str, float], budgets: dict[str, float | None]
) -> None:
    measured = meter.summary()
    for name, budget in budgets.items():
        peer = max(idle[name], 1e-3)
        row(f"lag, {what}: {name}", measured[name], "at rest", peer, None, budget)


def _embedding(window: Window) -> LagMeter:
    job = embed(window)
    return turn(lambda: job.ended)


def _exporting(window: Window, folder: Path) -> LagMeter:
    """Every figure of the last job as SVG and CSV, as a person would from the right column."""
    tab = window.tabs["behavior"]
    count = len(tab.results.figures)
    for name, figure in tab.results.figures.items():
        window.workspace.export(figure, folder / f"{name}.svg")
    return turn(lambda: len(list(folder.glob("*.svg"))) >= count)


def _turning(window: Window) -> LagMeter:
    """The cloud in space, turned all the time beside a job."""
    tab = window.tabs["behavior"]
    tab.embedding._space.setChecked(True)
    rest(1)
    view = tab.embedding.view
    timer = QTimer(interval=16)
    timer.timeout.connect(lambda: view.set_camera(view.camera.rotated(2, 0.5)))
    timer.start()
    job = embed(window)
    meter = turn(lambda: job.ended)
    timer.stop()
    tab.embedding._space.setChecked(False)
    return meter


def _two_jobs(window: Window) -> LagMeter:
    """The embedding, and a live network that shows a curve 30 times a second."""
    request = RunRequest(_LIVE, (), Params())
    live = window.workspace.submit(request, "Live network")
    turn(lambda: live.status().step > 0 or live.ended, 10)
    job = embed(window)
    meter = turn(lambda: job.ended)
    live.cancel()
    turn(lambda: live.ended)
    return meter


def _playing(window: Window) -> LagMeter:
    tab = window.tabs["behavior"]
    tab.toggle_play()
    rest(1)
    job = embed(window)
    meter = turn(lambda: job.ended)
    tab.playback.stop()
    return meter


def _training(window: Window) -> LagMeter:
    """DBE on the whole frame while its recording plays: from the first step on, for 12 s."""
    tab = window.tabs["behavior"]
    network = {"method": "dbe", "steps": 100_000, "baselines": False}
    tab.form.form.set_values(network)
    job = embed(window)
    turn(lambda: "training" in job.status().note or job.ended)
    tab.toggle_play()
    rest(1)
    meter = rest(12)
    tab.playback.stop()
    job.cancel()
    turn(lambda: job.ended)
    return meter


def _live_network(inputs: Any, params: Any, ctx: Any) -> Generator[Live, None, None]:
    """A small recurrent step in torch, as an agent would make, until it is cancelled."""
    import torch

    weight = torch.randn(256, 256) / 16
    state = torch.zeros(64, 256)
    trace: list[float] = []
    while True:
        for _ in range(20):
            state = torch.tanh(state @ weight + 0.1 * torch.randn(64, 256))
            ctx.check()
        trace = [*trace[-300:], float(state[0, 0])]
        line = Line(np.arange(len(trace)), np.array(trace), "activity", "measured")
        yield Live({"trace": Figure("Live", (line,), Axis("step"), Axis("activity"))})


_LIVE = Experiment("behavior.live", "a live network", Params, _live_network, lane="interactive")


if __name__ == "__main__":
    main()
