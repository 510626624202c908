"""The style sheet and the Qt palette, made from the tokens of a theme.

The sheet names no colour: it names roles of the palette (`ROLES`), so that it is the same in
every theme, and a change of theme parses nothing and matches no rule anew (`gui.restyle`).

Widgets ask for a look by a property, set with `set_look`:

==============  ===========================================================================
on a button     ``primary`` the one action of a form; ``quiet`` no frame until hovered;
                ``reported`` takes a paper's value; ``danger`` ends or deletes something
on a label      ``title``, ``heading`` (see `gui.widgets.labels.Heading`), ``secondary``,
                ``faint``, ``mono``, ``mono-faint``, ``measured``, ``reported``, ``differs``,
                ``chip`` (a device), ``reading`` (beside the pointer, over a plot)
on a frame      ``bar`` (top bar, job strip), ``side`` (side column), ``pane``, ``card``,
                ``overlay`` (palette), ``note-info``, ``note-warning``, ``note-error``
on a field      ``mono``; ``wrong`` while its value is not allowed
==============  ===========================================================================
"""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from engine.figures import tokens
from engine.figures.tokens import Palette

if TYPE_CHECKING:
    from gui.theme import Theme


def set_look(widget: QWidget, look: str) -> None:
    """Give a widget one of the looks above; an empty name takes it away."""
    if widget.property("look") == look:
        return
    widget.setProperty("look", look)
    # A widget not yet shown is polished when it is; doing it before would undo its own font.
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)


_Role = QPalette.ColorRole

#: Where the sheet finds each token. Those below the line have no role of their own in Qt; they
#: stand where the Fusion style, which draws the rest, does not look.
ROLES = {
    "surface": _Role.Base,
    "raised": _Role.AlternateBase,
    "hairline": _Role.Mid,
    "text": _Role.WindowText,
    "faint": _Role.PlaceholderText,
    "accent": _Role.Highlight,
    "on_accent": _Role.HighlightedText,
    # ----
    "secondary": _Role.BrightText,
    "measured": _Role.LinkVisited,
    "reported": _Role.Midlight,
    "differs": _Role.Shadow,
    "accent_tint": _Role.Dark,
    "differs_tint": _Role.ToolTipBase,
}
#: Other roles that Qt's own drawing asks for, and the token of each.
_ALSO = {
    _Role.Window: "background",
    _Role.Button: "raised",
    _Role.Light: "raised",
    _Role.Text: "text",
    _Role.ButtonText: "text",
    _Role.ToolTipText: "text",
    _Role.Accent: "accent",
    _Role.Link: "accent",
}


def qt_palette(palette: Palette) -> QPalette:
    """The tokens as Qt's colour roles, with faint text where something is disabled."""
    made = QPalette()
    for token, role in ROLES.items():
        made.setColor(role, QColor(token_color(palette, token)))
    for role, token in _ALSO.items():
        made.setColor(role, QColor(token_color(palette, token)))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.faint))
    return made


def token_color(palette: Palette, token: str) -> str:
    """The colour of a token, or of its tint of the surface ("accent_tint")."""
    if token.endswith("_tint"):
        return mixed(palette.surface, getattr(palette, token.removesuffix("_tint")), TINT)
    return str(getattr(palette, token))


def style_sheet(theme: Theme) -> str:
    """The one style sheet of the application, for the scale in force and every palette."""
    roles = {token: f"palette({_word(role)})" for token, role in ROLES.items()}
    lengths = {f"px{length}": theme.px(length) for length in _LENGTHS}
    mono = ", ".join(f'"{family}"' for family in (*tokens.MONO_FONTS, "monospace"))
    return Template(_SHEET).substitute(roles, **lengths, mono=mono)


def _word(role: QPalette.ColorRole) -> str:
    """A role as a style sheet writes it: AlternateBase is ``alternate-base``."""
    words = re.sub("(?<=[a-z])(?=[A-Z])", "-", role.name).lower()
    return words.replace("tool-tip", "tooltip")


