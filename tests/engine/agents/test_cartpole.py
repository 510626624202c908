from __future__ import annotations

import numpy as np
import torch

from engine.agents import cartpole
from engine.agents.attack import Attack
from engine.agents.gradient import initial_params
from engine.agents.rollouts import CartPoleBatch
from tests.engine.agents.plain_cartpole import PlainAgent, PlainCartPole


def random_agents(count: int) -> np.ndarray:
    return np.stack([initial_params(np.random.default_rng(i)) for i in range(count)])


def test_the_batched_dynamics_follow_the_plain_ones() -> None:
    random = np.random.default_rng(3)
    starts = cartpole.random_states(random, 20)
    plain = [PlainCartPole(*start) for start in starts]
    state = torch.from_numpy(starts.T.copy())
    for _ in range(60):
        push = random.uniform(-1.5, 1.5, 20)
        state, reward, left = cartpole.step(state, torch.from_numpy(push))
        told = [world.step(float(action)) for world, action in zip(plain, push, strict=True)]
        seen = np.stack([world.observe() for world in plain], axis=1)
        np.testing.assert_allclose(cartpole.observe(state).numpy(), seen, atol=1e-5)
        np.testing.assert_allclose(reward.numpy(), [item[0] for item in told], atol=1e-12)
        assert left.tolist() == [abs(world.x) > 2.4 for world in plain]


def test_a_batch_scores_like_the_plain_agent_one_by_one() -> None:
    params, starts = random_agents(3), cartpole.random_states(np.random.default_rng(0), 8)
    batch = CartPoleBatch(params, starts, Attack(), 0)
    for _ in batch.run(120):
        pass
    for p, k in np.ndindex(3, 8):
        agent, world, score, over, steps = (
            PlainAgent(params[p]),
            PlainCartPole(*starts[k]),
            0.0,
            False,
            0,
        )
        while not over and steps < 120:
            reward, over = world.step(agent.act(world.observe()))
            score, steps = score + reward, steps + 1
        assert batch.steps[p, k] == steps
        # Both are float32 and the pole is chaotic: the distance grows, but slowly at first.
        assert abs(batch.scores[p, k] - score) < 0.05


def test_dropping_ended_episodes_changes_no_length() -> None:
    params, starts = random_agents(2), cartpole.random_states(np.random.default_rng(1), 40)
    together = CartPoleBatch(params, starts, Attack(), 0)
    for _ in together.run(80):
        pass
    for k in (0, 11, 39):
        alone = CartPoleBatch(params, starts[k : k + 1], Attack(), 0)
        for _ in alone.run(80):
            pass
        assert alone.steps[:, 0].tolist() == together.steps[:, k].tolist()


def test_initial_states_stay_in_their_ranges_and_repeat() -> None:
    states = cartpole.initial_states(1, 500)
    np.testing.assert_array_equal(states, cartpole.initial_states(1, 500))
    assert np.abs(states[:, 0]).max() <= 2.4
    assert np.abs(states[:, 1]).max() <= 10
    assert (np.abs(states[:, 2] - np.pi) <= np.pi / 2).all()


def test_an_upright_cart_in_the_middle_earns_one() -> None:
    assert float(cartpole.reward(torch.zeros(4, dtype=torch.float64))) == 1.0
    hanging = torch.tensor([0.0, 0.0, np.pi, 0.0], dtype=torch.float64)
    assert abs(float(cartpole.reward(hanging))) < 1e-12
