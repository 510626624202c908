"""Each crossing of a wall, planted in a small tree, is seen; what is allowed is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import walls

Wall = Callable[[Path], list[str]]

TREE = {
    "main.py": "",
    "gui/__init__.py": "",
    "gui/bridge.py": "import threading\nfrom PySide6.QtCore import QObject, QThread\n",
    "engine/__init__.py": "",
    "engine/jobs.py": "class Job: pass\nclass Jobs: pass\n",
    "engine/newest.py": (
        "import threading\n"
        "class Newest:\n    def ask(self):\n        threading.Thread(target=print).start()\n"
    ),
    "engine/served.py": (
        "from concurrent import futures as f\n"
        "class Frame: pass\n"
        "class Server:\n    def __init__(self):\n        self.pool = f.ThreadPoolExecutor(1)\n"
    ),
    "engine/behavior/__init__.py": "SYSTEM = 1\n",
    "engine/behavior/pca.py": "",
    "engine/figures/model.py": "",
    "engine/unheard/data.py": "",
    "engine/agents/deep/room.py": "",
}

PLANTED: dict[Wall, dict[str, tuple[str, ...]]] = {
    walls.qt_in_engine: {
        "engine/a.py": (
            "import PySide6",
            "from PySide6.QtCore import QObject",
            "def f():\n    import pyqtgraph as pg",
            "from gui import bridge",
            "import importlib\nimportlib.import_module('PySide6.QtCore')",
            "from importlib import import_module as load\nload('vispy.scene')",
            "__import__('superqt')",
            "import shiboken6",
        ),
        "engine/behavior/a.py": ("from ...gui import theme", "from ... import gui"),
    },
    walls.systems_crossed: {
        "engine/agents/a.py": (
            "import engine.behavior",
            "import engine.behavior.pca as other",
            "from engine import behavior",
            "from engine import figures, behavior as other",
            "from engine.behavior import pca",
            "from engine.behavior.pca import Basis",
            "from .. import behavior",
            "from ..behavior import pca",
            "from ..behavior.pca import Basis",
            "import engine\ndef f():\n    return engine.behavior",
            "from importlib import import_module\nimport_module('engine.behavior.pca')",
            "from importlib import import_module\nimport_module('..behavior', __package__)",
            "from engine.unheard import data",
            "from .. import unheard",
        ),
        "engine/agents/deep/a.py": ("from ...behavior import pca", "from ... import unheard"),
        "engine/unheard/a.py": ("from ..agents.deep import room",),
        "engine/figures/a.py": ("from engine import behavior", "from ..agents import deep"),
        "engine/a.py": ("from engine.behavior import pca", "from . import behavior"),
    },
    walls.hidden_imports: {
        "engine/agents/a.py": (
            "from importlib import import_module\nname = 'torch'\nimport_module(name)",
            "import importlib\nimportlib.import_module(f'engine.{1}')",
            "__import__('PySide' + '6')",
        ),
        "gui/a.py": ("import importlib\nimportlib.import_module(name=['x'][0])",),
    },
    walls.unpickled: {
        "engine/a.py": (
            "import pickle",
            "import pickle as p\np.loads(b'')",
            "from pickle import loads",
            "from pickle import Unpickler",
            "from pickle import *",
            "from pickle import dumps, load as read",
            "import _pickle",
            "import shelve",
            "from dill import load",
            "import joblib",
            "import cloudpickle",
            "from marshal import loads",
            "import importlib\nimportlib.import_module('pickle')",
            "import pandas\npandas.read_pickle('a')",
            "from pandas import read_hdf",
            "import pandas as pd\ngetattr(pd, 'read_hdf')('a')",
            "import other\nother.Unpickler(file).load()",
            "import numpy as np\nnp.load(path, allow_pickle=True)",
            "import numpy as np\nnp.load(path, allow_pickle=bool(1))",
            "import numpy as np\nnp.load(path, allow_pickle=1)",
            "import numpy as np\nnp.load(path, allow_pickle=allowed)",
            "import numpy as np\nnp.load(path, None, True)",
            "from numpy import load\nload(path, None, True)",
            "from functools import partial\nimport numpy\npartial(numpy.load, allow_pickle=True)",
            "import numpy\nnumpy.load(path, **{'allow_pickle': True})",
            "options = {}\noptions['allow_pickle'] = True",
            "import torch\ntorch.load(path)",
            "import torch\ntorch.load(path, weights_only=False)",
            "import torch\ntorch.load(path, weights_only=flag)",
            "import torch\ntorch.load(path, 'cpu', **options)",
            "import torch as t\nt.load(path)",
            "from torch import load",
            "from torch import load as read\nread(path, weights_only=True)",
            "from torch.serialization import load",
            "import torch\nread = torch.load",
            "import torch\nfrom functools import partial\npartial(torch.load, weights_only=True)",
            "import torch\ngetattr(torch, 'load')(path)",
            "import torch\ntorch.load(a, weights_only=True), torch.load(b)",
        ),
        "gui/a.py": ("import pickle",),
        "main.py": ("from pickle import load",),
    },
    walls.threads_in_gui: {
        "gui/tabs/a.py": (
            "import threading",
            "from threading import Lock",
            "from concurrent.futures import ThreadPoolExecutor",
            "import asyncio",
            "import importlib\nimportlib.import_module('threading')",
            "from PySide6.QtCore import QThread",
            "from PySide6.QtCore import QObject, QThreadPool as Pool",
            "from PySide6 import QtCore\nQtCore.QThread()",
            "from PySide6.QtCore import QRunnable",
            "thing.moveToThread(other)",
            "from engine.newest import Newest",
            "from engine import newest\nnewest.Newest()",
            "import engine.newest\nengine.newest.Newest()",
            "from engine.newest import *",
            "from engine.served import Server",
            "from engine import served as s\ns.Server()",
            "from engine.jobs import Jobs",
            "from engine.jobs import *",
            "from engine.workers import call",
            "from engine import workers",
        ),
        "gui/settings.py": ("import threading", "from concurrent.futures import wait"),
    },
    walls.qt_in_writers: {
        "gui/session_keeper.py": (
            "from PySide6.QtGui import QImage\ndef keep(picture: QImage): ...",
            "from gui.theme import theme\ndef keep(): theme()",
        ),
    },
}

ALLOWED = {
    "engine/a.py": (
        "import multiprocessing, threading, pickletools",
        "from multiprocessing.connection import Connection",
        "from pickle import dumps\ndumps(1)",
        "import numpy as np\nnp.load(path, allow_pickle=False)",
        "import numpy as np\nnp.load(path, 'r')",
        "if 'allow_pickle' in str(error): pass",
        "import torch\ntorch.load(path, map_location='cpu', weights_only=True)",
        "import torch as t\nt.load(path, weights_only=True)",
        "from torch.nn import Module\nModule().load(path)",
        "import json\njson.load(file), json.loads(text)",
        "import importlib\nimportlib.import_module('torch')",
        "from engine import figures",
    ),
    "engine/behavior/a.py": (
        "from engine.behavior import pca",
        "from . import pca",
        "from .pca import Basis",
        "from .. import figures",
        "from ..figures import model",
    ),
    "engine/agents/deep/a.py": ("from engine.agents.deep import room", "from .. import deep"),
    "engine/warm.py": ("import importlib\nimportlib.import_module(name)",),
    "gui/tabs/a.py": (
        "from PySide6.QtCore import QObject, QTimer",
        "from engine.jobs import Job",
        "from engine.served import Frame",
        "from engine.behavior import pca",
        "from gui.bridge import Aside",
    ),
    "gui/settings.py": ("from concurrent.futures import Future, ThreadPoolExecutor",),
}


def tree(root: Path, place: str, code: str) -> Path:
    for name, text in {**TREE, place: code}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def cases(planted: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(place, code) for place, codes in planted.items() for code in codes]


@pytest.mark.parametrize(
    ("wall", "place", "code"),
    [(wall, *case) for wall, planted in PLANTED.items() for case in cases(planted)],
)
def test_a_crossing_is_seen(wall: Wall, place: str, code: str, tmp_path: Path) -> None:
    found = wall(tree(tmp_path, place, code))
    assert found
    assert all(words.startswith(f"{place}:") for words in found)


@pytest.mark.parametrize(("place", "code"), cases(ALLOWED))
def test_what_is_allowed_is_left_alone(place: str, code: str, tmp_path: Path) -> None:
    tree(tmp_path, place, code)
    assert not [words for wall in PLANTED for words in wall(tmp_path)]
