"""The commands, one function each: arguments in, exit code out."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine import registry
from engine.claims import NOT_RUN, Claim, Verdict
from engine.cli.arguments import given_files, set_values
from engine.cli.progress import ProgressBar
from engine.control import Control
from engine.errors import Cancelled, PeerscopeError
from engine.figures.tokens import SIGNS
from engine.files.identify import identify
from engine.files.inputs import assign_roles, opened, param_files
from engine.param_spec import checked
from engine.results import Result


def say(text: str = "") -> None:
    """A line on standard output."""
    sys.stdout.write(text + "\n")


def list_command(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """``list``: experiments with their parameters."""
    _refuse(extra)
    found = registry.experiments()
    if options.json:
        say(json.dumps([item.describe() for item in found], indent=2))
        return 0
    for item in found:
        say(f"{item.name}: {item.summary}")
        for spec in item.inputs:
            need = "" if spec.required else " (optional)"
            need += " (any number)" if spec.many else ""
            say(f"    --{spec.role} {'|'.join(spec.kinds)}{need}")
        for name, field in item.params.model_fields.items():
            say(f"    --set {name}={_shown(field.default)}  {field.description or ''}")
    return 0


def run_command(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """``run``: one experiment into a results folder."""
    from engine.run import Run, RunRequest

    experiment = registry.experiment(options.experiment)
    params = checked(experiment.params, set_values(experiment, options.set, options.seed))
    roles, others = given_files(experiment, extra)
    named = {role: tuple(map(identify, paths)) for role, paths in roles.items()}
    files = assign_roles(experiment, tuple(identify(path) for path in others), named)
    with opened((*files, *param_files(params))):
        pass
    with _interruptible() as control, _progress() as bar:
        run = Run(RunRequest(experiment, files, params), options.out, control, bar)
        result = run.execute()
    return _told(result, options.out, run.error)


def claims_command(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """``claims``: reported, measured and verdict of every claim."""
    _refuse(extra)
    claims = registry.claims(options.system)
    rows: list[dict[str, Any]] = []
    try:
        with _interruptible() as control:
            for claim in claims:
                verdict = _verdict(claim, options, control)
                rows.append(_claim_json(claim, verdict))
                if not options.json:
                    # At once: the next may take an hour, or be ended.
                    say(_claim_line(claim, verdict))
    finally:
        if options.json:
            say(json.dumps(rows, indent=2))
    return 0


def replay_command(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """``replay``: recompute and compare. Exit code 1 when a metric is different."""
    from engine.replay import lines_of, load_recorded, replay

    _refuse(extra)
    worst = 0
    found = load_recorded(options.path)
    for sentence in found.left_out:
        say(f"left out: {sentence}")
    for recorded in found.runs:
        with _interruptible() as control, _progress() as bar:
            comparison = replay(recorded, control, bar)
        for line in lines_of(comparison):
            say(line)
        worst = max(worst, int(comparison.likeness == "different"))
    return worst


def render_command(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """``render``: every figure of a session, and a report."""
    from engine.render import make_demo_session, render_session

    _refuse(extra)
    if options.session is None and not options.demo:
        raise PeerscopeError("render needs a session, or --demo.")
    with tempfile.TemporaryDirectory(prefix="peerscope-demo-") as folder:
        session = options.session or make_demo_session(Path(folder))
        report = render_session(session, options.out)
    say(str(report))
    return 0


def doctor_command(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """``doctor``: what this machine has, and a cure for what it lacks."""
    from engine.doctor import report_json, report_text

    _refuse(extra)
    say(report_json() if options.json else report_text())
    return 0


@contextmanager
def _interruptible() -> Iterator[Control]:
    """Ctrl+C asks the work to end in good order."""
    control = Control()
    before = signal.signal(signal.SIGINT, lambda *_: control.cancel())
    try:
        yield control
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress() -> Iterator[ProgressBar]:
    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.close()


def _told(result: Result, out: Path, error: BaseException | None) -> int:
    """Say how a run ended; returns the exit code."""
    if result.status == "cancelled":
        raise Cancelled
    if result.status == "failed":
        sys.stderr.write(" ".join(result.message.split()) + "\n")
        return error.exit_code if isinstance(error, PeerscopeError) else 1
    for name, value in result.metrics.items():
        say(f"{name}: {value:.6g}")
    for name, text in result.texts.items():
        say(f"{name}: {text}")
    say(f"results: {out}")
    return 0


def _verdict(claim: Claim, options: argparse.Namespace, control: Control) -> Verdict:
    from engine.claim_runs import check_claim

    too_long = options.budget is not None and claim.budget_s > options.budget
    if claim.runnable and (options.list or too_long):
        return NOT_RUN
    with tempfile.TemporaryDirectory(prefix="peerscope-claim-") as folder, _progress() as bar:
        try:
            return check_claim(claim, Path(folder), control, bar, _keep)
        except PeerscopeError as error:
            return Verdict("not comparable", reason=error.sentence)


def _keep(claim: Claim, verdict: Verdict) -> None:
    """For Home and for reports; where it cannot be kept, it is still told."""
    from engine.claim_store import keep_verdict

    try:
        keep_verdict(claim, verdict)
    except PeerscopeError as error:
        sys.stderr.write(f"{error.sentence}\n")


def _claim_json(claim: Claim, verdict: Verdict) -> dict[str, Any]:
    return {
        **claim.describe(),
        "verdict": verdict.word,
        "measured": verdict.measured,
        "reason": verdict.reason,
    }


def _claim_line(claim: Claim, verdict: Verdict) -> str:
    reported = "–" if claim.reported is None else str(claim.reported)
    sign = SIGNS[claim.reported.source if claim.reported else "reported"]
    measured = "–" if verdict.measured is None else f"{verdict.measured:.4g}"
    reason = f": {verdict.reason}" if verdict.reason else ""
    where = f"{claim.method}, {claim.where}"
    return f"{claim.text} ({where}) | {sign} {reported} | ● {measured} | {verdict.word}{reason}"


def _refuse(extra: Sequence[str]) -> None:
    if extra:
        raise PeerscopeError(f"Unknown option {extra[0]!r}; see: python main.py --help.")


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return str(default)
