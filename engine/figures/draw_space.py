"""Draw clouds and surfaces with the camera that the window uses."""

from __future__ import annotations

from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.camera import Camera, unit_box
from engine.figures.model import Cloud, Figure, Surface
from engine.figures.tokens import Palette

CAMERA = Camera()
_CORNERS = np.array(list(product((-0.5, 0.5), repeat=3)))
_MOST_POINTS = 20_000


def draw_space(axes: Axes, figure: Figure, palette: Palette) -> list[str]:
    """Every cloud and surface in one box, far points first; returns notes for the caption."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    centre, scale = unit_box(np.concatenate([_points(layer) for layer in figure.layers]))
    _draw_box(axes, figure, centre, scale, palette)
    notes = []
    for number, layer in enumerate(figure.layers):
        if isinstance(layer, Cloud):
            notes.append(_draw_cloud(axes, layer, centre, scale, palette, f"layer-{number}"))
        elif isinstance(layer, Surface):
            _draw_surface(axes, layer, centre, scale, f"layer-{number}")
    return notes


def _points(layer: object) -> Array:
    if isinstance(layer, Cloud):
        return layer.position
    assert isinstance(layer, Surface)
    x, y = np.meshgrid(layer.x, layer.y)
    return np.stack([x.ravel(), y.ravel(), layer.z.ravel()], axis=1)


def _draw_cloud(
    axes: Axes, layer: Cloud, centre: Array, scale: Array, palette: Palette, gid: str
) -> str:
    x, y, depth = CAMERA.project((layer.position - centre) / scale)
    order = np.argsort(depth)
    many = len(order) > _MOST_POINTS
    drawn = axes.scatter(
        x[order],
        y[order],
        c=_colors(layer, palette)[order],
        s=layer.size_px,
        lw=0,
        rasterized=many,
    )
    drawn.set_gid(gid)
    by = f"coloured by {layer.value_axis.label}" if layer.value_axis else ""
    return "; ".join(filter(None, (by, f"{len(order)} points drawn as pixels" if many else "")))


def _colors(layer: Cloud, palette: Palette) -> Array:
    """(n, 3) float64 in 0..1."""
    colors: Array
    if layer.value is not None:
        axis = layer.value_axis
        low, high = np.nanmin(layer.value), np.nanmax(layer.value)
        if axis is not None and axis.cyclic:
            low, high = axis.low or 0.0, axis.high or 1.0
        place = (layer.value - low) / ((high - low) or 1.0)
        colors = tokens.continuous(axis)[(np.nan_to_num(place) * 255).astype("i8")] / 255
    elif layer.category is not None:
        table = np.array([tokens.rgb(color) for color in palette.cycle]) / 255
        colors = table[layer.category % len(table)]
    else:
        one = np.array(tokens.rgb(palette.mark(layer.mark))) / 255
        colors = np.tile(one, (len(layer.position), 1))
    return colors


def _draw_surface(axes: Axes, layer: Surface, centre: Array, scale: Array, gid: str) -> None:
    """Quads by painter's order, coloured by height."""
    rows, columns = layer.z.shape
    x, y, depth = CAMERA.project((_points(layer) - centre) / scale)
    plane = np.stack([x, y], axis=1).reshape(rows, columns, 2)
    quads = np.stack([plane[:-1, :-1], plane[:-1, 1:], plane[1:, 1:], plane[1:, :-1]], axis=2)
    order = np.argsort(_cell_means(depth.reshape(rows, columns)).ravel())
    height = _cell_means(layer.z).ravel()
    low, high = height.min(), height.max()
    place = (height - low) / ((high - low) or 1.0)
    colors = tokens.VIRIDIS[(place * 255).astype("i8")] / 255
    drawn = PolyCollection(
        list(quads.reshape(-1, 4, 2)[order]), facecolors=colors[order], edgecolors="face", lw=0.2
    )
    drawn.set_gid(gid)
    axes.add_collection(drawn)
    axes.autoscale_view()


def _cell_means(grid: Array) -> Array:
    means: Array = (grid[:-1, :-1] + grid[1:, :-1] + grid[:-1, 1:] + grid[1:, 1:]) / 4
    return means


def _draw_box(axes: Axes, figure: Figure, centre: Array, scale: Array, palette: Palette) -> None:
    """The twelve edges, and along three of them the name and range of an axis."""
    x, y, _ = CAMERA.project(_CORNERS)
    plane = np.stack([x, y], axis=1)
    pairs = [
        (i, j)
        for i, j in product(range(8), repeat=2)
        if i < j and (_CORNERS[i] != _CORNERS[j]).sum() == 1
    ]
    lines = LineCollection(
        [plane[[i, j]] for i, j in pairs], colors=palette.hairline, lw=0.8, zorder=0
    )
    axes.add_collection(lines)
    for at, axis in enumerate((figure.x, figure.y, figure.z)):
        assert axis is not None
        middle = np.array([0.0, -0.5, -0.5] if at == 0 else [0.5, 0.0, -0.5])
        if at == 2:
            middle = np.array([-0.5, -0.5, 0.0])
        (mx,), (my,), _ = CAMERA.project(middle[None] * 1.16)
        low, high = centre[at] - scale[at] / 2, centre[at] + scale[at] / 2
        words = f"{axis.label}\n{low:.3g} to {high:.3g}"
        axes.text(mx, my, words, ha="center", va="center", fontsize=8, color=palette.text)
    axes.set_xlim(-1.05, 1.05)
    axes.set_ylim(-0.95, 0.9)
