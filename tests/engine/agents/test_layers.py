from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from engine.agents.attack import Attack, PatchSenses, VectorSenses, permute_patches
from engine.agents.attention import CellWeights, VisionLayer, fixed_queries, patchify, split
from engine.agents.layout import CARRACING_PI, CARTPOLE_PI, PUZZLE_PONG, SPECS, spec_of_length
from engine.agents.players import grey_road, make_player
from engine.agents.vector_agents import PerceptronAgent, VectorAgent
from engine.agents.vision_agents import FrameStack, PongAgent, car_controls


def flat(name: str, seed: int = 0) -> np.ndarray:
    size = SPECS[name].length
    return (np.random.default_rng(seed).normal(0, 0.3, size)).astype("f4")


def test_lengths_are_those_of_the_release() -> None:
    lengths = [spec.length for spec in SPECS.values()]
    assert lengths == [913, 2248, 2504, 3667, 7212, 1_687_726]
    assert spec_of_length(913) is CARTPOLE_PI
    assert spec_of_length(914) is None
    assert list(CARTPOLE_PI.offsets().values()) == [0, 64, 320, 352, 384, 640, 896, 912]


def test_the_fixed_queries_are_a_sinusoidal_code() -> None:
    bank = fixed_queries(16)
    np.testing.assert_array_equal(bank[0], [0, 1] * 4)
    expected = [0.84147, 0.5403, 0.09983, 0.995, 0.01, 0.99995, 0.001, 1.0]
    np.testing.assert_allclose(bank[1], expected, atol=1e-5)
    assert bank.dtype == np.float32


