"""What papers report, what we measured, and the rule that compares the two, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Word = Literal["reproduced", "differs", "not comparable", "not run"]


@dataclass(frozen=True, slots=True)
class Reported:
    """A value with its spread, as a paper prints it or as theory derives it."""

    value: float
    spread: float | None = None
    unit: str = ""
    source: Literal["reported", "theory"] = "reported"

    def __str__(self) -> str:
        spread = "" if self.spread is None else f" ± {self.spread:g}"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.value:g}{spread}{unit}"


@dataclass(frozen=True, slots=True)
class Within:
    """Reproduced when the measured metric is within `tolerance` of the reported value."""

    metric: str
    tolerance: float


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Reproduced when the measured metric is `bound` or more."""

    metric: str
    bound: float


@dataclass(frozen=True, slots=True)
class AtMost:
    """Reproduced when the measured metric is `bound` or less."""

    metric: str
    bound: float


@dataclass(frozen=True, slots=True)
class NotComparable:
    """The claim cannot be tested here, for the reason given."""

    reason: str


Rule = Within | AtLeast | AtMost | NotComparable


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable sentence of a paper.

    Attributes
    ----------
    key
        Short name, unique in its system.
    system, method
        The system that tests it, and the method as its authors call it.
    text, where
        The sentence, and where it stands ("Table 2").
    reported
        The value, or None where the paper gives none.
    rule
        What turns a measurement into a verdict.
    experiment, params
        What to run; empty for a claim that cannot be tested.
    uses_example
        True when the run takes the system's own example as its input.
    needs
        Files the run takes as inputs, by their place in the reference folder: weights that
        others released and that the product does not bring along.
    scale
        "as in the paper", or "reduced: what and by how much".
    budget_s, gpu_budget_s
        Seconds it may take on a 2-core CPU, and on a GPU.
    """

    key: str
    system: str
    method: str
    text: str
    where: str
    reported: Reported | None
    rule: Rule
    experiment: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    uses_example: bool = False
    needs: tuple[str, ...] = ()
    scale: str = "as in the paper"
    budget_s: float = 0.0
    gpu_budget_s: float = 0.0

    @property
    def runnable(self) -> bool:
        """False when its rule says beforehand that nothing here can test it."""
        return not isinstance(self.rule, NotComparable)

    def describe(self) -> dict[str, Any]:
        """Plain data for ``main.py claims --list --json``."""
        rule = {"rule": type(self.rule).__name__, **asdict(self.rule)}
        plain = {
            name: getattr(self, name)
            for name in (
                *("key", "system", "method", "text", "where", "experiment", "uses_example"),
                *("scale", "budget_s", "gpu_budget_s"),
            )
        }
        reported = None if self.reported is None else asdict(self.reported)
        return {**plain, "params": dict(self.params), "reported": reported, "rule": rule}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a claim: the word, the measured value, and the reason in a sentence."""

    word: Word
    measured: float | None = None
    reason: str = ""


NOT_RUN = Verdict("not run")


def judge(claim: Claim, metrics: Mapping[str, float]) -> Verdict:
    """Apply the rule of a claim to the metrics of the run that tested it.

    Returns
    -------
    Verdict
        "not comparable" with the reason when the metric is missing or not a number.
    """
    rule = claim.rule
    if isinstance(rule, NotComparable):
        return Verdict("not comparable", reason=rule.reason)
    measured = metrics.get(rule.metric)
    if measured is None or not math.isfinite(measured):
        return Verdict("not comparable", reason=f"the run gave no value for {rule.metric}")
    holds, reason = _apply(rule, claim.reported, measured)
    return Verdict("reproduced" if holds else "differs", measured, reason)


def _apply(
    rule: Within | AtLeast | AtMost, reported: Reported | None, measured: float
) -> tuple[bool, str]:
    if isinstance(rule, AtLeast):
        return measured >= rule.bound, f"at least {rule.bound:g} is asked"
    if isinstance(rule, AtMost):
        return measured <= rule.bound, f"at most {rule.bound:g} is asked"
    if reported is None:
        raise ValueError("a Within rule needs a reported value")
    distance = abs(measured - reported.value)
    return distance <= rule.tolerance, f"{distance:.3g} away, {rule.tolerance:g} allowed"
