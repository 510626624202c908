"""Samples of surfaces against interpolation, and drawn without a hole."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import binary_fill_holes

from engine.figures.arrays import Array
from engine.figures.camera import Camera
from engine.figures.splat import Splatter, Viewport
from engine.figures.surface_samples import sample_surface

SIZE = (400, 300)
FINE = 10_000_000


def grid_of(z: Array, camera: Camera, zoom: float = 1.0) -> Array:
    """Pixel coordinates, depth and height (4, rows, columns) float32."""
    rows, columns = z.shape
    y, x = np.meshgrid(
        np.linspace(-0.5, 0.5, rows), np.linspace(-0.5, 0.5, columns), indexing="ij"
    )
    unit = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype("f4")
    plane_x, plane_y, depth = camera.zoomed(zoom).project(unit)
    across, down = Viewport(*SIZE, 200.0, 200.0, 200.0, 150.0).pixels(plane_x, plane_y)
    return np.stack([across, down, depth, z.ravel()]).reshape(4, rows, columns).astype("f4")


def hills(rows: int = 31, columns: int = 41) -> Array:
    y, x = np.meshgrid(np.linspace(-2, 2, rows), np.linspace(-2, 2, columns), indexing="ij")
    return 0.4 * np.sin(2 * x) * np.cos(2 * y) * np.exp(-(x**2 + y**2) / 4)


def test_values_are_those_of_bilinear_interpolation() -> None:
    grid = grid_of(hills(), Camera())
    samples = sample_surface(grid, SIZE, FINE)
    places = [samples.locate(i) for i in range(0, samples.values.shape[1], 997)]
    axes = np.arange(31), np.arange(41)
    for quantity in range(4):
        expected = RegularGridInterpolator(axes, grid[quantity])(places)
        np.testing.assert_allclose(samples.values[quantity, ::997], expected, atol=1e-3)


def test_every_cell_is_sampled() -> None:
    samples = sample_surface(grid_of(hills(), Camera()), SIZE, FINE)
    count = samples.values.shape[1]
    cells = {tuple(int(part) for part in samples.locate(i)) for i in range(count)}
    assert len(cells) == 30 * 40


@pytest.mark.parametrize("zoom", [0.5, 1.0, 6.0])
@pytest.mark.parametrize("azimuth", [-60, -45, 0, 17, 33])
@pytest.mark.parametrize("most", [FINE, 20_000])
def test_a_drawn_surface_has_no_hole(azimuth: float, zoom: float, most: int) -> None:
    z = hills()
    camera = Camera(azimuth=azimuth, elevation=50)
    samples = sample_surface(grid_of(z, camera, zoom), SIZE, most)
    x, y, depth, _ = samples.values
    colors = np.full(len(x), 0xFFFFFFFF, "u4")
    shape = SIZE[::-1]
    words = {"size_px": samples.size_px, "depth": depth, "square": True}
    drawn = Splatter().draw(x, y, colors, shape, **words)
    covered = drawn.pixels == 0xFFFFFFFF
    assert covered.sum() > 2000
    assert binary_fill_holes(covered).sum() == covered.sum()


def test_cells_beyond_the_image_are_left_out() -> None:
    near = sample_surface(grid_of(hills(), Camera(elevation=90), 20.0), SIZE, FINE)
    x = near.values[0]
    assert len(x) > 0
    assert x.min() > -200
    assert x.max() < 600
    far = grid_of(hills(), Camera()) + np.array([5000, 0, 0, 0], "f4")[:, None, None]
    assert sample_surface(far, SIZE, FINE).values.shape == (4, 0)


def test_cells_without_a_value_are_left_out() -> None:
    z = hills()
    z[10, 10] = np.nan
    samples = sample_surface(grid_of(z, Camera()), SIZE, FINE)
    assert np.isfinite(samples.values).all()
    cells = {tuple(int(part) for part in samples.locate(i)) for i in range(len(samples.values[0]))}
    assert len(cells) == 30 * 40 - 4


def test_a_jagged_surface_is_sampled_coarser_and_drawn_larger() -> None:
    z = np.random.default_rng(0).uniform(-0.1, 0.1, (41, 41))
    grid = grid_of(z, Camera(elevation=10))
    fine, coarse = sample_surface(grid, SIZE, FINE), sample_surface(grid, SIZE, 30_000)
    assert (fine.size_px, fine.whole, coarse.whole) == (2, True, False)
    assert coarse.values.shape[1] <= 30_000 < fine.values.shape[1]
    assert coarse.size_px > 2
