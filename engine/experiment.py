"""The vocabulary of the house: an experiment is a generator of snapshots.

    inputs + params  ->  experiment  ->  snapshots  ->  window, command line, report or test

An experiment is plain Python. It is called as ``run(inputs, params, ctx)`` and yields a
`Snapshot` whenever there is something worth seeing. It never learns who is watching.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.figures.model import Figure

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

Lane = Literal["batch", "interactive"]


def param(
    default: Any,
    *,
    title: str,
    text: str = "",
    group: str = "Parameters",
    unit: str = "",
    symbol: str = "",
    live: bool = False,
    paper: Any = None,
    auto: Any = None,
    file_kinds: tuple[str, ...] = (),
    **constraints: Any,
) -> Any:
    """Declare one parameter of an experiment.

    Parameters
    ----------
    default
        The value used when nobody sets one.
    title, text
        Label in the form, and the sentence of its tool tip.
    group
        Heading the form puts it under.
    unit, symbol
        Unit of the value, and the symbol or equation the paper uses for it.
    live
        True when the value may change while the experiment runs.
    paper
        The value the paper uses, offered one click away; None when it states none.
    auto
        The value that leaves the choice to the experiment; a form calls it "auto".
    file_kinds
        Kinds of file that a path given here may name; the file is then opened, hashed and
        recorded as an input whose role is the parameter's name.
    **constraints
        Bounds as pydantic names them: ``ge``, ``gt``, ``le``, ``lt``, ``max_length``.
    """
    extra = {
        "group": group,
        "unit": unit,
        "symbol": symbol,
        "live": live,
        "paper": paper,
    }
    if auto is not None:
        extra["auto"] = auto
    if file_kinds:
        extra["file_kinds"] = list(file_kinds)
    return Field(default, title=title, description=text, json_schema_extra=extra, **constraints)


class Params(BaseModel):
    """Parameters of an experiment: a frozen value, checked when it is made."""

    # Built when first used: all of them take a twentieth of a second before a window shows.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    seed: int = param(
        0,
        title="Seed",
        text="Same inputs, parameters and seed give the same numbers on the same machine.",
        group="Run",
        ge=0,
        le=2**31 - 1,
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an experiment has to show at one moment.

    Attributes
    ----------
    step, total
        Progress in the experiment's own unit; ``total`` is None while unknown.
    metrics
        Scalars by name; appended to a history that is never dropped.
    figures
        Figures by name; the newest of a name replaces the one before.
    texts
        Short strings by name, such as the name of a recommended method.
    note
        What is being done now, for the job strip ("decoding frames").
    """

    step: int
    total: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("metrics", "figures", "texts"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@dataclass(frozen=True, slots=True)
class Live:
    """A frame that is shown and forgotten: it enters no history and no results folder."""

    figures: Mapping[str, Figure]

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))


Shown = Snapshot | Live
Runner = Callable[["Inputs", Any, "Context"], Generator[Shown, None, None]]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One role an input file can take, and the kinds of file that may take it.

    With `many`, any number of files take the role, in the order given; `Inputs.every` has them.
    """

    role: str
    kinds: tuple[str, ...]
    required: bool = True
    text: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A metric an experiment reports.

    ``kind`` "value" is compared when a run is replayed, within the relative tolerance
    ``rtol``; "time" (seconds, rates) is not. ``title`` is how a person reads the name.
    """

    name: str
    unit: str = ""
    kind: Literal["value", "time"] = "value"
    rtol: float = 1e-6
    text: str = ""
    title: str = ""

    @property
    def label(self) -> str:
        """What a person reads: the title, or the name in words."""
        return self.title or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Experiment:
    """Something one can run: what it takes, what it reports, and the generator that does it.

    `counts` names the unit of its progress, where that is no step of a training.
    """

    name: str
    summary: str
    params: type[Params]
    run: Runner
    inputs: tuple[InputSpec, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    lane: Lane = "batch"
    counts: str = "step"

    @property
    def system(self) -> str:
        """Name of the system it belongs to: the part before the dot."""
        return self.name.split(".", 1)[0]

    def input_spec(self, role: str) -> InputSpec | None:
        """The declaration of a role, or None."""
        return next((spec for spec in self.inputs if spec.role == role), None)

    def describe(self) -> dict[str, Any]:
        """What ``main.py list --json`` prints: plain data, with the params as JSON schema."""
        return {
            "name": self.name,
            "summary": self.summary,
            "inputs": [
                {
                    "role": spec.role,
                    "kinds": list(spec.kinds),
                    "required": spec.required,
                    **({"many": True} if spec.many else {}),
                }
                for spec in self.inputs
            ],
            "params": self.params.model_json_schema(),
            "metrics": [
                {"name": spec.name, "unit": spec.unit, "kind": spec.kind, "rtol": spec.rtol}
                for spec in self.metrics
            ],
        }


@dataclass(frozen=True, slots=True)
class Query:
    """A pure function ``(data, params) -> figures`` that answers within a frame or three.

    Queries run on the interactive lane, the newest request of a name wins, and nothing of
    them is recorded.
    """

    name: str
    summary: str
    run: Callable[[Any, Any], Mapping[str, Figure]]
