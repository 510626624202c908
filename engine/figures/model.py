"""What a figure is: a small immutable description that knows nothing of how it is drawn.

A figure is axes plus layers. There are three kinds, told by `Figure.kind`:

- ``plot``: layers over two axes (lines, scatter, bars, histogram, image, heat map, raster,
  graph, shapes, boxes, reference marks);
- ``space``: a 3-D cloud or surface over three axes;
- ``table``: rows of numbers and words.

Colour is told by a *mark*: ``"measured"``, ``"reported"`` or ``"theory"`` (never mixed up in a
legend), ``"text"`` for neutral ink, or an integer for a category of the palette.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.figures.arrays import Array, frozen, same_length

Mark = Literal["measured", "reported", "theory", "text"] | int


@dataclass(frozen=True, slots=True)
class Axis:
    """Name, unit and range of an axis; ``low`` and ``high`` None means fitted to the data.

    On a ``cyclic`` one, such as a direction, both ends are the same.
    """

    name: str
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    cyclic: bool = False

    @property
    def label(self) -> str:
        """Name with its unit, as written beside the axis."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve, with an optional band. All arrays (n,) float64; NaN breaks the line."""

    x: Array
    y: Array
    name: str = ""
    mark: Mark = "measured"
    low: Array | None = None
    high: Array | None = None

    def __post_init__(self) -> None:
        _freeze(self, {"x": "f8", "y": "f8", "low": "f8", "high": "f8"}, ndim=1)
        same_length(x=self.x, y=self.y, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """Points in the plane.

    Attributes
    ----------
    x, y
        (n,) float64.
    value
        (n,) float64 drawn with the continuous palette, named by `value_axis`; or None.
    category
        (n,) int64 drawn with the category palette, named by `category_names`; or None.
    size_px
        Diameter of a point in logical pixels.
    """

    x: Array
    y: Array
    name: str = ""
    mark: Mark = "measured"
    value: Array | None = None
    value_axis: Axis | None = None
    category: Array | None = None
    category_names: tuple[str, ...] = ()
    size_px: float = 4.0

    def __post_init__(self) -> None:
        _freeze(self, {"x": "f8", "y": "f8", "value": "f8", "category": "i8"}, ndim=1)
        same_length(x=self.x, y=self.y, value=self.value, category=self.category)


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """One bar per label; `low` and `high` (n,) are the ends of an error bar."""

    labels: tuple[str, ...]
    height: Array
    name: str = ""
    mark: Mark = "measured"
    low: Array | None = None
    high: Array | None = None

    def __post_init__(self) -> None:
        _freeze(self, {"height": "f8", "low": "f8", "high": "f8"}, ndim=1)
        if same_length(height=self.height, low=self.low, high=self.high) != len(self.labels):
            raise ValueError("one label per bar is needed")


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts (n,) between edges (n + 1,)."""

    edges: Array
    counts: Array
    name: str = ""
    mark: Mark = "measured"

    def __post_init__(self) -> None:
        _freeze(self, {"edges": "f8", "counts": "f8"}, ndim=1)
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError("a histogram needs one edge more than counts")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image: uint8 (height, width) grey or (height, width, 3) RGB, row 0 on top.

    Its pixel (row, column) covers ``[column, column + 1] x [row, row + 1]`` of the axes, and
    the y axis of its figure points down.
    """

    pixels: Array
    name: str = ""

    def __post_init__(self) -> None:
        _freeze(self, {"pixels": "u1"})
        if self.pixels.ndim not in (2, 3) or (self.pixels.ndim == 3 and self.pixels.shape[2] != 3):
            raise ValueError(f"a picture is (h, w) or (h, w, 3), got {self.pixels.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Values (rows, columns) float64 on a regular grid, row 0 at the low end of y.

    `x_range` and `y_range` are the outer edges of the grid; `low` and `high` the values at
    the ends of the palette (None: the data's own). A ``signed`` map is centred on zero.
    """

    values: Array
    value_axis: Axis
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    signed: bool = False
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        _freeze(self, {"values": "f8"}, ndim=2)


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Spans of time in rows, such as an ethogram.

    `start`, `stop` (n,) float64 in the unit of x; `row` and `category` (n,) int64.
    """

    start: Array
    stop: Array
    row: Array
    category: Array
    row_names: tuple[str, ...]
    category_names: tuple[str, ...]

    def __post_init__(self) -> None:
        _freeze(self, {"start": "f8", "stop": "f8", "row": "i8", "category": "i8"}, ndim=1)
        same_length(start=self.start, stop=self.stop, row=self.row, category=self.category)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Nodes at (n, 2) float64 with weights (n,), edges (m, 2) int64 with weights (m,)."""

    position: Array
    weight: Array
    names: tuple[str, ...]
    edge: Array
    edge_weight: Array
    directed: bool = True

    def __post_init__(self) -> None:
        _freeze(self, {"position": "f8", "edge": "i8"}, ndim=2)
        _freeze(self, {"weight": "f8", "edge_weight": "f8"}, ndim=1)
        same_length(position=self.position, weight=self.weight)
        same_length(edge=self.edge, edge_weight=self.edge_weight)


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Closed outlines, each (k, 2) float64."""

    outlines: tuple[Array, ...]
    names: tuple[str, ...]
    mark: Mark = "measured"

    def __post_init__(self) -> None:
        outlines = tuple(frozen(outline, "f8", ndim=2) for outline in self.outlines)
        object.__setattr__(self, "outlines", outlines)
        if len(outlines) != len(self.names):
            raise ValueError("one name per outline is needed")


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes (n, 4) float64 as left, top, right, bottom, with a label and a category each."""

    corners: Array
    labels: tuple[str, ...]
    category: Array
    category_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self, {"corners": "f8"}, ndim=2)
        _freeze(self, {"category": "i8"}, ndim=1)
        if same_length(corners=self.corners, category=self.category) != len(self.labels):
            raise ValueError("one label per box is needed")


@dataclass(frozen=True, slots=True)
class Reference:
    """A single value drawn across the plot, with its spread as a band when it has one.

    `across` tells which axis the value is on: "y" draws a horizontal mark.
    """

    value: float
    name: str
    mark: Mark = "reported"
    spread: float | None = None
    across: Literal["x", "y"] = "y"


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Points in space: `position` (n, 3) float64; value and category as in `Scatter`.

    Rows of a large cloud are expected in random order, so that the first k are a fair sample.
    """

    position: Array
    name: str = ""
    mark: Mark = "measured"
    value: Array | None = None
    value_axis: Axis | None = None
    category: Array | None = None
    category_names: tuple[str, ...] = ()
    size_px: float = 3.0

    def __post_init__(self) -> None:
        _freeze(self, {"position": "f8"}, ndim=2)
        _freeze(self, {"value": "f8", "category": "i8"}, ndim=1)
        same_length(position=self.position, value=self.value, category=self.category)
        if self.position.shape[1:] != (3,):
            raise ValueError(f"a cloud's position is (n, 3), got {self.position.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Heights z (len(y), len(x)) float64 over a grid."""

    x: Array
    y: Array
    z: Array
    name: str = ""

    def __post_init__(self) -> None:
        _freeze(self, {"x": "f8", "y": "f8"}, ndim=1)
        _freeze(self, {"z": "f8"}, ndim=2)
        if self.z.shape != (len(self.y), len(self.x)):
            raise ValueError(f"z is {self.z.shape}, the grid {(len(self.y), len(self.x))}")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of numbers and words under named columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row needs one cell per column")


PlotLayer = (
    Line | Scatter | Bars | Histogram | Picture | HeatMap | Raster | Graph | Shapes | Boxes
) | Reference
SpaceLayer = Cloud | Surface
Layer = PlotLayer | SpaceLayer | Table

PLOT_LAYERS = (
    *(Line, Scatter, Bars, Histogram, Picture, HeatMap, Raster, Graph, Shapes, Boxes),
    Reference,
)
SPACE_LAYERS = (Cloud, Surface)
LAYER_TYPES = {cls.__name__: cls for cls in (*PLOT_LAYERS, *SPACE_LAYERS, Table)}


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """Axes, layers, and a caption that says what is sampled or left out.

    ``equal`` asks for one scale on both axes of a plot, as a map of pixels needs.

    Raises
    ------
    ValueError
        Layers of different kinds are mixed, or an axis has no name.
    """

    title: str
    layers: tuple[Layer, ...]
    x: Axis | None = None
    y: Axis | None = None
    z: Axis | None = None
    caption: str = ""
    equal: bool = False

    def __post_init__(self) -> None:
        kind = self.kind
        needed = {"plot": ("x", "y"), "space": ("x", "y", "z"), "table": ()}[kind]
        for name in needed:
            axis = getattr(self, name)
            if axis is None or not axis.name:
                raise ValueError(f"figure {self.title!r}: the {name} axis needs a name")

    @property
    def kind(self) -> Literal["plot", "space", "table"]:
        """Which drawing it needs."""
        if self.layers and all(isinstance(layer, PLOT_LAYERS) for layer in self.layers):
            return "plot"
        if self.layers and all(isinstance(layer, SPACE_LAYERS) for layer in self.layers):
            return "space"
        if len(self.layers) == 1 and isinstance(self.layers[0], Table):
            return "table"
        raise ValueError(f"figure {self.title!r}: its layers do not go together")


def _freeze(layer: object, dtypes: dict[str, str], ndim: int | None = None) -> None:
    """Replace the named array fields of a frozen dataclass by read-only copies."""
    for name, dtype in dtypes.items():
        values = getattr(layer, name)
        if values is not None:
            object.__setattr__(layer, name, frozen(values, dtype, ndim))
