"""Notes and labels on stretches of time, and the tables they come from and go to.

Two tables are understood: our own CSV (``start_s, stop_s, label, subject, note``), and the events
of BORIS, aggregated (a row for each state) or not (rows of START, STOP and POINT), as well as its
project files (JSON). The columns of BORIS are those of its version 8 and 9.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import BadInput
from engine.files.poses.names import stem_of
from engine.files.sniff import delimiter

COLUMNS = ("start_s", "stop_s", "label", "subject", "note")
_AGGREGATED = (
    "Observation id", "Observation date", "Description", "Observation type", "Source",
    "Time offset (s)", "Coding duration", "Media duration (s)", "FPS (frame/s)", "Subject",
    "Observation duration by subject by observation", "Behavior", "Behavioral category",
    "Behavior type", "Start (s)", "Stop (s)", "Duration (s)", "Media file name",
    "Image index start", "Image index stop", "Image file path start", "Image file path stop",
    "Comment start", "Comment stop",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A label on a stretch of time; of no length for a moment.

    Attributes
    ----------
    start_s, stop_s
        Seconds on the recording's clock, `stop_s` at or after `start_s`.
    label, subject, note
        What happens, who does it, and whatever else there is to say.
    """

    start_s: float
    stop_s: float
    label: str
    subject: str = ""
    note: str = ""

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.stop_s - self.start_s


def read_notes(path: Path, recording: str = "") -> tuple[Span, ...]:
    """Spans of a table of ours or of BORIS, in order of time.

    Parameters
    ----------
    path
        CSV, TSV, or a BORIS project.
    recording
        Name of the recording wanted where a file holds several observations.

    Raises
    ------
    BadInput
        It is none of these, a time is no number, or a span stops before it starts.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise BadInput(
            f"{path.name} cannot be read ({error.strerror or error}); choose another."
        ) from error
    try:
        if text.lstrip().startswith("{"):
            spans = _of_project(json.loads(text), recording)
        else:
            spans = _of_rows(_rows(text), recording)
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise BadInput(
            f"{path.name} cannot be understood as notes ({_words(error)}); it needs the columns "
            f"{', '.join(COLUMNS[:3])}, or those of BORIS."
        ) from error
    wrong = next((span for span in spans if not span.stop_s >= span.start_s), None)
    if wrong is not None:
        raise BadInput(
            f"{path.name} has a span {wrong.label!r} that stops at {wrong.stop_s:g} s, before it "
            f"starts at {wrong.start_s:g} s; mend that row."
        )
    return tuple(sorted(spans))


def write_notes(spans: Iterable[Span], path: Path) -> None:
    """Our own CSV; numbers are read back exactly."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for span in sorted(spans):
            times = (repr(span.start_s), repr(span.stop_s))
            writer.writerow((*times, span.label, span.subject, span.note))


