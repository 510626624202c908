"""A cloud as data: where its points are, which colours they have, and how they are drawn.

Nothing here touches a widget, so that a large cloud may be drawn in a thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.figures import tokens
from engine.figures.arrays import Array, frozen, same_length
from engine.figures.model import Axis, Cloud, Figure, Mark, Scatter
from engine.figures.picking import inside_polygon, nearest
from engine.figures.splat import Splat, Splatter
from engine.figures.tokens import Palette
from gui.widgets.painted import colored, packed, thinned
from gui.widgets.space.canvas import Primitive
from gui.widgets.space.frame import Area, Box, Frame

#: So many points are drawn while the view moves; all are when it has come to rest.
AT_ONCE = 300_000
#: How far from a point, in logical pixels, it is still meant.
PICK_PX = 8.0
_DIMMED = 0.22


@dataclass(frozen=True, slots=True, eq=False)
class CloudData:
    """Points in the plane (n, 2) or in space (n, 3) with what colours them, in any order."""

    position: Array
    axes: tuple[Axis, ...]
    value: Array | None = None
    value_axis: Axis | None = None
    category: Array | None = None
    category_names: tuple[str, ...] = ()
    mark: Mark = "measured"
    size_px: float = 3.0
    value_range: tuple[float, float] = field(init=False, default=(0.0, 0.0))
    """The values at the ends of the palette."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", frozen(self.position, ndim=2))
        for name in ("value", "category"):
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(self, name, frozen(values, ndim=1))
        same_length(position=self.position, value=self.value, category=self.category)
        if self.value is not None:
            ends = _range(self.value, self.value_axis or Axis("value"))
            object.__setattr__(self, "value_range", ends)
        if self.position.shape[1] not in (2, 3) or len(self.axes) != self.position.shape[1]:
            raise ValueError(
                f"a cloud is (n, 2) or (n, 3) with an axis for each column, "
                f"got {self.position.shape} and {len(self.axes)} axes"
            )

    @classmethod
    def of_figure(cls, figure: Figure) -> CloudData:
        """The first layer of points of a figure.

        Raises
        ------
        ValueError
            The figure has no points.
        """
        layers = (layer for layer in figure.layers if isinstance(layer, Scatter | Cloud))
        layer = next(layers, None)
        if layer is None:
            raise ValueError(f"figure {figure.title!r} has no points")
        if isinstance(layer, Scatter):
            position, z = np.stack([layer.x, layer.y], axis=1), None
        else:
            position, z = layer.position, figure.z
        return cls(
            position,
            tuple(axis for axis in (figure.x, figure.y, z) if axis is not None),
            layer.value,
            layer.value_axis,
            layer.category,
            layer.category_names,
            layer.mark,
            layer.size_px,
        )

    def __len__(self) -> int:
        return len(self.position)

    @property
    def flat(self) -> bool:
        """True in the plane."""
        return len(self.axes) == 2

    def words(self, row: int, name: str = "row", number: int | None = None) -> str:
        """What is known of a point, parted by dots; `name` and `number` are those of its row."""
        parts = [f"{name} {row if number is None else number}"]
        if self.value is not None:
            parts.append(_reading(self.value_axis or Axis("value"), self.value[row]))
        if self.category is not None:
            number = int(self.category[row])
            known = 0 <= number < len(self.category_names)
            parts.append(self.category_names[number] if known else f"category {number}")
        parts.extend(map(_reading, self.axes, self.position[row]))
        return " · ".join(parts)


def _range(values: Array, axis: Axis) -> tuple[float, float]:
    """The ends of a palette: those of the axis, or else of the finite values; 0 without any."""
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 0.0)
    return (
        float(low if axis.low is None else axis.low),
        float(high if axis.high is None else axis.high),
    )


