"""Looking into a finished embedding: a frame, its code, and what is drawn from a moved code.

Everything is opened by the first question, in the thread that answers questions, and kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.behavior.frames import Box, reduce, reduced_size
from engine.behavior.pairs import counted
from engine.behavior.pca import Basis
from engine.errors import BadInput
from engine.experiment import Query
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Picture
from engine.files.identify import identify, open_file
from engine.files.poses.pairing import PoseMap

if TYPE_CHECKING:
    from engine.behavior.cropping import Cutter

WEIGHTS, BASIS = "weights.safetensors", "basis.safetensors"
_PCA_PX = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A recording, and the poses that belong to it."""

    video: Path
    poses: Path | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be drawn.

    Attributes
    ----------
    frame
        Number of the frame whose code is taken.
    moved
        Added to the code, number by number; empty for none.
    context
        Whose context it is drawn in; None for the recording's own.
    animal
        Which animal, by the name of its track, where there are several; else the first.
    """

    frame: int
    moved: tuple[float, ...] = ()
    context: Place | None = None
    animal: str = ""


class Model(Protocol):
    """Frames (V, H, W) uint8 to codes and back."""

    latent: int
    has_context: bool

    def encode(self, frame: Array) -> Array:
        """The code (D,) float32 of a frame."""
        ...

    def draw(self, code: Array, context: Array) -> Array:
        """A picture (V, H, W) float32 in 0..1 of a code in the context of another frame."""
        ...


class Redrawer:
    """What the results of an embedding can redraw.

    Parameters
    ----------
    folder
        Results of ``behavior.embed``.
    params
        Of that run.
    place
        The recording it was run on.
    weights
        Those that were applied; None for the run's own.

    Attributes
    ----------
    place
        The recording whose frames are asked for; another one of the run may be set.
    """

    def __init__(
        self,
        folder: Path,
        params: Mapping[str, Any],
        place: Place,
        weights: Path | None = None,
    ) -> None:
        self.place = place
        self._weights = weights or folder / WEIGHTS
        self._basis = folder / BASIS
        self._params: Any = SimpleNamespace(**params)
        self._sources: dict[Place, _Source] = {}
        self._model: Model | None = None
        self._turn = threading.Lock()
        self._closed = False

    @property
    def possible(self) -> bool:
        """Whether there is what is needed to redraw from a code."""
        return self._weights.is_file() or self._basis.is_file()

    @property
    def model(self) -> Model:
        """The network or the basis, loaded when it is first asked for."""
        if self._model is None:
            if self._weights.is_file():
                self._model = _Network(self._weights)
                self._take_crop(self._model.file)
            else:
                self._model = _Linear(self._basis)
        return self._model

    def frame(self, number: int, animal: str = "", place: Place | None = None) -> Array:
        """A frame of a recording as it was cut for the embedding, (V, H, W) uint8."""
        return self._source(place or self.place).cut(number, animal)

    def context(self, place: Place | None, animal: str = "") -> Array:
        """The context frame of a recording, (V, H, W) uint8."""
        own = place is None or place == self.place
        chosen = int(getattr(self._params, "context_frame", -1)) if own else -1
        return self.frame(max(chosen, 0), animal, place)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While a question is answered it is not closed.

        Raises
        ------
        BadInput
            It is closed.
        """
        with self._turn:
            if self._closed:
                raise BadInput("That embedding is no longer open; embed again.")
            yield

    def close(self) -> None:
        """Close every recording that was opened."""
        with self._turn:
            self._closed = True
            for source in self._sources.values():
                source.close()
            self._sources = {}

    def _take_crop(self, file: Any) -> None:
        """Frames are cut as those the weights were trained on."""
        told = vars(self._params)
        if told.get("crop", "model") == "model":
            told.update(file.crop)
        told["size_px"] = max(file.design.size)
        told.setdefault("preset", file.design.preset)

    def _source(self, place: Place) -> _Source:
        linear = isinstance(self.model, _Linear)
        if place not in self._sources:
            self._sources[place] = _Source(place, self._params, linear=linear)
        return self._sources[place]


def redraw(redrawer: Redrawer, asked: Asked) -> Mapping[str, Figure]:
    """The query: ``input``, ``redrawn``, ``error`` and, of a model that has one, ``context``.

    Raises
    ------
    BadInput
        A recording gives frames of another shape than the model was trained on.
    """
    with redrawer.in_use():
        return _redrawn(redrawer, asked)


