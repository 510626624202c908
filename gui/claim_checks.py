"""Claims run from the window: one job each, judged when it ends."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from engine.claim_runs import request_of
from engine.claim_store import keep_verdict
from engine.claims import NOT_RUN, Claim, Verdict, judge
from engine.job_status import JobStatus
from engine.run import RunRequest
from gui.workspace import Workspace


class ClaimChecks(QObject):
    """Runs claims and tells their verdicts.

    Signals
    -------
    judged(object, object)
        A claim and its verdict.
    running_changed(object)
        The claims under way.
    """

    judged = Signal(object, object)
    running_changed = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._running: dict[int, Claim] = {}
        self._preparing: list[Claim] = []

    @Slot(object)
    def run(self, claim: Claim) -> None:
        """Queue the run that tests a claim; its example is made beside the window."""
        if not claim.runnable or claim in (*self._preparing, *self._running.values()):
            return
        self._preparing.append(claim)
        self._tell()

        def submit(request: RunRequest) -> None:
            job = self._workspace.submit(request, f"Checking: {claim.text}")
            self._preparing.remove(claim)
            self._running[job.key] = claim
            self._tell()

        def refuse(sentence: str) -> None:
            self._preparing.remove(claim)
            self._workspace.note(sentence)
            # As the command line says it; it is not kept, since it can be mended.
            self.judged.emit(claim, Verdict("not comparable", reason=sentence))
            self._tell()

        self._workspace.background.run(lambda: request_of(claim), submit, refuse)

    def note_statuses(self, statuses: dict[int, JobStatus]) -> None:
        """Judge the claims whose jobs have ended."""
        for key, status in statuses.items():
            if status.ended and key in self._running:
                claim = self._running.pop(key)
                verdict = self._verdict(claim, key, status)
                if status.state == "done":
                    self._keep(claim, verdict)
                self.judged.emit(claim, verdict)
                self._tell()

    def _verdict(self, claim: Claim, key: int, status: JobStatus) -> Verdict:
        result = self._workspace.jobs.job(key).result
        if status.state == "done" and result is not None:
            return judge(claim, result.metrics)
        if status.state == "failed":
            return Verdict("not comparable", reason=f"the run failed: {status.message}")
        return NOT_RUN

    def _keep(self, claim: Claim, verdict: Verdict) -> None:
        work = partial(keep_verdict, claim, verdict)
        self._workspace.background.run(work, lambda kept: None, self._workspace.note)

    def _tell(self) -> None:
        self.running_changed.emit((*self._preparing, *self._running.values()))
