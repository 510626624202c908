"""CartPoleSwingUpHarder and its agent written plainly, one number at a time: the peer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[Any]]


class PlainCartPole:
    """One episode, straight from the equations."""

    def __init__(self, x: float, v: float, theta: float, w: float) -> None:
        self.x, self.v, self.theta, self.w = x, v, theta, w
        self.steps = 0

    def observe(self) -> Numbers:
        return np.array([self.x, self.v, math.cos(self.theta), math.sin(self.theta), self.w])

    def step(self, action: float) -> tuple[float, bool]:
        s, c = math.sin(self.theta), math.cos(self.theta)
        force = 10.0 * min(1.0, max(-1.0, action))
        mpl = 0.5 * 0.6
        x_acc = -2 * mpl * self.w**2 * s + 3 * 0.5 * 9.82 * s * c + 4 * force - 4 * 0.1 * self.v
        x_acc /= 4 * 1.0 - 3 * 0.5 * c**2
        w_acc = -3 * mpl * self.w**2 * s * c + 6 * 9.82 * s + 6 * (force - 0.1 * self.v) * c
        w_acc /= 4 * 0.6 * 1.0 - 3 * mpl * c**2
        self.x, self.theta = self.x + 0.01 * self.v, self.theta + 0.01 * self.w
        self.v, self.w = self.v + 0.01 * x_acc, self.w + 0.01 * w_acc
        self.steps += 1
        reward = (math.cos(self.theta) + 1) / 2 * math.cos(self.x / 2.4 * math.pi / 2)
        return reward, abs(self.x) > 2.4 or self.steps >= 1000


class PlainAgent:
    """The policy of the 913 numbers, one sensory neuron after the other, in float32."""

    def __init__(self, params: Numbers) -> None:
        ends = np.cumsum([64, 256, 32, 32, 256, 256, 16, 1])
        parts = np.split(params, ends[:-1])
        self.w_ih, self.w_hh = parts[0].reshape(32, 2), parts[1].reshape(32, 8)
        self.bias = parts[2] + parts[3]
        self.w_q, self.w_k = parts[4].reshape(32, 8), parts[5].reshape(32, 8)
        self.w_out, self.b_out = parts[6], parts[7]
        self.queries = np.zeros((16, 8), "f4")
        for p in range(16):
            for j in range(8):
                angle = p / 10000 ** (2 * (j // 2) / 8)
                self.queries[p, j] = math.sin(angle) if j % 2 == 0 else math.cos(angle)
        self.h, self.c = np.zeros((5, 8), "f4"), np.zeros((5, 8), "f4")
        self.action = np.float32(0)

    def act(self, seen: Numbers) -> float:
        x = seen.astype("f4")
        for i in range(len(x)):
            inputs = np.array([x[i], self.action], "f4")
            gates = self.w_ih @ inputs + self.w_hh @ self.h[i] + self.bias
            i_, f_, o_ = (1 / (1 + np.exp(-gates[k : k + 8])) for k in (0, 8, 24))
            self.c[i] = f_ * self.c[i] + i_ * np.tanh(gates[16:24])
            self.h[i] = o_ * np.tanh(self.c[i])
        weights = np.tanh((self.queries @ self.w_q.T) @ (self.h @ self.w_k.T).T)
        code = np.tanh(weights @ x)
        self.action = np.tanh(self.w_out @ code + self.b_out[0])
        return float(self.action)
