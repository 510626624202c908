"""Agents whose sensors are scalars: CartPole and Ant, many parameter sets and episodes at once.

Shapes: P parameter sets, N sensors, A actions, B episodes; episodes come last, so that every
operation runs along them.
"""

from __future__ import annotations

from typing import Any

from engine.agents.attention import VectorLayer, VectorState, affine, pick, split
from engine.agents.layout import ANT_MLP, ANT_PI, CARTPOLE_PI, AgentSpec


class VectorAgent:
    """The permutation-invariant policy of CartPole and Ant.

    The action it makes (after its tanh) is what its neurons are told at the next step; state
    and previous action are zero at the start of an episode and kept at a shuffle.

    Parameters
    ----------
    spec
        ``CARTPOLE_PI`` or ``ANT_PI``.
    params
        (P, L) float32 tensor; gradients flow to it when it asks for them.
    pre_tanh_scale
        Factor within the layer's outer tanh.

    Attributes
    ----------
    code, attention
        (P, M, B) and (P, M, N, B) of the newest step.
    state, previous
        The neurons' state, and the newest action (P, A, B).
    """

    def __init__(self, spec: AgentSpec, params: Any, pre_tanh_scale: float = 1.0) -> None:
        tensors = split(spec, params)
        head = {CARTPOLE_PI.name: ("out",), ANT_PI.name: ("hidden", "out")}[spec.name]
        rows = tensors[f"{head[0]}.weight"].shape[-1]
        self.spec = spec
        self.scale = pre_tanh_scale
        self._layer = VectorLayer(tensors, rows, scaled=spec is ANT_PI)
        self._head = [_dense(tensors, name) for name in head]
        self.code: Any = None
        self.attention: Any = None
        self.previous: Any = None
        self.state: VectorState

    def reset(self, sensors: int, episodes: int) -> None:
        """Begin episodes: zero state, zero action."""
        self.state = self._layer.fresh(sensors, episodes)
        weight = self._head[0][0]
        self.previous = weight.new_zeros(weight.shape[0], self.spec.actions, episodes)

    def act(self, x: Any) -> Any:
        """Actions (P, A, B) in [-1, 1] for sensors x (P, N, B) float32."""
        self.code, self.attention, self.state = self._layer.step(
            x, self.previous, self.state, self.scale
        )
        self.previous = _through(self._head, self.code)
        return self.previous

    def keep(self, index: Any) -> None:
        """Go on with chosen episodes alone, index (P, B') int64."""
        self.state = self.state.picked(index)
        self.previous = pick(self.previous, index)


class PerceptronAgent:
    """The Ant's multilayer perceptron: tanh after each of its three layers. No state."""

    code: Any = None
    attention: Any = None

    def __init__(self, params: Any) -> None:
        tensors = split(ANT_MLP, params)
        self.spec = ANT_MLP
        self._layers = [_dense(tensors, name) for name in ("layer1", "layer2", "out")]
        self.previous: Any = None

    def reset(self, sensors: int, episodes: int) -> None:
        """Begin episodes."""
        weight = self._layers[0][0]
        self.previous = weight.new_zeros(weight.shape[0], self.spec.actions, episodes)

    def act(self, x: Any) -> Any:
        """Actions (P, 8, B) for observations (P, 28, B) float32."""
        self.code = _through(self._layers[:-1], x)
        self.previous = _through(self._layers[-1:], self.code)
        return self.previous

    def keep(self, index: Any) -> None:
        """Go on with chosen episodes alone, index (P, B') int64."""
        self.previous = pick(self.previous, index)


def _dense(tensors: dict[str, Any], name: str) -> tuple[Any, Any]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"].unsqueeze(-1)


def _through(layers: list[tuple[Any, Any]], values: Any) -> Any:
    import torch

    for weight, bias in layers:
        values = torch.tanh(affine(bias, weight, values))
    return values
