"""For every test: settings and data in a temporary place, and nothing left running."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.leaks import Running, settled

hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    base = tmp_path_factory.mktemp("places", numbered=True)
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"PEERSCOPE_{name}_DIR", str(base / name.lower()))


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    running = Running()
    yield
    left = settled(running.left)
    assert not left, f"left running: {left}"


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As a batch job has: several threads on shared cores would only wait for each other."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Real recordings and reference values, kept outside the repository."""
    root = Path(__file__).parents[1]
    path = Path(os.environ.get("PEERSCOPE_REFERENCE", root.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no reference data at {path}; set PEERSCOPE_REFERENCE")
    return path
