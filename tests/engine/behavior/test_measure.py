"""Lengths, speeds and times inside regions, against values one can work out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.behavior.measure import apart, frame_seconds, seconds_inside, smoothed, travel
from engine.behavior.regions import Calibration, Region

TIMES = np.arange(101) / 50


def test_a_circle_is_as_long_as_its_circumference() -> None:
    angle = np.linspace(0, 2 * math.pi, 2001)
    circle = 30 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    times = np.linspace(0, 10, 2001)
    moved = travel(circle, times, unit=0.1)
    assert moved.distance == pytest.approx(2 * math.pi * 3, rel=1e-5)
    assert moved.speed == pytest.approx(2 * math.pi * 3 / 10, rel=1e-4)
    assert moved.told == 1


def test_uneven_frames_and_gaps() -> None:
    times = np.array([0.0, 0.1, 0.4, 0.5, 0.6])
    line = np.stack([times * 20, np.zeros(5)], axis=1)
    assert travel(line, times).speed == pytest.approx(20)
    line[2] = np.nan
    moved = travel(line, times)
    assert moved.distance == pytest.approx(2 + 2)
    assert moved.told == 0.5
    assert np.isnan(moved.speed[[1, 2, 3]]).all()


def test_a_running_median_takes_jumps_out_and_equals_numpy() -> None:
    random = np.random.default_rng(0)
    path = random.normal(size=(60, 2))
    path[random.random(60) < 0.2] = np.nan
    ours = smoothed(path, 5)
    padded = np.pad(path, ((2, 2), (0, 0)), mode="edge")
    for i in range(60):
        if np.isnan(path[i, 0]):
            assert np.isnan(ours[i]).all()
        else:
            assert ours[i] == pytest.approx(np.nanmedian(padded[i : i + 5], axis=0))
    still = np.zeros((101, 2))
    still[50] = 400
    assert travel(still, TIMES, smooth=5).distance == 0


SQUARE = Region(name="corner", shape="polygon", points=((0, 0), (10, 0), (10, 10), (0, 10)))
BOX = Region(name="box", shape="rectangle", points=((10, 10), (0, 0)))
DISC = Region(name="disc", shape="ellipse", points=((0, 0), (10, 6)))


def test_regions_hold_what_lies_in_them() -> None:
    points = np.random.default_rng(1).uniform(-5, 15, (4000, 2))
    assert np.array_equal(SQUARE.contains(points), BOX.contains(points))
    inside = DISC.contains(points)
    assert np.array_equal(
        inside, ((points[:, 0] - 5) / 5) ** 2 + ((points[:, 1] - 3) / 3) ** 2 <= 1
    )
    assert inside.mean() * 400 == pytest.approx(DISC.area_px, rel=0.1)
    assert SQUARE.area_px == BOX.area_px == 100
    assert DISC.area_px == pytest.approx(math.pi * 15)
    assert not SQUARE.contains(np.full((1, 2), np.nan)).any()
    star = Region(name="v", shape="polygon", points=((0, 0), (10, 0), (10, 10), (5, 2), (0, 10)))
    assert star.contains(np.array([[5.0, 1.0], [5.0, 8.0]])).tolist() == [True, False]


def test_seconds_inside_and_entries() -> None:
    x = np.full(101, 50.0)
    x[10:30] = 5
    x[60:65] = 5
    xy = np.stack([x, np.full(101, 5.0)], axis=1)
    assert seconds_inside(BOX, xy, TIMES) == (pytest.approx(0.5), 2)
    xy[15] = np.nan
    assert seconds_inside(BOX, xy, TIMES) == (pytest.approx(0.48), 2)
    assert frame_seconds(np.array([0, 1, 4])).tolist() == [1, 3, 2]


def test_calibration_and_distance() -> None:
    scale = Calibration.of_line((0, 0), (30, 40), mm=100)
    assert scale.mm_per_px == 2
    assert scale.unit == "mm"
    assert scale.length(7) == 14
    assert Calibration().unit == "px"
    assert Calibration().length(7) == 7
    assert apart(np.zeros((2, 2)), np.array([[3.0, 4.0], [np.nan, 1]]), 2.0)[0] == 10
