from __future__ import annotations

import math

import numpy as np
import pytest

from engine.agents.old_gym import seeded
from engine.agents.worlds import make_world

pytest.importorskip("Box2D")
pytest.importorskip("pygame")

GRASS = ((102, 204, 102), (102, 230, 102))
ROAD = tuple((grey, grey, grey) for grey in (102, 104, 107))
CURB = ((255, 255, 255), (255, 0, 0))
CAR = ((204, 0, 0), (0, 0, 0), (77, 77, 77))
OUTSIDE = ((0, 0, 0),)


def test_frames_have_exact_colours_and_look_as_gymnasiums_do() -> None:
    from gymnasium.envs.box2d.car_racing import CarRacing

    world, peer = make_world("carracing"), CarRacing(lap_complete_percent=1.0)
    peer._np_random = seeded(3)
    ours, theirs = world.reset(3), peer.reset()[0]
    # At rest both cameras look the same way: the frames differ in nothing but smooth edges.
    assert np.abs(ours.astype(int) - theirs).mean() < 6
    for _ in range(60):
        ours, _, _ = world.step(np.array([0.0, 1.0, -1.0], "f4"))
    seen = {tuple(color) for color in ours[:84].reshape(-1, 3).tolist()}
    assert seen <= {*GRASS, *ROAD, *CURB, *CAR, *OUTSIDE}
    assert {*GRASS, *ROAD} <= seen
    world.close()
    peer.close()


def test_the_camera_looks_where_the_car_goes() -> None:
    from engine.agents.carracing import _Filmed

    world = make_world("carracing")
    world.reset(0)
    car = world._env.car
    assert _Filmed(car).hull.angle == car.hull.angle
    for step in range(120):
        world.step(np.array([1.0 if step > 70 else 0.0, 1.0, -1.0], "f4"))
    across, along = car.hull.linearVelocity
    filmed = _Filmed(car)
    assert filmed.hull.angle == pytest.approx(-math.atan2(across, along))
    # In a skid that is not where the car points.
    turned = (filmed.hull.angle - car.hull.angle + math.pi) % (2 * math.pi) - math.pi
    assert abs(turned) > 0.05
    assert filmed.hull.position == car.hull.position
    assert filmed.wheels is car.wheels
    world.close()


def test_the_same_seed_is_the_same_episode() -> None:
    world = make_world("carracing")
    action = np.array([0.1, 0.6, -1.0], "f4")
    runs = []
    for _ in range(2):
        world.reset(5)
        runs.append([world.step(action) for _ in range(40)])
    for (frame, reward, over), (other, again, end) in zip(*runs, strict=True):
        assert np.array_equal(frame, other)
        assert (reward, over) == (again, end)
    world.close()
