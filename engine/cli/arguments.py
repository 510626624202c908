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


def set_values(experiment: Experiment, words: Iterable[str], seed: int | None) -> dict[str, Any]:
    """Values of ``--set name=value`` and ``--seed``.

    Raises
    ------
    BadParams
        A word has no ``=``.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadParams(f"--set takes name=value, not {word!r}.")
        values[name] = _value(experiment.params, name, text)
    if seed is not None:
        values["seed"] = seed
    return values


def role_options(experiment: Experiment, words: Sequence[str]) -> dict[str, Path]:
    """``--ROLE FILE`` pairs among the words that argparse did not know.

    Raises
    ------
    BadParams
        A word is no role of the experiment, or its file is missing.
    """
    roles = {spec.role for spec in experiment.inputs}
    found: dict[str, Path] = {}
    rest = list(words)
    while rest:
        option, equals, joined = rest.pop(0).partition("=")
        role = option.removeprefix("--")
        if not option.startswith("--") or role not in roles:
            raise BadParams(
                f"{experiment.name} does not know {option!r}; "
                f"its inputs are: {', '.join(sorted(roles)) or 'none'}."
            )
        if not equals and not rest:
            raise BadParams(f"{option} needs a file.")
        found[role] = Path(joined if equals else rest.pop(0))
    return found


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
