import os
import signal
from pathlib import Path

import pytest

from engine.errors import PeerscopeError
from engine.figures.export import export
from engine.figures.exporter import Exporter
from tests.engine.figures.samples import SAMPLES


def test_the_process_writes_what_this_process_writes(tmp_path: Path) -> None:
    exporter = Exporter()
    try:
        there = exporter.export(SAMPLES["line"], tmp_path / "there", "f", {"a": 1})
        here = export(SAMPLES["line"], tmp_path / "here", "f", provenance={"a": 1})
        for one, two in zip(there, here, strict=True):
            assert one.read_bytes() == two.read_bytes()
        (tmp_path / "taken").write_text("")
        with pytest.raises(PeerscopeError, match="Cannot write"):
            exporter.export(SAMPLES["line"], tmp_path / "taken", "f")
    finally:
        exporter.close()


def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    exporter = Exporter()
    try:
        exporter.export(SAMPLES["bars"], tmp_path, "one", formats=("csv",))
        assert exporter.pid is not None
        os.kill(exporter.pid, signal.SIGKILL)
        paths = exporter.export(SAMPLES["bars"], tmp_path, "two", formats=("csv",))
        assert [path.name for path in paths] == ["two.csv"]
    finally:
        exporter.close()
