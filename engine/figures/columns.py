"""The numbers of a figure as a table: what the CSV beside an exported figure holds.

Long form: a column ``series``, then the union of the columns of the layers. Floats are
written so that they read back exactly.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from io import StringIO, TextIOWrapper
from typing import IO, Any

import numpy as np

from engine.figures import model
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Layer

Columns = dict[str, Iterable[Any]]


def columns(figure: Figure) -> tuple[list[str], Iterator[list[str]]]:
    """Header and rows of a figure's numbers, as text."""
    if isinstance(figure.layers[0], model.Table):
        table = figure.layers[0]
        return list(table.columns), (list(map(_cell, row)) for row in table.rows)
    series = [
        (_name(layer, i), _columns_of(layer, figure)) for i, layer in enumerate(figure.layers)
    ]
    header = list(dict.fromkeys(name for _, data in series for name in data))
    return ["series", *header], _rows(series, header)


def csv_text(figure: Figure) -> str:
    """The whole table as CSV."""
    text = StringIO()
    _write(figure, text)
    return text.getvalue()


def write_csv(figure: Figure, file: IO[bytes]) -> None:
    """Write the table to an open file.

    Raises
    ------
    OSError
        It cannot be written.
    """
    words = TextIOWrapper(file, "utf-8", newline="")
    _write(figure, words)
    # Flushes, and leaves the file open.
    words.detach()


def _write(figure: Figure, file: Any) -> None:
    header, rows = columns(figure)
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows(rows)


def _rows(series: list[tuple[str, Columns]], header: list[str]) -> Iterator[list[str]]:
    for name, data in series:
        at = [header.index(column) for column in data]
        for values in zip(*data.values(), strict=True):
            row = [""] * len(header)
            for i, value in zip(at, values, strict=True):
                row[i] = _cell(value)
            yield [name, *row]


def _name(layer: Layer, number: int) -> str:
    return getattr(layer, "name", "") or f"{type(layer).__name__.lower()} {number + 1}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value)
    return str(value)


def _columns_of(layer: Layer, figure: Figure) -> Columns:
    makers: dict[type, Callable[[Any, Figure], Columns]] = {
        model.Line: _line,
        model.Scatter: _scatter,
        model.Bars: _bars,
        model.Histogram: _histogram,
        model.Picture: _picture,
        model.HeatMap: _heat_map,
        model.Raster: _raster,
        model.Graph: _graph,
        model.Shapes: _shapes,
        model.Boxes: _boxes,
        model.Reference: _reference,
        model.Cloud: _cloud,
        model.Surface: _surface,
    }
    return makers[type(layer)](layer, figure)


def _labels(figure: Figure) -> tuple[str, str, str]:
    """Names of the axes; two that are the same are told apart."""
    names = [axis.label if axis else "" for axis in (figure.x, figure.y, figure.z)]
    for i in (1, 2):
        if names[i] and names[i] in names[:i]:
            names[i] = f"{names[i]} ({'xyz'[i]})"
    return names[0], names[1], names[2]


def _banded(data: Columns, label: str, low: Array | None, high: Array | None) -> Columns:
    if low is not None:
        data[f"{label} low"] = low
    if high is not None:
        data[f"{label} high"] = high
    return data


def _coloured(data: Columns, layer: model.Scatter | model.Cloud) -> Columns:
    if layer.value is not None:
        data[_label(layer.value_axis, "value")] = layer.value
    if layer.category is not None:
        data["category"] = _names(layer.category, layer.category_names)
    return data


def _label(axis: Axis | None, default: str) -> str:
    return axis.label if axis else default


def _names(numbers: Array, names: tuple[str, ...]) -> list[str]:
    return [names[k] if 0 <= k < len(names) else str(k) for k in numbers.tolist()]


def _line(layer: model.Line, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    return _banded({x: layer.x, y: layer.y}, y, layer.low, layer.high)


def _scatter(layer: model.Scatter, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    return _coloured({x: layer.x, y: layer.y}, layer)


def _bars(layer: model.Bars, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    return _banded({x: layer.labels, y: layer.height}, y, layer.low, layer.high)


def _histogram(layer: model.Histogram, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    return {f"{x} from": layer.edges[:-1], f"{x} to": layer.edges[1:], y: layer.counts}


def _picture(layer: model.Picture, figure: Figure) -> Columns:
    height, width = layer.pixels.shape[:2]
    x, y, _ = _labels(figure)
    grid: Columns = {
        y: np.repeat(np.arange(height), width),
        x: np.tile(np.arange(width), height),
    }
    if layer.pixels.ndim == 2:
        return {**grid, "grey": layer.pixels.ravel()}
    flat = layer.pixels.reshape(-1, 3)
    return {**grid, "red": flat[:, 0], "green": flat[:, 1], "blue": flat[:, 2]}


def _heat_map(layer: model.HeatMap, figure: Figure) -> Columns:
    rows, count = layer.values.shape
    x, y, _ = _labels(figure)
    return {
        y: np.repeat(_centres(layer.y_range, rows), count),
        x: np.tile(_centres(layer.x_range, count), rows),
        layer.value_axis.label: layer.values.ravel(),
    }


def _centres(span: tuple[float, float], count: int) -> Array:
    edges = np.linspace(*span, count + 1)
    centres: Array = (edges[:-1] + edges[1:]) / 2
    return centres


def _raster(layer: model.Raster, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    return {
        f"{x} from": layer.start,
        f"{x} to": layer.stop,
        y: _names(layer.row, layer.row_names),
        "category": _names(layer.category, layer.category_names),
    }


def _graph(layer: model.Graph, figure: Figure) -> Columns:
    """Nodes first, then edges: an edge has the names of its ends and no position."""
    x, y, _ = _labels(figure)
    none = [None] * len(layer.edge)
    ends = [[layer.names[k] for k in layer.edge[:, i].tolist()] for i in (0, 1)]
    empty = [None] * len(layer.position)
    return {
        "node": [*layer.names, *none],
        x: [*layer.position[:, 0], *none],
        y: [*layer.position[:, 1], *none],
        "from": [*empty, *ends[0]],
        "to": [*empty, *ends[1]],
        "weight": [*layer.weight, *layer.edge_weight],
    }


def _shapes(layer: model.Shapes, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    points = [*layer.outlines] or [np.empty((0, 2))]
    joined = np.concatenate(points)
    sizes = map(len, layer.outlines)
    names = [name for name, n in zip(layer.names, sizes, strict=True) for _ in range(n)]
    return {"shape": names, x: joined[:, 0], y: joined[:, 1]}


def _boxes(layer: model.Boxes, figure: Figure) -> Columns:
    corners = dict(zip(("left", "top", "right", "bottom"), layer.corners.T, strict=True))
    category = _names(layer.category, layer.category_names)
    return {"label": layer.labels, **corners, "category": category}


def _reference(layer: model.Reference, figure: Figure) -> Columns:
    x, y, _ = _labels(figure)
    return {x if layer.across == "x" else y: [layer.value], "spread": [layer.spread]}


def _cloud(layer: model.Cloud, figure: Figure) -> Columns:
    names = _labels(figure)
    return _coloured(dict(zip(names, layer.position.T, strict=True)), layer)


def _surface(layer: model.Surface, figure: Figure) -> Columns:
    x, y, z = _labels(figure)
    grid_x, grid_y = np.meshgrid(layer.x, layer.y)
    return {x: grid_x.ravel(), y: grid_y.ravel(), z: layer.z.ravel()}
