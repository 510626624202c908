"""The Compression tab as a person uses it: drop, compress, wipe, save, drop the packed file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.cli.main import main
from engine.figures.model import Table
from engine.results import read_result
from gui.tabs.compression import CompressionTab
from gui.window import Window

WAIT_MS = 60_000
TIMES = ("encode_seconds", "decode_seconds", "apply_seconds", "factor_apply_seconds")


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((90, 6)) @ rng.standard_normal((6, 70))
    np.savez(tmp_path / "two.npz", first=values + 0.1, second=rng.standard_normal((40, 30)))
    return tmp_path / "two.npz"


def opened(qtbot: QtBot, window: Window, path: Path) -> CompressionTab:
    # Several tabs take arrays: the one in view has it without being asked.
    window.show_tab("compression")
    window.open_paths([path])
    qtbot.waitUntil(lambda: "compression" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["compression"]
    assert isinstance(tab, CompressionTab)
    qtbot.waitUntil(
        lambda: tab._opened is not None and tab._opened.file.path == path, timeout=WAIT_MS
    )
    settled(qtbot, window)
    return tab


def settled(qtbot: QtBot, window: Window) -> None:
    jobs = window.workspace.jobs
    qtbot.waitUntil(lambda: all(job.ended for job in jobs.jobs), timeout=WAIT_MS)


def run(qtbot: QtBot, window: Window, tab: CompressionTab, name: str) -> None:
    tab.start(name)
    job = tab._job
    assert job is not None
    qtbot.waitUntil(lambda: job.ended, timeout=WAIT_MS)
    assert job.status().state == "done", job.status().message


@pytest.mark.parametrize("name", ["lplr", "sweep", "recommend", "neighbours", "spectrum"])
def test_the_window_and_the_command_line_give_equal_numbers(
    qtbot: QtBot, window: Window, matrix: Path, tmp_path: Path, name: str
) -> None:
    tab = opened(qtbot, window, matrix)
    tab.form.form.set_values({"b0": 2.0, "seeds": 2})
    run(qtbot, window, tab, name)
    assert tab._job is not None
    assert tab._job.result is not None
    out = tmp_path / "out"
    words = [] if name == "spectrum" else ["--set", "b0=2", "--set", "seeds=2"]
    words = ["--set", "seeds=2"] if name == "sweep" else words
    assert main(["run", f"compression.{name}", str(matrix), *words, "--out", str(out)]) == 0
    there = read_result(out).metrics
    here = tab._job.result.metrics
    assert {k: v for k, v in here.items() if k not in TIMES} == {
        k: v for k, v in there.items() if k not in TIMES
    }


def test_compress_shows_what_the_file_decodes_to_and_lists_the_method(
    qtbot: QtBot, window: Window, matrix: Path
) -> None:
    tab = opened(qtbot, window, matrix)
    run(qtbot, window, tab, "lplr")
    qtbot.waitUntil(lambda: tab._packed is not None, timeout=WAIT_MS)
    assert tab._packed is not None
    assert tab._opened is not None
    lost = np.linalg.norm(tab._packed.values - tab._opened.matrix.values)
    assert tab._job is not None
    assert tab._job.result is not None
    assert tab._packed.paths[0].stat().st_size == tab._job.result.metrics["file_bytes"]
    assert lost / np.linalg.norm(tab._opened.matrix.values) < 1
    qtbot.waitUntil(lambda: tab.methods.view.figure is not None, timeout=WAIT_MS)
    assert tab.methods.view.figure is not None
    table = tab.methods.view.figure.layers[0]
    assert isinstance(table, Table)
    assert table.rows[0][7] == tab._job.result.metrics["file_bytes"]
    qtbot.waitUntil(lambda: tab.spectrum.figure is not None, timeout=WAIT_MS)


def test_the_wipe_is_dragged_and_both_views_zoom_together(
    qtbot: QtBot, window: Window, matrix: Path
) -> None:
    tab = opened(qtbot, window, matrix)
    run(qtbot, window, tab, "lplr")
    qtbot.waitUntil(lambda: tab._packed is not None, timeout=WAIT_MS)
    view, other = tab.picture.wipe, tab.picture.difference
    middle = QPointF(view.width() / 2, view.height() / 2).toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(view, QPointF(view.width() * 0.25, middle.y()).toPoint())
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert view.wipe == pytest.approx(0.25, abs=0.02)
    assert "→" in view.words_at(QPointF(middle))
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view._viewport.zoom == other._viewport.zoom > 1
    qtbot.keyClick(other, Qt.Key.Key_Home)
    assert view._viewport.zoom == 1


def test_another_array_of_the_file_is_picked(qtbot: QtBot, window: Window, matrix: Path) -> None:
    tab = opened(qtbot, window, matrix)
    tab.form.tensor_chosen.emit("second")
    qtbot.waitUntil(lambda: tab._opened.tensor == "second", timeout=WAIT_MS)  # type: ignore[union-attr]
    settled(qtbot, window)
    assert tab._opened is not None
    assert tab._opened.matrix.shape == (40, 30)
    assert "tensor=second" in tab._request(tab_experiment()).command()


def tab_experiment():  # type: ignore[no-untyped-def]
    from engine.compression.matrices.experiments import LPLR

    return LPLR


def test_a_packed_file_is_copied_byte_by_byte_and_dropped_again(
    qtbot: QtBot, window: Window, matrix: Path, tmp_path: Path
) -> None:
    tab = opened(qtbot, window, matrix)
    run(qtbot, window, tab, "lplr")
    qtbot.waitUntil(lambda: tab._packed is not None, timeout=WAIT_MS)
    first = tab._packed
    assert first is not None
    target = tmp_path / "copy.lplr"
    tab.copy_packed(first.paths[0], target)
    qtbot.waitUntil(target.is_file, timeout=WAIT_MS)
    assert target.read_bytes() == first.paths[0].read_bytes()
    window.open_paths([target])
    qtbot.waitUntil(
        lambda: tab._packed is not None and tab._packed.paths == (target,), timeout=WAIT_MS
    )
    assert tab._packed is not None
    np.testing.assert_array_equal(tab._packed.values, first.values)


@pytest.mark.parametrize("what", ["nan", "constant", "damaged", "budget", "row"])
def test_bad_input_is_one_sentence_and_the_window_lives(
    qtbot: QtBot, window: Window, matrix: Path, tmp_path: Path, what: str
) -> None:
    tab = opened(qtbot, window, matrix)
    before = len(window.notes.notes)
    values = {"nan": np.full((4, 5), np.nan), "constant": np.ones((4, 5)), "row": np.ones((1, 5))}
    if what in values:
        np.save(tmp_path / "bad.npy", values[what])
        window.open_paths([tmp_path / "bad.npy"])
    elif what == "damaged":
        (tmp_path / "bad.lplr").write_bytes(
            (30).to_bytes(8, "little") + b'{"__metadata__":{"lplr":"{]"}}' + b"0" * 40
        )
        window.open_paths([tmp_path / "bad.lplr"])
    else:
        tab.form.form.set_values({"b0": 0.01})
        tab.start("lplr")

    def told() -> bool:
        return any(note.severity == "error" for note in window.notes.notes[before:])

    qtbot.waitUntil(told, timeout=WAIT_MS)
    settled(qtbot, window)
    tab.form.form.set_values({"b0": 2.0})
    run(qtbot, window, tab, "lplr")


def test_a_session_stands_as_it_did(qtbot: QtBot, window: Window, matrix: Path) -> None:
    tab = opened(qtbot, window, matrix)
    tab.form.form.set_values({"b0": 3.0, "method": "lplr_plus"})
    run(qtbot, window, tab, "lplr")
    qtbot.waitUntil(lambda: tab._run_name != "", timeout=WAIT_MS)
    folder = window.workspace.folder
    state = tab.state(folder)
    tab.form.form.set_values({"b0": 1.0})
    tab._packed = None
    tab.restore(state, folder)
    qtbot.waitUntil(lambda: tab._packed is not None, timeout=WAIT_MS)
    settled(qtbot, window)
    assert tab.form.form.values()["b0"] == 3.0
    assert tab.form.form.values()["method"] == "lplr_plus"


@pytest.mark.parametrize(("channels", "height"), [("grey", 40), ("stacked", 120), ("each", 120)])
def test_a_colour_image_is_compressed_and_shown_in_each_way(
    qtbot: QtBot,
    window: Window,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    channels: str,
    height: int,
) -> None:
    import cv2

    ramp = np.add.outer(np.arange(40), np.arange(50))
    pixels = np.stack([ramp, 2 * ramp, 255 - ramp], axis=2).astype("u1")
    assert cv2.imwrite(str(tmp_path / "colour.png"), pixels)
    tab = opened(qtbot, window, tmp_path / "colour.png")
    tab.form.form.set_values({"channels": channels, "b0": 4.0, "bits_left": 8})
    tab._on_param("channels", channels)
    qtbot.waitUntil(lambda: tab._opened.matrix.shape == (height, 50), timeout=WAIT_MS)  # type: ignore[union-attr]
    settled(qtbot, window)
    run(qtbot, window, tab, "lplr")
    qtbot.waitUntil(lambda: tab._packed is not None, timeout=WAIT_MS)
    assert tab._packed is not None
    assert tab._opened is not None
    assert tab._packed.original is not None
    assert len(tab._packed.paths) == (3 if channels == "each" else 1)
    lost = np.linalg.norm(tab._packed.values - tab._opened.matrix.values)
    assert lost < 0.05 * np.linalg.norm(tab._opened.matrix.values)
    target = tmp_path / "saved.lplr"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), ""))
    tab.save_packed()
    count = 3 if channels == "each" else 1
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("saved*.lplr"))) == count, timeout=WAIT_MS)


def test_a_whole_checkpoint_lists_its_layers_and_can_be_saved_and_dropped(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    from safetensors.numpy import save_file

    random = np.random.default_rng(0)
    weights = {f"layer{i}": random.standard_normal((64, 48)).astype("f4") for i in range(2)}
    save_file(weights | {"bias": np.zeros(7, "f4")}, tmp_path / "net.safetensors")
    tab = opened(qtbot, window, tmp_path / "net.safetensors")
    tab.form.form.set_values({"b0": 8.0})
    run(qtbot, window, tab, "checkpoint")

    def listed() -> bool:
        figure = tab.methods.view.figure
        table = figure.layers[0] if figure is not None else None
        return isinstance(table, Table) and "bits per weight" in table.columns

    qtbot.waitUntil(listed, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(tab._files), timeout=WAIT_MS)
    target = tmp_path / "net.lplr"
    tab.copy_packed(tab._files[0], target)
    qtbot.waitUntil(target.is_file, timeout=WAIT_MS)
    window.open_paths([target])
    qtbot.waitUntil(lambda: tab._opened is None, timeout=WAIT_MS)
    settled(qtbot, window)
    assert tab._job is not None
    assert tab._job.result is not None
    assert tab._job.result.metrics["tensors"] == 3


def test_weights_of_another_tab_are_a_checkpoint_where_this_one_is_in_front(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    weights = Path(__file__).parents[2] / "assets" / "detector_small.safetensors"
    tab = opened(qtbot, window, weights)
    assert tab._opened is not None
    assert tab._opened.file.kind.name == "safetensors"
    kept = tab.state(tmp_path)
    tab._opened = None
    tab.restore(kept, tmp_path)
    qtbot.waitUntil(lambda: tab._opened is not None, timeout=WAIT_MS)
    settled(qtbot, window)
    assert tab._opened.file.kind.name == "safetensors"
    window.show_tab("home")
    window.open_paths([weights])
    qtbot.waitUntil(lambda: window.current == "detection", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "detection" in window.tabs, timeout=WAIT_MS)
