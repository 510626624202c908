"""What a live agent shows, as figures."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from engine.agents.layout import AgentSpec
from engine.agents.live import Seen
from engine.agents.players import Sight
from engine.agents.worlds import FACTS
from engine.claims import Reported
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Figure, HeatMap, Line, Picture, Reference, Scatter

#: Newest values a strip shows.
STRIP = 120
#: Codes the map remembers.
REMEMBERED = 2000
_TRACE = 600
_MOST_ROWS = 64


class Trail:
    """The recent past of one seat, and the figures made from it.

    Parameters
    ----------
    spec
        Its agent.
    reported
        Score that is reported for it, or None.
    suffix
        Put behind the names of its figures.
    """

    def __init__(self, spec: AgentSpec, reported: Reported | None, suffix: str = "") -> None:
        self.spec, self._suffix = spec, suffix
        self.reported = reported
        self._actions: deque[Array] = deque(maxlen=_TRACE)
        self._rewards: deque[float] = deque(maxlen=_TRACE)
        self._scores: deque[float] = deque(maxlen=_TRACE)
        self._inputs: deque[Array] = deque(maxlen=STRIP)
        self._codes: deque[Array] = deque(maxlen=STRIP)
        self.map_codes: deque[Array] = deque(maxlen=REMEMBERED)
        self.map_inputs: deque[Array] = deque(maxlen=REMEMBERED)
        self._first = 0
        self.count = 0

    def add(self, seen: Seen) -> None:
        """Remember a step."""
        self.count += 1
        self._actions.append(seen.action)
        self._rewards.append(seen.reward)
        self._scores.append(seen.score)
        sight = seen.sight
        if sight is None:
            return
        if not self.spec.vision:
            if self._inputs and len(self._inputs[-1]) != len(sight.inputs):
                self._inputs.clear()
            self._inputs.append(sight.inputs)
        if sight.code is not None:
            self._codes.append(_reduced(sight.code))
            self.map_codes.append(np.asarray(sight.code, "f4").ravel()[:4096])
            self.map_inputs.append(sight.inputs)

    def figures(self, seen: Seen) -> dict[str, Figure]:
        """Figures of the newest step, which had to be looked at."""
        sight, scene = seen.sight, seen.scene
        if sight is None or scene is None:
            return {}
        found = {"scene": self._scene(scene, sight, seen)}
        found |= self._vision(sight) if self.spec.vision else self._vector(sight)
        if self._codes:
            strip = _newest_first(list(self._codes))
            found["code"] = _heat(strip, "Latent code m", "", down="message")
        found["action"] = self._action_figure()
        found["score"] = self._score_figure()
        return {f"{name}{self._suffix}": figure for name, figure in found.items()}

    def _scene(self, scene: Array, sight: Sight, seen: Seen) -> Figure:
        if self.spec.environment == "carracing" and len(sight.attended):
            scene = _whitened(scene, sight.attended, self.spec.invariant)
        caption = f"step {seen.step} · score {seen.score:.1f}"
        return _picture(FACTS[self.spec.environment].title, scene, caption)

    def _vector(self, sight: Sight) -> dict[str, Figure]:
        names = wired_names(self.spec, sight.wiring, sight.copies)
        wiring = ", ".join(names)
        values = _newest_first(list(self._inputs))
        found = {"inputs": _heat(_shown(values, sight, self.spec), "Inputs", wiring)}
        if sight.attention is not None:
            attention = sight.attention
            found["attention"] = _heat(attention, "Attention W", wiring, -1.0, 1.0, "query")
            mean = np.abs(attention).mean(axis=1)
            labels = tuple(f"{i} {name}" for i, name in enumerate(names))
            bars = Bars(labels, mean, "mean |W|", "measured")
            axes = Axis("input"), Axis("mean |W|", low=0.0, high=1.0)
            found["weights"] = Figure("Mean attention of each input", (bars,), *axes)
        if sight.hidden is not None and sight.hidden.ndim == 2:
            found["state"] = _heat(sight.hidden, "LSTM state h", wiring, -1.0, 1.0, "unit")
        return found

    def _vision(self, sight: Sight) -> dict[str, Figure]:
        frame = sight.inputs
        side = frame.shape[0] // 6
        count = side * side
        shown = frame
        if self.spec.invariant:
            hidden = np.setdiff1d(np.arange(count), sight.kept)
            places = np.flatnonzero(np.isin(sight.wiring, sight.attended))
            shown = _whitened(frame, np.intersect1d(places, sight.kept), True)
            shown = _blackened(shown, hidden)
        moved = int((sight.wiring != np.arange(count)).sum())
        words = f"{moved} of {count} patches moved, {count - len(sight.kept)} left out"
        words += f", {len(sight.attended)} attended"
        found = {"inputs": _picture("What the agent gets", shown, words)}
        if sight.attention is not None:
            found["attention"] = _attention_picture(sight, side)
        if sight.hidden is not None:
            found["state"] = _heat(
                sight.hidden.reshape(2, -1), "LSTM state h", "", -1.0, 1.0, "unit"
            )
        return found

    def _action_figure(self) -> Figure:
        values = np.stack(self._actions)
        step = np.arange(self.count - len(values), self.count)
        names = FACTS[self.spec.environment].actions
        lines = tuple(
            Line(step, values[:, i], names[i] if i < len(names) else f"{i}", i % 9)
            for i in range(values.shape[1])
        )
        axes = Axis("step"), Axis("action", low=-1.05, high=1.05)
        return Figure("Actions", lines, *axes, caption=f"the last {len(values)} steps")

    def _score_figure(self) -> Figure:
        score = np.array(self._scores)
        step = np.arange(self.count - len(score), self.count)
        layers: list[Any] = [Line(step, score, "score of the episode so far", "measured")]
        if self.reported is not None:
            layers.append(
                Reference(
                    self.reported.value, "reported mean ± sd", "reported", self.reported.spread
                )
            )
        caption = f"the last {len(score)} steps"
        return Figure("Score", tuple(layers), Axis("step"), Axis("score"), caption=caption)


def wired_names(spec: AgentSpec, wiring: Array, copies: int = 1) -> list[str]:
    """The quantity wired to each input of a vector agent; copies bear a mark."""
    sensors = FACTS[spec.environment].sensors
    real = len(sensors)
    return [
        sensors[source % real] + "'" * (source // real) if source < real * copies else "noise"
        for source in wiring.tolist()
    ]


def _shown(values: Array, sight: Sight, spec: AgentSpec) -> Array:
    """Inputs as the strip draws them: CartPole's x over 2.4, v and ω squeezed by tanh."""
    shown = values.astype("f8").copy()
    if spec.environment != "cartpole":
        squeezed: Array = np.tanh(shown)
        return squeezed
    for row, source in enumerate(sight.wiring.tolist()):
        kind = source % 5 if source < 5 * sight.copies else -1
        if kind == 0:
            shown[row] = shown[row] / 2.4
        elif kind in (1, 4):
            shown[row] = np.tanh(shown[row])
    return shown


