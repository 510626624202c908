from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import model_validator
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.behavior.experiments import EmbedParams
from engine.errors import BadParams
from engine.experiment import Params, param
from engine.figures import tokens
from gui.widgets.labels import LiveDot
from gui.widgets.param_form import ParamForm
from gui.widgets.param_row import tool_tip


class Sample(Params):
    rate: float = param(
        0.01,
        title="Rate",
        unit="1/s",
        symbol="η",
        group="Model",
        live=True,
        paper=1e-3,
        gt=0,
        lt=1,
    )
    depth: int = param(4, title="Depth", group="Model", paper=8, ge=1, le=9)
    floor: int = param(0, title="Floor", group="Model")
    kind: Literal["a", "b"] = param("a", title="Kind", paper="b")
    whiten: bool = param(False, title="Whiten", live=True)
    clip: float | None = param(None, title="Clip")
    box: tuple[int, int] = param((1, 2), title="Box")
    name: str = param("x", title="Name")
    side: int = param(0, title="Side", unit="px", auto=0, ge=0)

    @model_validator(mode="after")
    def _order(self) -> Sample:
        if self.floor > self.depth:
            raise ValueError("the floor lies above the depth")
        return self


class Told:
    """What a form tells."""

    def __init__(self, form: ParamForm) -> None:
        self.edited: list[tuple[Any, ...]] = []
        self.changed: list[tuple[Any, ...]] = []
        form.edited.connect(self.on_edited)
        form.changed.connect(self.on_changed)

    def on_edited(self, *words: Any) -> None:
        self.edited.append(words)

    def on_changed(self, *words: Any) -> None:
        self.changed.append(words)


@pytest.fixture
def form(qtbot: QtBot) -> ParamForm:
    form = ParamForm()
    qtbot.addWidget(form)
    form.set_model(Sample)
    form.resize(tokens.SIDE_PX - 32, 600)
    form.show()
    qtbot.waitExposed(form)
    return form


def type_into(qtbot: QtBot, form: ParamForm, name: str, text: str) -> None:
    field = form.row(name).field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_begins_with_the_defaults(form: ParamForm) -> None:
    assert form.params() == Sample()
    assert form.values() == Sample().model_dump()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("depth", "7", 7),
        ("rate", "2e-3", 0.002),
        ("rate", "0.5 1/s", 0.5),
        ("clip", "3", 3.0),
        ("box", "5, 6", (5, 6)),
        ("name", "mouse", "mouse"),
    ],
)
def test_typing_sets_and_tells(
    qtbot: QtBot, form: ParamForm, name: str, text: str, value: Any
) -> None:
    told = Told(form)
    before = form.values()[name]
    type_into(qtbot, form, name, text)
    assert told.edited == [(name, before, value)]
    assert told.changed == [(name, value)]
    assert getattr(form.params(), name) == value


def test_what_is_left_to_the_experiment_reads_auto(qtbot: QtBot, form: ParamForm) -> None:
    field = form.row("side").field
    assert field.text() == "auto"
    type_into(qtbot, form, "side", "96")
    assert (field.text(), form.values()["side"]) == ("96 px", 96)
    type_into(qtbot, form, "side", "Auto")
    assert (field.text(), form.values()["side"]) == ("auto", 0)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert form.values()["side"] == 1


def test_choice_and_switch_set_and_tell(qtbot: QtBot, form: ParamForm) -> None:
    told = Told(form)
    qtbot.keyClick(form.row("kind").field, Qt.Key.Key_Down)
    qtbot.keyClick(form.row("whiten").field, Qt.Key.Key_Space)
    assert told.edited == [("kind", "a", "b"), ("whiten", False, True)]
    assert (form.params().kind, form.params().whiten) == ("b", True)


def test_value_not_allowed_is_told_below_its_field(qtbot: QtBot, form: ParamForm) -> None:
    told = Told(form)
    type_into(qtbot, form, "depth", "12")
    row = form.row("depth")
    assert row.problem == "Depth must be at most 9."
    assert any(
        label.isVisible() and label.text() == row.problem for label in row.findChildren(QLabel)
    )
    assert row.field.property("wrong") is True
    assert told.edited == []
    with pytest.raises(BadParams, match=r"^Depth must be at most 9\.$"):
        form.params()
    type_into(qtbot, form, "depth", "5")
    assert (row.problem, form.params().depth) == ("", 5)
    assert told.edited == [("depth", 4, 5)], "the value before is the last one allowed"


def test_other_fields_stay_usable_beside_a_wrong_one(qtbot: QtBot, form: ParamForm) -> None:
    told = Told(form)
    type_into(qtbot, form, "depth", "many")
    assert form.row("depth").problem == "Depth must be a whole number."
    type_into(qtbot, form, "name", "mouse")
    assert told.edited == [("name", "x", "mouse")]


