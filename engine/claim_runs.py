"""Run the check of a claim and apply its rule."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from engine import registry
from engine.claims import Claim, Verdict, judge
from engine.control import Control
from engine.errors import BadInput, Cancelled, PeerscopeError
from engine.experiment import Shown
from engine.files.identify import identify
from engine.files.inputs import assign_roles
from engine.param_spec import checked
from engine.places import data_dir
from engine.run import Run, RunRequest

_REFERENCE = "reference:"


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
    files = [identify(example_of(claim.system))] if claim.uses_example else []
    files += [identify(reference_file(name)) for name in claim.needs]
    values = {name: _placed(value) for name, value in claim.params.items()}
    params = checked(experiment.params, values)
    return RunRequest(experiment, assign_roles(experiment, tuple(files), {}), params)


def reference_file(name: str) -> Path:
    """A file that others released, in the reference folder.

    That is where ``PEERSCOPE_REFERENCE`` says, else ``reference`` in the data folder, or
    ``../shared/data`` where a checkout has it beside itself.

    Raises
    ------
    BadInput
        It is not there; the sentence says where it was looked for.
    """
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    usual = beside if beside.is_dir() else data_dir() / "reference"
    path = Path(os.environ.get("PEERSCOPE_REFERENCE", usual)) / name
    if not path.is_file():
        raise BadInput(
            f"{name} is released by the authors and not brought along; put it at {path}, or "
            "set PEERSCOPE_REFERENCE to the folder that holds it."
        )
    return path


def _placed(value: object) -> object:
    """A parameter ``reference:NAME`` as the place of that file."""
    if isinstance(value, str) and value.startswith(_REFERENCE):
        return str(reference_file(value.removeprefix(_REFERENCE)))
    return value


def check_claim(
    claim: Claim,
    folder: Path,
    control: Control | None = None,
    watch: Callable[[Shown], None] = lambda shown: None,
    keep: Callable[[Claim, Verdict], None] = lambda claim, verdict: None,
) -> Verdict:
    """Run a claim's experiment into `folder` and judge what it measured.

    Parameters
    ----------
    keep
        Given the verdict of a run that came to its end; what can be mended is not kept.

    Raises
    ------
    Cancelled
        The run was ended before there was anything to judge.
    """
    if not claim.runnable:
        return judge(claim, {})
    try:
        request = request_of(claim)
    except BadInput as error:
        if not claim.needs:
            raise
        return Verdict("not comparable", reason=error.sentence)
    result = Run(request, folder, control, watch).execute()
    if result.status == "cancelled":
        raise Cancelled
    if result.status == "failed":
        return Verdict("not comparable", reason=f"the run failed: {result.message}")
    verdict = judge(claim, result.metrics)
    keep(claim, verdict)
    return verdict
