"""The splat against a painter that draws point by point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.figures.arrays import Array
from engine.figures.splat import Splat, Splatter, Viewport

SHAPE = (40, 50)


def splat(x: Array, y: Array, colors: Array, shape: tuple[int, int], **words: Any) -> Splat:
    return Splatter().draw(x, y, colors, shape, **words)


def cloud(count: int, seed: int = 0) -> tuple[Array, Array, Array, Array]:
    """Coordinates, some of them beyond the image, distinct depths, and distinct colours."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-8, 58, (2, count)).astype("f4")
    depth = (rng.permutation(count) / count - 0.5).astype("f4")
    colors = np.uint32(0xFF000000) + np.arange(1, count + 1, dtype="u4")
    return x, y, depth, colors


def painted(x: Array, y: Array, colors: Array, size: int, order: Array) -> Array:
    """Opaque pixels by drawing one disc after the other: those covered by three quarters."""
    image = np.zeros(SHAPE, "u4")
    reach = np.arange(size) - (size - 1) / 2
    covered = size / 2 + 0.5 - np.hypot(reach[:, None], reach) > 0.75
    for i in order:
        left = int(np.floor(x[i] - (size % 2 == 0) / 2)) - (size - 1) // 2
        top = int(np.floor(y[i] - (size % 2 == 0) / 2)) - (size - 1) // 2
        for down, right in np.argwhere(covered):
            row, column = top + down, left + right
            if 0 <= row < SHAPE[0] and 0 <= column < SHAPE[1]:
                image[row, column] = colors[i]
    return image


@pytest.mark.parametrize("size", range(1, 10))
def test_discs_are_those_of_a_painter(size: int) -> None:
    x, y, depth, colors = cloud(60)
    drawn = splat(x, y, colors, SHAPE, size_px=size, depth=depth).pixels
    expected = painted(x, y, colors, size, np.argsort(depth))
    core = drawn >> 24 == 0xFF
    np.testing.assert_array_equal(core, expected > 0)
    np.testing.assert_array_equal(drawn[core], expected[core])


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_squares_leave_no_gap(size: int) -> None:
    x, y = (
        grid.ravel() for grid in np.meshgrid(np.arange(0.5, 50, size), np.arange(0.5, 40, size))
    )
    colors = np.full(len(x), 0xFFFFFFFF, "u4")
    pixels = splat(x, y, colors, SHAPE, size_px=size, square=True).pixels
    assert (pixels[size:-size, size:-size] == 0xFFFFFFFF).all()
    x, y = np.array([20.5]), np.array([20.5])
    assert (splat(x, y, colors[:1], SHAPE, size_px=size, square=True).pixels > 0).sum() == size**2


def test_memory_of_earlier_drawings_does_not_show() -> None:
    splatter = Splatter()
    for size, shape, count in ((9, (60, 70), 300), (4, SHAPE, 20), (3, (25, 90), 80)):
        x, y, depth, colors = cloud(count, size)
        again = splatter.draw(x, y, colors, shape, size_px=size, depth=depth)
        fresh = splat(x, y, colors, shape, size_px=size, depth=depth)
        np.testing.assert_array_equal(again.pixels, fresh.pixels)
        np.testing.assert_array_equal(again.index(), fresh.index())


def test_rim_is_thinner_than_the_core_and_premultiplied() -> None:
    x = y = np.array([20.5], "f4")
    pixels = splat(x, y, np.array([0xFFC08040], "u4"), SHAPE, size_px=6).pixels
    rim = pixels[(pixels > 0) & (pixels >> 24 < 0xFF)]
    assert len(rim) == 8
    alpha = (rim >> 24) / 255
    for shift, full in ((16, 0xC0), (8, 0x80), (0, 0x40)):
        np.testing.assert_allclose((rim >> shift) & 255, full * alpha, atol=1)


def test_without_depth_later_rows_cover_earlier() -> None:
    x, y = np.full((2, 3), 10.5, "f4")
    result = splat(x, y, np.array([1, 2, 3], "u4") | np.uint32(0xFF000000), SHAPE)
    assert result.pixels[10, 10] == 0xFF000003
    assert result.pick(10.5, 10.5, 1) == 2


@pytest.mark.parametrize("flat", [True, False])
def test_raised_points_are_in_front(flat: bool) -> None:
    x, y = np.full((2, 3), 10.5, "f4")
    depth = None if flat else np.array([-0.4, 0.0, 0.4], "f4")
    raised = np.array([False, True, False])
    colors = np.array([1, 2, 3], "u4") | np.uint32(0xFF000000)
    assert splat(x, y, colors, SHAPE, depth=depth, raised=raised).pick(10, 10, 2) == 1


def test_points_without_a_place_are_left_out() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 1e30, 5.5], "f4")
    y = np.array([5.5, 5.5, 5.5, 5.5, np.nan], "f4")
    colors = np.full(5, 0xFFFFFFFF, "u4")
    assert not splat(x, y, colors, SHAPE, size_px=9, depth=x).pixels.any()
    none = np.zeros(0, "f4")
    assert not splat(none, none, np.zeros(0, "u4"), SHAPE, depth=none).pixels.any()


def test_index_names_the_point_of_each_pixel() -> None:
    x, y, depth, colors = cloud(200)
    result = splat(x, y, colors, SHAPE, size_px=3, depth=depth)
    index = result.index()
    core = result.pixels >> 24 == 0xFF
    np.testing.assert_array_equal(colors[index[core]], result.pixels[core])
    np.testing.assert_array_equal(index == -1, result.pixels == 0)


def test_pick_takes_the_nearest_pixel_within_the_radius() -> None:
    x, y = np.array([10.5, 30.5], "f4"), np.array([10.5, 10.5], "f4")
    result = splat(x, y, np.full(2, 0xFFFFFFFF, "u4"), SHAPE, size_px=1)
    assert result.pick(14.0, 10.5, 5) == 0
    assert result.pick(26.0, 10.5, 5) == 1
    assert result.pick(20.5, 10.5, 5) is None
    assert result.pick(-200.0, 10.5, 5) is None


def test_viewport_goes_there_and_back() -> None:
    view = Viewport(800, 600, 500.0, 400.0, 410.0, 290.0)
    (across,), (down,) = view.pixels(np.array([0.25]), np.array([-0.5]))
    assert (across, down) == (535.0, 490.0)
    assert view.plane(across, down) == (0.25, -0.5)
    assert view.pixels(np.zeros(1, "f4"), np.zeros(1, "f4"))[0].dtype == np.float32