def _reduced(code: Array) -> Array:
    """A code's row of the strip: at most 64 numbers; a matrix by the mean of its rows."""
    flat = code if code.ndim == 1 else code.mean(axis=0)
    return np.asarray(flat[:_MOST_ROWS], "f4")


def _newest_first(columns: list[Array]) -> Array:
    """Columns (K, STRIP) with the newest at the left; what has not been yet is NaN."""
    values = np.full((len(columns[-1]), STRIP), np.nan)
    values[:, : len(columns)] = np.stack(columns[::-1], axis=1)
    return values


def _heat(
    values: Array,
    title: str,
    caption: str,
    low: float = -1.0,
    high: float = 1.0,
    across: str = "steps ago",
    down: str = "input",
) -> Figure:
    rows, columns = values.shape
    # The first row of a heat map lies at the bottom; here the first input is to be on top.
    layer = HeatMap(
        values[::-1].astype("f8"),
        Axis("value"),
        (0.0, float(columns)),
        (0.0, float(rows)),
        signed=True,
        low=low,
        high=high,
    )
    return Figure(title, (layer,), Axis(across), Axis(f"{down}, from below"), caption=caption)


def _picture(title: str, pixels: Array, caption: str) -> Figure:
    axes = Axis("column", "px"), Axis("row", "px")
    return Figure(title, (Picture(pixels),), *axes, caption=caption)


def _whitened(frame: Array, patches: Array, regular: bool) -> Array:
    """A frame with patches half whitened; 6x6 of a grid, or the baseline's 7x7 every 4."""
    shown = frame.copy()
    size, stride, columns = (6, 6, frame.shape[1] // 6) if regular else (7, 4, 23)
    for patch in patches.tolist():
        row, column = divmod(patch, columns)
        part = (
            slice(row * stride, row * stride + size),
            slice(column * stride, column * stride + size),
        )
        shown[part] = shown[part] // 2 + 127
    return shown


def _blackened(frame: Array, places: Array) -> Array:
    shown = frame.copy()
    columns = frame.shape[1] // 6
    for place in places.tolist():
        row, column = divmod(place, columns)
        shown[6 * row : 6 * row + 6, 6 * column : 6 * column + 6] = 0
    return shown


def _attention_picture(sight: Sight, side: int) -> Figure:
    """Mean attention that each patch of the unshuffled frame receives, as a map."""
    attention = sight.attention
    assert attention is not None
    share = np.zeros(side * side)
    share[sight.wiring[sight.kept[: len(attention)]]] = attention.mean(axis=1)
    grid = share.reshape(side, side)[::-1]
    layer = HeatMap(grid, Axis("share"), (0.0, float(side)), (0.0, float(side)))
    caption = "share each patch gets, mean over all queries, in the frame's order"
    return Figure("Attention", (layer,), Axis("patch column"), Axis("patch row"), caption=caption)


def map_figure(codes: list[Array]) -> tuple[Figure, float] | None:
    """The remembered codes on their two principal components, or None while too few."""
    from engine.agents.latent import principal_plane

    if len(codes) < 8 or len({len(code) for code in codes}) > 1:
        return None
    place, explained = principal_plane(np.stack(codes))
    age = np.arange(len(place), dtype="f8")
    layer = Scatter(place[:, 0], place[:, 1], value=age, value_axis=Axis("step"), size_px=4)
    caption = f"the last {len(place)} looks, {100 * explained:.0f} % of the variance"
    axes = Axis("component 1"), Axis("component 2")
    return Figure("Code map (PCA)", (layer,), *axes, caption=caption), explained


def observations_figure(inputs: list[Array], spec: AgentSpec) -> Figure:
    """Chosen observations: frames side by side, or sensors as rows."""
    if spec.vision:
        frames = [
            frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, 2) for frame in inputs
        ]
        return _picture(
            "Chosen observations",
            np.concatenate(frames[:8], axis=1),
            f"{len(inputs)} chosen, at most 8 shown",
        )
    values = np.tanh(np.stack(inputs, axis=1).astype("f8"))
    return _heat(values, "Chosen observations", f"{len(inputs)} chosen", across="chosen step")
