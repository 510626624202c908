"""CartPoleSwingUpHarder as batched tensor code.

The equations are those of the task released with the paper. Angle zero is upright, and the
position and angle move with the velocities of the step before (explicit Euler). State is
(4, ...) float64: x in m, v in m/s, theta in rad, w in rad/s.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.agents.old_gym import seeded
from engine.figures.arrays import Array

GRAVITY, CART_KG, POLE_KG, POLE_M = 9.82, 0.5, 0.5, 0.6
FORCE_N, FRICTION, STEP_S, TRACK_M = 10.0, 0.1, 0.01, 2.4
STEPS = 1000
SENSORS = ("x", "v", "cos θ", "sin θ", "ω")
_TOTAL = CART_KG + POLE_KG
_MPL = POLE_KG * POLE_M


def step(state: Any, action: Any) -> tuple[Any, Any, Any]:
    """Advance one step of 0.01 s.

    Parameters
    ----------
    state
        (4, ...) float64 tensor.
    action
        (...) tensor, clipped to [-1, 1] here.

    Returns
    -------
    tuple
        the new state, the reward (...) of it, and whether the cart has left the track.
    """
    import torch

    x, v, theta, w = state.unbind(0)
    sin, cos = torch.sin(theta), torch.cos(theta)
    force = FORCE_N * action.to(state.dtype).clamp(-1.0, 1.0)
    pull = force - FRICTION * v
    spin = w * w * sin
    x_acc = (-2 * _MPL * spin + 3 * POLE_KG * GRAVITY * sin * cos + 4 * pull) / (
        4 * _TOTAL - 3 * POLE_KG * cos**2
    )
    w_acc = (-3 * _MPL * spin * cos + 6 * _TOTAL * GRAVITY * sin + 6 * pull * cos) / (
        4 * POLE_M * _TOTAL - 3 * _MPL * cos**2
    )
    new = torch.stack((x + v * STEP_S, v + x_acc * STEP_S, theta + w * STEP_S, w + w_acc * STEP_S))
    return new, reward(new), new[0].abs() > TRACK_M


def reward(state: Any) -> Any:
    """Reward of a state: upright and in the middle is 1, (...) from (4, ...)."""
    import torch

    upright = (torch.cos(state[2]) + 1) / 2
    return upright * torch.cos(state[0] / TRACK_M * (math.pi / 2))


def observe(state: Any) -> Any:
    """The five sensors, float32, one dimension before the last: (..., 5, B) from (4, ..., B)."""
    import torch

    x, v, theta, w = state.unbind(0)
    return torch.stack((x, v, torch.cos(theta), torch.sin(theta), w), dim=-2).float()


def initial_states(seed: int, count: int) -> Array:
    """Starting states (count, 4) float64 of an evaluation seed, as the released task draws them.

    The stream is that of the old gym, see `engine.agents.old_gym`.
    """
    low = np.array([-TRACK_M, -10.0, math.pi / 2, -10.0])
    high = np.array([TRACK_M, 10.0, 3 * math.pi / 2, 10.0])
    return seeded(seed).uniform(low, high, (count, 4))


def random_states(random: np.random.Generator, count: int) -> Array:
    """Starting states (count, 4) float64 from a generator of ours."""
    low = np.array([-TRACK_M, -10.0, math.pi / 2, -10.0])
    high = np.array([TRACK_M, 10.0, 3 * math.pi / 2, 10.0])
    return random.uniform(low, high, (count, 4))
