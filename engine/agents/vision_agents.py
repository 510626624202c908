"""Agents whose sensors are image patches: CarRacing with and without the layer, and Pong.

One agent, one episode; inputs are float32 in [0, 1], actions float32 numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.agents.attention import STACK, VisionLayer, split
from engine.agents.layout import CARRACING, CARRACING_PI, PUZZLE_PONG
from engine.figures.arrays import Array

TOP = 10
_HIDDEN = 16
_PATCH, _STRIDE = 7, 4
_LEFT = 3
CODE_GRID = 32


class _Lstm:
    """A single LSTM cell of 16 numbers, as CarRacing's agents have behind their attention."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        import torch

        self._weight = torch.cat((tensors["lstm.weight_ih"], tensors["lstm.weight_hh"]), dim=-1)
        self._bias = tensors["lstm.bias_ih"] + tensors["lstm.bias_hh"]
        self.reset()

    def reset(self) -> None:
        self.h = self._bias.new_zeros(_HIDDEN)
        self.c = self._bias.new_zeros(_HIDDEN)

    def step(self, inputs: Any) -> Any:
        """The new h (16,) after inputs (20,)."""
        import torch

        gates = torch.addmv(self._bias, self._weight, torch.cat((inputs, self.h)))
        i, f, g, o = gates.chunk(4)
        self.c = torch.sigmoid(f) * self.c + torch.sigmoid(i) * torch.tanh(g)
        self.h = torch.sigmoid(o) * torch.tanh(self.c)
        return self.h


class PatchAgent:
    """CarRacing's baseline: hard attention over patches of the RGB frame, then an LSTM.

    Attributes
    ----------
    top
        (10,) int64, patches by falling importance.
    importance
        (529,) float32, column sums of the attention.
    """

    spec = CARRACING

    def __init__(self, params: Any) -> None:
        import torch

        self._tensors = split(CARRACING, params)
        self._lstm = _Lstm(self._tensors)
        grid = torch.arange(23)
        rows, columns = torch.meshgrid(grid, grid, indexing="ij")
        half = _PATCH // 2
        centre = torch.stack((rows.flatten(), columns.flatten()), dim=-1) * _STRIDE + half
        self._centre = centre.float() / 96
        self.reset()

    def reset(self) -> None:
        """Begin an episode."""
        self._lstm.reset()
        self.previous = np.zeros(3, "f4")
        self.code: Any = None
        self.attention: Any = None
        self.top = np.zeros(0, "i8")
        self.importance = np.zeros(529, "f4")

    @property
    def state(self) -> tuple[Any, Any]:
        """The LSTM's h and c, each (16,)."""
        return self._lstm.h, self._lstm.c

    def act(self, frame: Any) -> Array:
        """Raw action (3,) in [-1, 1] for an RGB frame (96, 96, 3) float32 in [0, 1]."""
        import torch
        from torch.nn.functional import linear

        tensors = self._tensors
        patches = frame.unfold(0, _PATCH, _STRIDE).unfold(1, _PATCH, _STRIDE)
        flat = patches.permute(0, 1, 3, 4, 2).reshape(529, -1)
        query = linear(flat, tensors["query.weight"], tensors["query.bias"])
        key = linear(flat, tensors["key.weight"], tensors["key.bias"])
        weights = torch.softmax(query @ key.T / np.sqrt(key.shape[-1]), dim=-1)
        importance = weights.sum(dim=0)
        top = torch.argsort(importance, descending=True, stable=True)[:TOP]
        self.importance, self.top = importance.numpy(), top.numpy()
        self.code = self._lstm.step(self._centre[top].flatten())
        out = torch.tanh(linear(self.code, tensors["out.weight"], tensors["out.bias"]))
        self.previous = out.numpy()
        return self.previous