def _reading(axis: Axis, value: float) -> str:
    return f"{axis.name} {value:.4g} {axis.unit}".rstrip()


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points ready to draw.

    Attributes
    ----------
    unit
        (k, 3) float32 in the unit cube.
    colors
        (k,) uint32 opaque ``0xFFRRGGBB``.
    raised
        (k,) bool, drawn in front; None for none.
    rows
        (k,) int64, their rows in the data; None when they are all.
    """

    unit: Array
    colors: Array
    raised: Array | None
    rows: Array | None

    def __len__(self) -> int:
        return len(self.unit)

    def row(self, drawn: int) -> int:
        """The row in the data of a point drawn."""
        return drawn if self.rows is None else int(self.rows[drawn])


@dataclass(frozen=True, slots=True, eq=False)
class CloudPainting:
    """An image of a cloud."""

    splat: Splat
    points: Points
    ratio: float
    whole: bool

    @property
    def pixels(self) -> Array:
        """(height, width) uint32 premultiplied, of the device."""
        return self.splat.pixels

    @property
    def drawn(self) -> int:
        """How many points it shows."""
        return len(self.points)

    def pick(self, place: tuple[float, float]) -> int | None:
        """The row drawn at a logical pixel coordinate or at most `PICK_PX` from it."""
        across, down = place
        found = self.splat.pick(across * self.ratio, down * self.ratio, PICK_PX * self.ratio)
        return None if found is None else self.points.row(found)


@dataclass(frozen=True, slots=True, eq=False)
class CloudScene:
    """Data in their box, in the colours of a palette, with the selected rows raised.

    `size_px` is the diameter of a point in logical pixels; None takes that of the data.
    """

    data: CloudData
    box: Box
    palette: Palette
    selected: NDArray[np.bool_] | None = None
    size_px: float = 3.0
    _cache: dict[str, Points] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def flat(self) -> bool:
        """True in the plane."""
        return self.data.flat

    def points(self, most: int) -> Points:
        """At most so many points: all, or a fair sample. Kept once made."""
        name = "all" if len(self.data) <= most else f"{most}"
        if name not in self._cache:
            rows = None if name == "all" else _sample(len(self.data), most)
            self._cache[name] = self._make(rows)
        return self._cache[name]

    def whole(self) -> Points:
        """All points."""
        return self.points(len(self.data))

    def with_selected(self, rows: ArrayLike) -> CloudScene:
        """The same with other rows selected: a mask (n,) or indices; none raises none."""
        chosen = np.asarray(rows)
        if chosen.dtype != bool:
            mask = np.zeros(len(self.data), bool)
            chosen = chosen.astype("i8")
            mask[chosen[(chosen >= 0) & (chosen < len(mask))]] = True
            chosen = mask
        return replace(self, selected=chosen if chosen.any() else None)

    def places(self, rows: Array, frame: Frame, area: Area) -> Array:
        """Pixel coordinates (k, 2) of rows."""
        unit = self.box.unit(self.data.position[rows])
        return np.stack(frame.places(unit, area)[:2], axis=1)

    def inside(self, polygon: Array, frame: Frame, area: Area) -> NDArray[np.int64]:
        """Rows inside an outline (m, 2) of pixel coordinates, ascending."""
        x, y, _ = frame.places(self.whole().unit, area)
        return np.flatnonzero(inside_polygon(x, y, polygon))

    def draw(
        self, splatter: Splatter, frame: Frame, area: Area, ratio: float, *, quick: bool
    ) -> CloudPainting:
        """Draw for the pixels of the device; quickly a sample of at most `AT_ONCE` points."""
        points = self.points(AT_ONCE) if quick else self.whole()
        device = area.scaled(ratio)
        x, y, depth = frame.places(points.unit, device)
        splat = splatter.draw(
            x,
            y,
            points.colors,
            (device.height, device.width),
            size_px=self.size_px * ratio,
            depth=None if self.flat else depth,
            raised=points.raised,
        )
        return CloudPainting(splat, points, ratio, len(points) == len(self))

    def primitives(self) -> tuple[Primitive]:
        """All points for OpenGL."""
        points = self.whole()
        return (
            Primitive("points", points.unit, points.colors, points.raised, size_px=self.size_px),
        )

    def pick(self, place: tuple[float, float], frame: Frame, area: Area) -> int | None:
        """The row nearest to a pixel coordinate, at most `PICK_PX` away."""
        x, y, _ = frame.places(self.whole().unit, area)
        return nearest(np.stack([x, y], axis=1), *place, PICK_PX)

    def _make(self, rows: Array | None) -> Points:
        position = self.data.position if rows is None else self.data.position[rows]
        colors = self._colors(slice(None) if rows is None else rows)
        raised = self.selected
        if raised is not None:
            raised = raised if rows is None else raised[rows]
            surface = thinned(_ink(self.palette.surface), 1 - _DIMMED)
            dimmed = (thinned(colors, _DIMMED) + surface) | np.uint32(0xFF << 24)
            colors = np.where(raised, colors, dimmed)
        return Points(self.box.unit(position), colors, raised, rows)

    def _colors(self, rows: Array | slice) -> Array:
        """(k,) uint32; faint where there is no value or no category."""
        data = self.data
        faint = _ink(self.palette.faint)
        if data.value is not None:
            shades = colored(
                data.value[rows], *data.value_range, packed(tokens.continuous(data.value_axis))
            )
            return np.where(shades == 0, faint, shades)
        if data.category is not None:
            category = data.category[rows]
            table = _ink(*self.palette.cycle)
            colors: Array = np.where(category < 0, faint, table[category % len(table)])
            return colors
        count = len(data) if isinstance(rows, slice) else len(rows)
        return np.full(count, _ink(self.palette.mark(data.mark)))


def _ink(*colors: str) -> Array:
    """Colours ``#RRGGBB`` as (k,) uint32."""
    return packed(np.array([tokens.rgb(color) for color in colors]))


def _sample(count: int, most: int) -> Array:
    """One random row of each of `most` equal stretches, the same for the same numbers."""
    jitter = np.random.default_rng(0).random(most)
    rows = ((np.arange(most) + jitter) * (count / most)).astype("i8")
    # Where stretches end between two rows, neighbours may have drawn the same.
    return rows[np.diff(rows, prepend=-1) > 0]