def write_boris(spans: Sequence[Span], path: Path, media: str, rate: float) -> None:
    """Aggregated events of BORIS as CSV.

    Parameters
    ----------
    spans, path
        What, and where to.
    media
        Name of the recording, also that of the observation.
    rate
        Frames per second, for the image indices.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _AGGREGATED, restval="")
        writer.writeheader()
        for span in sorted(spans):
            moment = span.duration_s == 0
            writer.writerow(
                {
                    "Observation id": stem_of(media),
                    "Observation type": "Media file(s)",
                    "Source": media,
                    "Time offset (s)": 0,
                    "FPS (frame/s)": f"{rate:g}",
                    "Subject": span.subject or "No focal subject",
                    "Behavior": span.label,
                    "Behavior type": "POINT" if moment else "STATE",
                    "Start (s)": repr(span.start_s),
                    "Stop (s)": repr(span.stop_s),
                    "Duration (s)": "NA" if moment else repr(span.duration_s),
                    "Media file name": media,
                    "Image index start": round(span.start_s * rate),
                    "Image index stop": round(span.stop_s * rate),
                    "Comment start": span.note,
                }
            )


def _rows(text: str) -> list[dict[str, str]]:
    lines = text.splitlines()
    # Older versions of BORIS write some lines about the observation before the header.
    at = next((k for k, line in enumerate(lines) if _is_header(line)), None)
    if at is None:
        raise ValueError("no header")
    reader = csv.DictReader(lines[at:], delimiter=delimiter(lines[at]))
    return [row for row in reader if any(row.values())]


def _is_header(line: str) -> bool:
    cells = {cell.strip(' "') for cell in line.split(delimiter(line))}
    return {"start_s", "label"} <= cells or "Behavior" in cells


def _of_rows(rows: list[dict[str, str]], recording: str) -> list[Span]:
    if rows and "label" in rows[0]:
        return [_own(row) for row in rows]
    chosen = _of_recording(rows, recording)
    if chosen and "Start (s)" in chosen[0]:
        return [_aggregated(row) for row in chosen]
    status = "Behavior type" if chosen and "Behavior type" in chosen[0] else "Status"
    return _paired(_event(row, status) for row in chosen)


def _own(row: dict[str, str]) -> Span:
    start = float(row["start_s"])
    stop = row.get("stop_s") or row["start_s"]
    return Span(start, float(stop), row["label"], row.get("subject") or "", row.get("note") or "")


def _of_recording(rows: list[dict[str, str]], recording: str) -> list[dict[str, str]]:
    """Rows of the observation of a recording; all where none is named after it."""
    wanted = stem_of(recording)
    names = ("Media file name", "Media file path", "Media file", "Source", "Observation id")
    mine = [
        row
        for row in rows
        if wanted and any(stem_of(row.get(name) or "") == wanted for name in names)
    ]
    return mine or rows


def _aggregated(row: dict[str, str]) -> Span:
    start = float(row["Start (s)"])
    stop = row.get("Stop (s)") or ""
    note = "; ".join(row[name] for name in ("Comment start", "Comment stop") if row.get(name))
    return Span(
        start, start if stop in ("", "NA") else float(stop), row["Behavior"], _subject(row), note
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """A moment at which something starts, stops or happens."""

    at_s: float
    label: str
    subject: str
    status: str
    note: str


def _event(row: dict[str, str], status: str) -> _Event:
    time = row.get("Time") or row.get("Time (s)") or row["Start (s)"]
    return _Event(
        float(time),
        row["Behavior"],
        _subject(row),
        row.get(status) or "",
        row.get("Comment") or "",
    )


def _subject(row: dict[str, str]) -> str:
    name = row.get("Subject") or ""
    return "" if name == "No focal subject" else name


def _paired(events: Iterable[_Event]) -> list[Span]:
    """Spans from starts and stops; a state that never stops is a moment, and says so."""
    spans: list[Span] = []
    begun: dict[tuple[str, str], _Event] = {}
    for event in sorted(events, key=lambda event: event.at_s):
        key = (event.label, event.subject)
        if event.status.upper().startswith("POINT"):
            spans.append(Span(event.at_s, event.at_s, event.label, event.subject, event.note))
        elif key in begun and event.status.upper() != "START":
            first = begun.pop(key)
            note = "; ".join(filter(None, (first.note, event.note)))
            spans.append(Span(first.at_s, event.at_s, *key, note))
        else:
            begun[key] = event
    for event in begun.values():
        span = Span(event.at_s, event.at_s, event.label, event.subject, event.note)
        spans.append(replace(span, note="; ".join(filter(None, (event.note, "never stopped")))))
    return spans


def _of_project(project: Any, recording: str) -> list[Span]:
    """Events of the observation of a recording in a BORIS project; of all where none fits."""
    kinds = {
        item["code"]: str(item["type"]) for item in project.get("behaviors_conf", {}).values()
    }
    observations = project["observations"]
    mine = [
        item for name, item in observations.items() if _names_media(name, item, stem_of(recording))
    ]
    events = (
        _Event(float(at), str(code), str(subject), kind, str(note or ""))
        for item in (mine or observations.values())
        for at, subject, code, _, note, *_ in item["events"]
        for kind in ["POINT" if kinds.get(code, "").startswith("Point") else ""]
    )
    return _paired(events)


def _names_media(name: str, observation: Any, wanted: str) -> bool:
    files = observation.get("file") or {}
    media = [path for paths in files.values() for path in paths] if isinstance(files, dict) else []
    return bool(wanted) and wanted in {stem_of(name), *map(stem_of, map(str, media))}


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__
