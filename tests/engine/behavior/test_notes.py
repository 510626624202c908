"""Notes on stretches of time: our own table, and those of BORIS."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.behavior.notes import Span, read_notes, write_boris, write_notes
from engine.errors import BadInput

SPANS = (
    Span(0.04, 1.2, "groom", "animal 1", "left, then right"),
    Span(1.5, 1.5, "flash", "", 'said "go"'),
    Span(1.6, 2.0, "chase", "animal 2"),
)

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
TIMES = st.floats(0, 1e5, allow_nan=False)


@given(st.lists(st.tuples(TIMES, TIMES, TEXT.filter(str.strip), TEXT, TEXT), max_size=8))
def test_our_own_table_gives_back_exactly_what_was_written(rows) -> None:
    import tempfile

    spans = [Span(min(a, b), max(a, b), *words) for a, b, *words in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.csv"
        write_notes(spans, path)
        assert sorted(read_notes(path)) == sorted(spans)


def test_aggregated_events_of_boris_there_and_back(tmp_path) -> None:
    path = tmp_path / "events.csv"
    write_boris(SPANS, path, "m1.mp4", 25)
    assert read_notes(path, "m1.mp4") == SPANS
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["Behavior type"] == "STATE"
    assert rows[1]["Behavior type"] == "POINT"
    assert rows[0]["Image index stop"] == "30"


def test_events_of_boris_are_paired(tmp_path) -> None:
    path = tmp_path / "events.tsv"
    rows = [
        ("Observation id", "Subject", "Behavior", "Behavior type", "Time", "Comment"),
        ("m1", "animal 1", "groom", "START", "1.5", "a"),
        ("m1", "animal 2", "groom", "START", "2.0", ""),
        ("m1", "No focal subject", "flash", "POINT", "2.5", ""),
        ("m1", "animal 1", "groom", "STOP", "3.0", "b"),
        ("m1", "animal 2", "groom", "STOP", "4.0", ""),
        ("m1", "animal 1", "chase", "START", "5.0", ""),
        ("m2", "animal 1", "other", "POINT", "1.0", ""),
    ]
    path.write_text("\n".join("\t".join(row) for row in rows))
    assert read_notes(path, "m1.mp4") == (
        Span(1.5, 3.0, "groom", "animal 1", "a; b"),
        Span(2.0, 4.0, "groom", "animal 2"),
        Span(2.5, 2.5, "flash"),
        Span(5.0, 5.0, "chase", "animal 1", "never stopped"),
    )
    assert len(read_notes(path)) == 5


def test_a_project_of_boris(tmp_path) -> None:
    path = tmp_path / "study.boris"
    kinds = {
        "0": {"code": "groom", "type": "State event"},
        "1": {"code": "flash", "type": "Point event"},
    }
    events = [[1.0, "a", "groom", "", "", 25], [1.5, "", "flash", "", "", "NA"],
              [2.0, "a", "groom", "", "ok", 50]]  # fmt: skip
    observations = {
        "first": {"file": {"1": ["/data/m1.mp4"]}, "events": events},
        "second": {"file": {"1": ["/data/m2.mp4"]}, "events": events[1:2]},
    }
    path.write_text(json.dumps({"behaviors_conf": kinds, "observations": observations}))
    expected = (Span(1.0, 2.0, "groom", "a", "ok"), Span(1.5, 1.5, "flash"))
    assert read_notes(path, "m1.avi") == expected
    assert read_notes(path, "m2.avi") == expected[1:]


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "start_s,label\nx,groom\n", "{", '{"observations": 3}',
     "start_s,stop_s,label\n3,1,groom\n"],
)  # fmt: skip
def test_what_is_no_table_of_notes_gives_one_sentence(text, tmp_path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"notes\.csv"):
        read_notes(path)
