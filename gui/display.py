"""Is there a display for a window? Asked before Qt, which ends the process where there is none."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

#: Platforms of Qt that reach a person's display; any other draws elsewhere and needs none.
_ON_DISPLAY = ("xcb", "wayland")
_SENTENCE = (
    "There is no display to open the window on; start Peerscope in a desktop session, or use "
    "python main.py run or render, which need none."
)


def why_no_window(environment: Mapping[str, str] = os.environ) -> str:
    """One sentence where no window can be opened; empty where one can."""
    if sys.platform != "linux":
        return ""
    platforms = environment.get("QT_QPA_PLATFORM", "")
    names = [name.partition(":")[0] for name in platforms.split(";") if name]
    if any(not name.startswith(_ON_DISPLAY) for name in names):
        return ""
    return "" if _wayland_answers(environment) or _x_answers(environment) else _SENTENCE


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    path = Path(environment.get("XDG_RUNTIME_DIR", "/")) / name
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
        except OSError:
            return False
    return True


def _x_answers(environment: Mapping[str, str]) -> bool:
    """Connect as Qt will: by xcb, with the display's own cookie."""
    name = environment.get("DISPLAY", "")
    if not name:
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        # Qt's own words tell then what to install.
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        function.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(name.encode(), None)
    answers = not xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return answers
