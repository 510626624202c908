"""CarRacing as its first version drew and judged it, on gymnasium's simulation.

The released agents were trained and scored on that version (gym's CarRacing-v0). Physics, tracks
and rewards are the same in gymnasium; the pictures are not, and an agent that looks at them drives
differently. Here, as there,

- the camera looks where the car is going, not where it points (they differ in a skid),
- polygons have hard edges and exact colours, each pixel the colour at its middle,
- a lap is done when every tile has been visited,
- a track is drawn from the old gym's stream of its seed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.agents.old_gym import seeded
from engine.figures.arrays import Array

#: Below this speed a direction of travel means nothing.
_MOVING = 0.5


def first_car_racing() -> Any:
    """Gymnasium's CarRacing with the pictures and the end of its first version."""
    from gymnasium.envs.box2d import car_racing

    class FirstCarRacing(_First, car_racing.CarRacing):
        """The pictures and tracks of the one, the simulation of the other."""

    made = FirstCarRacing(lap_complete_percent=1.0)
    made.grass = _grass(car_racing.GRASS_DIM)
    made.field = car_racing.PLAYFIELD * np.array([[[1, 1], [1, -1], [-1, -1], [-1, 1]]])
    made.screen_size = (car_racing.WINDOW_W, car_racing.WINDOW_H)
    return made


class _First:
    """What takes the place of gymnasium's own drawing and seeding."""

    surf: Any
    car: Any
    road_poly: Any
    bg_color: Any
    grass_color: Any
    grass: Array
    field: Array
    screen_size: tuple[int, int]
    _np_random: Any
    _tiles: tuple[Any, Array] = (None, np.zeros((0, 4, 2)))

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        """Begin an episode on the track that the first version draws for that seed."""
        if seed is not None:
            self._np_random = seeded(seed)
        parent: Any = super()
        return parent.reset(options=options)

    def _render(self, mode: str) -> Any:
        car = self.car
        parent: Any = super()
        self.car = _Filmed(car)
        try:
            return parent._render(mode)
        finally:
            self.car = car

    def _render_road(self, zoom: float, translation: tuple[float, float], angle: float) -> None:
        cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
        camera = np.array([[cos, sin], [-sin, cos]]), np.array(translation)
        if self._tiles[0] is not self.road_poly:
            corners = np.array([corners for corners, _ in self.road_poly])
            self._tiles = self.road_poly, corners
        self._draw(self.field, [self.bg_color], camera)
        self._draw(self.grass, [self.grass_color] * len(self.grass), camera)
        self._draw(self._tiles[1], [color for _, color in self.road_poly], camera)

    def _draw(self, shapes: Array, colors: list[Any], camera: tuple[Array, Array]) -> None:
        """Quadrilaterals (n, 4, 2), those that can be seen."""
        from pygame import draw

        placed = shapes @ camera[0] + camera[1]
        low, high = placed.min(axis=1), placed.max(axis=1)
        for at in np.flatnonzero(((high >= 0) & (low <= self.screen_size)).all(axis=1)):
            corners = np.rint(placed[at]).astype(int).tolist()
            draw.polygon(self.surf, [int(part) for part in colors[at]], corners)

    def _create_image_array(self, screen: Any, size: tuple[int, int]) -> Array:
        import pygame

        return _picked(np.asarray(pygame.surfarray.pixels3d(screen)), size)


class _Filmed:
    """A car of which the camera takes the direction of travel for its angle."""

    def __init__(self, car: Any) -> None:
        self._car = car
        self.hull = _FilmedHull(car.hull)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._car, name)


class _FilmedHull:
    def __init__(self, hull: Any) -> None:
        self._hull = hull

    @property
    def angle(self) -> float:
        across, along = self._hull.linearVelocity
        moving = math.hypot(across, along) > _MOVING
        return -math.atan2(across, along) if moving else float(self._hull.angle)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hull, name)


def _grass(side: float) -> Array:
    """Every second square of the lawn, (400, 4, 2), which is of a lighter green."""
    places = np.stack(np.meshgrid(np.arange(-20, 20, 2), np.arange(-20, 20, 2)), axis=-1)
    corners = np.array([[1, 0], [0, 0], [0, 1], [1, 1]])
    squares: Array = (places.reshape(-1, 1, 2) + corners) * side
    return squares


def _picked(pixels: Array, size: tuple[int, int]) -> Array:
    """The pixels in the middle of each cell, (height, width, 3) of a surface's (x, y, 3)."""
    columns = ((np.arange(size[0]) + 0.5) * pixels.shape[0] / size[0]).astype("i8")
    rows = ((np.arange(size[1]) + 0.5) * pixels.shape[1] / size[1]).astype("i8")
    return np.ascontiguousarray(pixels[columns[:, None], rows].swapaxes(0, 1))
