import json
from pathlib import Path

import pytest

from engine import doctor


def test_every_check_stands_and_problems_have_cures() -> None:
    found = doctor.checks()
    names = [check.name for check in found]
    for name in (
        "Python",
        "Qt",
        "OpenGL",
        "Codecs",
        "OpenCV",
        "torch",
        "Memory",
        "Disk",
        "Folders",
    ):
        assert name in names
    assert all(check.cure for check in found if check.state != "ok")
    assert all("\n" not in check.cure for check in found)
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


def test_the_lines_of_the_terminal_are_those_of_the_window() -> None:
    found = [
        doctor.Check("Qt", "ok", "fine"),
        doctor.Check("Disk", "warning", "little", "free some space"),
    ]
    assert doctor.lines_of(found) == [
        "ok      Qt: fine",
        "warning Disk: little",
        "        cure: free some space",
    ]


@pytest.mark.parametrize(
    ("installed", "told"),
    [
        ({"opencv-python": "4.12", "opencv-python-headless": "4.12"}, "brings a second Qt"),
        ({"opencv-contrib-python": "4.12"}, "brings a second Qt"),
        ({}, "not installed"),
    ],
)
def test_a_clash_of_opencv_is_a_problem_with_a_cure(
    installed: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_version", lambda package: installed.get(package, ""))
    check = doctor._opencv()
    assert check.state == "problem"
    assert told in check.found
    assert check.cure.startswith("pip ")


def test_the_plugins_of_another_qt_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/x/cv2/qt/plugins")
    assert doctor._opencv().cure == "unset QT_QPA_PLATFORM_PLUGIN_PATH"
    monkeypatch.delenv("QT_QPA_PLATFORM_PLUGIN_PATH")
    (tmp_path / "cv2" / "qt").mkdir(parents=True)
    (tmp_path / "cv2" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(doctor.util, "find_spec", _spec_in(tmp_path))
    assert "still holds another Qt" in doctor._opencv().found


def _spec_in(folder: Path):  # type: ignore[no-untyped-def]
    from types import SimpleNamespace

    return lambda name: SimpleNamespace(submodule_search_locations=[str(folder / name)])


def test_a_full_disk_and_little_memory_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: SimpleNamespace(free=1e8))
    assert doctor._disk().state == "warning"
    assert "free some space for results" in doctor._disk().cure
    little = SimpleNamespace(available=5e8, total=8e9)
    monkeypatch.setattr("psutil.virtual_memory", lambda: little)
    assert doctor._memory().state == "warning"
    assert doctor._memory().cure
