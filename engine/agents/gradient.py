"""Training a CartPole agent by gradients through the batched simulator.

Short-horizon actor-critic: the return of a window of H steps is differentiated through the
dynamics and the agent's own memory; what comes after the window is the value of the last state,
learned by a critic that sees the true state. The paper itself uses evolution alone.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.agents import cartpole
from engine.agents.attention import VectorState
from engine.agents.layout import CARTPOLE_PI
from engine.agents.vector_agents import VectorAgent
from engine.figures.arrays import Array

_AVERAGING = 0.005


@dataclass(frozen=True, slots=True)
class GradientSettings:
    """Numbers of the training.

    Attributes
    ----------
    episodes
        Episodes that run side by side.
    horizon
        Steps of a window.
    updates
        Windows in all; both learning rates fall along a half cosine to a tenth.
    short_life
        Steps after which three episodes of four begin anew, their last state valued by the
        critic; the fourth plays its full 1000. Catching a bad start is practised more that way.
    discount, smoothing
        Discount of the reward, and the critic's lambda.
    """

    episodes: int = 256
    horizon: int = 32
    updates: int = 20_000
    short_life: int = 1000
    actor_rate: float = 2e-3
    critic_rate: float = 2e-3
    discount: float = 0.99
    smoothing: float = 0.95
    clip: float = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How an update went: mean reward a step, critic's loss, and the agent's parameters.

    `average` is their running mean over some two hundred updates, which plays more steadily.
    """

    update: int
    reward: float
    critic_loss: float
    params: Array
    average: Array


