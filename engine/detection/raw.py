"""Raw boxes before suppression: read from an archive, or simulated as overlapping pairs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.detection.nms import Suppression, suppress
from engine.errors import BadInput
from engine.figures.arrays import Array

_NEEDED = {"det_full": 4, "det_vis": 4, "det_score": 0, "det_scene": 0}
_OPTIONAL = {"det_owner": 0, "gt_full": 4, "gt_vis": 4, "gt_scene": 0}


@dataclass(frozen=True, slots=True, eq=False)
class RawBoxes:
    """Detections of several scenes before suppression, with what is known of them.

    Attributes
    ----------
    full, visible
        (d, 4) float64 pixels.
    score, scene, owner
        (d,) score, scene, and the person inside its scene each belongs to (-1: background).
    people
        Number of people in each scene, by scene.
    """

    path: Path
    full: Array
    visible: Array
    score: Array
    scene: Array
    owner: Array
    people: dict[int, int]

    @property
    def summary(self) -> str:
        """Counts."""
        return f"{len(self.score)} raw boxes in {len(self.scenes)} scenes"

    @property
    def scenes(self) -> Array:
        """Numbers of the scenes."""
        return np.unique(np.concatenate([self.scene, np.array(list(self.people), "i8")]))

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class SceneOutcome:
    """What suppression left of one scene: people found, people, boxes beyond one a person."""

    scene: int
    found: int
    people: int
    extra: int


def outcomes(raw: RawBoxes, how: Suppression) -> Iterator[SceneOutcome]:
    """Suppress scene by scene. A person is found when any of their own boxes survives."""
    for scene in raw.scenes:
        rows = np.flatnonzero(raw.scene == scene)
        kept = suppress(raw.full[rows], raw.visible[rows], raw.score[rows], how)
        owner = raw.owner[rows][kept.rows]
        found = len(np.unique(owner[owner >= 0]))
        yield SceneOutcome(
            int(scene), found, raw.people.get(int(scene), 0), len(kept.rows) - found
        )


def read_raw(path: Path) -> RawBoxes:
    """Raw boxes of an archive without pickle.

    Raises
    ------
    BadInput
        An array is missing, of another shape, or not finite.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name in _known()}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path.name} cannot be read as arrays ({error}); save it again.") from None
    for name, width in _NEEDED.items():
        _check(path, arrays, name, width, len(arrays.get("det_score", ())))
    count = len(arrays["det_score"])
    owner = arrays.get("det_owner", np.full(count, -1))
    if owner.shape != (count,):
        raise BadInput(f"{path.name}: det_owner has shape {owner.shape}; ({count},) is expected.")
    people: dict[int, int] = {}
    if "gt_scene" in arrays:
        scenes, counts = np.unique(arrays["gt_scene"], return_counts=True)
        people = dict(zip(scenes.tolist(), counts.tolist(), strict=True))
    return RawBoxes(
        path,
        arrays["det_full"].astype("f8"),
        arrays["det_vis"].astype("f8"),
        arrays["det_score"].astype("f8"),
        arrays["det_scene"].astype("i8"),
        owner.astype("i8"),
        people,
    )


def _known() -> set[str]:
    return set(_NEEDED) | set(_OPTIONAL)


def _check(path: Path, arrays: dict[str, Array], name: str, width: int, count: int) -> None:
    if name not in arrays:
        raise BadInput(f"{path.name} has no array {name}; raw boxes need {', '.join(_NEEDED)}.")
    shape = (count, width) if width else (count,)
    if arrays[name].shape != shape:
        raise BadInput(f"{path.name}: {name} has shape {arrays[name].shape}, {shape} is expected.")
    if arrays[name].dtype.kind not in "fiu" or not np.isfinite(arrays[name]).all():
        raise BadInput(f"{path.name}: {name} holds values that are no finite numbers.")
