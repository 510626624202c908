"""What a form needs to know of parameters: their declarations read into plain data.

A window makes its form from these. What is wrong with a value is said here and nowhere else, to
the form, the command line and the engine alike. Nothing here knows of Qt.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from engine.errors import BadParams
from engine.experiment import Params

Kind = Literal["bool", "int", "float", "choice", "text", "list"]
Model = TypeVar("Model", bound=BaseModel)

_NUMBERS: dict[Any, Kind] = {int: "int", float: "float"}


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter, as a form shows it.

    Attributes
    ----------
    name, title, text, group, unit, symbol, live, paper
        As declared with `engine.experiment.param`.
    kind
        How it is edited; "list" is a tuple, written with commas.
    choices
        Values of a "choice", else empty.
    low, high
        Bounds of a number, None where there is none.
    low_open, high_open
        True when the bound itself is not allowed.
    default
        The value used when nobody sets one.
    optional
        True when it may be None ("not set").
    auto
        The value that leaves the choice to the experiment; None where there is none.
    """

    name: str
    title: str
    text: str
    group: str
    unit: str
    symbol: str
    live: bool
    paper: Any
    kind: Kind
    choices: tuple[Any, ...]
    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    default: Any
    optional: bool
    auto: Any = None

    def allowed(self) -> str:
        """The bounds in words ("2 to 64", "above 0"); empty without bounds."""
        low = "" if self.low is None else f"{self.low:.12g}"
        high = "" if self.high is None else f"{self.high:.12g}"
        if low and high and not (self.low_open or self.high_open):
            return f"{low} to {high}"
        above = low and f"{'above' if self.low_open else 'at least'} {low}"
        below = high and f"{'below' if self.high_open else 'at most'} {high}"
        return " and ".join(part for part in (above, below) if part)

    def show(self, value: Any) -> str:
        """A value as the form writes it, without its unit; empty for None."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, float):
            return f"{value:.12g}"
        if isinstance(value, (tuple, list)):
            return ", ".join(self.show(item) for item in value)
        return str(value)

    def read(self, text: str) -> Any:
        """The value a typed text stands for, unchecked; the text itself where it is no number."""
        text = text.strip()
        if self.optional and not text:
            return None
        if self.kind == "list":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if self.kind in ("int", "float"):
            return _number(text)
        return text


def param_specs(kind: type[BaseModel]) -> tuple[ParamSpec, ...]:
    """The parameters of a model, its own first and those every experiment has last.

    Raises
    ------
    TypeError
        A parameter has a type that no form can show.
    """
    fields = kind.model_fields
    own = [name for name in fields if name not in Params.model_fields]
    shared = [name for name in fields if name in Params.model_fields]
    return tuple(_spec(name, fields[name]) for name in own + shared)


def problems(kind: type[BaseModel], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with values: one sentence for each parameter, the first one said of it.

    A fault of several parameters together is under the empty name.
    """
    try:
        kind.model_validate(dict(values))
    except ValidationError as error:
        found: dict[str, str] = {}
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else ""
            found.setdefault(name, _sentence(kind, name, fault))
        return found
    return {}


def checked(kind: type[Model], values: Mapping[str, Any]) -> Model:
    """A model of these values.

    Raises
    ------
    BadParams
        The first of `problems`; where the title does not tell the parameter's name, which a
        command line needs, it follows in brackets.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError:
        name, sentence = next(iter(problems(kind, values).items()))
        raise BadParams(_named(kind, name, sentence)) from None


def _spec(name: str, info: FieldInfo) -> ParamSpec:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    plain, optional, inner = _without_none(info.annotation)
    kind, choices = _classify(name, plain, optional)
    constraints = (*info.metadata, *inner)
    low, low_open = _bound(constraints, "ge", "gt")
    high, high_open = _bound(constraints, "le", "lt")
    return ParamSpec(
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        text=info.description or "",
        group=str(extra.get("group", "Parameters")),
        unit=str(extra.get("unit", "")),
        symbol=str(extra.get("symbol", "")),
        live=bool(extra.get("live")),
        paper=extra.get("paper"),
        kind=kind,
        choices=choices,
        low=low,
        high=high,
        low_open=low_open,
        high_open=high_open,
        default=info.get_default(call_default_factory=True, validated_data={}),
        optional=optional,
        auto=extra.get("auto"),
    )


def _without_none(annotation: Any) -> tuple[Any, bool, tuple[Any, ...]]:
    """The type without None, whether None was in it, and constraints found inside."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False, ()
    members = [item for item in get_args(annotation) if item is not type(None)]
    optional = len(members) < len(get_args(annotation))
    if get_origin(members[0]) is Annotated and len(members) == 1:
        plain, *inner = get_args(members[0])
        unpacked = [part for item in inner for part in getattr(item, "metadata", [item])]
        return plain, optional, tuple(unpacked)
    plain = float if set(members) == {int, float} else members[0]
    return (plain if len(members) == 1 or plain is float else annotation), optional, ()


def _classify(name: str, plain: Any, optional: bool) -> tuple[Kind, tuple[Any, ...]]:
    none = (None,) if optional else ()
    if plain is bool:
        return ("choice", (None, True, False)) if optional else ("bool", ())
    if get_origin(plain) is Literal:
        return "choice", none + get_args(plain)
    if get_origin(plain) is tuple:
        return "list", ()
    if plain is str:
        return "text", ()
    if plain in _NUMBERS:
        return _NUMBERS[plain], ()
    raise TypeError(f"no form can show parameter {name} of type {plain}")


def _bound(constraints: tuple[Any, ...], closed: str, opened: str) -> tuple[float | None, bool]:
    for item in constraints:
        if isinstance(item, (Ge, Le)) and hasattr(item, closed):
            return getattr(item, closed), False
        if isinstance(item, (Gt, Lt)) and hasattr(item, opened):
            return getattr(item, opened), True
    return None, False


def _number(text: str) -> int | float | str:
    for reader in (int, float):
        try:
            return reader(text)
        except ValueError:
            continue
    return text


def _sentence(kind: type[BaseModel], name: str, fault: Any) -> str:
    info = kind.model_fields.get(name)
    if info is None:
        known = ", ".join(kind.model_fields)
        plain = fault["msg"].removeprefix("Value error, ")
        return f"There is no parameter {name!r}; there are: {known}." if name else _full(plain)
    title = info.title or name
    return f"{title} {_must(fault)}."


def _named(kind: type[BaseModel], name: str, sentence: str) -> str:
    info = kind.model_fields.get(name)
    title = info.title if info is not None and info.title else name
    if title.lower().replace(" ", "_") == name:
        return sentence
    return f"{title} ({name}){sentence.removeprefix(title)}"


def _must(fault: Any) -> str:
    """What a parameter must be, from pydantic's name of the fault."""
    words = _MUST.get(fault["type"])
    if words is None:
        plain = fault["msg"].removeprefix("Value error, ").rstrip(".")
        return f"is not allowed: {plain[0].lower()}{plain[1:]}"
    bounds = {
        key: f"{value:.12g}" if isinstance(value, float) else value
        for key, value in fault.get("ctx", {}).items()
    }
    return words.format(**bounds)


def _full(message: str) -> str:
    return f"{message[0].upper()}{message[1:].rstrip('.')}."


_WHOLE = "must be a whole number"
_MUST = {
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "is too large",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be on or off",
    "bool_type": "must be on or off",
    "string_type": "must be a text",
    "literal_error": "must be {expected}",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_too_long": "may have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "may have at most {max_length} values",
    "too_short": "must have at least {min_length} values",
    "missing": "has too few values; separate them with commas",
}
