from pathlib import Path

import pytest

from tests.engine.clips import short_recording


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of the synthetic mouse, 120 frames, in a path with a space and an accent."""
    return short_recording(tmp_path_factory.mktemp("my recordings"))
