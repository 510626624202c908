"""A surface as data: its vertices, their colours, the paths on it, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from engine.figures import tokens
from engine.figures.arrays import Array, frozen
from engine.figures.model import Axis, Figure, Mark, Surface
from engine.figures.splat import Splat, Splatter
from engine.figures.surface_samples import SurfaceSamples, sample_surface
from engine.figures.tokens import Palette, rgb
from gui.widgets.painted import packed
from gui.widgets.space.canvas import Primitive
from gui.widgets.space.frame import Area, Box, Frame

#: So many samples are drawn while the view moves, and so many when it has come to rest.
AT_ONCE, AT_REST = 320_000, 3_000_000
#: How far from the surface, in logical pixels, a click still means it.
PICK_PX = 3.0
#: Light falls from the upper left, from in front.
_LIGHT = np.array([-0.4, -0.5, 0.77])
_DARKEST, _SHADES = 0.55, 64
#: Paths are drawn this much nearer than they are, so that the surface does not swallow them.
_LIFT = 0.02
#: A leg of a path is laid onto the surface at no more places than this.
_FINEST_PATH = 400


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceData:
    """Heights z (len(y), len(x)) over a grid, and the names of the axes."""

    x: Array
    y: Array
    z: Array
    axes: tuple[Axis, Axis, Axis]

    def __post_init__(self) -> None:
        for name, ndim in (("x", 1), ("y", 1), ("z", 2)):
            object.__setattr__(self, name, frozen(getattr(self, name), "f8", ndim))
        if self.z.shape != (len(self.y), len(self.x)) or min(self.z.shape) < 2:
            raise ValueError(
                f"a surface needs a grid of two by two or more, with z (len(y), len(x)); "
                f"got {self.z.shape} over {len(self.y)} by {len(self.x)}"
            )

    @classmethod
    def of_figure(cls, figure: Figure) -> SurfaceData:
        """The first surface of a figure.

        Raises
        ------
        ValueError
            The figure has no surface.
        """
        layer = next((layer for layer in figure.layers if isinstance(layer, Surface)), None)
        if layer is None or figure.x is None or figure.y is None or figure.z is None:
            raise ValueError(f"figure {figure.title!r} has no surface")
        return cls(layer.x, layer.y, layer.z, (figure.x, figure.y, figure.z))

    def position(self) -> Array:
        """Vertices (len(y) * len(x), 3) float64, along x first."""
        x, y = np.meshgrid(self.x, self.y)
        return np.stack([x.ravel(), y.ravel(), self.z.ravel()], axis=1)

    def height(self, x: Array, y: Array) -> Array:
        """Height (k,) of the surface over places (k,); NaN beyond the grid."""
        columns, rows = _between(self.x, x), _between(self.y, y)
        left = np.clip(np.floor(np.nan_to_num(columns)).astype("i8"), 0, len(self.x) - 2)
        below = np.clip(np.floor(np.nan_to_num(rows)).astype("i8"), 0, len(self.y) - 2)
        u, v = columns - left, rows - below
        lower = self.z[below, left] * (1 - u) + self.z[below, left + 1] * u
        upper = self.z[below + 1, left] * (1 - u) + self.z[below + 1, left + 1] * u
        height: Array = lower * (1 - v) + upper * v
        return height

    def refined(self, path: Array) -> Array:
        """A path (k, 2) with places added, so that it follows the surface from cell to cell."""
        if len(path) < 2:
            return path
        cell = np.array([np.ptp(self.x) / (len(self.x) - 1), np.ptp(self.y) / (len(self.y) - 1)])
        steps = np.abs(np.diff(path, axis=0) / cell).max(axis=1)
        counts = np.clip(np.ceil(np.nan_to_num(steps) * 2), 1, _FINEST_PATH).astype("i8")
        at = np.interp(
            np.arange(counts.sum() + 1), np.concatenate([[0], np.cumsum(counts)]), range(len(path))
        )
        return np.stack([np.interp(at, range(len(path)), column) for column in path.T], axis=1)

    def place(self, row: float, column: float) -> tuple[float, float]:
        """The place between the lines of the grid."""
        x = np.interp(column, np.arange(len(self.x)), self.x)
        return float(x), float(np.interp(row, np.arange(len(self.y)), self.y))


def _between(lines: Array, at: Array) -> Array:
    """Places on an axis as fractional numbers of its ascending lines; NaN beyond them."""
    numbers = np.arange(len(lines), dtype="f8")
    return np.interp(at, lines, numbers, left=np.nan, right=np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceMesh:
    """A surface in its box, coloured; made once and seen from anywhere.

    Attributes
    ----------
    unit
        Vertices (n, 3) float32 in the unit cube.
    shade
        (n,) float32, 0 where it faces away from the light, 1 where it faces it.
    """

    data: SurfaceData
    box: Box
    unit: Array
    shade: Array

    @classmethod
    def of(cls, data: SurfaceData, box: Box) -> SurfaceMesh:
        """The mesh of a surface."""
        unit = box.unit(data.position())
        x, y, z = (unit[:, axis].reshape(data.z.shape) for axis in range(3))
        slope_y, slope_x = np.gradient(z, y[:, 0], x[0])
        normal = np.stack([-slope_x, -slope_y, np.ones_like(z)], axis=-1).reshape(-1, 3)
        facing = normal @ _LIGHT / np.linalg.norm(normal, axis=1)
        return cls(data, box, unit, np.clip(facing, 0, 1).astype("f4"))

    @property
    def level(self) -> Array:
        """Height of the vertices (n,) float32, from 0 to 1 in the box."""
        level: Array = np.clip(self.unit[:, 2] + 0.5, 0, 1)
        return level

    def triangles(self) -> Array:
        """Vertices (m,) uint32 of two triangles for each cell without a hole."""
        rows, columns = self.data.z.shape
        number = np.arange(rows * columns, dtype="u4").reshape(rows, columns)
        corners = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
        a, b, c, d = (corner.ravel() for corner in corners)
        cells = np.stack([a, b, c, b, d, c], axis=1)
        whole: Array = cells[np.isfinite(self.unit[cells, 2]).all(axis=1)]
        return whole.ravel()


@dataclass(frozen=True, slots=True, eq=False)
class SurfacePath:
    """A way over a surface: places (k, 3) of its data, and what it is; None for neutral."""

    position: Array
    mark: Mark | None = None

    @classmethod
    def over(cls, data: SurfaceData, position: Array, mark: Mark | None = None) -> SurfacePath:
        """A path given as (k, 3), or as (k, 2) laid onto the surface.

        Raises
        ------
        ValueError
            It is neither.
        """
        position = np.asarray(position, "f8")
        if position.ndim != 2 or position.shape[1] not in (2, 3):
            raise ValueError(f"a path is (k, 2) or (k, 3), got {position.shape}")
        if position.shape[1] == 2:
            fine = data.refined(position)
            position = np.column_stack([fine, data.height(*fine.T)])
        return cls(frozen(position), mark)


@dataclass(frozen=True, slots=True, eq=False)
class SurfacePainting:
    """An image of a surface."""

    splat: Splat
    samples: SurfaceSamples
    data: SurfaceData
    ratio: float
    drawn: int

    @property
    def pixels(self) -> Array:
        """(height, width) uint32 premultiplied, of the device."""
        return self.splat.pixels

    @property
    def whole(self) -> bool:
        """False when it was drawn coarsely, to be quick."""
        return self.samples.whole

    def pick(self, place: tuple[float, float]) -> tuple[float, float] | None:
        """The place (x, y) of the surface at a logical pixel coordinate; None beside it."""
        across, down = place
        reach = PICK_PX * self.ratio
        found = self.splat.pick(across * self.ratio, down * self.ratio, reach)
        if found is None or found >= self.samples.values.shape[1]:
            return None
        return self.data.place(*self.samples.locate(found))


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceScene:
    """A mesh and the paths on it, in the colours of a palette."""

    mesh: SurfaceMesh
    palette: Palette
    paths: tuple[SurfacePath, ...] = ()

    def __len__(self) -> int:
        return len(self.mesh.unit)

    @property
    def flat(self) -> bool:
        """False: it is in space."""
        return False

    def draw(
        self, splatter: Splatter, frame: Frame, area: Area, ratio: float, *, quick: bool
    ) -> SurfacePainting:
        """Draw for the pixels of the device; quickly with larger samples where many are needed."""
        device = area.scaled(ratio)
        samples = self._samples(frame, device, AT_ONCE if quick else AT_REST)
        x, y, depth, level, shade = samples.values
        colors = _colors(level, shade)
        size_px = max(samples.size_px, round(2 * ratio))
        paths = [self._path_points(path, frame, device, size_px) for path in self.paths]
        places = [
            np.concatenate([own, *others])
            for own, *others in zip((x, y, depth, colors), *paths, strict=True)
        ]
        splat = splatter.draw(
            places[0],
            places[1],
            places[3],
            (device.height, device.width),
            size_px=size_px,
            depth=places[2],
            square=True,
        )
        return SurfacePainting(splat, samples, self.mesh.data, ratio, len(self))

    def pick(
        self, place: tuple[float, float], frame: Frame, area: Area
    ) -> tuple[float, float] | None:
        """The place (x, y) of the surface at a pixel coordinate; None beside it."""
        return self.draw(Splatter(), frame, area, 1.0, quick=True).pick(place)

    def primitives(self) -> tuple[Primitive, ...]:
        """Triangles, and the legs of the paths, for OpenGL."""
        mesh = self.mesh
        unit = np.where(np.isfinite(mesh.unit), mesh.unit, 0)
        colors = _colors(np.nan_to_num(mesh.level), np.nan_to_num(mesh.shade))
        surface = Primitive("triangles", unit, colors, index=mesh.triangles())
        return surface, *(self._path_primitive(path) for path in self.paths if len(path.position))

    def path_color(self, path: SurfacePath) -> str:
        """Colour of a path; a neutral one is light, since most of the palette is dark."""
        if path.mark is not None:
            return self.palette.mark(path.mark)
        return max(self.palette.text, self.palette.surface, key=lambda color: sum(rgb(color)))

    def _samples(self, frame: Frame, device: Area, most: int) -> SurfaceSamples:
        mesh = self.mesh
        places = frame.places(mesh.unit, device)
        grid = np.stack([*places, mesh.level, mesh.shade]).reshape(5, *mesh.data.z.shape)
        return sample_surface(grid, (device.width, device.height), most)

    def _path_points(
        self, path: SurfacePath, frame: Frame, device: Area, size_px: int
    ) -> tuple[Array, Array, Array, Array]:
        """Places, depths and colours of the points that draw a path without a gap."""
        unit = self.mesh.box.unit(path.position)
        x, y, depth = frame.places(unit, device)
        far = np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y)))
        counts = np.clip(np.nan_to_num(far / size_px), 1, device.width).astype("i8") + 1
        ends = np.concatenate([[0], np.cumsum(counts)]) if len(x) > 1 else np.zeros(len(x))
        at = np.arange(ends[-1] + 1 if len(ends) else 0)
        x, y, depth = (np.interp(at, ends, each).astype("f4") for each in (x, y, depth))
        color = _ink(self.path_color(path))
        # Twice, a pixel apart, so that the line is a little wider than a sample.
        x, y = np.concatenate([x, x + 1]), np.concatenate([y, y + 1])
        return x, y, np.tile(depth + np.float32(_LIFT), 2), np.full(len(x), color)

    def _path_primitive(self, path: SurfacePath) -> Primitive:
        unit = self.mesh.box.unit(path.position)
        unit[:, 2] += _LIFT
        numbers = np.arange(len(unit), dtype="u4")
        index = np.stack([numbers[:-1], numbers[1:]], axis=1).ravel()
        finite = np.isfinite(unit[index.reshape(-1, 2), 2]).all(axis=1).repeat(2)
        color = _ink(self.path_color(path))
        return Primitive(
            "lines",
            np.nan_to_num(unit),
            np.full(len(unit), color),
            index=index[finite],
            size_px=2,
        )


def _colors(level: Array, shade: Array) -> Array:
    """Colours (n,) uint32 of heights and shades from 0 to 1."""
    number = (level * np.float32(255)).astype("i4")
    number *= _SHADES
    number += (shade * np.float32(_SHADES - 1)).astype("i4")
    colors: Array = _table()[number]
    return colors


@cache
def _table() -> Array:
    """Every colour of the continuous palette in every shade, (256 * _SHADES,) uint32."""
    light = np.linspace(_DARKEST, 1, _SHADES)
    shades = tokens.VIRIDIS[:, None] * light[:, None]
    return packed(shades.round().astype("u1").reshape(-1, 3))


def _ink(color: str) -> np.uint32:
    (ink,) = packed(np.array([rgb(color)]))
    return np.uint32(ink)
