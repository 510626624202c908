"""How a job stands, in words."""

from __future__ import annotations

from engine.job_status import JobStatus


def duration_text(seconds: float) -> str:
    """A duration as ``1:04`` or ``2:03:09``."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def grouped(number: int) -> str:
    """A count with thin gaps between thousands: ``412 331``."""
    return f"{number:,}".replace(",", "\u202f")


def progress_text(status: JobStatus) -> str:
    """What the strip says of a job: ``step 558 / 900 · 1:04 left``."""
    if status.state == "queued":
        return "queued"
    if status.state == "waiting":
        return f"waiting: {status.note}" if status.note else "waiting"
    if status.state == "failed":
        return "failed"
    if status.ended:
        return f"{status.state} after {duration_text(status.seconds)}"
    parts = [_state_text(status), _steps_text(status), _time_text(status), status.note]
    return " · ".join(part for part in parts if part)


def _state_text(status: JobStatus) -> str:
    return status.state if status.state in ("paused", "cancelling") else ""


def _steps_text(status: JobStatus) -> str:
    if status.total is not None:
        return f"{status.counts} {grouped(status.step)} / {grouped(status.total)}"
    if status.step:
        return f"{status.counts} {grouped(status.step)}"
    return "" if status.note else "starting"


def _time_text(status: JobStatus) -> str:
    if status.state != "running":
        return ""
    if status.remaining_s is not None:
        return f"{duration_text(status.remaining_s)} left"
    return duration_text(status.seconds) if status.seconds >= 1 else ""
