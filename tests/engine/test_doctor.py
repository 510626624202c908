import json
from pathlib import Path

import pytest

from engine import doctor


def test_every_check_stands_and_problems_have_cures() -> None:
    found = doctor.checks()
    names = [check.name for check in found]
    for name in ("Python", "Qt", "OpenGL", "Codecs", "OpenCV", "torch", "Disk", "Folders"):
        assert name in names
    assert all(check.cure for check in found if check.state == "problem")
    assert str(Path.home()) not in doctor.report_text()


def test_a_broken_check_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> doctor.Check:
        raise ImportError("libnothing.so is missing")

    check = doctor._guarded(broken)
    assert check.state == "problem"
    assert "libnothing.so" in check.found
    assert check.cure


@pytest.mark.parametrize("version", ["6.11.0", "6.11.1", "6.12.0"])
def test_versions_known_to_fail_are_problems(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_version", lambda package: version)
    assert doctor._qt().state == "problem"


def test_the_json_is_an_array() -> None:
    assert isinstance(json.loads(doctor.report_json()), list)


def test_cores_and_the_threads_of_a_job_are_both_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr("engine.doctor.cores", lambda: 2)
    monkeypatch.setattr("engine.doctor.batch_threads", lambda: 1)
    assert doctor._torch().found.endswith("CPU with 2 cores; a job uses 1 thread")
