"""What this machine has for the product, what it lacks, and a cure of one line for each.

Every check stands for itself: a package that is broken gives a line, never a crash. No path in
the report tells who is asking: the home folder is written ``~``.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from engine.device import batch_threads, cores, device_label
from engine.places import cache_dir, config_dir, data_dir

State = Literal["ok", "warning", "problem"]

_LEAST_FREE_GB = 2.0
_PROBE_S = 20
_EXTRAS = {
    "agents": ("Box2D", "pybullet", "ale_py", "stable_baselines3"),
    "maps": ("umap", "openTSNE", "hmmlearn"),
    "networks": ("torch_pruning", "onnx", "onnxruntime"),
    "cluster": ("dask", "distributed"),
}
_DISKS: dict[str, Callable[[], Path]] = {
    "results": data_dir,
    "the cache": cache_dir,
    "temporary files": lambda: Path(tempfile.gettempdir()),
}
_SIGNS = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}

# Run in a process of its own: Qt aborts where it finds no platform plugin.
_QT_PROBE = """
import json, sys
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext
app = QGuiApplication(["probe"])
surface = QOffscreenSurface(); surface.create()
context = QOpenGLContext(); made = context.create() and context.makeCurrent(surface)
renderer = ""
if made:
    renderer = str(context.functions().glGetString(0x1F01))
