"""Where things are kept on this machine; each folder can be moved by an environment variable."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "peerscope"


def config_dir() -> Path:
    """Settings (``PEERSCOPE_CONFIG_DIR``)."""
    return _place("PEERSCOPE_CONFIG_DIR", platformdirs.user_config_dir(_NAME, appauthor=False))


def data_dir() -> Path:
    """Sessions, their results, and example recordings (``PEERSCOPE_DATA_DIR``)."""
    return _place("PEERSCOPE_DATA_DIR", platformdirs.user_data_dir(_NAME, appauthor=False))


def cache_dir() -> Path:
    """Whatever can be made again (``PEERSCOPE_CACHE_DIR``)."""
    return _place("PEERSCOPE_CACHE_DIR", platformdirs.user_cache_dir(_NAME, appauthor=False))


def _place(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default)
