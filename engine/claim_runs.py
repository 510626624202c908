"""Run the check of a claim and apply its rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine import registry
from engine.claims import Claim, Verdict, judge
from engine.control import Control
from engine.errors import Cancelled, PeerscopeError
from engine.experiment import Shown
from engine.files.identify import identify
from engine.files.inputs import assign_roles
from engine.param_spec import checked
from engine.places import data_dir
from engine.run import Run, RunRequest


def example_of(system_name: str) -> Path:
    """The example recording of a system, made on first use.

    Raises
    ------
    PeerscopeError
        The system has none.
    """
    system = next(item for item in registry.systems() if item.name == system_name)
    if system.example is None:
        raise PeerscopeError(f"{system.title} has no example of its own.")
    return system.example(data_dir() / "examples")


def request_of(claim: Claim) -> RunRequest:
    """The run that tests a claim; makes the example it takes as input."""
    experiment = registry.experiment(claim.experiment)
    files = (identify(example_of(claim.system)),) if claim.uses_example else ()
    params = checked(experiment.params, claim.params)
    return RunRequest(experiment, assign_roles(experiment, files, {}), params)


def check_claim(
    claim: Claim,
    folder: Path,
    control: Control | None = None,
    watch: Callable[[Shown], None] = lambda shown: None,
) -> Verdict:
    """Run a claim's experiment into `folder` and judge what it measured.

    Raises
    ------
    Cancelled
        The run was ended before there was anything to judge.
    """
    if not claim.runnable:
        return judge(claim, {})
    result = Run(request_of(claim), folder, control, watch).execute()
    if result.status == "cancelled":
        raise Cancelled
    if result.status == "failed":
        return Verdict("not comparable", reason=f"the run failed: {result.message}")
    return judge(claim, result.metrics)