print(json.dumps({"qt": qVersion(), "platform": app.platformName(), "renderer": renderer}))
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and how to cure it when it is not in order."""

    name: str
    state: State
    found: str
    cure: str = ""


def checks() -> list[Check]:
    """Look at everything; takes a few seconds."""
    looks = (_python, _qt, _opengl, _codecs, _opencv, _torch, _memory, _disk, _folders)
    extras = [_extra(name, modules) for name, modules in _EXTRAS.items()]
    return [*map(_guarded, looks), *extras]


def report_text() -> str:
    """The checks as lines, for a terminal or an issue."""
    return "\n".join([heading(), *lines_of(checks())])


def heading() -> str:
    """Which Peerscope, on which system."""
    return f"Peerscope {_version('peerscope') or 'unknown'} on {platform.platform()}"


def lines_of(found: Iterable[Check]) -> list[str]:
    """A line for each check, and one for its cure where there is one."""
    lines = []
    for check in found:
        lines.append(f"{_SIGNS[check.state]} {check.name}: {check.found}")
        if check.cure:
            lines.append(f"        cure: {check.cure}")
    return lines


def report_json() -> str:
    """The checks as a JSON array."""
    return json.dumps([asdict(check) for check in checks()], indent=2)


def _guarded(look: Callable[[], Check]) -> Check:
    name = look.__name__.strip("_")
    try:
        return look()
    except Exception as error:
        told = f"could not be looked at ({type(error).__name__}: {error})"
        return Check(name, "problem", told, "install again: rm -r .venv; make run")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _python() -> Check:
    found = f"{platform.python_version()}"
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    cure = "" if fits else "install Python 3.11, 3.12 or 3.13"
    return Check("Python", "ok" if fits else "problem", found, cure)


def _qt() -> Check:
    version = _version("PySide6-Essentials")
    if not version:
        return Check("Qt", "problem", "not installed", "pip install 'PySide6-Essentials==6.11.3'")
    if version in ("6.11.0", "6.11.1") or version.startswith("6.12"):
        cure = "pip install 'PySide6-Essentials==6.11.3'"
        return Check("Qt", "problem", f"PySide6 {version} is known to fail", cure)
    probed = _probe()
    if "platform" not in probed:
        if not _has_display():
            found = f"PySide6 {version}; no display, so no window can open here"
            return Check("Qt", "warning", found, "use the command line, or xvfb-run")
        cure = "sudo apt-get install libxcb-cursor0 libxkbcommon-x11-0 libegl1 libgl1"
        return Check("Qt", "problem", f"PySide6 {version} cannot start", cure)
    return Check("Qt", "ok", f"PySide6 {version}, Qt {probed['qt']}, {probed['platform']}")


def _opengl() -> Check:
    renderer = _probe().get("renderer", "")
    if not renderer:
        found = "no context; clouds are drawn by numpy"
        return Check("OpenGL", "warning", found, _gl_cure())
    software = any(word in renderer.lower() for word in ("llvmpipe", "softpipe", "swiftshader"))
    how = "software: clouds are drawn by numpy" if software else "hardware"
    return Check("OpenGL", "ok", f"{renderer} ({how})")


def _gl_cure() -> str:
    if not _has_display():
        return "none needed: without a display nothing is drawn by OpenGL"
    if sys.platform == "linux":
        return "sudo apt-get install libegl1 libgl1 libgl1-mesa-dri"
    return "update the driver of the graphics card"


def _codecs() -> Check:
    import av

    wanted = ("h264", "hevc", "mjpeg", "ffv1")
    missing = [name for name in wanted if name not in av.codecs_available]
    state: State = "warning" if missing else "ok"
    told = f"PyAV {av.__version__}" + (f", without {', '.join(missing)}" if missing else "")
    return Check("Codecs", state, told, "pip install --force-reinstall av" if missing else "")


def _opencv() -> Check:
    both = [name for name in ("opencv-python", "opencv-contrib-python") if _version(name)]
    if both:
        cure = (
            f"pip uninstall {' '.join(both)}; pip install --force-reinstall opencv-python-headless"
        )
        return Check("OpenCV", "problem", f"{both[0]} brings a second Qt", cure)
    plugin = os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "")
    if "cv2" in plugin:
        cure = "unset QT_QPA_PLATFORM_PLUGIN_PATH"
        return Check("OpenCV", "problem", "Qt's plugin path points into OpenCV", cure)
    headless = _version("opencv-python-headless")
    if not headless:
        return Check("OpenCV", "problem", "not installed", "pip install opencv-python-headless")
    if _brings_qt():
        cure = "pip install --force-reinstall --no-deps opencv-python-headless"
        return Check("OpenCV", "problem", "its folder still holds another Qt's plugins", cure)
    return Check("OpenCV", "ok", f"headless {headless}, no second Qt")


def _brings_qt() -> bool:
    """True when the package on the disk is not the headless one it is said to be."""
    found = util.find_spec("cv2")
    places = found.submodule_search_locations if found is not None else None
    return any((Path(place) / "qt").is_dir() for place in places or ())


def _torch() -> Check:
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_name(0)
    elif torch.backends.mps.is_available():
        device = "Apple GPU"
    elif sys.platform != "darwin" and torch.version.cuda and _has_nvidia():
        cure = "update the NVIDIA driver, so that this torch can use the card"
        return Check("torch", "warning", f"{torch.__version__} cannot use the NVIDIA card", cure)
    else:
        used = device_label("cpu", batch_threads()).partition(" · ")[2]
        device = f"CPU with {cores()} core{'' if cores() == 1 else 's'}; a job uses {used}"
    return Check("torch", "ok", f"{torch.__version__} on {device}")


def _has_nvidia() -> bool:
    return shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()


def _memory() -> Check:
    import psutil

    memory = psutil.virtual_memory()
    short = memory.available / 1e9 < _LEAST_FREE_GB
    found = f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f}"
    cure = "close other programs, or take smaller inputs and batches" if short else ""
    return Check("Memory", "warning" if short else "ok", found, cure)


def _disk() -> Check:
    free = {name: _free_gb(place) for name, place in _DISKS.items()}
    short = [name for name, gb in free.items() if gb < _LEAST_FREE_GB]
    found = ", ".join(f"{gb:.0f} GB free for {name}" for name, gb in free.items())
    cure = f"free some space for {' and '.join(short)}"
    return Check("Disk", "warning" if short else "ok", found, cure if short else "")


def _free_gb(place: Callable[[], Path]) -> float:
    folder = place()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e9


def _folders() -> Check:
    for folder in (config_dir(), data_dir(), cache_dir()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            cure = "make it writable, or set PEERSCOPE_DATA_DIR, _CACHE_DIR and _CONFIG_DIR"
            return Check("Folders", "problem", f"{_tilde(folder)}: {error.strerror}", cure)
    return Check("Folders", "ok", f"writable: {_tilde(data_dir())}")


def _extra(name: str, modules: tuple[str, ...]) -> Check:
    missing = [module for module in modules if util.find_spec(module) is None]
    if not missing:
        return Check(f"Extra [{name}]", "ok", "installed")
    cure = f"pip install -e '.[{name}]'"
    return Check(f"Extra [{name}]", "warning", f"without {', '.join(missing)}", cure)


_probed: dict[str, str] | None = None


def _probe() -> dict[str, str]:
    """Ask Qt in a short process; empty where it cannot start."""
    global _probed
    if _probed is None:
        _probed = _run_probe() if _has_display() else {}
    return _probed


def _run_probe() -> dict[str, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-c", _QT_PROBE],
            capture_output=True,
            text=True,
            timeout=_PROBE_S,
            check=True,
        )
        answer: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return {}
    return answer


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _tilde(path: Path) -> str:
    text, home = str(path), str(Path.home())
    return f"~{text[len(home) :]}" if text.startswith(home) else path.name
