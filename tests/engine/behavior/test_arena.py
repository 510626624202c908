"""The two synthetic animals: seeded, lifelike in time, inside the dish, drawn where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.behavior.arena import CENTRE, EDGES, NODES, RADIUS, RATE, STATES, two_animals
from engine.behavior.arena_draw import SCENES, scene_frames
from engine.behavior.data import write_pair
from engine.files.video.source import VideoSource


def test_the_same_seed_gives_the_same_animals() -> None:
    one, two, other = two_animals(4, 3), two_animals(4, 3), two_animals(4, 4)
    assert np.array_equal(one.xy, two.xy)
    assert not np.array_equal(one.xy, other.xy)
    scene = SCENES[2]
    first = zip(range(5), scene_frames(one, scene, 3), scene_frames(two, scene, 3), strict=False)
    assert all(np.array_equal(a, b) for _, a, b in first)


def test_bouts_last_as_long_as_behaviour_does() -> None:
    truth = two_animals(240, 0)
    assert set(np.unique(truth.state[:, 0])) == set(range(len(STATES)))
    assert not np.isin(truth.state[:, 1], [STATES.index("chase"), STATES.index("sing")]).any()
    changes = np.flatnonzero(np.diff(truth.state[:, 0])) + 1
    bouts_s = np.diff([0, *changes]) / RATE
    assert 0.5 < np.median(bouts_s) < 2.5
    assert bouts_s.min() >= 8 / RATE - 1e-9


def test_they_stay_in_the_dish_apart_and_move_smoothly() -> None:
    truth = two_animals(120, 1)
    thorax = truth.xy[:, :, NODES.index("thorax")]
    assert np.linalg.norm(thorax - CENTRE, axis=-1).max() < RADIUS
    assert np.linalg.norm(thorax[:, 0] - thorax[:, 1], axis=-1).min() > 30
    assert np.abs(np.diff(truth.xy, axis=0)).max() < 20
    length = np.linalg.norm(truth.xy[:, :, 0] - truth.xy[:, :, 2], axis=-1)
    assert length.std(axis=0).max() < 1.0
    assert (np.abs(length.mean(axis=0) - (36, 39.6)) < 1).all()


def test_behaviours_move_what_they_are_named_after() -> None:
    truth = two_animals(240, 2)
    thorax = truth.xy[:, 0, NODES.index("thorax")]
    speed = np.linalg.norm(np.diff(thorax, axis=0), axis=1) * RATE
    state = truth.state[1:, 0]
    median = {name: np.median(speed[state == k]) for k, name in enumerate(STATES)}
    assert median["rest"] < 1
    assert median["walk"] > 30
    wings = truth.xy[:, 0, [NODES.index("wingL"), NODES.index("wingR")]]
    spread = np.linalg.norm(wings[:, 0] - wings[:, 1], axis=1)
    singing = truth.state[:, 0] == STATES.index("sing")
    assert np.median(spread[singing]) > 1.8 * np.median(spread[~singing])
    towards = np.linalg.norm(truth.xy[:, 0, 1] - truth.xy[:, 1, 1], axis=1)
    chasing = truth.state[:, 0] == STATES.index("chase")
    assert np.median(towards[chasing]) < np.median(towards[~chasing])


@pytest.mark.parametrize("scene", range(len(SCENES)))
def test_animals_are_drawn_where_the_truth_says(scene: int) -> None:
    truth = two_animals(1, 6)
    frame = next(scene_frames(truth, SCENES[scene], 6)).astype(float)
    for animal in truth.xy[0]:
        x, y = np.rint(animal[NODES.index("abdomen")] * 0.6 + animal[1] * 0.4).astype(int)
        patch = frame[y - 2 : y + 3, x - 2 : x + 3].mean()
        assert abs(patch - SCENES[scene].body) < abs(patch - SCENES[scene].floor)


def test_scenes_share_behaviour_and_differ_in_looks(tmp_path: Path) -> None:
    truths = [
        write_pair(tmp_path, f"s{k}", seconds=1, seed=4, scene=k, twins=()) for k in range(2)
    ]
    assert np.array_equal(truths[0].xy, truths[1].xy)
    grays = []
    for k in range(2):
        source = VideoSource(tmp_path / f"s{k}.mp4")
        assert source.frame_count == len(truths[k].times_s)
        grays.append(source.gray(0).astype(float))
        source.close()
    assert np.abs(grays[0] - grays[1]).mean() > 30
    assert len(EDGES) == 12
