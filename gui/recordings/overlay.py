"""Poses and regions painted over a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from engine.behavior.regions import Region
from engine.files.poses.model import Poses
from engine.files.poses.pairing import PoseMap
from gui.theme import theme
from gui.widgets.video_view import VideoView

_NODE_PX, _LINE_PX = 3.0, 1.6
#: Tracks beyond this many draw no trail: a file of fragments would cost more than a frame.
_MOST_TRAILS = 12


@dataclass
class PoseOverlay:
    """What is drawn of the poses, and how.

    Attributes
    ----------
    poses, mapping
        The poses, and which of their frames belongs to which of the video.
    allowed
        False hides everything: something speaks against the pairing.
    skeleton, names
        Whether lines and names of body parts are drawn.
    threshold
        Points of less confidence are left out.
    trail
        Frames of the path behind each animal; 0 for none.
    hidden
        Tracks that are not drawn.
    """

    poses: Poses | None = None
    mapping: PoseMap = field(default_factory=PoseMap)
    allowed: bool = True
    shown: bool = True
    skeleton: bool = True
    names: bool = False
    threshold: float = 0.0
    trail: int = 25
    hidden: frozenset[int] = frozenset()
    _centre: int = field(default=0, repr=False)

    def set_poses(self, poses: Poses | None) -> None:
        """Draw other poses; every track is shown."""
        self.poses = poses
        self.hidden = frozenset()
        # The body part seen most often leads the trail.
        self._centre = 0 if poses is None else poses.centre

    def __call__(self, painter: QPainter, view: VideoView) -> None:
        """Paint the animals of the frame on show."""
        if self.poses is None or not (self.allowed and self.shown):
            return
        number = self.mapping.to_pose(view.index)
        if number is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tracks, points, scores = self.poses.at(number)
        if self.trail:
            self._paint_trails(painter, view, number, tracks)
        for track, xy, sure in zip(tracks.tolist(), points, scores, strict=True):
            if track not in self.hidden:
                self._paint_animal(painter, view, track, xy, sure)

    def color(self, track: int) -> QColor:
        """The colour of a track."""
        return track_color(track)

    def _paint_animal(
        self,
        painter: QPainter,
        view: VideoView,
        track: int,
        xy: NDArray[np.float64],
        sure: NDArray[np.float64],
    ) -> None:
        assert self.poses is not None
        color, px = self.color(track), theme().px
        seen = np.isfinite(xy[:, 0]) & (sure >= self.threshold)
        # Half a pixel: poses count from the centre of the first pixel, the view from its corner.
        places = [view.point_in_widget(x + 0.5, y + 0.5) for x, y in np.nan_to_num(xy)]
        if self.skeleton:
            lines = [
                QLineF(places[a], places[b]) for a, b in self.poses.edges if seen[a] and seen[b]
            ]
            painter.setPen(QPen(_edge(), px(_LINE_PX) + 1.5))
            painter.drawLines(lines)
            painter.setPen(QPen(color, px(_LINE_PX)))
            painter.drawLines(lines)
        radius = px(_NODE_PX)
        painter.setPen(QPen(_edge(), 1))
        painter.setBrush(color)
        for place in (place for place, there in zip(places, seen, strict=True) if there):
            painter.drawEllipse(place, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.names:
            self._paint_names(painter, places, seen)

    def _paint_names(
        self, painter: QPainter, places: list[QPointF], seen: NDArray[np.bool_]
    ) -> None:
        assert self.poses is not None
        painter.setFont(theme().ui_font(11))
        aside = QPointF(theme().px(6), -theme().px(3))
        for name, place, there in zip(self.poses.nodes, places, seen, strict=True):
            if there:
                _text(painter, place + aside, name)

    def _paint_trails(
        self, painter: QPainter, view: VideoView, number: int, tracks: NDArray[np.int64]
    ) -> None:
        poses = self.poses
        assert poses is not None
        first = int(np.searchsorted(poses.frames, number - self.trail))
        last = int(np.searchsorted(poses.frames, number, side="right"))
        rows = slice(*np.searchsorted(poses.row_frame, (first, last)))
        owners, path = poses.row_track[rows], poses.points[rows, self._centre]
        for track in tracks.tolist()[:_MOST_TRAILS]:
            if track in self.hidden:
                continue
            mine = path[(owners == track) & np.isfinite(path[:, 0])]
            line = QPolygonF([view.point_in_widget(x + 0.5, y + 0.5) for x, y in mine])
            color = self.color(track)
            color.setAlphaF(0.55)
            painter.setPen(QPen(color, theme().px(2)))
            painter.drawPolyline(line)


@dataclass
class RegionOverlay:
    """Regions and arena drawn on a recording."""

    regions: tuple[Region, ...] = ()

    def __call__(self, painter: QPainter, view: VideoView) -> None:
        """Paint outlines and names."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().ui_font(11))
        for at, region in enumerate(self.regions):
            color = theme().color("text") if region.arena else region_color(at)
            style = Qt.PenStyle.DashLine if region.arena else Qt.PenStyle.SolidLine
            path = region_path(region, view)
            painter.setPen(QPen(_edge(), 3))
            painter.drawPath(path)
            if not region.arena:
                wash = QColor(color)
                wash.setAlphaF(0.12)
                painter.fillPath(path, wash)
            painter.setPen(QPen(color, 1.5, style))
            painter.drawPath(path)
            corner = path.boundingRect().topLeft() + QPointF(theme().px(5), theme().px(15))
            _text(painter, corner, region.name)


def region_path(region: Region, view: VideoView) -> QPainterPath:
    """The outline of a region in the widget."""
    path = QPainterPath()
    left, top, right, bottom = region.box
    box = QRectF(view.point_in_widget(left, top), view.point_in_widget(right, bottom))
    if region.shape == "rectangle":
        path.addRect(box)
    elif region.shape == "ellipse":
        path.addEllipse(box)
    else:
        path.addPolygon(QPolygonF([view.point_in_widget(x, y) for x, y in region.points]))
        path.closeSubpath()
    return path


def track_color(track: int) -> QColor:
    """The colour of a track, the same in list, video and plots."""
    categories = theme().palette.categories
    return QColor(categories[track % len(categories)])


def region_color(at: int) -> QColor:
    """The colour of a region; counted from the other end, to differ from the first animals."""
    categories = theme().palette.categories
    return QColor(categories[-1 - at % len(categories)])


def spot_distance(one: QPointF, other: QPointF) -> float:
    """Distance of two places."""
    return math.hypot(one.x() - other.x(), one.y() - other.y())


def _edge() -> QColor:
    """Dark rim that keeps every colour legible on any frame."""
    return QColor(0, 0, 0, 150)


def _text(painter: QPainter, place: QPointF, words: str) -> None:
    painter.setPen(QColor(0, 0, 0, 200))
    painter.drawText(place + QPointF(1, 1), words)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(place, words)
