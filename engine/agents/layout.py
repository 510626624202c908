"""Which tensors an agent has, in the order in which its flat parameter vector holds them.

The layouts are those of the released ``model.npz`` files (Tang and Ha, "The Sensory Neuron as a
Transformer", NeurIPS 2021): one float32 vector, tensors row-major, weights as (out, in). An
agent is recognised by the length of that vector.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Environment = Literal["cartpole", "ant", "carracing", "pong"]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One kind of agent.

    Attributes
    ----------
    name, title
        Short name ("cartpole_pi"), and how a person calls it.
    environment
        Where it plays.
    actions
        Numbers in one action; of a one-hot action, its length.
    tensors
        Name and shape of each tensor, in the order of the flat vector.
    invariant
        True when it has the attention layer, so that the order of its sensors does not matter.
    sensors
        Sensors it was made for; an invariant agent takes any number.
    """

    name: str
    title: str
    environment: Environment
    actions: int
    tensors: tuple[tuple[str, Shape], ...]
    invariant: bool
    sensors: int

    @property
    def length(self) -> int:
        """Numbers in its flat vector."""
        return sum(math.prod(shape) for _, shape in self.tensors)

    @property
    def vision(self) -> bool:
        """True when its sensors are patches of an image."""
        return self.environment in ("carracing", "pong")

    def offsets(self) -> Mapping[str, int]:
        """Where each tensor begins in the flat vector."""
        at, found = 0, {}
        for name, shape in self.tensors:
            found[name] = at
            at += math.prod(shape)
        return found


def _dense(name: str, out: int, inputs: int) -> tuple[tuple[str, Shape], ...]:
    return (f"{name}.weight", (out, inputs)), (f"{name}.bias", (out,))


def _lstm(inputs: int, hidden: int) -> tuple[tuple[str, Shape], ...]:
    return (
        ("lstm.weight_ih", (4 * hidden, inputs)),
        ("lstm.weight_hh", (4 * hidden, hidden)),
        ("lstm.bias_ih", (4 * hidden,)),
        ("lstm.bias_hh", (4 * hidden,)),
    )


CARTPOLE_PI = AgentSpec(
    "cartpole_pi",
    "CartPole, permutation-invariant",
    "cartpole",
    1,
    (
        *_lstm(2, 8),
        ("query.weight", (32, 8)),
        ("key.weight", (32, 8)),
        *_dense("out", 1, 16),
    ),
    invariant=True,
    sensors=5,
)
ANT_MLP = AgentSpec(
    "ant_mlp",
    "Ant, multilayer perceptron",
    "ant",
    8,
    (*_dense("layer1", 32, 28), *_dense("layer2", 32, 32), *_dense("out", 8, 32)),
    invariant=False,
    sensors=28,
)
ANT_PI = AgentSpec(
    "ant_pi",
    "Ant, permutation-invariant",
    "ant",
    8,
    (
        *_lstm(9, 8),
        *_dense("query", 32, 8),
        *_dense("key", 32, 8),
        *_dense("hidden", 32, 32),
        *_dense("out", 8, 32),
    ),
    invariant=True,
    sensors=28,
)
CARRACING = AgentSpec(
    "carracing",
    "CarRacing, patch attention alone",
    "carracing",
    3,
    (*_dense("query", 4, 147), *_dense("key", 4, 147), *_lstm(20, 16), *_dense("out", 3, 16)),
    invariant=False,
    sensors=529,
)
CARRACING_PI = AgentSpec(
    "carracing_pi",
    "CarRacing, permutation-invariant",
    "carracing",
    3,
    (
        *_dense("query", 16, 8),
        *_dense("key", 16, 111),
        *_dense("value", 16, 144),
        *_dense("select_query", 4, 16),
        *_dense("select_key", 4, 16),
        *_lstm(20, 16),
        *_dense("out", 3, 16),
        *_dense("mix1", 16, 19),
        *_dense("mix2", 1, 16),
    ),
    invariant=True,
    sensors=256,
)
PUZZLE_PONG = AgentSpec(
    "puzzle_pong",
    "Puzzle Pong, permutation-invariant",
    "pong",
    6,
    (
        *_dense("query", 32, 8),
        *_dense("key", 32, 114),
        *_dense("value", 32, 144),
        ("value_norm.weight", (36,)),
        ("value_norm.bias", (36,)),
        ("out_norm.weight", (32,)),
        ("out_norm.bias", (32,)),
        ("conv1.weight", (64, 32, 4, 4)),
        ("conv1.bias", (64,)),
        ("conv2.weight", (64, 64, 3, 3)),
        ("conv2.bias", (64,)),
        *_dense("hidden", 512, 3136),
        *_dense("out", 6, 512),
    ),
    invariant=True,
    sensors=196,
)

SPECS: Mapping[str, AgentSpec] = {
    spec.name: spec
    for spec in (CARTPOLE_PI, ANT_MLP, ANT_PI, CARRACING, CARRACING_PI, PUZZLE_PONG)
}


def spec_of_length(length: int) -> AgentSpec | None:
    """The agent whose flat vector has that length, or None."""
    return next((spec for spec in SPECS.values() if spec.length == length), None)
