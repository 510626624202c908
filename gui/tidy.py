"""When nothing runs, what jobs left behind is collected and given back to the system.

A figure or a frame in a cycle of references waits for a full pass of the collector, which comes
seldom while little is allocated; and what is freed stays with the allocator (see
`engine.memory`). Both would look like a leak, and be one for the other programs of the machine.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from engine.memory import give_back, resident_bytes
from gui.bridge import Background, JobBridge
from gui.collector import Collector

#: So long after the last job; and so often while there is none, for what a person does besides,
#: where that took more than this since the last time.
_AFTER_MS, _EVERY_MS = 1_500, 30_000
_GROWN_BYTES = 32 * 2**20


class Tidy(QObject):
    """Tidies up after the last job, and now and then while there is none."""

    def __init__(self, jobs: JobBridge, background: Background, collector: Collector) -> None:
        super().__init__()
        self._jobs, self._background, self._collector = jobs, background, collector
        self.times = 0
        self._resident = 0
        self._soon = QTimer(self, interval=_AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self.tidy)
        self._often = QTimer(self, interval=_EVERY_MS)
        self._often.timeout.connect(self.look)
        jobs.statuses_changed.connect(self._on_statuses)

    @property
    def soon(self) -> bool:
        """True when it tidies in a moment."""
        return self._soon.isActive()

    def start(self) -> None:
        """Begin, once everything is loaded."""
        self._often.start()

    def stop(self) -> None:
        """Tidy no more."""
        self._soon.stop()
        self._often.stop()

    @Slot()
    def tidy(self) -> None:
        """Collect here, where Qt's objects may be deleted, and give back beside the window."""
        if self._busy():
            return
        self.times += 1
        self._collector.collect_at_rest()
        self._background.run(give_back, self._on_given_back, lambda told: None)

    @Slot()
    def look(self) -> None:
        """Tidy if there is more than the last time."""
        if resident_bytes() - self._resident > _GROWN_BYTES:
            self.tidy()

    def _on_given_back(self, given: bool) -> None:
        self._resident = resident_bytes()

    @Slot(object)
    def _on_statuses(self, statuses: object) -> None:
        if self._busy():
            self._soon.stop()
        else:
            self._soon.start()

    def _busy(self) -> bool:
        return any(not job.ended for job in self._jobs.jobs)
