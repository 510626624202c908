"""A form made from the declared parameters of an experiment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.experiment import Params
from engine.param_spec import ParamSpec, checked, param_specs, problems
from gui.style import set_look
from gui.theme import theme
from gui.widgets.param_row import ParamRow
from gui.widgets.section import Section


class ParamForm(QWidget):
    """Edits the values of a params model, group by group.

    A value is told of once it is allowed; what is not is told below its field and kept out of
    `edited` and `changed`.

    Parameters
    ----------
    lazy
        True for a form that stands on a page which is seldom shown first: it holds its values
        from the start, and makes its rows when it is seen.

    Signals
    -------
    changed(str, object)
        A parameter has another value, whoever set it.
    edited(str, object, object)
        A person changed a parameter: name, value before, value after. To undo it, give the value
        before to `set_values`.
    """

    changed = Signal(str, object)
    edited = Signal(str, object, object)

    def __init__(self, parent: QWidget | None = None, *, lazy: bool = False) -> None:
        super().__init__(parent)
        self._lazy = lazy
        self._groups: dict[str, list[ParamSpec]] = {}
        self._model: type[BaseModel] | None = None
        self._on_command_line = True
        self._rows: dict[str, ParamRow] = {}
        self._allowed: dict[str, Any] = {}
        self._entries: dict[str, Any] = {}
        self._running = False
        self._sections: list[Section] = []
        self._whole = QLabel()
        self._whole.setWordWrap(True)
        set_look(self._whole, "differs")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._whole)
        self._dress()
        theme().changed.connect(self._dress)

    def set_model(
        self,
        model: type[BaseModel],
        values: Mapping[str, Any] | None = None,
        hidden: Collection[str] = (),
    ) -> None:
        """Show the parameters of a model.

        Parameters
        ----------
        model
            A `Params` type, or another model declared with `engine.experiment.param`.
        values
            Values to begin with; the defaults for those left out.
        hidden
            Parameters without a row; they keep their value.
        """
        self._clear()
        self._model = model
        self._on_command_line = issubclass(model, Params)
        specs = param_specs(model)
        self._entries = {spec.name: spec.default for spec in specs} | dict(values or {})
        self._allowed = dict(self._entries)
        self._groups = {}
        for spec in specs:
            if spec.name not in hidden:
                self._groups.setdefault(spec.group, []).append(spec)
        if self._lazy and not self.isVisible():
            self._check()
        else:
            self._make_rows()

    def values(self) -> dict[str, Any]:
        """What the form holds, entries that are not allowed included."""
        return dict(self._entries)

    def params(self) -> Any:
        """The checked params value.

        Raises
        ------
        BadParams
            An entry is not allowed; the sentence says which and why.
        """
        if self._model is None:
            raise ValueError("the form has no model yet")
        return checked(self._model, self._entries)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Set parameters from outside: emits `changed` for each that differs, never `edited`."""
        before = self._allowed
        self._enter(values)
        for name, _, after in self._changes_since(before):
            self.changed.emit(name, after)

    def take_paper_values(self) -> None:
        """Take every value the paper states, as if each button had been pressed."""
        self._make_rows()
        for row in self._rows.values():
            if row.spec.paper is not None and row.field.isEnabled():
                self._take_paper_value(row.spec.name)

    def set_running(self, running: bool) -> None:
        """Lock all but the live parameters while an experiment runs."""
        self._running = running
        for row in self._rows.values():
            row.set_running(running)

    def row(self, name: str) -> ParamRow:
        """The row of a parameter, to give it the focus or a neighbour."""
        self._make_rows()
        return self._rows[name]

    def showEvent(self, event: QShowEvent) -> None:
        """Make the rows that nobody has asked for yet."""
        super().showEvent(event)
        self._make_rows()

    def _make_rows(self) -> None:
        groups, self._groups = self._groups, {}
        for title, members in groups.items():
            self._add_section(title, members)
        if groups:
            self._check()

    def _clear(self) -> None:
        for section in self._sections:
            self._layout.removeWidget(section)
            section.hide()
            section.deleteLater()
        self._sections.clear()
        self._rows.clear()

    def _add_section(self, title: str, specs: list[ParamSpec]) -> None:
        section = Section(title)
        layout = QVBoxLayout(section.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(4))
        for spec in specs:
            row = ParamRow(spec, command_line=self._on_command_line)
            row.committed.connect(self._on_committed)
            row.paper_asked.connect(self._take_paper_value)
            row.set_running(self._running)
            row.field.show_value(self._entries[spec.name])
            layout.addWidget(row)
            self._rows[spec.name] = row
        self._sections.append(section)
        self._layout.insertWidget(self._layout.count() - 1, section)

    def _dress(self) -> None:
        self._layout.setSpacing(theme().px(16))

    def _take_paper_value(self, name: str) -> None:
        self._accept(name, self._rows[name].spec.paper)

    def _on_committed(self, name: str) -> None:
        self._accept(name, self._rows[name].field.value())

    def _accept(self, name: str, entry: Any) -> None:
        """Take what a person entered, and tell of it if it is allowed."""
        earlier = self._allowed
        self._enter({name: entry})
        for changed, before, after in self._changes_since(earlier):
            self.edited.emit(changed, before, after)
            self.changed.emit(changed, after)

    def _changes_since(self, earlier: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
        """Name, value before and value now of whatever differs.

        More than one can: an entry that waited for another becomes allowed with it.
        """
        pairs = [(name, earlier[name], value) for name, value in self._allowed.items()]
        return [(name, before, after) for name, before, after in pairs if before != after]

    def _enter(self, entries: Mapping[str, Any]) -> None:
        """Take entries, check all, and show the allowed ones as the model reads them."""
        self._entries.update(entries)
        wrong = self._check()
        for name in entries:
            if not wrong.keys() & {name, ""}:
                self._entries[name] = self._allowed[name]
            if name in self._rows:
                self._rows[name].field.show_value(self._entries[name])

    def _check(self) -> dict[str, str]:
        """Show what is wrong, and keep the values that are allowed."""
        wrong = self._problems()
        for name, row in self._rows.items():
            row.set_problem(wrong.get(name, ""))
        elsewhere = [sentence for name, sentence in wrong.items() if name not in self._rows]
        self._whole.setText(" ".join(elsewhere))
        self._whole.setVisible(bool(elsewhere))
        return wrong

    def _problems(self) -> dict[str, str]:
        """What is wrong; when the rest holds together it becomes what is allowed."""
        if self._model is None:
            return {}
        wrong = problems(self._model, self._entries)
        rest = {name: self._allowed[name] for name in wrong if name in self._allowed}
        candidate = self._entries | rest
        # A fault of several parameters together shows only once each one is sound by itself.
        together = problems(self._model, candidate)
        if not together:
            made = checked(self._model, candidate)
            self._allowed = {name: getattr(made, name) for name in candidate}
        return wrong | together
