"""torch and Mesa bring an LLVM each; in the order of the window they live together."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
from PySide6.QtWidgets import QApplication
application = QApplication([])
from gui import gl_probe
print(gl_probe.choose().words)
from engine.warm import warm_torch
warm_torch()
gl_probe.allow()
print(gl_probe.probe().usable, gl_probe.choose().backend)
"""


def test_no_view_touches_opengl_before_torch_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "numpy: torch is not loaded yet"
    assert second.startswith("True ")
