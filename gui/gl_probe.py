"""What OpenGL is there, and what that means for clouds and surfaces.

Mesa's drivers bring LLVM into the process for all to see. Where that happens before torch loads
triton, which has an LLVM of its own, the process crashes (seen with Mesa 22.3.6 and triton
3.8.0); the other order is safe. So no view touches OpenGL before `allow` was called.

On a software renderer numpy draws 100 000 points several times faster than OpenGL does, and one
OpenGL widget slows the whole window; so vispy is taken on hardware only, or when asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

Backend = Literal["numpy", "vispy"]
Preference = Literal["auto", "numpy", "vispy"]

#: Overrides the setting, for one start of the program.
ENVIRONMENT = "PEERSCOPE_CLOUD"
_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "swrast", "software rasterizer")
_WITHOUT_SCREEN = ("offscreen", "minimal", "vnc")
_VENDOR, _RENDERER, _VERSION = 0x1F00, 0x1F01, 0x1F02


@dataclass(frozen=True, slots=True)
class GlReport:
    """What the driver says of itself.

    Attributes
    ----------
    renderer, vendor, version
        Its own words; empty where there is no context.
    hardware
        True when a graphics processor draws.
    usable
        True when a context could be made at all.
    reason
        Why it is not hardware or not usable ("software renderer"); empty on hardware.
    """

    renderer: str = ""
    vendor: str = ""
    version: str = ""
    hardware: bool = False
    usable: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The back end taken, and why, in words ("numpy on llvmpipe: software renderer")."""

    backend: Backend
    words: str


@cache
def probe() -> GlReport:
    """Ask the driver, once per process; 30 to 50 ms the first time.

    Raises
    ------
    RuntimeError
        There is no application yet.
    """
    if QGuiApplication.instance() is None:
        raise RuntimeError("OpenGL is probed after the application was made")
    platform = QGuiApplication.platformName()
    if platform in _WITHOUT_SCREEN:
        return GlReport(reason=f"the platform {platform} has no OpenGL")
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    if not context.create() or not context.makeCurrent(surface):
        return GlReport(reason="no OpenGL context can be made")
    functions = context.functions()
    words = [str(functions.glGetString(name) or "") for name in (_RENDERER, _VENDOR, _VERSION)]
    context.doneCurrent()
    return described(*words)


def described(renderer: str, vendor: str, version: str) -> GlReport:
    """The report on a context from what its driver says."""
    software = any(word in renderer.lower() for word in _SOFTWARE)
    reason = "software renderer" if software else ""
    return GlReport(renderer, vendor, version, not software, True, reason)


_preference: Preference = "auto"
_allowed = False


def allow() -> None:
    """Let views made from now on touch OpenGL: torch is loaded, or will not be."""
    global _allowed
    _allowed = True


def set_preference(preference: Preference) -> None:
    """Take the setting of the person, for views made from now on."""
    global _preference
    _preference = preference


def choose() -> Choice:
    """The back end for a new view: what is asked for, or what suits the driver."""
    if not _allowed:
        return Choice("numpy", "numpy: torch is not loaded yet")
    forced = os.environ.get(ENVIRONMENT, "")
    if forced in get_args(Backend):
        return chosen(forced, f"{ENVIRONMENT}={forced}", probe)  # type: ignore[arg-type]
    return chosen(_preference, "the setting", probe)


def chosen(preference: Preference, by: str, report: Callable[[], GlReport]) -> Choice:
    """The back end for a preference, expressed `by` something, on a driver.

    The driver is asked only where the answer depends on it.
    """
    if preference == "numpy":
        return Choice("numpy", f"numpy, asked for by {by}")
    found = report()
    where = found.renderer.split(" (")[0] or "this display"
    if not found.usable:
        return Choice("numpy", f"numpy: {found.reason}")
    if preference == "vispy":
        return Choice("vispy", f"vispy on {where}, asked for by {by}")
    if found.hardware:
        return Choice("vispy", f"vispy on {where}")
    return Choice("numpy", f"numpy on {where}: {found.reason}")
