"""Lassos against exact fractions, and the nearest point against all distances."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from engine.figures.arrays import Array
from engine.figures.picking import inside_polygon, nearest


def test_nearest_is_the_smallest_distance() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 1, (500, 2))
    points[7] = np.nan
    for x, y in rng.uniform(0, 1, (20, 2)):
        distance = np.hypot(*(points - (x, y)).T)
        assert nearest(points, x, y, 2.0) == np.nanargmin(distance)
        assert nearest(points, x, y, np.nanmin(distance) * 0.99) is None
    assert nearest(np.zeros((0, 2)), 0, 0, 1) is None


def exactly_inside(px: float, py: float, polygon: Array) -> bool:
    """Crossing number in fractions."""
    x, y = Fraction(px), Fraction(py)
    odd = False
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        start, end = (Fraction(float(v)) for v in (ay, by))
        if (start <= y) != (end <= y):
            left, right = Fraction(float(ax)), Fraction(float(bx))
            odd ^= x < left + (right - left) * (y - start) / (end - start)
    return odd


@pytest.mark.parametrize("seed", range(5))
def test_polygon_is_exact_where_points_lie_on_edges_and_corners(seed: int) -> None:
    rng = np.random.default_rng(seed)
    polygon = rng.integers(-6, 7, (9, 2)).astype("f8")
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(-7, 8.0), np.arange(-7, 8.0)))
    expected = [exactly_inside(*place, polygon) for place in zip(x, y, strict=True)]
    assert inside_polygon(x, y, polygon).tolist() == expected
    single = inside_polygon(x.astype("f4"), y.astype("f4"), polygon)
    assert single.tolist() == expected


def test_polygons_that_tile_share_no_point_and_lose_none() -> None:
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(-3, 4.0), np.arange(-3, 4.0)))
    triangles = [np.array([(0, 0), a, b], "f8") for a, b in _fan()]
    owners = sum(inside_polygon(x, y, triangle).astype("i8") for triangle in triangles)
    assert np.all(owners == (np.maximum(abs(x), abs(y)) < 3) + _edge(x, y))


def _fan() -> list[tuple[tuple[int, int], tuple[int, int]]]:
    corners = [(3, 3), (-3, 3), (-3, -3), (3, -3)]
    return list(zip(corners, corners[1:] + corners[:1], strict=True))


def _edge(x: Array, y: Array) -> Array:
    """1 for points of the outer square that it owns: its left and lower edges."""
    square = np.array([(3, 3), (-3, 3), (-3, -3), (3, -3)], "f8")
    rim = np.maximum(abs(x), abs(y)) == 3
    return (rim & inside_polygon(x, y, square)).astype("i8")


def test_polygon_of_two_corners_and_points_without_a_place_are_outside() -> None:
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], "f8")
    x, y = np.array([0.5, np.nan, 0.5]), np.array([0.5, 0.5, np.inf])
    assert inside_polygon(x, y, square).tolist() == [True, False, False]
    assert not inside_polygon(x, y, square[:2]).any()
