from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from gui.icons import ICON_PX, icon, names, set_icon
from gui.theme import theme

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "icons"
ASKED = [
    *("open", "play", "pause", "stop", "cancel", "step-back", "step-forward"),
    *("skip-start", "skip-end", "undo", "redo", "search", "settings", "export"),
    *("copy", "close", "fold-left", "fold-right", "lasso", "crop", "reset-view"),
    *("info", "warning", "check", "diamond", "dot", "folder", "recent"),
    *("theme", "help", "save", "home", "list", "chevron-down", "chevron-right"),
]


def strongest(image: QImage) -> QColor:
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


def close(one: QColor, other: str) -> bool:
    return all(
        abs(a - b) <= 3 for a, b in zip(one.getRgb()[:3], QColor(other).getRgb()[:3], strict=True)
    )


def test_the_set_is_complete() -> None:
    assert set(ASKED) == set(names())


@pytest.mark.parametrize("name", ASKED)
def test_drawn_on_the_grid_with_one_stroke(name: str) -> None:
    root = ElementTree.parse(FOLDER / f"{name}.svg").getroot()
    assert root.attrib["viewBox"] == "0 0 20 20"
    assert (root.attrib["stroke-width"], root.attrib["stroke-linecap"]) == ("1.5", "round")
    assert root.attrib["stroke"] == "currentColor"


@pytest.mark.parametrize("name", ASKED)
def test_inked_in_the_token_and_inside_its_square(qapp: QApplication, name: str) -> None:
    image = icon(name, "reported").pixmap(QSize(ICON_PX, ICON_PX), 2.0).toImage()
    assert image.width() == 2 * theme().px(ICON_PX), "crisp at twice the size"
    assert close(strongest(image), theme().palette.reported)
    edge = [image.pixelColor(x, y).alpha() for x in range(image.width()) for y in (0, 39)]
    assert max(edge) == 0


def test_icons_differ(qapp: QApplication) -> None:
    images = [icon(name).pixmap(20, 20).toImage() for name in ASKED]
    distinct = [image for i, image in enumerate(images) if image not in images[:i]]
    assert len(distinct) == len(images)


def test_unknown_name_is_a_fault(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no icon 'plya'"):
        icon("plya")


def test_button_follows_the_theme_and_a_new_name(qapp: QApplication, qtbot: QtBot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    theme().apply(qapp, "dark")
    set_icon(button, "play")
    dark = button.icon().pixmap(20, 20).toImage()
    theme().apply(qapp, "light")
    light = button.icon().pixmap(20, 20).toImage()
    assert close(strongest(dark), tokens.DARK.secondary)
    assert close(strongest(light), tokens.LIGHT.secondary)
    set_icon(button, "pause")
    theme().apply(qapp, "dark")
    assert button.icon().pixmap(20, 20).toImage() == icon("pause").pixmap(20, 20).toImage()
    set_icon(button, "")
    assert button.icon().isNull()


def test_disabled_is_faint(qapp: QApplication) -> None:
    faint = icon("stop").pixmap(QSize(20, 20), 1.0, QIcon.Mode.Disabled).toImage()
    assert close(strongest(faint), theme().palette.faint)
