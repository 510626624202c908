"""``agents.replay``: a recording fed to an agent open loop.

The agent starts from a zero state, and its own action is fed back as the one before; the
recording goes on whatever it does.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents.layout import CARRACING, CARRACING_PI, AgentSpec
from engine.agents.recordings import OpenLoop, open_loop
from engine.agents.weights import AgentFile, save_arrays
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Line

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

_SHOWN = 10


def replay(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Feed the recording; actions, codes and picks go to ``actions.npz``.

    Raises
    ------
    BadInput
        The recording is not one for this agent.
    """
    model: AgentFile = inputs["model"]
    recording = open_loop(inputs["recording"], model.spec)
    steps = len(recording.values)
    found: dict[str, list[Array]] = {}
    for step, seen in enumerate(_fed(model, recording)):
        ctx.check()
        for name, value in seen.items():
            found.setdefault(name, []).append(value)
        if step % _SHOWN == 0:
            yield Snapshot(step, steps, note="feeding the recording")
    arrays = {name: np.stack(values) for name, values in found.items()}
    save_arrays(ctx.artifact("actions.npz"), arrays)
    metrics = _metrics(arrays, recording)
    if recording.form == "obs" and model.spec.invariant and ctx.params.permutations:
        gap = permutation_gap(model, recording.values, ctx.params.permutations, ctx)
        metrics["permutation_gap"] = gap
    yield Snapshot(steps, steps, metrics, {"actions": _figure(arrays["action"], recording)})


def permutation_gap(model: AgentFile, values: Array, count: int, ctx: Context) -> float:
    """Largest change of an action when the sensors come in another order, open loop.

    All orders are fed side by side, the first of them straight.

    Parameters
    ----------
    values
        (T, N) float32 recording.
    count
        Random orders to compare with the straight one.
    """
    import torch

    from engine.agents.vector_agents import VectorAgent

    steps, sensors = values.shape
    random = np.random.default_rng(ctx.params.seed)
    orders = [np.arange(sensors), *(random.permutation(sensors) for _ in range(count))]
    wiring = torch.from_numpy(np.stack(orders, axis=1))
    agent = VectorAgent(model.spec, torch.tensor(model.params)[None])
    agent.reset(sensors, len(orders))
    gap = 0.0
    with torch.inference_mode():
        for step in range(steps):
            ctx.check()
            action = agent.act(torch.tensor(values[step])[wiring][None])[0]
            gap = max(gap, float((action - action[:, :1]).abs().max()))
    return gap


def _fed(model: AgentFile, recording: OpenLoop) -> Generator[dict[str, Array], None, None]:
    if recording.form == "obs":
        yield from _vector(model, recording.values)
    else:
        yield from _vision(model, recording)


def _vector(model: AgentFile, values: Array) -> Generator[dict[str, Array], None, None]:
    import torch

    from engine.agents.vector_agents import PerceptronAgent, VectorAgent

    flat = torch.tensor(model.params)[None]
    agent: Any = VectorAgent(model.spec, flat) if model.spec.invariant else PerceptronAgent(flat)
    agent.reset(values.shape[1], 1)
    for row in values:
        with torch.inference_mode():
            action = agent.act(torch.tensor(row)[None, :, None])[0, :, 0].numpy()
        seen = {"action": action, "latent": agent.code[0, :, 0].numpy()}
        if agent.attention is not None:
            seen["attention"] = agent.attention[0, :, :, 0].numpy()
        yield seen


def _vision(model: AgentFile, recording: OpenLoop) -> Generator[dict[str, Array], None, None]:
    import torch

    from engine.agents.players import grey_road
    from engine.agents.vision_agents import FrameStack

    agent, stack = _agent_of(model.spec, torch.tensor(model.params)), FrameStack()
    for frame in recording.values:
        seen = frame
        if model.spec is not CARRACING:
            grey = grey_road(frame) if recording.form == "frames" else frame
            seen = stack.add(grey)
        with torch.inference_mode():
            action = agent.act(torch.tensor(seen).float() / 255)
        found = {"action": np.array(action)}
        if model.spec in (CARRACING, CARRACING_PI):
            found["topk"] = np.array(agent.top)
        yield found


def _agent_of(spec: AgentSpec, params: Any) -> Any:
    from engine.agents.vision_agents import PatchAgent, PatchInvariantAgent, PongAgent

    makers = {CARRACING: PatchAgent, CARRACING_PI: PatchInvariantAgent}
    return makers.get(spec, PongAgent)(params)


def _metrics(arrays: dict[str, Array], recording: OpenLoop) -> dict[str, float]:
    metrics = {"steps": float(len(recording.values))}
    if recording.action is not None:
        error = np.abs(arrays["action"] - recording.action).max()
        metrics["max_action_error"] = float(error)
    if recording.topk is not None:
        metrics["topk_equal"] = float(np.array_equal(arrays["topk"], recording.topk))
    return metrics


def _figure(action: Array, recording: OpenLoop) -> Figure:
    steps = np.arange(len(action))
    lines: list[Any] = [
        Line(steps, action[:, i], f"action {i + 1}", i) for i in range(action.shape[1])
    ]
    if recording.action is not None:
        lines += [
            Line(steps, recording.action[:, i], "expected" if i == 0 else "", "text")
            for i in range(action.shape[1])
        ]
    return Figure("Actions", tuple(lines), Axis("step"), Axis("action"))