def test_the_cell_is_torchs_lstm_cell() -> None:
    tensors = split(CARTPOLE_PI, torch.from_numpy(flat("cartpole_pi")))
    cell = nn.LSTMCell(2, 8)
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(cell, name).copy_(tensors[f"lstm.{name}"])
    ours = CellWeights({key: value[None] for key, value in tensors.items()})
    x, h, c = torch.randn(20, 2), torch.randn(20, 8), torch.randn(20, 8)
    wanted = cell(x, (h, c))
    got = ours.step(x.T[None], h.T[None], c.T[None])
    for mine, theirs in zip(got, wanted, strict=True):
        torch.testing.assert_close(mine[0].T, theirs, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", ["cartpole_pi", "ant_pi"])
@pytest.mark.parametrize("sensors", [5, 28, 33])
def test_the_order_of_the_sensors_does_not_matter(name: str, sensors: int) -> None:
    spec, random = SPECS[name], np.random.default_rng(1)
    orders = [np.arange(sensors), *(random.permutation(sensors) for _ in range(6))]
    wiring = torch.from_numpy(np.stack(orders, axis=1))
    agent = VectorAgent(spec, torch.from_numpy(flat(name))[None])
    agent.reset(sensors, len(orders))
    for _ in range(200):
        seen = torch.from_numpy(random.normal(0, 1, sensors).astype("f4"))
        action = agent.act(seen[wiring][None])[0]
        assert float((action - action[:, :1]).abs().max()) < 1e-5


def test_duplicated_sensors_with_half_the_sum_are_the_same_policy() -> None:
    params = torch.from_numpy(flat("cartpole_pi"))[None]
    one, two = VectorAgent(CARTPOLE_PI, params), VectorAgent(CARTPOLE_PI, params, 0.5)
    one.reset(5, 1)
    two.reset(10, 1)
    for _ in range(50):
        x = torch.randn(1, 5, 1)
        torch.testing.assert_close(one.act(x), two.act(x.repeat(1, 2, 1)), atol=1e-6, rtol=1e-5)


def test_many_parameter_sets_at_once_are_the_single_ones() -> None:
    sets = torch.from_numpy(np.stack([flat("ant_pi", k) for k in range(3)]))
    together = VectorAgent(SPECS["ant_pi"], sets)
    together.reset(28, 2)
    x = torch.randn(3, 28, 2)
    actions = together.act(x)
    for k in range(3):
        alone = VectorAgent(SPECS["ant_pi"], sets[k : k + 1])
        alone.reset(28, 2)
        torch.testing.assert_close(alone.act(x[k : k + 1])[0], actions[k], atol=1e-5, rtol=1e-4)


def test_the_perceptron_is_three_layers_of_tanh() -> None:
    params = torch.from_numpy(flat("ant_mlp"))
    tensors = split(SPECS["ant_mlp"], params)
    x = torch.randn(28)
    wanted = x
    for name in ("layer1", "layer2", "out"):
        wanted = torch.tanh(tensors[f"{name}.weight"] @ wanted + tensors[f"{name}.bias"])
    agent = PerceptronAgent(params[None])
    agent.reset(28, 1)
    torch.testing.assert_close(agent.act(x[None, :, None])[0, :, 0], wanted)


@pytest.mark.parametrize(("name", "side"), [("carracing_pi", 96), ("puzzle_pong", 84)])
def test_the_vision_layer_does_not_mind_the_order_of_patches(name: str, side: int) -> None:
    spec = SPECS[name]
    tensors = split(spec, torch.from_numpy(flat(name)))
    layer = VisionLayer(tensors, 64, time_fastest=spec is CARRACING_PI)
    random = np.random.default_rng(0)
    frames = random.integers(0, 256, (4, side, side)).astype("u1")
    order = random.permutation((side // 6) ** 2)
    mixed = np.stack([permute_patches(frame, order) for frame in frames])
    before = torch.randn(1, spec.actions)
    straight, attention = layer.step(torch.from_numpy(frames)[None] / 255, before)
    shuffled, other = layer.step(torch.from_numpy(mixed)[None] / 255, before)
    torch.testing.assert_close(straight, shuffled, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(
        attention[..., torch.from_numpy(order)], other, atol=1e-5, rtol=1e-3
    )


def test_patches_are_row_major_and_permuted_back() -> None:
    frame = np.arange(96 * 96).reshape(96, 96)
    patches = patchify(torch.from_numpy(frame)[None, None])
    np.testing.assert_array_equal(patches[0, 17, 0], frame[6:12, 6:12])
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (96, 96, 3)).astype("u1")
    order = random.permutation(256)
    mixed = permute_patches(picture, order)
    at = int(np.flatnonzero(order == 17)[0])
    row, column = divmod(at, 16)
    np.testing.assert_array_equal(
        mixed[6 * row : 6 * row + 6, 6 * column : 6 * column + 6], picture[6:12, 6:12]
    )
    np.testing.assert_array_equal(permute_patches(mixed, np.argsort(order)), picture)


def test_occluded_patches_are_left_out_not_blackened() -> None:
    agent = PongAgent(torch.from_numpy(flat("puzzle_pong") * 0.2))
    stack = torch.rand(4, 84, 84)
    kept = torch.arange(0, 196, 2)
    agent.act(stack, kept)
    assert agent.attention.shape == (400, 98)
    np.testing.assert_allclose(agent.attention.sum(dim=1).numpy(), 1.0, atol=1e-5)
    senses = PatchSenses(Attack(occlusion=0.3), 196, np.random.default_rng(0))
    assert len(senses.kept) == 196 - int(196 * 0.3)


def test_pong_begins_with_left_as_its_last_action() -> None:
    agent = PongAgent(torch.from_numpy(flat("puzzle_pong")))
    assert agent.previous.argmax() == 3
    assert SPECS["puzzle_pong"] is PUZZLE_PONG


@pytest.mark.parametrize("name", list(SPECS))
def test_every_length_plays(name: str) -> None:
    spec = SPECS[name]
    attack = Attack(shuffle="every:2", occlusion=0.2 if spec.vision else 0.0)
    player = make_player(spec, flat(name) * 0.2, attack)
    player.reset(np.random.default_rng(0))
    shape = {"cartpole": (5,), "ant": (28,), "carracing": (96, 96, 3), "pong": (84, 84)}
    random = np.random.default_rng(2)
    for _ in range(4):
        seen = random.integers(0, 256, shape[spec.environment])
        seen = seen.astype("u1") if spec.vision else seen.astype("f4") / 128 - 1
        action = player.act(seen)
        assert action.shape == (spec.actions,)
        assert np.abs(action).max() <= 1
    sight = player.sight()
    assert sight.code is not None
    assert (sight.attention is not None) == spec.invariant
    if spec.vision:
        assert 1 <= len(sight.attended) <= 256


def test_a_shuffle_keeps_the_memory_and_changes_the_wiring() -> None:
    player = make_player(CARTPOLE_PI, flat("cartpole_pi"), Attack())
    player.reset(np.random.default_rng(0))
    seen = np.arange(5, dtype="f4")
    for _ in range(3):
        player.act(seen)
    before = player.sight()
    player.shuffle()
    after = player.sight()
    np.testing.assert_array_equal(after.hidden, before.hidden)
    assert after.wiring.tolist() != before.wiring.tolist()
    player.act(seen)
    np.testing.assert_array_equal(player.sight().inputs, seen[after.wiring])


def test_noise_is_appended_or_mixed_in() -> None:
    seen = torch.arange(5.0).reshape(1, 5, 1)
    appended = VectorSenses(
        Attack(shuffle="once", noise_channels=3), 5, 1, np.random.default_rng(0)
    )
    appended.shuffle()
    values = appended.sense(seen)[0, :, 0]
    assert sorted(values[:5].tolist()) == [0, 1, 2, 3, 4]
    assert float(values[5:].abs().max()) < 1
    mixed = VectorSenses(Attack("once", 10, mix_noise=True), 5, 1, np.random.default_rng(1))
    mixed.shuffle()
    assert mixed.inputs == 15
    assert sorted(mixed.wiring[:, 0].tolist()) == list(range(15))
    assert mixed.wiring[:5, 0].max() >= 5


def test_a_silenced_sensor_reads_zero() -> None:
    senses = VectorSenses(Attack(silenced=(2,)), 5, 1, np.random.default_rng(0))
    assert senses.sense(torch.ones(1, 5, 1))[0, :, 0].tolist() == [1, 1, 0, 1, 1]


def test_the_first_frame_fills_the_stack() -> None:
    stack, first = FrameStack(), np.full((2, 2), 7, "u1")
    assert (stack.add(first) == 7).all()
    later = stack.add(np.zeros((2, 2), "u1"))
    assert later[:, 0, 0].tolist() == [7, 7, 7, 0]


def test_the_road_is_grey_without_its_panel() -> None:
    frame = np.full((96, 96, 3), (102, 204, 102), "u1")
    grey = grey_road(frame)
    assert (grey[84:] == 0).all()
    assert grey[0, 0] == round(0.299 * 102 + 0.587 * 204 + 0.114 * 102)


def test_car_controls() -> None:
    np.testing.assert_allclose(car_controls(np.array([-0.5, 0.0, 1.0])), [-0.5, 0.5, 1.0])
    assert math.isclose(float(car_controls(np.array([0, -1, -1]))[1]), 0.0)


def test_a_live_agent_obeys_on_the_very_next_step() -> None:
    from engine.agents.live import Command, LiveSimulator, Seat

    seat = Seat("cartpole_pi", flat("cartpole_pi"), Attack())
    live = LiveSimulator((seat, Seat(seat.spec, seat.params, Attack(), ordered=True)), 3, None)
    for _ in range(5):
        (one, other), _ = live.step([Command()])
    np.testing.assert_array_equal(one.action, other.action)
    (held, _), _ = live.step([Command(shuffle=True, advance=False)])
    np.testing.assert_array_equal(held.sight.hidden, one.sight.hidden)
    (after, _), _ = live.step([Command(look=True)])
    assert after.step == one.step + 1
    assert after.sight.wiring.tolist() != one.sight.wiring.tolist()
    np.testing.assert_array_equal(after.sight.wiring, held.sight.wiring)
    assert after.scene.shape == (300, 600, 3)
    # Begun anew the wiring stays, and the two play alike from the first step.
    live.step([Command(restart=True, advance=False)])
    for _ in range(20):
        (one, other), _ = live.step([Command()])
        np.testing.assert_allclose(one.sight.code, other.sight.code, atol=1e-6)
    assert one.sight.wiring.tolist() != other.sight.wiring.tolist()


def test_a_look_inside_belongs_to_the_step_whatever_was_changed_since() -> None:
    """Occlusion and order change between a step and the look: the look is at the step."""
    from engine.agents.attack import Attack
    from engine.agents.layout import SPECS
    from engine.agents.players import VisionPlayer

    spec = SPECS["puzzle_pong"]
    params = np.random.default_rng(0).normal(0, 0.05, spec.length).astype("f4")
    player = VisionPlayer(spec, params, Attack())
    player.reset(np.random.default_rng(1))
    frame = np.random.default_rng(2).integers(0, 256, (84, 84)).astype("u1")
    player.act(frame)
    before = player.sight()
    player.set_attack(Attack(occlusion=0.5))
    player.shuffle()
    after = player.sight()
    np.testing.assert_array_equal(after.kept, before.kept)
    np.testing.assert_array_equal(after.wiring, before.wiring)
    np.testing.assert_array_equal(after.attended, before.attended)
    player.act(frame)
    assert len(player.sight().kept) == 98
