"""An agent together with its senses, one episode at a time: what workers and live views use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.agents.attack import Attack, PatchSenses, VectorSenses, permute_patches
from engine.agents.backgrounds import swap_background
from engine.agents.layout import ANT_MLP, CARRACING, CARRACING_PI, AgentSpec
from engine.agents.worlds import FACTS
from engine.figures.arrays import Array

PANEL_ROWS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What an agent's inside looks like after a step. Arrays are copies.

    Attributes
    ----------
    wiring
        (N,) source of each input, or the order of the patches.
    inputs
        (N,) float32 scalars, or the frame as the agent gets it, uint8.
    code
        m, (M,) or (M, D); None before the first step.
    attention
        W as sensors by queries, (N, M); None without a layer.
    hidden
        (N, 8) of sensory neurons, or (16,) of an LSTM; None without.
    attended
        Patches (of the frame, unshuffled) that the agent looks at; empty for vectors.
    kept
        Places that are not occluded; empty for vectors.
    copies
        Copies of each real sensor among the sources.
    """

    wiring: Array
    inputs: Array
    code: Array | None
    attention: Array | None
    hidden: Array | None
    attended: Array
    kept: Array
    copies: int = 1


class Player(Protocol):
    """An agent with its senses."""

    spec: AgentSpec

    def reset(self, random: np.random.Generator) -> None:
        """Begin an episode: memory at zero, senses wired from a stream."""
        ...

    def act(self, seen: Array) -> Array:
        """Raw action (A,) float32 for an observation."""
        ...

    def shuffle(self) -> None:
        """Wire the senses anew; the memory stays."""
        ...

    def set_attack(self, attack: Attack) -> None:
        """Change what is done to the senses, within an episode; the memory stays if it can."""
        ...

    def sight(self) -> Sight:
        """Its inside after the newest step."""
        ...


def make_player(spec: AgentSpec, params: Array, attack: Attack) -> Player:
    """The player for an agent's flat parameters (L,) float32.

    Raises
    ------
    BadParams
        The agent cannot take what is to be done to its senses.
    """
    kind = VisionPlayer if spec.vision else VectorPlayer
    return kind(spec, params, attack)


class VectorPlayer:
    """CartPole's and Ant's agents."""

    def __init__(self, spec: AgentSpec, params: Array, attack: Attack) -> None:
        import torch

        from engine.agents.vector_agents import PerceptronAgent, VectorAgent

        self.spec = spec
        self._attack = attack
        self._real = len(FACTS[spec.environment].sensors)
        flat = torch.tensor(params)[None]
        self._agent: Any = PerceptronAgent(flat) if spec is ANT_MLP else VectorAgent(spec, flat)
        self._random = np.random.default_rng(0)
        self._senses = VectorSenses(attack, self._real, 1, self._random)
        self._inputs = np.zeros(0, "f4")
        self._step = 0

    def reset(self, random: np.random.Generator) -> None:
        """Begin an episode."""
        self._random, self._step = random, 0
        before, self._senses = self._senses, VectorSenses(self._attack, self._real, 1, random)
        if self._attack.interval is None and before.inputs == self._senses.inputs:
            # Wired by hand: it stays so until somebody shuffles again.
            self._senses.rewire(before.wiring)
        self._agent.reset(self._senses.inputs, 1)

    def act(self, seen: Array) -> Array:
        """Raw action (A,) for sensors (real,)."""
        import torch

        if self._attack.due(self._step):
            self.shuffle()
        self._step += 1
        with torch.inference_mode():
            x = self._senses.sense(torch.from_numpy(np.asarray(seen, "f4"))[None, :, None])
            self._agent.scale = self._attack.pre_tanh_scale
            action: Array = self._agent.act(x)[0, :, 0].numpy()
        self._inputs = x[0, :, 0].numpy()
        return action

    def shuffle(self) -> None:
        """Wire the senses anew; the neurons keep what they remember."""
        self._senses.shuffle()

    def set_attack(self, attack: Attack) -> None:
        """Another attack; a different number of inputs gives every neuron a fresh memory."""
        before, self._attack = self._senses, attack
        count = self._real * attack.duplicate + attack.noise_channels
        if count == before.inputs and attack.mix_noise == before.attack.mix_noise:
            before.attack = attack
            return
        self._senses = VectorSenses(attack, self._real, 1, self._random)
        if attack.interval is not None:
            self._senses.shuffle()
        self._agent.reset(self._senses.inputs, 1)

    def sight(self) -> Sight:
        """Its inside after the newest step."""
        agent, none = self._agent, np.zeros(0, "i8")
        attention, state = agent.attention, getattr(agent, "state", None)
        return Sight(
            wiring=self._senses.wiring[:, 0].copy(),
            inputs=self._inputs.copy(),
            code=None if agent.code is None else agent.code[0, :, 0].numpy().copy(),
            attention=None if attention is None else attention[0, :, :, 0].numpy().T.copy(),
            hidden=None if state is None else state.h[0, :, :, 0].numpy().T.copy(),
            attended=none,
            kept=none,
            copies=self._attack.duplicate,
        )


