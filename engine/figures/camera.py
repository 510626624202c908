"""From where a 3-D figure is seen: one projection for the window and for the export.

Data are scaled, each axis apart, to the unit cube round the origin (`unit_box`); a `Camera`
then turns that cube and lays it in the plane. Angles are those of matplotlib's 3-D axes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.figures.arrays import Array

_ZOOM_LIMITS = (0.5, 50.0)


@dataclass(frozen=True, slots=True)
class Camera:
    """A viewpoint on the unit cube.

    Attributes
    ----------
    azimuth, elevation
        Direction from the centre to the viewer, in degrees: the azimuth turns round z from
        the x axis, the elevation is above the x-y plane (-90 to 90).
    zoom
        Factor on the plane; 1.0 draws an edge of the cube seen face on with length 1.
    perspective
        0.0 is orthographic; 0.2 is mild. Depth stretches the plane by
        ``1 / (1 - perspective * depth)``. Below 1, so that the viewer stays outside the cube.
    """

    azimuth: float = -60.0
    elevation: float = 25.0
    zoom: float = 1.0
    perspective: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.perspective < 1:
            raise ValueError(f"perspective is from 0 to below 1, got {self.perspective}")

    def rotated(self, dx_deg: float, dy_deg: float) -> Camera:
        """The camera after the scene was turned to the right and the viewer raised."""
        azimuth = (self.azimuth - dx_deg + 180.0) % 360.0 - 180.0
        elevation = min(90.0, max(-90.0, self.elevation + dy_deg))
        return replace(self, azimuth=azimuth, elevation=elevation)

    def zoomed(self, factor: float) -> Camera:
        """The camera with its zoom multiplied by `factor`, within 0.5 to 50."""
        low, high = _ZOOM_LIMITS
        return replace(self, zoom=min(high, max(low, self.zoom * factor)))

    def matrix(self) -> Array:
        """Rotation (3, 3) float64; its rows point right, up and toward the viewer."""
        azimuth, elevation = np.radians((self.azimuth, self.elevation))
        sin_a, cos_a = np.sin(azimuth), np.cos(azimuth)
        sin_e, cos_e = np.sin(elevation), np.cos(elevation)
        return np.array(
            [
                [-sin_a, cos_a, 0.0],
                [-sin_e * cos_a, -sin_e * sin_a, cos_e],
                [cos_e * cos_a, cos_e * sin_a, sin_e],
            ]
        )

    def project(self, unit_xyz: Array) -> tuple[Array, Array, Array]:
        """Lay points of the unit cube in the plane.

        Parameters
        ----------
        unit_xyz
            (n, 3) floating; the arithmetic is done in its own precision.

        Returns
        -------
        x, y, depth
            (n,) each, contiguous. x points right, y up, depth toward the viewer.
        """
        view = self.matrix().astype(unit_xyz.dtype) @ unit_xyz.T
        x, y, depth = view
        if self.perspective:
            near = self.zoom / (1 - self.perspective * depth)
            return x * near, y * near, depth
        return x * self.zoom, y * self.zoom, depth


def unit_box(xyz: Array) -> tuple[Array, Array]:
    """Centre and scale (3,) that take points to the unit cube: ``(xyz - centre) / scale``.

    Each axis is scaled apart, so that finite data fill -0.5 to 0.5; rows with a value that is
    not finite are left out, and an axis without extent gets scale 1.
    """
    finite = xyz[np.isfinite(xyz).all(axis=1)]
    if not len(finite):
        return np.zeros(3), np.ones(3)
    low, high = finite.min(axis=0).astype("f8"), finite.max(axis=0).astype("f8")
    extent = high - low
    return (low + high) / 2, np.where(extent > 0, extent, 1.0)
