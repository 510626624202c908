"""Draw any figure with matplotlib, without pyplot. Used by the export only.

Marks look as in the window: measured is solid with filled dots, reported dashed with open
diamonds, theory dotted. Large layers are thinned in the drawing, never in the CSV, and the
caption says so.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import ListedColormap, TwoSlopeNorm
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import fontManager
from matplotlib.patches import Polygon, Rectangle

from engine.figures import model, tokens
from engine.figures.arrays import Array
from engine.figures.bar_places import bar_labels, bar_places
from engine.figures.draw_space import draw_space
from engine.figures.model import Figure, Mark
from engine.figures.tokens import Palette
from engine.metrics import min_max_reduced

WIDTH_IN, HEIGHT_IN = 6.4, 4.4
MOST_POINTS = 20_000
_LINE_BUCKETS = 5_000
#: A label under a bar is broken into lines of so many characters.
_LABEL_CHARS = 14
_CAPTION_CHARS = 92
_DIAMONDS = 12


def _present(names: tuple[str, ...]) -> list[str]:
    """Those of the fonts that this machine has: matplotlib warns of each one it lacks."""
    found = {font.name for font in fontManager.ttflist}
    return [name for name in names if name in found] or ["sans-serif"]


SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "peerscope",
    "pdf.fonttype": 42,
    "path.simplify": False,
    "font.family": _present(tokens.UI_FONTS),
    "font.size": 9.0,
}

VIRIDIS = ListedColormap(tokens.VIRIDIS / 255, name="viridis of the product")
CYCLIC = ListedColormap(tokens.CYCLIC / 255, name="directions of the product")
DIVERGING = ListedColormap(tokens.DIVERGING / 255, name="diverging of the product")


def draw(figure: Figure, palette: Palette) -> Canvas:
    """A matplotlib figure of `figure`; title on top, caption below."""
    with mpl.rc_context(SETTINGS):
        canvas = Canvas(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
        canvas.set_facecolor(palette.surface)
        axes = canvas.add_subplot()
        notes = _DRAW[figure.kind](axes, figure, palette)
        axes.set_title(figure.title, loc="left", color=palette.text, fontsize=11)
        _write_caption(canvas, [figure.caption, *notes], palette)
    return canvas


def _write_caption(canvas: Canvas, parts: list[str], palette: Palette) -> None:
    caption = "; ".join(part for part in parts if part)
    if caption:
        lines = "\n".join(textwrap.wrap(caption, _CAPTION_CHARS))
        canvas.supxlabel(lines, x=0.01, ha="left", fontsize=8, color=palette.secondary)


def _draw_plot(axes: Axes, figure: Figure, palette: Palette) -> list[str]:
    _style(axes, palette)
    notes = []
    for number, layer in enumerate(figure.layers):
        gid = f"layer-{number}"
        if isinstance(layer, model.Bars):
            _bars(axes, layer, palette, gid, figure)
            continue
        note = _LAYERS[type(layer)](axes, layer, palette, gid)
        notes.append(note or "")
    assert figure.x is not None
    assert figure.y is not None
    _set_axis(axes, "x", figure.x)
    _set_axis(axes, "y", figure.y)
    pictured = any(isinstance(layer, model.Picture) for layer in figure.layers)
    if pictured or figure.equal:
        axes.set_aspect("equal")
    if pictured and not axes.yaxis_inverted():
        axes.invert_yaxis()
    _add_legend(axes, figure, palette)
    return notes


def _draw_table(axes: Axes, figure: Figure, palette: Palette) -> list[str]:
    table = figure.layers[0]
    assert isinstance(table, model.Table)
    axes.set_axis_off()
    shown = table.rows[:_TABLE_ROWS]
    cells = [[_cell(value) for value in row] for row in shown] or [["–"] * len(table.columns)]
    drawn = axes.table(
        cells, colLabels=list(table.columns), loc="upper center", edges="horizontal"
    )
    drawn.set_gid("layer-0")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(8)
    for cell in drawn.get_celld().values():
        cell.set_edgecolor(palette.hairline)
        cell.get_text().set_color(palette.text)
    left_out = len(table.rows) - len(shown)
    return [f"the first {len(shown)} of {len(table.rows)} rows"] if left_out else []


_TABLE_ROWS = 18


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _style(axes: Axes, palette: Palette) -> None:
    axes.set_facecolor(palette.surface)
    axes.tick_params(colors=palette.secondary, labelsize=8)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(palette.hairline)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(palette.text)


def _set_axis(axes: Axes, which: str, axis: model.Axis) -> None:
    axes.set(**{f"{which}label": axis.label})
    if axis.log:
        axes.set(**{f"{which}scale": "log"})
    if axis.low is not None or axis.high is not None:
        current = axes.get_xlim() if which == "x" else axes.get_ylim()
        low = current[0] if axis.low is None else axis.low
        high = current[1] if axis.high is None else axis.high
        axes.set(**{f"{which}lim": (low, high)})


def _add_legend(axes: Axes, figure: Figure, palette: Palette) -> None:
    handles, names = axes.get_legend_handles_labels()
    has_categories = any(getattr(layer, "category_names", ()) for layer in figure.layers)
    if len(names) > 1 or (names and has_categories):
        place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} if has_categories else {}
        axes.legend(handles, names, frameon=False, fontsize=8, labelcolor=palette.text, **place)


def _dash(mark: Mark) -> str:
    return tokens.DASHES.get(str(mark), "solid")


def _dot(mark: Mark, palette: Palette) -> dict[str, Any]:
    color = palette.mark(mark)
    if mark == "reported":
        return {"marker": "D", "markerfacecolor": "none", "markeredgecolor": color}
    # After nine categories the palette repeats, with another shape.
    shape = "os^v"[(mark // len(palette.categories)) % 4] if isinstance(mark, int) else "o"
    return {"marker": shape, "markerfacecolor": color, "markeredgecolor": "none"}


def _line(axes: Axes, layer: model.Line, palette: Palette, gid: str) -> str | None:
    color = palette.mark(layer.mark)
    x, y, note = layer.x, layer.y, None
    if len(x) > MOST_POINTS:
        x, y = min_max_reduced(x, y, _LINE_BUCKETS)
        note = f"{layer.name or 'line'} drawn by its extremes, {len(layer.x)} points"
    dots: dict[str, Any] = {}
    if layer.mark == "reported":
        dots = {**_dot(layer.mark, palette), "markevery": max(1, len(x) // _DIAMONDS)}
    label = layer.name or "_line"
    (drawn,) = axes.plot(x, y, color=color, ls=_dash(layer.mark), lw=1.4, label=label, **dots)
    drawn.set_gid(gid)
    if layer.low is not None and layer.high is not None:
        axes.fill_between(layer.x, layer.low, layer.high, color=color, alpha=0.18, lw=0)
    return note


def _scatter(axes: Axes, layer: model.Scatter, palette: Palette, gid: str) -> str | None:
    many = len(layer.x) > MOST_POINTS
    if layer.value is not None:
        colors: dict[str, Any] = {"c": layer.value, "cmap": VIRIDIS}
        if layer.value_axis is not None and layer.value_axis.cyclic:
            ends = {"vmin": layer.value_axis.low, "vmax": layer.value_axis.high}
            colors = {"c": layer.value, "cmap": CYCLIC, **ends}
        drawn = axes.scatter(layer.x, layer.y, s=layer.size_px, lw=0, rasterized=many, **colors)
        drawn.set_gid(gid)
        _color_bar(axes, drawn, layer.value_axis, palette)
    elif layer.category is not None:
        for k in np.unique(layer.category).tolist():
            chosen = layer.category == k
            name = layer.category_names[k] if k < len(layer.category_names) else str(k)
            _dots(axes, layer.x[chosen], layer.y[chosen], layer, k, name, palette, f"{gid}-{k}")
    else:
        _dots(axes, layer.x, layer.y, layer, layer.mark, layer.name, palette, gid)
    return f"{len(layer.x)} points drawn as pixels" if many else None


def _dots(
    axes: Axes,
    x: Array,
    y: Array,
    layer: model.Scatter,
    mark: Mark,
    name: str,
    palette: Palette,
    gid: str,
) -> None:
    """Points of one class by `plot`, which writes half the SVG that `scatter` does."""
    (drawn,) = axes.plot(
        x,
        y,
        ls="none",
        ms=layer.size_px * 0.75,
        label=name or "_points",
        rasterized=len(layer.x) > MOST_POINTS,
        **_dot(mark, palette),
    )
    drawn.set_gid(gid)


def _color_bar(axes: Axes, drawn: Any, axis: model.Axis | None, palette: Palette) -> None:
    canvas = axes.figure
    bar = canvas.colorbar(drawn, ax=axes, shrink=0.85, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=palette.secondary, labelsize=8)
    bar.set_label(axis.label if axis else "value", color=palette.text)


def _bars(axes: Axes, layer: model.Bars, palette: Palette, gid: str, figure: Figure) -> None:
    color = palette.mark(layer.mark)
    left, right = bar_places(layer, figure)
    at = (left + right) / 2
    outline = layer.mark == "reported"
    drawn = axes.bar(
        at,
        layer.height,
        width=right - left,
        color="none" if outline else color,
        edgecolor=color if outline else "none",
        ls=_dash(layer.mark),
        label=layer.name or "_bars",
    )
    for k, patch in enumerate(drawn):
        patch.set_gid(f"{gid}-{k}")
    if layer.low is not None and layer.high is not None:
        errors = np.stack([layer.height - layer.low, layer.high - layer.height])
        axes.errorbar(at, layer.height, errors, ls="none", color=palette.text, lw=1, capsize=2)
    labels = bar_labels(figure)
    wrapped = [textwrap.fill(label, _LABEL_CHARS) for label in labels]
    axes.set_xticks(np.arange(len(labels)), wrapped)


def _histogram(axes: Axes, layer: model.Histogram, palette: Palette, gid: str) -> None:
    drawn = axes.stairs(
        layer.counts,
        layer.edges,
        fill=layer.mark != "reported",
        color=palette.mark(layer.mark),
        ls=_dash(layer.mark),
        label=layer.name or "_histogram",
    )
    drawn.set_gid(gid)


def _picture(axes: Axes, layer: model.Picture, palette: Palette, gid: str) -> None:
    height, width = layer.pixels.shape[:2]
    drawn = axes.imshow(
        layer.pixels,
        cmap="gray",
        vmin=0,
        vmax=255,
        extent=(0, width, height, 0),
        interpolation="none",
    )
    drawn.set_gid(gid)


def _heat_map(axes: Axes, layer: model.HeatMap, palette: Palette, gid: str) -> None:
    low = layer.low if layer.low is not None else float(np.nanmin(layer.values))
    high = layer.high if layer.high is not None else float(np.nanmax(layer.values))
    scale: dict[str, Any] = {"vmin": low, "vmax": high, "cmap": VIRIDIS}
    if layer.signed:
        far = max(abs(low), abs(high)) or 1.0
        scale = {"norm": TwoSlopeNorm(0.0, -far, far), "cmap": DIVERGING}
    drawn = axes.imshow(
        layer.values,
        origin="lower",
        extent=(*layer.x_range, *layer.y_range),
        aspect="auto",
        interpolation="none",
        **scale,
    )
    drawn.set_gid(gid)
    _color_bar(axes, drawn, layer.value_axis, palette)


def _raster(axes: Axes, layer: model.Raster, palette: Palette, gid: str) -> None:
    for k in np.unique(layer.category).tolist():
        chosen = layer.category == k
        spans = zip(layer.start[chosen], layer.stop[chosen], layer.row[chosen], strict=True)
        patches = [Rectangle((a, row - 0.4), b - a, 0.8) for a, b, row in spans]
        # After nine categories the palette repeats, hatched.
        hatch = "////" if k >= len(palette.categories) else None
        drawn = PatchCollection(patches, facecolor=palette.mark(k), hatch=hatch, lw=0)
        drawn.set_gid(f"{gid}-{k}")
        axes.add_collection(drawn)
        name = layer.category_names[k] if k < len(layer.category_names) else str(k)
        axes.plot([], [], "s", color=palette.mark(k), label=name)
    axes.autoscale_view()
    axes.set_yticks(range(len(layer.row_names)), layer.row_names)
    axes.set_ylim(len(layer.row_names) - 0.5, -0.5)


def _graph(axes: Axes, layer: model.Graph, palette: Palette, gid: str) -> None:
    heaviest = float(layer.edge_weight.max(initial=0.0)) or 1.0
    style = "-|>" if layer.directed else "-"
    for (a, b), weight in zip(layer.edge.tolist(), layer.edge_weight, strict=True):
        arrow = {
            "arrowstyle": style,
            "lw": 0.4 + 3.0 * weight / heaviest,
            "color": palette.secondary,
            "connectionstyle": "arc3,rad=0.12",
            "shrinkA": 9,
            "shrinkB": 9,
        }
        axes.annotate("", layer.position[b], layer.position[a], arrowprops=arrow)
    largest = float(layer.weight.max(initial=0.0)) or 1.0
    drawn = axes.scatter(
        layer.position[:, 0],
        layer.position[:, 1],
        s=40 + 260 * layer.weight / largest,
        c=[palette.mark(k) for k in range(len(layer.names))],
        zorder=3,
        lw=0,
    )
    drawn.set_gid(gid)
    for (x, y), name in zip(layer.position, layer.names, strict=True):
        axes.annotate(name, (x, y), (0, 12), textcoords="offset points", ha="center", fontsize=8)
    axes.margins(0.15)


def _shapes(axes: Axes, layer: model.Shapes, palette: Palette, gid: str) -> None:
    color = palette.mark(layer.mark)
    for k, (outline, name) in enumerate(zip(layer.outlines, layer.names, strict=True)):
        shape = Polygon(outline, closed=True, fill=False, edgecolor=color, ls=_dash(layer.mark))
        shape.set_gid(f"{gid}-{k}")
        axes.add_patch(shape)
        axes.annotate(name, outline.mean(axis=0), ha="center", fontsize=8, color=color)
    axes.autoscale_view()


def _boxes(axes: Axes, layer: model.Boxes, palette: Palette, gid: str) -> None:
    rows = zip(layer.corners, layer.labels, layer.category.tolist(), strict=True)
    for k, ((left, top, right, bottom), label, category) in enumerate(rows):
        color = palette.mark(category)
        box = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=color)
        box.set_gid(f"{gid}-{k}")
        axes.add_patch(box)
        axes.annotate(
            label, (left, top), (0, 2), textcoords="offset points", fontsize=7, color=color
        )
    axes.autoscale_view()


def _reference(axes: Axes, layer: model.Reference, palette: Palette, gid: str) -> None:
    color = palette.mark(layer.mark)
    line, band = (
        (axes.axhline, axes.axhspan) if layer.across == "y" else (axes.axvline, axes.axvspan)
    )
    drawn = line(layer.value, color=color, ls=_dash(layer.mark), lw=1.2, label=layer.name)
    drawn.set_gid(gid)
    if layer.spread is not None:
        band(layer.value - layer.spread, layer.value + layer.spread, color=color, alpha=0.15, lw=0)


_LAYERS: dict[type, Callable[..., str | None]] = {
    model.Line: _line,
    model.Scatter: _scatter,
    model.Histogram: _histogram,
    model.Picture: _picture,
    model.HeatMap: _heat_map,
    model.Raster: _raster,
    model.Graph: _graph,
    model.Shapes: _shapes,
    model.Boxes: _boxes,
    model.Reference: _reference,
}
_DRAW: dict[str, Callable[[Axes, Figure, Palette], list[str]]] = {
    "plot": _draw_plot,
    "table": _draw_table,
    "space": draw_space,
}
