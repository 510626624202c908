"""Boxes, frames and ticks of views in plane and space."""

from __future__ import annotations

import numpy as np
import pytest

from engine.figures.camera import Camera
from gui.widgets.space.axes import outer_edge, ticks
from gui.widgets.space.frame import CORNERS, EDGES, Area, Box, Frame

AREA = Area(800, 600, 50, 10, 790, 560)


@pytest.mark.parametrize("count", [1, 7, 1024, 5000])
def test_box_holds_the_finite_rows(count: int) -> None:
    position = np.random.default_rng(count).normal(size=(count, 3))
    box = Box.of(position)
    assert box is not None
    np.testing.assert_array_equal(box.low, position.min(axis=0))
    np.testing.assert_array_equal(box.high, position.max(axis=0))
    holed = np.concatenate([position, [[np.nan, 1e9, 0.0], [0.0, np.inf, 0.0]]])
    assert Box.of(holed) == box
    assert Box.of(holed[count:]) is None
    assert Box.of(position[:0]) is None


def test_box_takes_data_to_the_unit_cube_and_back() -> None:
    position = np.array([[-3.0, 10.0], [5.0, 10.0], [1.0, 10.0]])
    box = Box.of(position)
    assert box is not None
    unit = box.unit(position)
    np.testing.assert_array_equal(unit, [[-0.5, 0, 0], [0.5, 0, 0], [0, 0, 0]])
    assert box.value(0, float(unit[1, 0])) == 5.0


def test_box_is_kept_until_data_outgrow_it() -> None:
    box = Box((0.0, 0.0), (1.0, 1.0))
    assert box.kept_for(Box((0.2, 0.1), (1.0, 0.9))) is box
    grown = box.kept_for(Box((0.0, 0.0), (2.0, 0.5)))
    assert grown == Box((0.0, 0.0), (2.2, 1.0))
    assert grown.kept_for(Box((0.0, 0.0), (2.1, 0.5))) is grown


def test_box_is_fitted_anew_to_other_data() -> None:
    box = Box((0.0, 0.0), (1.0, 1.0))
    tiny, deep = Box((0.5, 0.5), (0.6, 0.7)), Box((0, 0, 0), (1, 1, 1))
    assert box.kept_for(tiny) is tiny
    assert box.kept_for(deep) is deep


@pytest.mark.parametrize("flat", [True, False])
def test_everything_is_in_view_at_home(flat: bool) -> None:
    corners = CORNERS * (1, 1, 0 if flat else 1)
    x, y, _ = Frame.home(flat).places(corners.astype("f4"), AREA)
    assert AREA.left < x.min() < x.max() < AREA.right
    assert AREA.top < y.min() < y.max() < AREA.bottom


def test_plane_has_x_to_the_right_and_y_up() -> None:
    x, y, _ = Frame.home(flat=True).places(np.array([[0.5, 0, 0], [0, 0.5, 0]], "f4"), AREA)
    assert x[0] > x[1]
    assert y[1] < y[0]


@pytest.mark.parametrize("flat", [True, False])
def test_zooming_keeps_what_is_under_the_pointer(flat: bool) -> None:
    frame = Frame.home(flat).moved(31, -12, AREA).zoomed(1.7, 400, 300, AREA)
    point = np.array([[0.21, -0.13, 0.0 if flat else 0.4]])
    (x,), (y,), _ = frame.places(point, AREA)
    after = frame.zoomed(2.5, x, y, AREA)
    assert after.camera.zoom == pytest.approx(1.7 * 2.5)
    (there_x,), (there_y,), _ = after.places(point, AREA)
    assert (there_x, there_y) == pytest.approx((x, y))


def test_moving_goes_as_far_as_the_hand() -> None:
    frame = Frame.home(flat=False).zoomed(3.0, 100, 100, AREA)
    point = np.array([[0.1, 0.2, -0.3]])
    (x,), (y,), _ = frame.places(point, AREA)
    (to_x,), (to_y,), _ = frame.moved(40, -25, AREA).places(point, AREA)
    assert (to_x - x, to_y - y) == pytest.approx((40, -25))


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 10.0, 5, [0, 2, 4, 6, 8, 10]),
        (-0.31, 0.94, 5, [-0.25, 0.0, 0.25, 0.5, 0.75]),
        (1234.0, 5678.0, 6, [2000, 3000, 4000, 5000]),
        (1.0, 1.0, 5, []),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, most), expected, atol=1e-12)


def test_names_stand_along_edges_on_the_outside() -> None:
    assert len(EDGES) == 12
    x, y, _ = Frame(Camera(azimuth=30, elevation=20)).places(CORNERS, AREA)
    for axis in range(3):
        low, high = outer_edge(axis, x, y)
        differing = CORNERS[high] - CORNERS[low]
        assert differing[axis] == 1
        assert np.abs(differing).sum() == 1
    assert outer_edge(2, x, y)[0] == np.argmin(np.where(CORNERS[:, 2] < 0, x, np.inf))
