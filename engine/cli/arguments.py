"""Words of the command line made into values."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, get_origin

from engine.errors import BadParams
from engine.experiment import Experiment, Params


class Parser(argparse.ArgumentParser):
    """Faults become one sentence instead of a usage text."""

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the words given."""
        raise BadParams(f"{message[0].upper()}{message[1:]}; see: python main.py --help.")


class Once(argparse.Action):
    """Keeps one value; the same option again is refused rather than taken instead of it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Keep the value."""
        seen = vars(namespace).setdefault("_seen", set())
        if self.dest in seen:
            parser.error(f"{option_string} is given twice")
        seen.add(self.dest)
        setattr(namespace, self.dest, values)


def set_values(experiment: Experiment, words: Iterable[str], seed: int | None) -> dict[str, Any]:
    """Values of ``--set name=value`` and ``--seed``.

    Raises
    ------
    BadParams
        A word has no ``=``, or a name is given twice.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadParams(f"--set takes name=value, not {word!r}.")
        if name in values:
            raise BadParams(f"--set {name} is given twice.")
        values[name] = _value(experiment.params, name, text)
    if seed is not None and "seed" in values:
        raise BadParams("The seed is given twice, by --seed and by --set.")
    if seed is not None:
        values["seed"] = seed
    return values


def given_files(
    experiment: Experiment, words: Sequence[str]
) -> tuple[dict[str, tuple[Path, ...]], tuple[Path, ...]]:
    """``--ROLE FILE`` pairs and other files among the words that are no common option.

    A role that takes many files may be named as often.

    Options and files may stand in any order.

    Raises
    ------
    BadParams
        An option is no role of the experiment, lacks its file, or is given twice.
    """
    roles = [spec.role for spec in experiment.inputs]
    parser = Parser(prog=experiment.name, add_help=False, allow_abbrev=False)
    for spec in experiment.inputs:
        action: Any = "append" if spec.many else Once
        parser.add_argument(f"--{spec.role}", type=Path, action=action, default=argparse.SUPPRESS)
    named, rest = parser.parse_known_args(words)
    # After ``--`` whatever follows is a file.
    end = rest.index("--") if "--" in rest else len(rest)
    before, after = rest[:end], rest[end + 1 :]
    for word in before:
        if word.startswith("-") and word != "-":
            raise BadParams(_unknown(experiment, word.partition("=")[0]))
    found = {
        role: tuple(given) if isinstance(given, list) else (given,)
        for role, given in vars(named).items()
        if role in roles
    }
    return found, tuple(map(Path, (*before, *after)))


def _unknown(experiment: Experiment, option: str) -> str:
    name = option.lstrip("-")
    if name in experiment.params.model_fields:
        return f"{option} is a parameter; write --set {name}=VALUE."
    roles = ", ".join(sorted(spec.role for spec in experiment.inputs)) or "none"
    return f"{experiment.name} does not know {option!r}; its inputs are: {roles}."


def _value(params: type[Params], name: str, text: str) -> Any:
    """JSON where it is JSON, ``1,2,3`` for a tuple, else the text itself."""
    field = params.model_fields.get(name)
    if field is not None and get_origin(field.annotation) is tuple and "[" not in text:
        text = f"[{text}]"
    if field is not None and field.annotation is str:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