def _redrawn(redrawer: Redrawer, asked: Asked) -> Mapping[str, Figure]:
    model = redrawer.model
    frame = redrawer.frame(asked.frame, asked.animal)
    context = redrawer.context(asked.context, asked.animal)
    if context.shape != frame.shape:
        raise BadInput("That recording gives frames of another shape; choose another context.")
    code = model.encode(frame)
    if asked.moved:
        code = code + np.asarray(asked.moved, "f4")[: len(code)]
    drawn = np.clip(model.draw(code, context) * 255, 0, 255)
    error = np.abs(drawn - frame)
    words = f"mean squared error {float(np.mean((error / 255) ** 2)):.5f}"
    whose = ", ".join(name for name in (f"frame {asked.frame}", asked.animal) if name)
    figures = {
        "input": _picture("Frame", frame, whose),
        "redrawn": _picture("Redrawn from the code", drawn, words),
        "error": _picture("Error", np.clip(error * 2, 0, 255), "absolute, doubled"),
    }
    if model.has_context:
        figures["context"] = _picture("Context", context, "what the code need not tell")
    return figures


REDRAW = Query("behavior.redraw", "a frame redrawn from its code", redraw)


class _Source:
    """A recording of its own handle, and how its frames are cut."""

    def __init__(self, place: Place, params: Any, *, linear: bool) -> None:
        recording: Any = open_file(identify(place.video))
        self._recording = recording
        self._poses: Any = None
        if place.poses is not None:
            self._poses = open_file(identify(place.poses))
        self._linear, self._params = linear, params
        if linear:
            self._box, self._size = _linear_cut(self._recording, params)
            return
        if self._poses is not None:
            told = vars(params)
            mapping = PoseMap(told.get("pose_offset", 0), told.get("pose_stride", 1))
            self._poses = counted(self._poses, mapping)
        self._cutters: dict[str, Cutter] = {}

    def cut(self, number: int, animal: str) -> Array:
        at = min(number, self._recording.readable_frames - 1)
        gray = next(iter(self._recording.gray_frames(at, at + 1, 1)))
        if self._linear:
            return reduce(gray, self._box, self._size)[None]
        views: Array = self._cutter(animal)(at, gray)
        return views

    def _cutter(self, animal: str) -> Cutter:
        from engine.behavior.cropping import cutter_for, subjects_of
        from engine.behavior.prepare import analysis_size

        track, params = self._params.track, self._params
        if track == "all":
            track = animal if self._poses is not None and animal in self._poses.tracks else "0"
        if track not in self._cutters:
            subject = subjects_of(self._recording, self._poses, track)[0]
            self._cutters[track] = cutter_for(subject, params, analysis_size(params), lambda: None)
        return self._cutters[track]

    def close(self) -> None:
        self._recording.close()
        if self._poses is not None:
            self._poses.close()


def _linear_cut(recording: Any, params: Any) -> tuple[Box, tuple[int, int]]:
    whole = Box(0, 0, recording.width, recording.height)
    box = Box(*params.crop_box) if params.crop == "fixed" else whole
    return box, reduced_size(box, int(params.size_px) or _PCA_PX)


class _Linear:
    """The basis of PCA."""

    has_context = False

    def __init__(self, path: Path) -> None:
        from safetensors.numpy import load_file

        tensors = load_file(path)
        self._basis = Basis(tensors["mean"], tensors["components"])
        self.latent = len(self._basis.components)

    def encode(self, frame: Array) -> Array:
        rows = frame.reshape(1, -1).astype("f4") / 255
        if rows.shape[1] != len(self._basis.mean):
            raise BadInput(
                "The recording gives frames of another size than the basis has; embed it again."
            )
        code: Array = self._basis.project(rows)[0]
        return code

    def draw(self, code: Array, context: Array) -> Array:
        drawn: Array = self._basis.mean + code @ self._basis.components
        return drawn.reshape(context.shape)


class _Network:
    """A network and its weights."""

    def __init__(self, path: Path) -> None:
        from engine.behavior.models import EmbedderFile, load_network

        self.file = EmbedderFile.read(path)
        self._network = load_network(self.file)
        self.latent = self._network.latent
        self.has_context = bool(self._network.has_context)

    def encode(self, frame: Array) -> Array:
        from engine.behavior.inference import encode

        code: Array = encode(self._network, frame[None], lambda: None)[0]
        return code

    def draw(self, code: Array, context: Array) -> Array:
        from engine.behavior.inference import context_map, redraw

        seen = context_map(self._network, context)
        drawn: Array = redraw(self._network, code[None], seen, lambda: None)[0]
        return drawn


def _picture(title: str, frame: Array, caption: str) -> Figure:
    """Views (V, H, W) side by side."""
    pixels = np.concatenate(list(frame), axis=1).round().astype("u1")
    axes = Axis("column", "px"), Axis("row", "px")
    return Figure(title, (Picture(pixels),), *axes, caption=caption, equal=True)