def mixed(under: str, over: str, share: float) -> str:
    """A colour with `share` (0 to 1) of another laid over it."""
    pairs = zip(tokens.rgb(under), tokens.rgb(over), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


#: How much of a colour a tinted surface has; text in that colour stays legible on it.
TINT = 0.08
_LENGTHS = (1, 2, 3, 4, 6, 8, 10, 11, 12, 16, 24, 28, 32)

_SHEET = """
QToolTip { color: $text; background: $raised; border: 1px solid $hairline; padding: ${px4}px; }

QFrame[look="bar"], QFrame[look="side"] { background: $surface; border: 0 solid $hairline; }
QFrame[look="pane"], QFrame[look="card"] {
    background: $surface; border: 1px solid $hairline; border-radius: ${px8}px; }
QFrame[look="overlay"] {
    background: $raised; border: 1px solid $hairline; border-radius: ${px8}px; }
QFrame[look="note-info"] { background: $raised; border: 1px solid $hairline; }
QFrame[look="note-warning"] { background: $raised; border: 1px solid $secondary; }
QFrame[look="note-error"] { background: $differs_tint; border: 1px solid $differs; }
QFrame[look^="note"] { border-radius: ${px6}px; }

QLabel { background: transparent; border: 0; }
QLabel[look="title"] { font-weight: 600; }
QLabel[look="heading"], QToolButton[look="heading"] {
    color: $faint; font-size: ${px11}px; font-weight: 600; letter-spacing: ${px1}px;
    text-transform: uppercase; }
QLabel[look="secondary"] { color: $secondary; }
QLabel[look="faint"], QLabel[look="mono-faint"], QLabel:disabled { color: $faint; }
QLabel[look^="mono"] { font-family: $mono; }
QLabel[look="mono"] { color: $secondary; }
QLabel[look="measured"] { color: $measured; font-family: $mono; }
QLabel[look="reported"] { color: $reported; font-family: $mono; }
QLabel[look="differs"] { color: $differs; }
QLabel[look="reading"] {
    color: $text; background: $raised; border: 1px solid $hairline; padding: ${px4}px; }
QLabel[look="chip"] {
    color: $accent; background: $accent_tint; border-radius: ${px8}px;
    padding: ${px2}px ${px8}px; font-size: ${px11}px; max-height: ${px16}px; }

QPushButton {
    color: $text; background: $surface; border: 1px solid $hairline;
    border-radius: ${px4}px; padding: ${px4}px ${px12}px; min-height: ${px16}px; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $hairline; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton[look="primary"] {
    color: $on_accent; background: $accent; border-color: $accent; font-weight: 600; }
QPushButton[look="primary"]:focus { border: 2px solid $text; }
QPushButton[look="primary"]:disabled { color: $faint; background: $raised; border-color: $raised; }
QPushButton[look="danger"] { color: $differs; }
QPushButton[look="quiet"] {
    color: $secondary; background: transparent; border-color: transparent; }
QPushButton[look="quiet"]:hover { color: $text; background: $raised; }
QPushButton[look="quiet"]:focus { border-color: $accent; }
QPushButton[look="quiet"]:disabled { color: $faint; }
QPushButton[look="reported"] {
    color: $reported; background: transparent; border-color: transparent; font-family: $mono;
    padding: 0 ${px2}px; }
QPushButton[look="reported"]:hover { background: $raised; }
QPushButton[look="reported"]:focus { border-color: $accent; }
QPushButton[look="reported"]:disabled { color: $faint; }

QToolButton {
    color: $secondary; background: transparent; border: 1px solid transparent;
    border-radius: ${px4}px; padding: ${px2}px; }
QToolButton:hover { color: $text; background: $raised; }
QToolButton:checked { background: $raised; border-color: $hairline; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton[look="heading"] { padding: 0; background: transparent; border-color: transparent; }
QToolButton[look="heading"]:hover { color: $text; }
QToolButton[look="heading"]:focus { border-color: $accent; }

QLineEdit, QComboBox {
    color: $text; background: $raised; border: 1px solid $hairline;
    border-radius: ${px4}px; padding: ${px2}px ${px6}px; min-height: ${px16}px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QComboBox:disabled { color: $faint; background: $surface; }
QLineEdit[look="mono"], QComboBox[look="mono"] { font-family: $mono; }
QLineEdit[wrong="true"], QComboBox[wrong="true"] { border-color: $differs; }
QPlainTextEdit, QTextEdit { color: $text; background: $surface; border: 0; }
QComboBox::drop-down { border: 0; width: ${px16}px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView {
    color: $text; background: $raised; border: 1px solid $hairline; outline: 0;
    selection-background-color: $accent; selection-color: $on_accent; }

QAbstractItemView { background: $surface; border: 0; outline: 0;
    selection-background-color: $raised; selection-color: $text; }
QTreeView::item { height: ${px24}px; }
QTableView, QListView { gridline-color: $hairline; }
QHeaderView { background: $surface; border: 0; }
QHeaderView::section {
    color: $faint; background: $surface; border: 0; border-bottom: 1px solid $hairline;
    padding: ${px4}px ${px10}px; font-size: ${px12}px; }
QHeaderView[look="tight"]::section { padding: ${px4}px ${px2}px; }

QMenuBar { background: $surface; color: $secondary; }
QMenuBar::item { padding: ${px4}px ${px8}px; background: transparent; }
QMenuBar::item:selected { color: $text; background: $raised; }
QMenu { color: $text; background: $raised; border: 1px solid $hairline; padding: ${px4}px 0; }
QMenu::item { padding: ${px4}px ${px24}px; }
QMenu::item:selected { color: $on_accent; background: $accent; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $hairline; margin: ${px4}px 0; }

QTabBar { background: $surface; border: 0; }
QTabBar::tab {
    color: $secondary; background: transparent; border: 0;
    border-bottom: 2px solid transparent; padding: ${px10}px ${px3}px; margin: 0 ${px8}px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: ${px8}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${px8}px; margin: 0; }
QScrollBar::handle { background: $hairline; border-radius: ${px3}px; margin: 1px; }
QScrollBar::handle:vertical { min-height: ${px24}px; }
QScrollBar::handle:horizontal { min-width: ${px24}px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: transparent; }
QCheckBox { color: $text; spacing: ${px6}px; }
QCheckBox::indicator, QAbstractItemView::indicator {
    width: ${px12}px; height: ${px12}px; border: 1px solid $faint; border-radius: ${px3}px;
    background: $raised; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {
    background: $accent; border-color: $accent; }
QCheckBox::indicator:disabled { border-color: $hairline; }
QCheckBox::indicator:focus { border: 2px solid $text; }
"""
