from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from engine.behavior.bouts import bouts_of, usage
from engine.behavior.data import STATES, write_recording
from engine.behavior.experiments import EMBED
from engine.behavior.latent_experiments import MOTIFS, MotifParams
from engine.behavior.latent_files import read_latents, write_latents
from engine.behavior.latents import Latents
from engine.behavior.motif_run import find_motifs
from engine.behavior.motifs import Plan, by_usage, entropy_bits, find, matched_colors, stretches
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.run import Run, RunRequest

MEANS = np.array([[0, 0], [6, 0], [0, 6.0]])


def switching(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n, 2) of a Gaussian HMM with three states, and its states."""
    random = np.random.default_rng(seed)
    state = np.zeros(count, "i8")
    for i in range(1, count):
        leave = random.random() < 0.05
        state[i] = (state[i - 1] + random.integers(1, 3)) % 3 if leave else state[i - 1]
    return MEANS[state] + random.standard_normal((count, 2)), state


def part_of(values: np.ndarray, name: str = "a.mp4", frame: np.ndarray | None = None) -> Latents:
    frame = np.arange(len(values)) if frame is None else frame
    return Latents(values, frame, frame / 30, name)


@pytest.mark.parametrize("method", ["kmeans", "hmm"])
def test_states_of_a_known_process_are_found(method: str) -> None:
    values, state = switching(600, 0)
    found = find([part_of(values)], Plan(method, motifs=3))  # type: ignore[arg-type]
    assert adjusted_rand_score(state, found.motif) > (0.97 if method == "hmm" else 0.95)
    counts = np.bincount(found.motif)
    assert (np.diff(counts) <= 0).all(), "0 is the most used"
    assert np.isfinite(found.heldout_ll) == (method == "hmm")
    if method == "hmm":
        assert (found.probability > 1 / 3 - 1e-9).all()
        assert found.probability.mean() > 0.95


def test_the_held_out_fit_prefers_the_true_number_of_states() -> None:
    values, _ = switching(600, 1)
    scores = [find([part_of(values)], Plan(motifs=k)).heldout_ll for k in (2, 3)]
    assert scores[1] > scores[0] + 0.1


@pytest.mark.parametrize("method", ["kmeans", "hmm"])
def test_labels_do_not_know_of_scale_and_place(method: str) -> None:
    values, _ = switching(300, 2)
    plan = Plan(method, motifs=3)  # type: ignore[arg-type]
    moved = values * np.array([8.0, 0.25]) + np.array([100.0, -3.0])
    one, other = find([part_of(values)], plan), find([part_of(moved)], plan)
    assert adjusted_rand_score(one.motif, other.motif) > 0.99
    again = find([part_of(values)], plan)
    assert np.array_equal(one.motif, again.motif), "the same seed, the same labels"


def test_no_transition_is_counted_across_a_gap_or_a_border() -> None:
    frame = np.concatenate([np.arange(10), np.arange(20, 25)])
    parts = [part_of(np.ones((15, 2)), frame=frame), part_of(np.ones((7, 2)), "b.mp4")]
    assert stretches(parts).tolist() == [10, 5, 7]


def test_numbers_go_by_usage_whatever_they_were() -> None:
    raw = np.array([5, 5, 2, 9, 9, 9, 2])
    assert by_usage(raw).tolist() == [1, 1, 2, 0, 0, 0, 2]
    permuted = np.array([0, 0, 7, 1, 1, 1, 7])
    assert np.array_equal(by_usage(raw), by_usage(permuted))


def test_entropy_of_even_use_is_the_logarithm_of_the_count() -> None:
    assert entropy_bits(np.repeat(np.arange(8), 5)) == pytest.approx(3.0)
    assert entropy_bits(np.zeros(9, "i8")) == 0.0


def test_colours_stay_with_the_movement_though_numbers_change() -> None:
    before = np.array([0] * 10 + [1] * 6 + [2] * 4)
    now = np.array([1] * 10 + [0] * 6 + [2] * 3 + [3])
    colors = matched_colors(now, before, 3)
    assert colors.tolist() == [1, 0, 2, 3]
    unknown = np.full(20, -1)
    assert matched_colors(now, unknown, 0).tolist() == [0, 1, 2, 3]
    split = np.array([0] * 6 + [1] * 4 + [2] * 6 + [3] * 4)
    assert sorted(matched_colors(split, before, 3).tolist()) == [0, 1, 2, 3], "all different"


def test_bouts_partition_the_frames_and_their_seconds() -> None:
    frame = np.concatenate([np.arange(0, 10), np.arange(30, 36)])
    parts = [part_of(np.ones((16, 1)), frame=frame), part_of(np.ones((4, 1)), "b.mp4")]
    motif = np.array([0] * 4 + [1] * 6 + [1] * 3 + [0] * 3 + [2] * 4)
    found = bouts_of(parts, motif)
    assert found.frames.sum() == 20
    assert found.motif.tolist() == [0, 1, 1, 0, 2]
    assert found.first.tolist() == [0, 4, 30, 33, 0]
    assert found.last.tolist() == [3, 9, 32, 35, 3]
    assert found.duration_s.sum() == pytest.approx(20 / 30, rel=0.06), "no gap is in a bout"
    assert found.duration_s[0] == pytest.approx(4 / 30)
    assert found.longer_than(3).frames.tolist() == [4, 6, 4]
    assert len(found.longer_than(100)) == 0


def test_intervals_of_usage_hold_the_share() -> None:
    values, _ = switching(600, 3)
    parts = [part_of(values)]
    bouts = bouts_of(parts, find(parts, Plan("kmeans", motifs=3)).motif)
    share, low, high = usage(bouts, 3, 0)
    assert share.sum() == pytest.approx(1.0)
    assert (low <= share).all()
    assert (share <= high).all()
    assert (high - low > 0.02).all(), "bouts, not frames, are drawn"


def test_the_experiment_leaves_tables_and_a_later_run_keeps_the_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Context, "in_process", lambda self, function, *given: function(*given))
    values, _ = switching(400, 4)
    parts = (part_of(values[:200]), part_of(values[200:], "b.mp4"))
    first = Context(MotifParams(motifs=3), tmp_path / "1")
    *_, shown = find_motifs(parts, (), first)
    assert set(shown.figures) == {"ethogram", "usage", "durations", "bouts"}
    assert shown.metrics["states_used"] == 3
    assert "kept" not in shown.metrics
    labelled = [read_latents(tmp_path / f"1/motifs/{name}.parquet")[0] for name in "ab"]
    assert set(labelled[0].extra) == {"motif", "motif_color", "probability"}
    rows = list(csv.DictReader((tmp_path / "1/bouts.csv").read_text("utf-8").splitlines()))
    assert len(rows) == shown.metrics["bouts"]
    assert all(int(row["frames"]) > 3 for row in rows)

    turned = [
        part.with_extra(motif_color=(part.extra["motif_color"] + 1) % 3) for part in labelled
    ]
    second = Context(MotifParams(motifs=4, method="kmeans"), tmp_path / "2")
    *_, later = find_motifs(parts, turned, second)
    assert later.metrics["kept"] > 0.6
    names = later.figures["ethogram"].layers[0].category_names
    assert len(names) == 4
    with pytest.raises(BadInput, match="no motifs"):
        list(find_motifs(parts, parts, second))


def test_too_few_frames_are_refused(tmp_path: Path) -> None:
    ctx = Context(MotifParams(), tmp_path)
    with pytest.raises(BadParams, match="12 motifs"):
        next(find_motifs((part_of(np.ones((12, 2))),), (), ctx))


def test_motifs_of_a_recording_agree_with_what_the_mouse_does(tmp_path: Path) -> None:
    """Codes of PCA, motifs of the HMM, and the states that the recording was drawn from."""
    truth = write_recording(tmp_path / "mouse.mp4", seconds=20, seed=0)
    video = InputFile("video", identify(tmp_path / "mouse.mp4"))
    Run(
        RunRequest(EMBED, (video,), EMBED.params()), tmp_path / "codes", keep_figures=False
    ).execute()
    latents = InputFile("latents", identify(tmp_path / "codes"))
    request = RunRequest(MOTIFS, (latents,), MotifParams(motifs=len(STATES)))
    result = Run(request, tmp_path / "motifs", keep_figures=False).execute()
    assert result.status == "done", result.message
    (part,) = read_latents(tmp_path / "motifs/motifs.parquet")
    motif, state = part.extra["motif"], truth.state[part.frame]
    shuffled = np.random.default_rng(0).permutation(motif)
    chance = normalized_mutual_info_score(state, shuffled)
    assert normalized_mutual_info_score(state, motif) > max(0.45, 10 * chance)
    assert adjusted_rand_score(state, motif) > 0.35


def test_a_table_without_motifs_is_refused_by_the_run(tmp_path: Path) -> None:
    table = write_latents(part_of(np.random.default_rng(0).random((50, 2))), tmp_path / "c.csv")
    given = InputFile("latents", identify(table))
    params = MotifParams(motifs=2, previous=str(table))
    result = Run(RunRequest(MOTIFS, (given,), params), tmp_path / "r").execute()
    assert result.status == "failed"
    assert "no motifs" in result.message
