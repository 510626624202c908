from __future__ import annotations

import importlib.util
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from engine.behavior import map_run
from engine.behavior.latent_experiments import MAP, MapParams
from engine.behavior.latent_files import read_latents, write_latents
from engine.behavior.latents import Latents
from engine.behavior.map_figures import by_column, by_name, map_figure
from engine.behavior.maps import Plan, judge, make_map, pca_position, refuse_unready, sample
from engine.context import Context
from engine.control import Control
from engine.errors import BadParams, Cancelled, MissingExtra
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.run import Run, RunRequest
from engine.workers import call


def rings(count: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three far groups in eight dimensions, and which group each row is of."""
    random = np.random.default_rng(seed)
    group = np.arange(count) % 3
    return random.standard_normal((count, 8)) + 12 * np.eye(8)[group], group


def latents(count: int = 300) -> tuple[Latents, Latents]:
    values, group = rings(count)
    frame = np.arange(count // 2)
    half = count // 2
    return (
        Latents(values[:half], frame, frame / 30, "a.mp4", "x", {"group": group[:half]}),
        Latents(values[half:], frame, frame / 25, "b.mp4", "x"),
    )


def test_pca_keeps_the_distances_that_two_components_can() -> None:
    random = np.random.default_rng(1)
    plane = random.standard_normal((50, 2)) * [3, 1]
    turn, _ = np.linalg.qr(random.standard_normal((6, 6)))
    values = np.pad(plane, ((0, 0), (0, 4))) @ turn + 7
    found = pca_position(values)
    assert found.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    want = np.linalg.norm(plane[:, None] - plane[None], axis=-1)
    assert np.linalg.norm(found[:, None] - found[None], axis=-1) == pytest.approx(want)
    assert np.array_equal(pca_position(values[:, :1], 3)[:, 1:], np.zeros((50, 2)))


def test_a_perfect_map_has_one_and_a_shuffled_one_half() -> None:
    values = np.random.default_rng(0).standard_normal((200, 2))
    assert judge(values, values * 3, 12) == (1.0, 1.0)
    lost = judge(values, np.random.default_rng(1).permutation(values), 12)
    assert max(lost) < 0.6


def test_continuity_falls_when_neighbours_are_torn_and_trust_when_strangers_meet() -> None:
    circle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ring = np.stack([np.cos(circle), np.sin(circle)], axis=1)
    unrolled = np.stack([circle, np.zeros(200)], axis=1)
    trust, continuity = judge(ring, unrolled, 10)
    assert trust > continuity, "the ends of a ring that is unrolled were neighbours"
    folded = np.stack([ring[:, 0], np.zeros(200)], axis=1)
    trust, continuity = judge(ring, folded, 10)
    assert continuity > trust, "the two halves of a flattened ring are strangers"


def test_tsne_keeps_groups_apart_twice_the_same_and_projects_the_rest() -> None:
    values, group = rings()
    plan = Plan("tsne", perplexity=20, most=200, judged=150)
    found, again = make_map(values, plan), make_map(values, plan)
    assert np.array_equal(found.position, again.position)
    assert (found.laid_out, found.judged) == (200, 150)
    rest = np.setdiff1d(np.arange(300), sample(300, 200, 0))
    assert np.isfinite(found.position).all()
    centres = np.stack([found.position[group == k].mean(axis=0) for k in range(3)])
    nearest = np.linalg.norm(found.position[:, None] - centres, axis=-1).argmin(axis=1)
    assert (nearest == group).mean() > 0.99
    assert (nearest[rest] == group[rest]).mean() > 0.97, "projected where their like are"
    assert found.trustworthiness > 0.8


@pytest.mark.slow
def test_umap_keeps_groups_apart_twice_the_same_and_projects_the_rest() -> None:
    values, group = rings()
    plan = Plan("umap", most=200, judged=150)
    # As in the experiment, in processes: its libraries leave threads behind.
    found, again = (call(make_map, values, plan, check=lambda: None) for _ in range(2))
    assert np.array_equal(found.position, again.position)
    centres = np.stack([found.position[group == k].mean(axis=0) for k in range(3)])
    nearest = np.linalg.norm(found.position[:, None] - centres, axis=-1).argmin(axis=1)
    assert (nearest == group).mean() > 0.97


@pytest.mark.parametrize(("method", "word"), [("tsne", "t-SNE"), ("umap", "UMAP")])
def test_a_missing_package_is_one_sentence_with_the_line_that_helps(
    method: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=rf"{word}.*pip install 'peerscope\[maps\]'"):
        refuse_unready(Plan(method), 10_000)  # type: ignore[arg-type]
    refuse_unready(Plan("pca"), 10_000)


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(BadParams, match="at least 92 frames"):
        refuse_unready(Plan("tsne"), 80)
    with pytest.raises(BadParams, match="at least 16 frames"):
        refuse_unready(Plan("pca"), 15)


def test_the_experiment_shows_pca_first_and_says_how_far_to_trust(tmp_path: Path) -> None:
    ctx = Context(MapParams(judged=100), tmp_path)
    parts = latents()
    first, last = map_run.map_latents(parts, ctx)
    assert first.figures["map"].layers[0].x.shape == (300,)
    assert "trustworthiness" in last.figures["map"].caption
    assert "on 100 frames" in last.texts["map"]
    assert last.metrics["laid_out"] == 300
    read = read_latents(tmp_path / "map/a x.parquet")
    x = last.figures["map"].layers[0].x
    assert np.array_equal(read[0].extra["map_1"], x[:150])
    assert "map_3d" in last.figures


def test_a_cancel_ends_the_layout_at_once(tmp_path: Path) -> None:
    control = Control()
    values = np.random.default_rng(0).standard_normal((20_000, 8))
    frame = np.arange(20_000)
    part = Latents(values, frame, frame / 30)
    ctx = Context(MapParams(method="tsne", most=20_000), tmp_path, control)
    steps = map_run.map_latents((part,), ctx)
    next(steps)
    threading.Timer(1.0, control.cancel).start()
    began = time.perf_counter()
    with pytest.raises(Cancelled):
        next(steps)
    assert time.perf_counter() - began < 15, "the fit itself takes minutes"


def test_the_command_line_takes_a_table_and_a_results_folder(tmp_path: Path) -> None:
    table = write_latents(latents(), tmp_path / "codes.csv")
    runs = []
    for number, source in enumerate((table, tmp_path / "0")):
        request = RunRequest(MAP, (InputFile("latents", identify(source)),), MapParams())
        runs.append(Run(request, tmp_path / str(number), keep_figures=False).execute())
    assert [run.status for run in runs] == ["done", "done"], runs[-1].message
    assert runs[0].metrics["continuity"] == runs[1].metrics["continuity"]


def test_colours_by_recording_and_by_a_column_that_some_lack() -> None:
    parts = latents()
    recording = by_name(parts, "recording")
    assert recording.names == ("a.mp4", "b.mp4")
    assert recording.category is not None
    assert np.bincount(recording.category).tolist() == [150, 150]
    group = by_column(parts, "group")
    assert group.value is not None
    assert np.isnan(group.value[150:]).all()
    flat = map_figure(np.zeros((300, 2)), group, "umap", "")
    assert (flat.x and flat.x.name, flat.kind) == ("UMAP 1", "plot")
    assert map_figure(np.zeros((300, 3)), recording, "pca", "").kind == "space"
