"""The report on OpenGL, and the back end that follows from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gui import gl_probe
from gui.gl_probe import Choice, GlReport, chosen, described, probe

ROOT = Path(__file__).parents[2]
LLVMPIPE = "llvmpipe (LLVM 19.1.7, 256 bits)"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(gl_probe.ENVIRONMENT, raising=False)
    monkeypatch.setattr(gl_probe, "_preference", "auto")


def test_the_driver_here_is_named(qapp: QApplication) -> None:
    report = probe()
    assert report.usable
    assert report.renderer
    assert report.version
    assert report.hardware == (report.reason == "")
    assert probe() is report


@pytest.mark.parametrize("renderer", [LLVMPIPE, "softpipe", "Google SwiftShader"])
def test_software_renderers_are_told_apart(renderer: str) -> None:
    report = described(renderer, "Mesa", "4.5")
    assert (report.hardware, report.usable, report.reason) == (False, True, "software renderer")


def test_anything_else_is_hardware() -> None:
    report = described("NVIDIA RTX A4000/PCIe/SSE2", "NVIDIA", "4.6")
    assert (report.hardware, report.reason) == (True, "")


HARD, SOFT = described("RTX", "NVIDIA", "4.6"), described(LLVMPIPE, "Mesa", "4.5")
NONE = GlReport(reason="no OpenGL context can be made")


@pytest.mark.parametrize(
    ("preference", "report", "expected"),
    [
        ("auto", HARD, Choice("vispy", "vispy on RTX")),
        ("auto", SOFT, Choice("numpy", "numpy on llvmpipe: software renderer")),
        ("auto", NONE, Choice("numpy", "numpy: no OpenGL context can be made")),
        ("numpy", HARD, Choice("numpy", "numpy, asked for by the setting")),
        ("vispy", SOFT, Choice("vispy", "vispy on llvmpipe, asked for by the setting")),
        ("vispy", NONE, Choice("numpy", "numpy: no OpenGL context can be made")),
    ],
)
def test_the_choice_is_stated(
    preference: gl_probe.Preference, report: GlReport, expected: Choice
) -> None:
    assert chosen(preference, "the setting", lambda: report) == expected


def test_numpy_needs_no_probe() -> None:
    def refuse() -> GlReport:
        raise AssertionError("the driver was asked")

    assert chosen("numpy", "the setting", refuse).backend == "numpy"


def test_environment_overrides_the_setting(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    gl_probe.set_preference("vispy")
    assert gl_probe.choose().backend == "vispy"
    monkeypatch.setenv(gl_probe.ENVIRONMENT, "numpy")
    assert gl_probe.choose().words == "numpy, asked for by PEERSCOPE_CLOUD=numpy"
    monkeypatch.setenv(gl_probe.ENVIRONMENT, "nonsense")
    assert gl_probe.choose().backend == "vispy"


def test_without_a_screen_nothing_is_usable() -> None:
    program = (
        "from PySide6.QtGui import QGuiApplication\n"
        "from gui.gl_probe import allow, choose, probe\n"
        "app = QGuiApplication(['x', '-platform', 'offscreen']); allow()\n"
        "print(probe().usable, choose().words, sep='|')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False|numpy: the platform offscreen has no OpenGL"


def test_before_the_application_there_is_nothing_to_ask() -> None:
    program = "from gui.gl_probe import probe; probe()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "after the application was made" in done.stderr
