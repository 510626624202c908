"""Inputs of a run: files that were identified, took a role, and were opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import BadInput
from engine.experiment import Experiment, Params
from engine.files.identify import identify
from engine.files.kinds import Identified, Opened


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file in the role it plays for an experiment."""

    role: str
    file: Identified

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.file.path


class Inputs(Mapping[str, Any]):
    """Opened inputs by role. An optional role that was not given is simply absent.

    Of a role that takes many files a subscript gives the first; `every` gives all of them.
    """

    def __init__(self, opened: Mapping[str, Opened | Sequence[Opened]]) -> None:
        self._opened = {
            role: tuple(given) if isinstance(given, Sequence) else (given,)
            for role, given in opened.items()
        }

    def __getitem__(self, role: str) -> Any:
        return self._opened[role][0]

    def every(self, role: str) -> tuple[Any, ...]:
        """All inputs of a role in the order given; none where it was left out."""
        return self._opened.get(role, ())

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened)

    def __len__(self) -> int:
        return len(self._opened)


@contextmanager
def opened(files: tuple[InputFile, ...]) -> Iterator[Inputs]:
    """Open every file, and close all of them at the end, whatever happens."""
    handles: list[Opened] = []
    by_role: dict[str, list[Opened]] = {}
    try:
        for item in files:
            handles.append(item.file.kind.open(item.path))
            by_role.setdefault(item.role, []).append(handles[-1])
        yield Inputs(by_role)
    finally:
        for handle in handles:
            handle.close()


def param_files(params: Params) -> tuple[InputFile, ...]:
    """The files that parameters name, each in a role of the parameter's name.

    Raises
    ------
    BadInput
        A path names no file of the kinds its parameter takes.
    """
    found = []
    for name, kinds in file_params(type(params)).items():
        path = str(getattr(params, name))
        if not path:
            continue
        file = identify(path)
        seen = file.seen_as(kinds)
        if seen is None:
            raise BadInput(
                f"{file.path.name} is a {file.kind.title}, but {name} takes: {', '.join(kinds)}."
            )
        found.append(InputFile(name, seen))
    return tuple(found)


def file_params(kind: type[Params]) -> dict[str, list[str]]:
    """Parameters that name a file, with the kinds they take."""
    extras = {name: field.json_schema_extra for name, field in kind.model_fields.items()}
    return {
        name: [str(kind) for kind in extra["file_kinds"]]  # type: ignore[union-attr]
        for name, extra in extras.items()
        if isinstance(extra, dict) and "file_kinds" in extra
    }


def assign_roles(
    experiment: Experiment,
    files: tuple[Identified, ...],
    named: Mapping[str, Identified | Sequence[Identified]],
) -> tuple[InputFile, ...]:
    """Give each file a role: named ones first, the rest by kind in the declared order.

    A role that takes many files takes every further one of its kinds too.

    Raises
    ------
    BadInput
        A file fits no free role, a named role is unknown or of another kind, or a required
        role stays empty.
    """
    taken: dict[str, list[Identified]] = {}
    for role, given in named.items():
        several = (given,) if isinstance(given, Identified) else tuple(given)
        taken[role] = [_fitting(experiment, role, file) for file in several]
    for file in files:
        fits = (
            (spec.role, seen)
            for spec in experiment.inputs
            if (spec.many or spec.role not in taken) and (seen := file.seen_as(spec.kinds))
        )
        role, seen = next(fits, ("", None))
        if seen is None:
            raise BadInput(
                f"{experiment.name} has no free input for {file.path.name} ({file.kind.title}); "
                f"it takes {_takes(experiment)}."
            )
        taken.setdefault(role, []).append(seen)
    for spec in experiment.inputs:
        if len(taken.get(spec.role, ())) > 1 and not spec.many:
            raise BadInput(f"{experiment.name} takes only one {spec.role}; leave out the others.")
        if spec.required and spec.role not in taken:
            kinds = " or ".join(spec.kinds)
            raise BadInput(f"{experiment.name} needs a {spec.role} ({kinds}); give it a file.")
    return tuple(
        InputFile(spec.role, file)
        for spec in experiment.inputs
        for file in taken.get(spec.role, ())
    )


def _takes(experiment: Experiment) -> str:
    """Roles with the kinds of file they take, as a person reads them."""
    return ", ".join(f"{spec.role} ({' or '.join(spec.kinds)})" for spec in experiment.inputs)


def _fitting(experiment: Experiment, role: str, file: Identified) -> Identified:
    """The file, when it may take the role."""
    spec = experiment.input_spec(role)
    if spec is None:
        known = ", ".join(spec.role for spec in experiment.inputs) or "none"
        raise BadInput(f"{experiment.name} has no input named {role!r}; it takes: {known}.")
    seen = file.seen_as(spec.kinds)
    if seen is None:
        raise BadInput(
            f"{file.path.name} is a {file.kind.title}, but {role} of {experiment.name} "
            f"takes: {', '.join(spec.kinds)}."
        )
    return seen
