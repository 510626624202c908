"""What a view asks of whatever draws it, and what that asks of the view.

A canvas pulls: when it is about to be painted it asks its source for the scene and the frame,
and draws them if they are others than it shows. So a hidden view draws nothing, and one that
changes ten times between two paintings is drawn once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from PySide6.QtWidgets import QWidget

from engine.figures.arrays import Array
from engine.figures.splat import Splatter
from gui.widgets.space.frame import Area, Frame


class Painting(Protocol):
    """An image of a scene that knows what it shows."""

    @property
    def pixels(self) -> Array:
        """(height, width) uint32 premultiplied, of the device."""

    @property
    def drawn(self) -> int:
        """How many of the scene's points it shows."""

    @property
    def whole(self) -> bool:
        """False when something was left out, or drawn coarsely, to be quick."""

    def pick(self, place: tuple[float, float]) -> Any:
        """What is at a logical pixel coordinate; None for nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """Something that OpenGL draws at once.

    Attributes
    ----------
    kind
        Points are round, lines join pairs, triangles join triples of vertices.
    unit
        (n, 3) float32 in the unit cube.
    colors
        (n,) uint32 opaque ``0xFFRRGGBB``.
    raised
        (n,) bool, drawn in front of whatever is not; None for none.
    index
        (m,) uint32, the vertices in the order they are joined; None for their own.
    size_px
        Diameter of points, or width of lines, in logical pixels.
    behind
        Drawn under whatever comes later, however near it is.
    """

    kind: Literal["points", "lines", "triangles"]
    unit: Array
    colors: Array
    raised: Array | None = None
    index: Array | None = None
    size_px: float = 1.0
    behind: bool = False


class Scene(Protocol):
    """Something to look at. It never changes; another scene takes its place."""

    @property
    def flat(self) -> bool:
        """True in the plane."""

    def __len__(self) -> int: ...

    def draw(
        self, splatter: Splatter, frame: Frame, area: Area, ratio: float, *, quick: bool
    ) -> Painting:
        """Draw for the pixels of the device, `ratio` to a logical one; all of it, or quickly."""

    def primitives(self) -> Sequence[Primitive]:
        """The whole scene for OpenGL, in the order it is drawn."""

    def pick(self, place: tuple[float, float], frame: Frame, area: Area) -> Any:
        """What is at a logical pixel coordinate, found without an image; None for nothing."""


class Source(Protocol):
    """Where a canvas finds what it is to show."""

    @property
    def scene(self) -> Scene | None:
        """What to show; None shows nothing."""

    @property
    def frame(self) -> Frame:
        """How to look at it."""

    @property
    def area(self) -> Area:
        """Where on the screen."""

    def canvas_changed(self) -> None:
        """The canvas shows more or fewer points than before."""


class Canvas(Protocol):
    """A back end."""

    words: str
    """Which back end it is, and why, in words."""

    @property
    def stage(self) -> QWidget:
        """The widget to show; whatever is laid over the drawing is its child."""

    @property
    def drawn(self) -> int:
        """How many points are shown."""

    def refresh(self) -> None:
        """Ask the source soon."""

    def pick(self, place: tuple[float, float]) -> Any:
        """What is shown at a logical pixel coordinate; None for nothing."""
