"""Experiments that do nothing but what a test needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from engine.context import Context
from engine.experiment import Experiment, MetricSpec, Params, Shown, Snapshot, param


class CountParams(Params):
    count: int = param(10, title="Count", ge=1)
    gain: float = param(1.0, title="Gain", live=True, ge=0)
    pause_s: float = param(0.0, title="Pause", ge=0)


def counting(
    on_step: Callable[[int, Context], None] = lambda step, ctx: None, lane: str = "batch"
) -> Experiment:
    """Adds `gain` at each of `count` steps; the sum tells which gains were in force."""

    def run(inputs: Any, params: Any, ctx: Context) -> Generator[Shown, None, None]:
        total = 0.0
        for step in range(params.count):
            deadline = time.perf_counter() + params.pause_s
            while time.perf_counter() < deadline:
                ctx.check()
                time.sleep(0.002)
            total += ctx.params.gain
            for action in ctx.actions():
                total += action.arguments.get("amount", 0)
            on_step(step, ctx)
            yield Snapshot(step + 1, params.count, {"sum": total})

    return Experiment(
        "fake.count", "count", CountParams, run, metrics=(MetricSpec("sum"),), lane=lane
    )