class GradientTrainer:
    """State of a training run; `step` makes one update.

    Parameters
    ----------
    settings, seed
        Numbers of the training, and the seed of weights and starting states.
    start
        Flat parameters (913,) to go on from; None begins from random ones.
    """

    def __init__(self, settings: GradientSettings, seed: int, start: Array | None = None) -> None:
        import torch

        self.settings = settings
        self.seed = seed
        self.random = np.random.default_rng(seed)
        first = initial_params(self.random) if start is None else start
        self.params = torch.tensor(first, dtype=torch.float32).requires_grad_(True)
        self._average = self.params.detach().clone()
        self._critic = _critic(int(self.random.integers(2**31)))
        self._target = copy.deepcopy(self._critic)
        self._actor_step = torch.optim.Adam([self.params], settings.actor_rate, (0.7, 0.95))
        self._critic_step = torch.optim.Adam(
            self._critic.parameters(), settings.critic_rate, (0.7, 0.95)
        )
        self._world = self._fresh(settings.episodes)
        self._age = torch.zeros(settings.episodes, dtype=torch.int64)
        long = torch.arange(settings.episodes) % 4 == 0
        self._life = torch.where(long, cartpole.STEPS, settings.short_life)
        self._memory = VectorAgent(CARTPOLE_PI, self.params.detach()[None])
        self._memory.reset(len(cartpole.SENSORS), settings.episodes)
        self._update = 0

    def step(self, check: Callable[[], None] = lambda: None) -> Progress:
        """One window: the agent's update, then the critic's; `check` is called each step."""
        import torch

        self._set_rates()
        window = self._window(check)
        check()
        loss = -window.total / (self.settings.episodes * self.settings.horizon)
        self._descend(self._actor_step, [self.params], loss)
        critic_loss = self._fit_critic(window)
        self._update += 1
        flat = self.params.detach().numpy().copy()
        with torch.no_grad():
            self._average.lerp_(self.params, _AVERAGING)
        average = self._average.numpy().copy()
        return Progress(self._update, window.mean_reward, critic_loss, flat, average)

    def state(self) -> dict[str, Array]:
        """Arrays from which `restore` goes on; the running episodes begin anew."""
        found = {"update": np.asarray(self._update)}
        for name, tensors in self._named().items():
            for key, tensor in tensors.items():
                found[f"{name}.{key}"] = tensor.detach().numpy().copy()
        return found

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on from a state.

        Raises
        ------
        KeyError
            The state is not of such a training.
        """
        import torch

        self._update = int(state["update"])
        with torch.no_grad():
            for name, tensors in self._named().items():
                for key, tensor in tensors.items():
                    tensor.copy_(torch.from_numpy(np.array(state[f"{name}.{key}"])))
        self.random = np.random.default_rng([self.seed, self._update])

    @property
    def update(self) -> int:
        """Updates made."""
        return self._update

    def _named(self) -> dict[str, dict[str, Any]]:
        """Every tensor that training changes, by owner and name."""
        named: dict[str, dict[str, Any]] = {"agent": {"params": self.params}}
        named["agent"]["average"] = self._average
        named["critic"] = dict(self._critic.state_dict())
        named["target"] = dict(self._target.state_dict())
        for name, optimizer in (("actor", self._actor_step), ("value", self._critic_step)):
            groups = optimizer.param_groups[0]["params"]
            named[name] = {
                f"{i}.{key}": value
                for i, parameter in enumerate(groups)
                for key, value in _moments(optimizer, parameter).items()
            }
        return named

    def _window(self, check: Callable[[], None]) -> _Window:
        import torch

        settings, agent = self.settings, VectorAgent(CARTPOLE_PI, self.params[None])
        agent.state = VectorState(self._memory.state.h.detach(), self._memory.state.c.detach())
        agent.previous = self._memory.previous.detach()
        world, weight = self._world.detach(), torch.ones(settings.episodes)
        seen, landed, rewards, lefts, ends = [_scaled(world)], [], [], [], []
        total = torch.zeros(())
        for _ in range(settings.horizon):
            check()
            action = agent.act(cartpole.observe(world).unsqueeze(0))[0, 0]
            world, reward, left = cartpole.step(world, action)
            self._age += 1
            end = left | (self._age >= self._life)
            total = total + (weight * reward).sum()
            weight = torch.where(end, 1.0, weight * settings.discount)
            rewards.append(reward.detach())
            landed.append(_scaled(world))
            lefts.append(left)
            ends.append(end)
            world = self._restarted(agent, world, end)
            seen.append(_scaled(world.detach()))
        last = self._target(landed[-1])[:, 0] * ~lefts[-1]
        # Where the last step closed an episode the weight is one already.
        total = total + (weight * last).sum()
        values = self._values(landed, lefts)
        self._world, self._memory = world.detach(), agent
        return _Window(total, seen[:-1], rewards, values, ends)

    def _values(self, landed: list[Any], lefts: list[Any]) -> list[Any]:
        """Values of the states arrived at; nothing is to come off the track."""
        import torch

        with torch.no_grad():
            all_values = self._target(torch.stack(landed))[..., 0] * ~torch.stack(lefts)
        return list(all_values.unbind(0))

    def _restarted(self, agent: VectorAgent, world: Any, done: Any) -> Any:
        """Episodes that ended begin anew, their memory at zero."""
        import torch

        if not bool(done.any()):
            return world
        keep = (~done).float()
        agent.state = VectorState(agent.state.h * keep, agent.state.c * keep)
        agent.previous = agent.previous * keep
        self._age[done] = 0
        return torch.where(done, self._fresh(len(done)), world)

    def _fit_critic(self, window: _Window) -> float:
        import torch

        targets = window.targets(self.settings)
        seen, loss_sum = torch.cat(window.seen), 0.0
        order = torch.from_numpy(self.random.permutation(len(seen)))
        for part in order.chunk(4):
            loss = ((self._critic(seen[part])[:, 0] - targets[part]) ** 2).mean()
            self._descend(self._critic_step, list(self._critic.parameters()), loss)
            loss_sum += float(loss.detach()) / 4
        with torch.no_grad():
            pairs = zip(self._target.parameters(), self._critic.parameters(), strict=True)
            for slow, fast in pairs:
                slow.lerp_(fast, 0.1)
        return loss_sum

    def _descend(self, optimizer: Any, parameters: list[Any], loss: Any) -> None:
        import torch

        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.settings.clip)
        if bool(torch.isfinite(norm)):
            optimizer.step()

    def _set_rates(self) -> None:
        done = self._update / max(1, self.settings.updates)
        factor = 0.1 + 0.9 * (1 + math.cos(math.pi * done)) / 2
        for optimizer, rate in (
            (self._actor_step, self.settings.actor_rate),
            (self._critic_step, self.settings.critic_rate),
        ):
            optimizer.param_groups[0]["lr"] = rate * factor

    def _fresh(self, count: int) -> Any:
        import torch

        return torch.from_numpy(cartpole.random_states(self.random, count).T.astype("f4"))


@dataclass(slots=True)
class _Window:
    """What one window leaves behind; lists hold one (B, ...) tensor a step."""

    total: Any
    seen: list[Any]
    rewards: list[Any]
    values: list[Any]
    ends: list[Any]

    @property
    def mean_reward(self) -> float:
        return float(sum(float(reward.mean()) for reward in self.rewards) / len(self.rewards))

    def targets(self, settings: GradientSettings) -> Any:
        """TD(lambda) targets (H * B,) for the critic; an episode's end cuts the sum."""
        import torch

        follow, found = self.values[-1], []
        for reward, value, end in zip(
            reversed(self.rewards), reversed(self.values), reversed(self.ends), strict=True
        ):
            mixed = torch.where(
                end, value, (1 - settings.smoothing) * value + settings.smoothing * follow
            )
            follow = reward + settings.discount * mixed
            found.append(follow)
        return torch.cat(found[::-1])


def _moments(optimizer: Any, parameter: Any) -> dict[str, Any]:
    """Adam's step and moments of a parameter, made if it has taken no step yet."""
    import torch

    state = optimizer.state[parameter]
    if not state:
        state["step"] = torch.zeros(())
        state["exp_avg"] = torch.zeros_like(parameter)
        state["exp_avg_sq"] = torch.zeros_like(parameter)
    return {key: state[key] for key in ("step", "exp_avg", "exp_avg_sq")}


def initial_params(random: np.random.Generator) -> Array:
    """Random flat parameters (913,) float32: uniform, scaled by the inputs of each tensor."""
    parts = []
    for _, shape in CARTPOLE_PI.tensors:
        inputs = shape[-1] if len(shape) > 1 else 8
        bound = 1 / math.sqrt(inputs)
        parts.append(random.uniform(-bound, bound, math.prod(shape)))
    return np.concatenate(parts).astype("f4")


def _scaled(world: Any) -> Any:
    """What the critic sees, (B, 5) float32: the sensors, the wide ones squeezed."""
    import torch

    x, v, cos, sin, w = cartpole.observe(world).unbind(0)
    return torch.stack((x / 2.4, v / 4, cos, sin, w / 8), dim=-1)


def _critic(seed: int) -> Any:
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Linear(5, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)
        )
