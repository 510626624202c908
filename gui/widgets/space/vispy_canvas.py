"""A back end that draws by OpenGL; importing this module imports vispy."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from vispy import app, gloo
from vispy.visuals import Visual

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.tokens import Palette
from gui.theme import theme
from gui.widgets.painted import packed
from gui.widgets.space.canvas import Primitive, Scene, Source
from gui.widgets.space.frame import CORNERS, EDGES, Area, Frame

_VERTEX = """
attribute vec4 a_place;   // x, y and z in the unit cube; w is 1 when raised
attribute float a_color;  // 0xRRGGBB as a number, which a float holds exactly
uniform mat3 u_rotation;
uniform float u_zoom;
uniform float u_perspective;
uniform vec4 u_viewport;  // scale and origin, in shares of the view from -1 to 1
uniform float u_size;
varying vec3 v_color;

void main() {
    vec3 view = u_rotation * a_place.xyz;
    float near = u_zoom / (1.0 - u_perspective * view.z);
    vec2 place = view.xy * near * u_viewport.xy + u_viewport.zw;
    // Depth from 0.05 to 0.95, a whole step nearer when raised.
    gl_Position = vec4(place, 0.5 - 0.5 * view.z - a_place.w, 1.0);
    gl_PointSize = u_size;
    v_color = mod(floor(a_color / vec3(65536.0, 256.0, 1.0)), 256.0) / 255.0;
}
"""
_POINT = """
varying vec3 v_color;
void main() {
    vec2 away = gl_PointCoord - 0.5;
    if (dot(away, away) > 0.25) discard;
    gl_FragColor = vec4(v_color, 1.0);
}
"""
_FLAT = """
varying vec3 v_color;
void main() { gl_FragColor = vec4(v_color, 1.0); }
"""
_MODES = {"points": "points", "lines": "lines", "triangles": "triangles"}


class PrimitiveVisual(Visual):  # type: ignore[misc]
    """Vertices in the unit cube: one buffer of places, one of colours."""

    def __init__(self, primitive: Primitive) -> None:
        super().__init__(vcode=_VERTEX, fcode=_POINT if primitive.kind == "points" else _FLAT)
        place = np.zeros((len(primitive.unit), 4), "f4")
        place[:, :3] = primitive.unit
        if primitive.raised is not None:
            place[:, 3] = primitive.raised
        colors = (primitive.colors & np.uint32(0xFFFFFF)).astype("f4")
        self.shared_program["a_place"] = gloo.VertexBuffer(place)
        self.shared_program["a_color"] = gloo.VertexBuffer(colors)
        self._draw_mode = _MODES[primitive.kind]
        if primitive.index is not None:
            self._index_buffer = gloo.IndexBuffer(np.ascontiguousarray(primitive.index, "u4"))
        self._size_px = primitive.size_px
        # Equal depths: the later covers the earlier, as it does in the plane.
        self.set_gl_state(
            depth_test=not primitive.behind, depth_func="lequal", blend=False, cull_face=False
        )

    def look(self, frame: Frame, area: Area, ratio: float) -> None:
        """Draw from now on for a frame, in the pixels of the device."""
        camera, view = frame.camera, frame.viewport(area)
        half_width, half_height = area.width / 2, area.height / 2
        self.shared_program["u_rotation"] = camera.matrix().T.astype("f4")
        self.shared_program["u_zoom"] = camera.zoom
        self.shared_program["u_perspective"] = camera.perspective
        self.shared_program["u_viewport"] = (
            view.x_scale / half_width,
            view.y_scale / half_height,
            view.x_origin / half_width - 1,
            1 - view.y_origin / half_height,
        )
        self.shared_program["u_size"] = self._size_px * ratio
        self.update_gl_state(line_width=self._size_px * ratio)

    def _prepare_transforms(self, view: Any) -> None:
        """The frame is the transform: `look` sets it."""


class VispyCanvas:
    """Shows a scene by OpenGL.

    The canvas is a native window of its own. Otherwise one OpenGL widget would have Qt compose
    the whole window through OpenGL. (A native holder round it would be composed as well, but
    stays black on the screen.) Once shown it is never moved to another parent.
    """

    def __init__(self, source: Source, parent: QWidget, words: str = "vispy") -> None:
        self.words = words
        self._source = source
        self._scene: Scene | None = None
        self._visuals: list[PrimitiveVisual] = []
        self._box: PrimitiveVisual | None = None
        self._palette: Palette | None = None
        # Without a parent until it is native: Qt asks at once how the parent is to be composed.
        self._canvas = app.Canvas(app=app.use_app("pyside6"), keys=None, config={"depth_size": 24})
        self._canvas.events.draw.connect(self._on_draw)
        native = self._canvas.native
        native.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        native.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        native.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        native.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        native.setMouseTracking(True)
        native.setObjectName("vispy")
        native.setParent(parent)

    @property
    def stage(self) -> QWidget:
        """The canvas's own widget."""
        stage: QWidget = self._canvas.native
        return stage

    @property
    def drawn(self) -> int:
        """All points are shown, also while it turns."""
        return len(self._scene) if self._scene is not None else 0

    def refresh(self) -> None:
        """Ask the source soon."""
        self._canvas.native.update()

    def pick(self, place: tuple[float, float]) -> Any:
        """What is shown at a logical pixel coordinate; None for nothing."""
        scene = self._source.scene
        if scene is None:
            return None
        return scene.pick(place, self._source.frame, self._source.area)

    def _on_draw(self, event: object) -> None:
        width, height = self._canvas.physical_size
        gloo.set_viewport(0, 0, width, height)
        gloo.clear(color=theme().palette.surface, depth=True)
        scene = self._source.scene
        if scene is not self._scene:
            self._upload(scene)
        if scene is None:
            return
        ratio = self._canvas.native.devicePixelRatioF()
        frame, area = self._source.frame, self._source.area.scaled(ratio)
        for visual in self._shown(flat=scene.flat):
            visual.look(frame, area, ratio)
            visual.draw()

    def _upload(self, scene: Scene | None) -> None:
        before, self._scene = self.drawn, scene
        primitives = () if scene is None else scene.primitives()
        self._visuals = [PrimitiveVisual(primitive) for primitive in primitives]
        if before != self.drawn:
            self._source.canvas_changed()

    def _shown(self, *, flat: bool) -> list[PrimitiveVisual]:
        if flat:
            return self._visuals
        if self._box is None or self._palette is not theme().palette:
            self._palette = theme().palette
            self._box = PrimitiveVisual(box_primitive(self._palette))
        return [self._box, *self._visuals]


def box_primitive(palette: Palette) -> Primitive:
    """The edges of the unit cube."""
    color = packed(np.array([tokens.rgb(palette.hairline)]))
    index: Array = np.array(EDGES, "u4").ravel()
    return Primitive("lines", CORNERS, np.repeat(color, len(CORNERS)), index=index, behind=True)
