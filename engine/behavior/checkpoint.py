"""Trainings that survive their process: written each minute, read when the same run begins again.

One safetensors file for each training lies in the folder ``checkpoint`` of the results: weights,
the state of Adam, and the losses so far. Its header holds a fingerprint of everything that decides
the numbers; a file with another fingerprint, or a damaged one, is not used.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from engine.behavior.training import Session, Trainer
from engine.whole_file import written_whole

FOLDER = "checkpoint"
#: Seconds between two writings; the environment may say otherwise, as a test does.
EVERY_S = float(os.environ.get("PEERSCOPE_CHECKPOINT_S", "60"))
_KEY = "peerscope_training"
#: Parameters that change what is shown, never the numbers.
_IDLE = ("seeds",)


def fingerprint(params: Mapping[str, Any], sessions: Iterable[Session], name: str) -> str:
    """What a training must have in common with its checkpoint: parameters and frames."""
    told = {key: value for key, value in params.items() if key not in _IDLE}
    digest = hashlib.sha256(json.dumps([name, told], sort_keys=True, default=str).encode())
    for session in sessions:
        digest.update(repr(session.frames.shape).encode())
        for array in (session.frames[:: max(1, len(session.frames) // 64)], session.train):
            digest.update(array.tobytes())
        digest.update(session.context.tobytes())
    return digest.hexdigest()


class Checkpoint:
    """The file of one training."""

    def __init__(self, folder: Path, name: str, print_: str) -> None:
        self.path = folder / FOLDER / f"{name}.safetensors"
        self._print = print_
        self._written = time.monotonic()

    def save_when_due(self, trainer: Trainer) -> bool:
        """Write when the last writing is a minute ago; True when it was."""
        if time.monotonic() - self._written < EVERY_S:
            return False
        self.save(trainer)
        return True

    def save(self, trainer: Trainer) -> None:
        """Write it whole or not at all: what was there stays until then."""
        from safetensors.torch import save

        tensors = {
            f"network.{name}": value.detach().cpu().contiguous()
            for name, value in trainer.network.state_dict().items()
        }
        for number, state in trainer.optimizer.state_dict()["state"].items():
            for name, value in state.items():
                tensors[f"adam.{number}.{name}"] = value.detach().cpu().contiguous()
        tensors["losses"] = torch.tensor(trainer.losses, dtype=torch.float64)
        facts = {"fingerprint": self._print, "batch": trainer.batch, "device": trainer.device}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(self.path) as file:
            file.write(save(tensors, {_KEY: json.dumps(facts)}))
        self._written = time.monotonic()

    def resume(self, trainer: Trainer) -> bool:
        """Take up what the file holds; False when there is none that fits."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, "pt") as file:
                facts = json.loads((file.metadata() or {})[_KEY])
                if facts["fingerprint"] != self._print:
                    return False
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            _restore(trainer, tensors, facts)
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError):
            return False
        return True

    def remove(self) -> None:
        """Forget it: the training has ended well."""
        self.path.unlink(missing_ok=True)
        if self.path.parent.is_dir() and not any(self.path.parent.iterdir()):
            self.path.parent.rmdir()


def _restore(
    trainer: Trainer, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]
) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("adam."):
            _, number, part = name.split(".")
            state.setdefault(int(number), {})[part] = value
    weights = {
        name.removeprefix("network."): value
        for name, value in tensors.items()
        if name.startswith("network.")
    }
    values = list(trainer.network.parameters())
    for position, parts in state.items():
        for moment in ("exp_avg", "exp_avg_sq"):
            # Fused Adam wants its moments laid out in memory as the weights are.
            parts[moment] = torch.empty_like(values[position]).copy_(parts[moment])
    losses = tensors["losses"].tolist()
    trainer.network.load_state_dict(weights)
    groups = trainer.optimizer.state_dict()["param_groups"]
    trainer.optimizer.load_state_dict({"state": state, "param_groups": groups})
    trainer.losses[:] = losses
    trainer.batch = int(facts["batch"])
