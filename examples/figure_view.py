"""Every kind of figure the window draws, on synthetic data.

python examples/figure_view.py [--theme dark | light] [--screenshot FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QGridLayout, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.figures.model import (
    Axis,
    Bars,
    Boxes,
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
    Table,
)
from examples._screenshot import show
from gui.widgets.figure_view import FigureView
from gui.widgets.pane import Pane

MOTIFS = ("stand", "walk", "groom", "turn left", "turn right")


def learning(rng: np.random.Generator) -> Figure:
    step = np.arange(1, 10_001, dtype="f8")
    loss = 0.9 * step**-0.35 * np.exp(0.15 * rng.normal(size=step.size)) + 0.02
    theory = 0.9 * step**-0.35 + 0.02
    return Figure(
        "Loss",
        (
            Line(step, loss, "measured", low=loss * 0.8, high=loss * 1.25),
            Line(step, theory, "power law", "theory"),
            Reference(0.05, "reported 0.05 ± 0.01", spread=0.01),
        ),
        Axis("step", log=True),
        Axis("loss", "nats", log=True),
        caption="10 000 of 10 000 steps; the band is made up, 0.8 to 1.25 times the loss.",
    )


def rates(rng: np.random.Generator) -> Figure:
    bits = np.arange(1.0, 9.0)
    measured = 0.6 * 2.0**-bits + rng.uniform(0, 0.004, size=8)
    return Figure(
        "Error against bits",
        (
            Line(bits, measured, "measured", low=measured * 0.8, high=measured * 1.2),
            Line(bits, 0.55 * 2.0**-bits, "reported", "reported"),
            Line(bits, 0.5 * 2.0**-bits, "bound", "theory"),
        ),
        Axis("bits per entry"),
        Axis("relative error"),
        caption="Synthetic: halves with every bit.",
    )


def variance() -> Figure:
    labels = ("PCA", "auto-encoder", "DBE", "VDBE")
    return Figure(
        "Variance explained",
        (
            Bars(
                labels,
                np.array([0.56, 0.68, 0.73, 0.71]),
                "measured",
                low=np.array([0.53, 0.64, 0.70, 0.66]),
                high=np.array([0.59, 0.71, 0.76, 0.75]),
            ),
            Bars(labels[1:], np.array([0.7, 0.76, 0.72]), "reported", "reported"),
        ),
        Axis("method"),
        Axis("variance explained"),
        caption="Made-up values with intervals.",
    )


def spread(rng: np.random.Generator) -> Figure:
    layers = []
    for i, centre in enumerate((0.0, 1.4)):
        counts, edges = np.histogram(rng.normal(centre, 0.6, 4000), bins=50)
        layers.append(Histogram(edges, counts, f"group {i + 1}", i))
    reference = Reference(0.7, "threshold", "theory", across="x")
    return Figure("Spread", (*layers, reference), Axis("speed", "mm/s"), Axis("frames"))


def embedding(rng: np.random.Generator) -> Figure:
    count = 100_000
    motif = rng.integers(0, 5, count)
    angle = motif * 2 * np.pi / 5 + rng.normal(0, 0.25, count)
    radius = 3 + rng.normal(0, 0.35, count)
    points = Scatter(
        radius * np.cos(angle),
        radius * np.sin(angle),
        "frames",
        category=motif,
        category_names=MOTIFS,
        size_px=3,
    )
    axes = Axis("component 1"), Axis("component 2")
    return Figure("Embedding", (points,), *axes, caption="100 000 of 100 000 frames.")


def speeds(rng: np.random.Generator) -> Figure:
    x, y = rng.normal(size=(2, 3000))
    values = np.hypot(x, y)
    points = Scatter(x, y, "frames", value=values, value_axis=Axis("speed", "mm/s"), size_px=5)
    paper = Scatter(np.array([-2.0, 2.2]), np.array([2.0, -1.0]), "reported", "reported")
    return Figure("Speed", (points, paper), Axis("x", "mm"), Axis("y", "mm"))


def landscape() -> Figure:
    x = np.linspace(-2, 2, 101)
    values = np.outer(x, x) * np.exp(-np.add.outer(x**2, x**2) / 2)
    heat = HeatMap(values, Axis("energy", "nats"), (-2, 2), (-2, 2), signed=True)
    return Figure("Landscape", (heat,), Axis("direction 1"), Axis("direction 2"))


def ethogram(rng: np.random.Generator) -> Figure:
    bouts = [np.cumsum(rng.exponential(2.0, 60)) for _ in range(3)]
    start = np.concatenate([np.concatenate(([0.0], bout[:-1])) for bout in bouts])
    spans = Raster(
        start,
        np.concatenate(bouts),
        np.repeat(np.arange(3), 60),
        rng.integers(0, 5, 180),
        ("animal A", "animal B", "animal C"),
        MOTIFS,
    )
    return Figure("Ethogram", (spans,), Axis("time", "s"), Axis("animal"))


def detections(rng: np.random.Generator) -> Figure:
    y, x = np.mgrid[0:240, 0:320]
    pixels = rng.integers(20, 50, (240, 320)).astype("f8")
    corners = np.array([[40, 60, 110, 200], [150, 40, 230, 210], [215, 90, 290, 215]], "f8")
    for left, top, right, bottom in corners:
        across, down = (right - left) / 2, (bottom - top) / 2
        away = ((x - left - across) / across) ** 2 + ((y - top - down) / down) ** 2
        pixels += 150 * (away < 1) * (1 - 0.6 * np.clip(away, 0, 1))
    boxes = Boxes(corners, ("0.94", "0.88", "0.41"), np.array([0, 0, 1]), ("kept", "removed"))
    picture = Picture(np.clip(pixels, 0, 255).astype("u1"))
    return Figure("Detections", (picture, boxes), Axis("x", "px"), Axis("y", "px"))


def transitions() -> Figure:
    angle = np.linspace(0, 2 * np.pi, 5, endpoint=False)
    edges = np.array([[0, 1], [1, 0], [1, 2], [2, 3], [3, 4], [4, 0], [2, 0]])
    graph = Graph(
        np.stack([np.cos(angle), np.sin(angle)], axis=1),
        np.array([24, 19, 15, 11, 10.0]),
        MOTIFS,
        edges,
        np.array([0.6, 0.3, 0.4, 0.2, 0.5, 0.3, 0.1]),
    )
    return Figure("Transitions", (graph,), Axis("layout x"), Axis("layout y"))


def territories() -> Figure:
    angle = np.linspace(0, 2 * np.pi, 80)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    inner = Shapes((circle, circle * 0.5 + 0.6), ("arena", "nest"))
    paper = Shapes((circle * 0.8 - 0.3,), ("published nest",), "reported")
    return Figure("Territories", (inner, paper), Axis("x", "mm"), Axis("y", "mm"))


def summary() -> Figure:
    rows = (
        ("stand", 24.1, 118, None),
        ("walk", 18.7, 96, 12.5),
        ("groom", 14.9, 41, 3.25),
        ("turn left", 11.2, 77, 8.0),
    )
    columns = ("motif", "share (%)", "bouts", "speed (mm/s)")
    return Figure("Bouts", (Table(columns, rows),), caption="Synthetic rows.")


def make() -> QWidget:
    rng = np.random.default_rng(0)
    figures = [
        *(learning(rng), rates(rng), variance(), spread(rng)),
        *(embedding(rng), speeds(rng), landscape(), ethogram(rng)),
        *(detections(rng), transitions(), territories(), summary()),
    ]
    window = QWidget()
    window.setWindowTitle("Figures")
    grid = QGridLayout(window)
    grid.setSpacing(12)
    for i, figure in enumerate(figures):
        view = FigureView()
        view.set_figure(figure)
        grid.addWidget(Pane(figure.title, view), i // 4, i % 4)
    grid.itemAtPosition(1, 3).widget().body.set_cursor(40.0)
    return window


if __name__ == "__main__":
    sys.exit(show(make, (1760, 1080)))
