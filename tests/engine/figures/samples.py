"""One figure of every kind, for tests."""

import numpy as np

from engine.figures.model import (
    Axis,
    Bars,
    Boxes,
    Cloud,
    Figure,
    Graph,
    HeatMap,
    Histogram,
    Line,
    Picture,
    Raster,
    Reference,
    Scatter,
    Shapes,
    Surface,
    Table,
)

_random = np.random.default_rng(0)
_T = np.linspace(0, 10, 60)
_X, _Y, _Z = Axis("time", "s"), Axis("score"), Axis("height", "mm")


def _plot(name: str, *layers: object) -> Figure:
    return Figure(name, layers, _X, _Y, caption="60 of 412 frames, regular stride")


SAMPLES: dict[str, Figure] = {
    "line": _plot(
        "line",
        Line(_T, np.sin(_T), "measured here", low=np.sin(_T) - 0.2, high=np.sin(_T) + 0.2),
        Line(_T, np.cos(_T), "paper", "reported"),
        Line(_T, _T / 10, "bound", "theory"),
        Reference(0.5, "reported mean", spread=0.1),
    ),
    "scatter": _plot("scatter", Scatter(_random.normal(size=40), _random.normal(size=40), "a")),
    "scatter by value": _plot(
        "scatter by value",
        Scatter(_T, _T**2, value=_T, value_axis=Axis("speed", "mm/s")),
    ),
    "scatter by category": _plot(
        "scatter by category",
        Scatter(_T, np.sin(_T), category=np.arange(60) % 12, category_names=("rest", "walk")),
    ),
    "bars": _plot("bars", Bars(("a", "b"), [1.25, 2.5], low=[1.0, 2.0], high=[1.5, 3.0])),
    "histogram": _plot("histogram", Histogram([0, 1, 2, 4], [3.0, 5.0, 1.0])),
    "picture": _plot("picture", Picture(_random.integers(0, 256, (6, 8)))),
    "colour picture": _plot("colour picture", Picture(_random.integers(0, 256, (6, 8, 3)))),
    "heat map": _plot(
        "heat map",
        HeatMap(_random.normal(size=(4, 5)), Axis("weight"), (0, 5), (0, 4), signed=True),
    ),
    "raster": _plot(
        "raster",
        Raster([0, 1, 3], [1, 3, 4.5], [0, 0, 1], [0, 1, 10], ("A", "B"), ("rest", "walk")),
    ),
    "graph": _plot(
        "graph",
        Graph([[0, 0], [1, 0.5]], [1, 2], ("rest", "walk"), [[0, 1]], [0.25]),
    ),
    "shapes": _plot("shapes", Shapes(([[0, 0], [1, 0], [1, 2.5]],), ("arena",))),
    "boxes": _plot(
        "boxes",
        Picture(np.zeros((20, 30), "u1")),
        Boxes([[3, 4, 10.5, 15]], ("person 0.9",), [1], ("full", "visible")),
    ),
    "cloud": Figure(
        "cloud", (Cloud(_random.normal(size=(30, 3)), value=np.arange(30)),), _X, _Y, _Z
    ),
    "surface": Figure(
        "surface",
        (Surface(np.arange(4), np.arange(5), _random.normal(size=(5, 4))),),
        _X,
        _Y,
        _Z,
    ),
    "table": Figure("table", (Table(("name", "value", "n"), (("a", 0.1, 3), ("b", None, 4))),)),
}