class PatchInvariantAgent:
    """CarRacing's permutation-invariant agent.

    The code of the layer is smoothed over time by a factor that the agent sets itself, then a
    second, hard attention picks ten of its 1024 rows.

    Attributes
    ----------
    code, attention
        (1024, 16) smoothed code, and (1024, N) attention of the newest step.
    top, alpha
        The picked rows (10,) int64, and the smoothing factor of the next step.
    """

    spec = CARRACING_PI

    def __init__(self, params: Any) -> None:
        import torch

        self._tensors = split(CARRACING_PI, params)
        self._layer = VisionLayer(self._tensors, CODE_GRID**2, time_fastest=True)
        # Four MB of fresh memory for each would take longer than the arithmetic.
        self._scores, self._weights = torch.empty(2, CODE_GRID**2, CODE_GRID**2)
        self._lstm = _Lstm(self._tensors)
        self.reset()

    def reset(self) -> None:
        """Begin an episode: nothing smoothed, no action before."""
        import torch

        self._lstm.reset()
        self._smoothed = torch.zeros(CODE_GRID**2, 16)
        self.alpha = 0.0
        self.previous = np.zeros(3, "f4")
        self.code: Any = None
        self.attention: Any = None
        self.top = np.zeros(0, "i8")

    @property
    def state(self) -> tuple[Any, Any]:
        """The LSTM's h and c, each (16,)."""
        return self._lstm.h, self._lstm.c

    def act(self, stack: Any, kept: Any | None = None) -> Array:
        """Raw action (3,) in [-1, 1] for a stack (4, 96, 96) float32 in [0, 1], oldest first."""
        import torch
        from torch.nn.functional import linear

        tensors = self._tensors
        before = torch.from_numpy(self.previous).unsqueeze(0)
        code, attention = self._layer.step(stack.unsqueeze(0), before, kept)
        self._smoothed = (1 - self.alpha) * code[0] + self.alpha * self._smoothed
        self.code, self.attention = self._smoothed, attention[0]
        self.top = self._picked(self._smoothed)
        rows = torch.from_numpy(self.top)
        place = torch.stack((rows // CODE_GRID, rows % CODE_GRID), dim=-1).float() / CODE_GRID
        h = self._lstm.step(place.flatten())
        out = torch.tanh(linear(h, tensors["out.weight"], tensors["out.bias"]))
        mixed = torch.tanh(
            linear(torch.cat((h, out)), tensors["mix1.weight"], tensors["mix1.bias"])
        )
        self.alpha = float(
            torch.sigmoid(linear(mixed, tensors["mix2.weight"], tensors["mix2.bias"]))[0]
        )
        self.previous = out.numpy()
        return self.previous

    def _picked(self, code: Any) -> Array:
        """Ten rows of the code by falling importance; ties go to the lowest index."""
        import torch
        from torch.nn.functional import linear

        tensors = self._tensors
        query = linear(code, tensors["select_query.weight"], tensors["select_query.bias"])
        key = linear(code, tensors["select_key.weight"], tensors["select_key.bias"])
        torch.mm(query, key.T, out=self._scores)
        torch.softmax(self._scores, dim=-1, out=self._weights)
        importance = self._weights.sum(dim=0)
        top: Array = torch.argsort(importance, descending=True, stable=True)[:TOP].numpy()
        return top


class PongAgent:
    """Puzzle Pong: the vision layer, then a small convolutional network over its 400 rows.

    Attributes
    ----------
    code, attention
        (400, 32) and (400, N) of the newest step.
    logits
        (6,) float32.
    """

    spec = PUZZLE_PONG

    def __init__(self, params: Any) -> None:
        self._tensors = split(PUZZLE_PONG, params)
        self._layer = VisionLayer(self._tensors, 400, time_fastest=False)
        self.reset()

    def reset(self) -> None:
        """Begin an episode: the action before counts as LEFT."""
        self.previous = _one_hot(_LEFT)
        self.code: Any = None
        self.attention: Any = None
        self.logits = np.zeros(6, "f4")

    @property
    def state(self) -> None:
        """It remembers nothing but its last action."""
        return

    def act(self, stack: Any, kept: Any | None = None) -> Array:
        """One-hot action (6,) for a stack (4, 84, 84) float32 in [0, 1], oldest first."""
        import torch

        before = torch.from_numpy(self.previous).unsqueeze(0)
        logits, code, attention = self.forward(stack.unsqueeze(0), before, kept)
        self.code, self.attention, self.logits = code[0], attention[0], logits[0].numpy()
        self.previous = _one_hot(int(torch.argmax(logits[0])))
        return self.previous

    def forward(self, stacks: Any, before: Any, kept: Any | None = None) -> tuple[Any, Any, Any]:
        """Logits (B, 6), code and attention for stacks (B, 4, 84, 84); differentiable."""
        import torch
        from torch.nn.functional import conv2d, linear

        tensors = self._tensors
        code, attention = self._layer.step(stacks, before, kept)
        grid = torch.relu(code).transpose(1, 2).reshape(len(code), 32, 20, 20)
        grid = conv2d(grid, tensors["conv1.weight"], tensors["conv1.bias"], stride=2)
        grid = conv2d(torch.relu(grid), tensors["conv2.weight"], tensors["conv2.bias"])
        flat = torch.relu(grid).flatten(1)
        flat = torch.relu(linear(flat, tensors["hidden.weight"], tensors["hidden.bias"]))
        return linear(flat, tensors["out.weight"], tensors["out.bias"]), code, attention


def car_controls(action: Array) -> Array:
    """Steer, gas and brake (3,) float32 for CarRacing from a raw action in [-1, 1]."""
    return np.array([action[0], (action[1] + 1) / 2, (action[2] + 1) / 2], "f4")


class FrameStack:
    """The last four grey frames, oldest first; the first is repeated."""

    def __init__(self) -> None:
        self._frames: list[Array] = []

    def reset(self) -> None:
        """Forget every frame."""
        self._frames = []

    def add(self, frame: Array) -> Array:
        """The stack (4, H, W) uint8 with one more frame (H, W) uint8."""
        self._frames = [*self._frames[-(STACK - 1) :], frame] if self._frames else [frame] * STACK
        return np.stack(self._frames)


def _one_hot(index: int) -> Array:
    values = np.zeros(6, "f4")
    values[index] = 1.0
    return values
