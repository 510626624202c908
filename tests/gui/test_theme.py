from __future__ import annotations

import re
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from engine.figures.tokens import contrast
from gui.style import TINT, mixed, set_look, style_sheet
from gui.theme import Theme, theme


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_apply_dresses_the_application(qapp: QApplication, mode: str) -> None:
    theme().apply(qapp, mode)  # type: ignore[arg-type]
    palette = tokens.PALETTES[mode]
    assert theme().palette is palette
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(palette.background)
    assert palette.accent in qapp.styleSheet()


def test_changed_is_emitted_once_a_switch(qapp: QApplication, qtbot: QtBot) -> None:
    theme().apply(qapp, "dark")
    heard: list[str] = []
    receiver = QWidget()
    qtbot.addWidget(receiver)
    connection = theme().changed.connect(lambda: heard.append(theme().palette.name))
    theme().apply(qapp, "light")
    theme().apply(qapp, "light")
    theme().apply(qapp, "dark")
    theme().changed.disconnect(connection)
    assert heard == ["light", "dark"]


def test_follows_the_desktop_in_system_mode_only(qapp: QApplication) -> None:
    theme().apply(qapp, "system")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme().palette is tokens.LIGHT
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme().palette is tokens.DARK
    theme().apply(qapp, "dark")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme().palette is tokens.DARK


def test_scale_reaches_lengths_fonts_and_sheet(qapp: QApplication) -> None:
    theme().apply(qapp, "dark", 1.5)
    try:
        assert theme().px(8) == 12
        assert qapp.font().pixelSize() == round(tokens.FONT_PX * 1.5)
        assert "border-radius: 12px" in qapp.styleSheet()
    finally:
        theme().apply(qapp, "dark")


def test_numbers_are_monospaced(qapp: QApplication) -> None:
    font = theme().mono_font()
    assert QFontInfo(font).fixedPitch()


def test_every_colour_of_the_sheet_comes_from_the_tokens(qapp: QApplication) -> None:
    sheet = style_sheet(Theme())
    assert "$" not in sheet
    known = set(vars_of_dark())
    tints = {color for color in re.findall(r"#[0-9A-Fa-f]{6}", sheet) if color not in known}
    assert len(tints) == 2, "two tints of the surface are mixed, nothing else"
    for tint in tints:
        assert contrast(tokens.DARK.text, tint) >= 4.5


def vars_of_dark() -> list[str]:
    return [getattr(tokens.DARK, name) for name in tokens.Palette.__dataclass_fields__]  # type: ignore[return-value]


@pytest.mark.parametrize("palette", tokens.PALETTES.values(), ids=lambda palette: palette.name)
def test_text_on_accent_and_on_its_tint_is_legible(palette: tokens.Palette) -> None:
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.accent, mixed(palette.surface, palette.accent, TINT)) >= 4.5


def test_look_changes_what_is_drawn(qapp: QApplication, qtbot: QtBot) -> None:
    theme().apply(qapp, "dark")
    label = QLabel("0.5")
    qtbot.addWidget(label)
    label.ensurePolished()
    set_look(label, "measured")
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(tokens.DARK.measured)
    set_look(label, "")
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(tokens.DARK.text)


def test_switching_takes_under_100_ms(qapp: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for number in range(300):
        layout.addWidget(QPushButton(str(number)) if number % 2 else QLabel(str(number)))
    window.show()
    qtbot.waitExposed(window)
    seconds = []
    for mode in ("light", "dark", "light", "dark"):
        began = time.perf_counter()
        theme().apply(qapp, mode)  # type: ignore[arg-type]
        window.repaint()
        seconds.append(time.perf_counter() - began)
    # The best of four: the machine that tests may be busy with other things.
    assert min(seconds) < 0.1