def test_fault_of_two_parameters_together_is_told(qtbot: QtBot, form: ParamForm) -> None:
    told = Told(form)
    type_into(qtbot, form, "floor", "6")
    sentence = "The floor lies above the depth."
    assert any(
        label.isVisible() and label.text() == sentence for label in form.findChildren(QLabel)
    )
    assert told.edited == []
    type_into(qtbot, form, "depth", "7")
    assert sorted(told.edited) == [("depth", 4, 7), ("floor", 0, 6)]
    assert (form.params().floor, form.params().depth) == (6, 7)


def test_undo_by_setting_the_value_before(qtbot: QtBot, form: ParamForm) -> None:
    type_into(qtbot, form, "depth", "7")
    told = Told(form)
    form.set_values({"depth": 4, "name": "x"})
    assert (told.edited, told.changed) == ([], [("depth", 4)])
    assert form.params() == Sample()
    assert form.row("depth").field.value() == 4


def test_steps_stay_within_bounds(qtbot: QtBot, form: ParamForm) -> None:
    field = form.row("depth").field
    for _ in range(7):
        qtbot.keyClick(field, Qt.Key.Key_Up)
    assert form.params().depth == 9
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert form.params().depth == 8


def test_wheel_scrolls_the_form_until_the_field_has_the_focus(
    qtbot: QtBot, form: ParamForm
) -> None:
    field = form.row("depth").field
    point = QPointF(field.rect().center())
    wheel = QWheelEvent(
        point,
        field.mapToGlobal(point),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    form.row("floor").field.setFocus()
    QApplication.sendEvent(field, wheel)
    assert form.params().depth == 4
    form.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QApplication.sendEvent(field, wheel)
    assert form.params().depth == 5


def test_steps_of_a_small_number_are_a_tenth_of_its_size(qtbot: QtBot, form: ParamForm) -> None:
    field = form.row("rate").field
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert form.params().rate == pytest.approx(0.011)
    for _ in range(30):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    assert 0 < form.params().rate < 0.01


def test_paper_values_are_one_click_away(qtbot: QtBot, form: ParamForm) -> None:
    told = Told(form)
    assert form.row("depth").paper_button.text() == "8"
    assert not form.row("floor").paper_button.isVisible()
    qtbot.mouseClick(form.row("depth").paper_button, Qt.MouseButton.LeftButton)
    assert told.edited == [("depth", 4, 8)]
    form.take_paper_values()
    assert told.edited[1:] == [("rate", 0.01, 1e-3), ("kind", "a", "b")]
    assert form.params() == Sample(depth=8, rate=1e-3, kind="b")


def test_running_locks_all_but_live(form: ParamForm) -> None:
    form.set_running(True)
    free = {name for name in form.values() if form.row(name).field.isEnabled()}
    assert free == {"rate", "whiten"}
    assert "Cannot change while running." in form.row("depth").field.toolTip()
    form.take_paper_values()
    assert (form.params().depth, form.params().rate) == (4, 1e-3)
    form.set_running(False)
    assert form.row("depth").field.isEnabled()


def test_live_parameters_have_the_dot(form: ParamForm) -> None:
    dotted = {name for name in form.values() if form.row(name).findChildren(LiveDot)}
    assert dotted == {"rate", "whiten"}


def test_every_control_is_named_described_and_reachable(form: ParamForm) -> None:
    for name in form.values():
        row = form.row(name)
        assert row.field.accessibleName() == row.spec.title
        assert f"--set {name}=" in row.field.accessibleDescription()
        assert row.field.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_tool_tip_tells_symbol_bounds_and_unit(form: ParamForm) -> None:
    assert tool_tip(form.row("rate").spec).splitlines() == [
        "Rate (η)",
        "Allowed: above 0 and below 1 1/s",
        "Command line: --set rate=…",
    ]


def test_hidden_parameters_keep_their_value(qtbot: QtBot) -> None:
    form = ParamForm()
    qtbot.addWidget(form)
    form.set_model(EmbedParams, {"crop_box": (1, 2, 3, 4)}, hidden=("crop_box",))
    assert form.params().crop_box == (1, 2, 3, 4)
    with pytest.raises(KeyError):
        form.row("crop_box")
    form.set_values({"crop_box": (5, 6, 7, 8)})
    assert form.params().crop_box == (5, 6, 7, 8)


def test_another_model_takes_the_place(qtbot: QtBot, form: ParamForm) -> None:
    form.set_model(EmbedParams, {"latent": 3})
    assert form.params() == EmbedParams(latent=3)


def test_nothing_is_wider_than_the_column(form: ParamForm) -> None:
    for name in form.values():
        field = form.row(name).field
        right = field.mapTo(form, field.rect().topRight()).x()
        assert right < form.width()
