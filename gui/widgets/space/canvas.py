"""What a view asks of whatever draws it, and what that asks of the view.

A canvas pulls: when it is about to be painted it asks its source for the scene and the frame,
and draws them if they are others than it shows. So a hidden view draws nothing, and one that
changes ten times between two paintings is drawn once.
"""

from __future__ import annotations

from typing import Any, Protocol

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

    def pick(self, place: tuple[float, float]) -> Any:
        """What is at a logical pixel coordinate; None for nothing."""


class Scene(Protocol):
    """Something to look at. It never changes; another scene takes its place."""

    @property
    def flat(self) -> bool:
        """True in the plane."""

    def __len__(self) -> int: ...

    def draw(
        self, splatter: Splatter, most: int, frame: Frame, area: Area, ratio: float
    ) -> Painting:
        """Draw at most so many points."""

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

    @property
    def name(self) -> str:
        """Name of the back end."""

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
