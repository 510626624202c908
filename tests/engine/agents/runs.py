"""Running an experiment in a test, as the command line does and as the window does."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from engine import registry
from engine.files.identify import identify
from engine.files.inputs import assign_roles
from engine.job_status import JobStatus
from engine.jobs import Job, Jobs
from engine.param_spec import checked
from engine.results import Result
from engine.run import Run, RunRequest


def request(name: str, files: tuple[Path, ...], **values: Any) -> RunRequest:
    experiment = registry.experiment(name)
    roles = assign_roles(experiment, tuple(identify(path) for path in files), {})
    return RunRequest(experiment, roles, checked(experiment.params, values))


def run(name: str, files: tuple[Path, ...], out: Path, **values: Any) -> Result:
    result = Run(request(name, files, **values), out, keep_figures=False).execute()
    assert result.status == "done", result.message
    return result


class _Waiting:
    def __init__(self) -> None:
        self.ended = threading.Event()

    def job_changed(self, job: Job) -> None:
        status: JobStatus = job.status()
        if status.ended:
            self.ended.set()

    def job_showed(self, job: Job, shown: Any) -> None:
        pass


def run_as_job(name: str, files: tuple[Path, ...], out: Path, **values: Any) -> Result:
    waiting = _Waiting()
    jobs = Jobs(waiting)
    job = jobs.submit(request(name, files, **values), out, name)
    assert waiting.ended.wait(120)
    jobs.close()
    assert job.result is not None
    assert job.result.status == "done", job.result.message
    return job.result


def same_values(one: Result, other: Result) -> bool:
    kinds = {spec.name: spec.kind for spec in registry.experiment(one.experiment).metrics}
    values = [
        {name: value for name, value in item.metrics.items() if kinds[name] == "value"}
        for item in (one, other)
    ]
    return bool(values[0]) and values[0] == values[1]