class VisionPlayer:
    """CarRacing's and Pong's agents."""

    def __init__(self, spec: AgentSpec, params: Array, attack: Attack) -> None:
        import torch

        from engine.agents.vision_agents import (
            FrameStack,
            PatchAgent,
            PatchInvariantAgent,
            PongAgent,
        )

        makers = {CARRACING: PatchAgent, CARRACING_PI: PatchInvariantAgent}
        self.spec = spec
        self._attack = attack
        self._agent: Any = makers.get(spec, PongAgent)(torch.tensor(params))
        self._patches = 196 if spec.environment == "pong" else 256
        self._senses = PatchSenses(attack, self._patches, np.random.default_rng(0))
        self._note_senses()
        self._stack = FrameStack()
        self._frame = np.zeros(0, "u1")
        self._step = 0

    def reset(self, random: np.random.Generator) -> None:
        """Begin an episode."""
        self._step = 0
        before, self._senses = self._senses, PatchSenses(self._attack, self._patches, random)
        if self._attack.interval is None:
            self._senses.order = before.order
        self._stack.reset()
        self._agent.reset()

    def act(self, seen: Array) -> Array:
        """Raw action for a frame: RGB of CarRacing, grey of Pong."""
        import torch

        if self._attack.due(self._step):
            self.shuffle()
        self._step += 1
        self._note_senses()
        self._frame = permute_patches(self._prepared(seen), self._senses.order)
        with torch.inference_mode():
            action: Array = self._act(torch.from_numpy)
        return action

    def shuffle(self) -> None:
        """Draw another order of the patches."""
        self._senses.shuffle()

    def set_attack(self, attack: Attack) -> None:
        """Another attack; the order of the patches and the memory stay."""
        if attack.occlusion != self._attack.occlusion:
            self._senses.set_occlusion(attack)
        self._attack = attack

    def sight(self) -> Sight:
        """Its inside after the newest step."""
        agent, state = self._agent, self._agent.state
        return Sight(
            wiring=self._order,
            inputs=self._frame.copy(),
            code=None if agent.code is None else agent.code.numpy().copy(),
            attention=None if agent.attention is None else agent.attention.numpy().T.copy(),
            hidden=None if state is None else state[0].numpy().copy(),
            attended=self._attended(),
            kept=self._kept,
        )

    def _prepared(self, seen: Array) -> Array:
        if self.spec.environment == "pong":
            return seen
        frame = swap_background(seen, self._attack.background)
        return frame if self.spec is CARRACING else grey_road(frame)

    def _act(self, tensor: Any) -> Array:
        if self.spec is CARRACING:
            frame = tensor(self._occluded(self._frame)).float() / 255
            return np.asarray(self._agent.act(frame))
        stack = tensor(self._stack.add(self._frame)).float() / 255
        kept = tensor(self._senses.kept) if self._senses.occluded else None
        return np.asarray(self._agent.act(stack, kept))

    def _occluded(self, frame: Array) -> Array:
        """The baseline cannot leave patches out: they turn black."""
        if not self._senses.occluded:
            return frame
        mask = np.zeros(self._patches, "u1")
        mask[self._senses.kept] = 1
        side = frame.shape[0] // 6
        return frame * np.kron(mask.reshape(side, side), np.ones((6, 6), "u1"))[..., None]

    def _attended(self) -> Array:
        """Patches of the unshuffled frame that matter to the newest step, ascending."""
        agent = self._agent
        if self.spec is CARRACING:
            return np.sort(agent.top)
        if agent.attention is None:
            return np.zeros(0, "i8")
        places = np.unique(agent.attention.argmax(dim=1).numpy())
        return np.sort(self._order[self._kept[places]])

    def _note_senses(self) -> None:
        """The order and the patches of this very step: either may change before one looks."""
        self._order, self._kept = self._senses.order.copy(), self._senses.kept.copy()


def grey_road(frame: Array) -> Array:
    """What CarRacing's invariant agent gets of a frame: grey, the instrument panel black."""
    import cv2

    grey: Array = cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY)
    grey[-PANEL_ROWS:] = 0
    return grey
