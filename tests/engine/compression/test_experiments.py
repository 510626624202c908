"""The experiments from the command line: contract, numbers, and one sentence for bad input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.cli.main import main
from engine.compression.matrices import data, memory
from engine.results import Result, read_result

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def inner(name: str, path: Path, *sets: str) -> Result:
        out = tmp_path / f"out {len(list(tmp_path.iterdir()))}"
        words = [word for pair in sets for word in ("--set", pair)]
        assert main(["run", name, str(path), *words, "--out", str(out)]) == 0
        found = read_result(out)
        assert found.status == "done", found.message
        return found

    return inner


@pytest.fixture
def array(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((90, 12)) @ rng.standard_normal((12, 70))
    values += 0.1 * rng.standard_normal((90, 70))
    np.save(tmp_path / "a.npy", values)
    return tmp_path / "a.npy"


@pytest.mark.parametrize("method", ["lplr", "lplr_plus", "lsvd", "dsvd"])
def test_lplr_reports_what_it_declares(run: Run, array: Path, method: str) -> None:
    found = run("compression.lplr", array, f"method={method}", "b0=2", "seeds=2")
    metrics = found.metrics
    assert 0 < metrics["relative_error"] < 1
    assert metrics["rank"] == 90 * 70 * 2 // (90 * 4 + 70 * 8)
    assert metrics["bits_per_entry"] == pytest.approx(8 * metrics["file_bytes"] / 6300)
    assert metrics["encode_seconds"] > 0
    assert (metrics["relative_error_sd"] > 0) == (method != "dsvd")


def test_the_metric_of_bytes_is_the_file_on_disk(array: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sets = ["--set", "byte_budget=2000", "--set", "method=lplr_plus", "--set", "seeds=1"]
    assert main(["run", "compression.lplr", str(array), *sets, "--out", str(out)]) == 0
    size = (out / "matrix.lplr").stat().st_size
    assert read_result(out).metrics["file_bytes"] == size <= 2000


def test_a_packed_matrix_is_restored_as_measured(array: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    words = ["--set", "method=dsvd_per_component", "--set", "b0=3"]
    assert main(["run", "compression.lplr", str(array), *words, "--out", str(out)]) == 0
    assert main(["run", "compression.restore", str(out / "matrix.lplr"), "--out", str(back)]) == 0
    values, wanted = np.load(back / "restored.npy"), np.load(array)
    error = np.linalg.norm(values - wanted) / np.linalg.norm(wanted)
    assert error == pytest.approx(read_result(out).metrics["relative_error"], rel=1e-12)


def test_naive_takes_its_bits_from_b0(run: Run, array: Path) -> None:
    found = run("compression.lplr", array, "method=nq", "b0=4", "refit=true")
    plain = run("compression.lplr", array, "method=nq", "b0=4")
    assert found.metrics["relative_error"] <= plain.metrics["relative_error"]
    values = np.load(array)
    step = (values.max() - values.min()) / 15
    naive = values.min() + step * np.floor((values - values.min()) / step + 0.5)
    wanted = np.linalg.norm(naive - values) / np.linalg.norm(values)
    assert plain.metrics["relative_error"] == pytest.approx(wanted, rel=1e-5)


def test_a_sweep_has_a_point_wherever_a_method_fits(run: Run, array: Path) -> None:
    found = run("compression.sweep", array, "grid=0.5,1,2", "methods=lplr,nq", "seeds=2")
    assert found.metrics["points"] == 5
    assert found.metrics["error_lplr"] < found.metrics["error_nq"]


def test_a_recommendation_of_low_rank_and_one_against_it(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    low = rng.standard_normal((120, 4)) @ rng.standard_normal((4, 100))
    np.save(tmp_path / "low.npy", low)
    np.save(tmp_path / "flat.npy", rng.standard_normal((120, 100)))
    found = run("compression.recommend", tmp_path / "low.npy", "b0=1", "seeds=1")
    assert "Low rank pays here" in found.texts["reason"]
    assert found.metrics["low_rank_error"] == found.metrics["relative_error"]
    found = run("compression.recommend", tmp_path / "flat.npy", "b0=4", "seeds=1")
    assert found.texts["recommended_method"] == "nq_per_row"
    assert "Do not use low rank here" in found.texts["reason"]


def test_neighbours_of_rows_with_and_without_labels(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(3), 40)[rng.permutation(120)]
    rows = rng.standard_normal((3, 30))[labels] * 3 + rng.standard_normal((120, 30))
    np.savez(tmp_path / "rows.npz", rows=rows, labels=labels)
    found = run("compression.neighbours", tmp_path / "rows.npz", "b0=2", "method=nq")
    assert found.metrics["accuracy_before"] > 0.95
    assert found.metrics["accuracy_after"] > 0.8
    assert 0 < found.metrics["recall_after"] <= 1
    leaky = run("compression.neighbours", tmp_path / "rows.npz", "b0=2", "class_wise=true")
    assert "know their labels" in leaky.texts["warning"]
    np.save(tmp_path / "rows.npy", rows)
    bare = run("compression.neighbours", tmp_path / "rows.npy", "b0=8", "method=nq")
    assert "accuracy_before" not in bare.metrics
    assert bare.metrics["recall_after"] > 0.9


def test_a_checkpoint_fits_its_budget_and_comes_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    weights = {
        "embed": (rng.standard_normal((200, 6)) @ rng.standard_normal((6, 64))).astype("f4"),
        "conv": rng.standard_normal((32, 8, 3, 3)).astype("f2"),
        "bias": rng.standard_normal(64).astype("f4"),
        "steps": np.array(7),
    }
    save_file(weights, tmp_path / "w.safetensors")
    out = tmp_path / "out"
    words = ["--set", "b0=5", "--set", "restore=true"]
    path = str(tmp_path / "w.safetensors")
    assert main(["run", "compression.checkpoint", path, *words, "--out", str(out)]) == 0
    metrics = read_result(out).metrics
    assert metrics["file_bytes"] == (out / "checkpoint.lplr").stat().st_size
    assert metrics["file_bytes"] <= metrics["budget_bytes"]
    assert (metrics["layers"], metrics["kept_tensors"]) == (2, 2)
    back = load_file(out / "restored.safetensors")
    assert {n: (a.shape, a.dtype) for n, a in back.items()} == {
        n: (a.shape, a.dtype) for n, a in weights.items()
    }
    np.testing.assert_array_equal(back["bias"], weights["bias"])
    lost = sum(np.sum((back[n].astype("f8") - weights[n]) ** 2) for n in ("embed", "conv"))
    norm = sum(np.sum(weights[n].astype("f8") ** 2) for n in ("embed", "conv"))
    assert (lost / norm) ** 0.5 == pytest.approx(metrics["relative_error"], rel=1e-2)
    again = tmp_path / "again"
    packed = str(out / "checkpoint.lplr")
    assert main(["run", "compression.restore", packed, "--out", str(again)]) == 0
    for name, array in load_file(again / "restored.safetensors").items():
        np.testing.assert_array_equal(array, back[name])


def test_channels_of_an_image(run: Run, tmp_path: Path) -> None:
    import cv2

    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    path = tmp_path / "rgb.png"
    cv2.imwrite(str(path), pixels)
    grey, stacked, each = (data.image_matrices(path, c) for c in ("grey", "stacked", "each"))
    np.testing.assert_allclose(grey[0].values, pixels.mean(axis=2) / 255)
    np.testing.assert_allclose(stacked[0].values[:40], pixels[:, :, 2] / 255)
    assert [m.shape for m in each] == [(40, 30)] * 3
    found = run("compression.lplr", path, "channels=each", "method=nq", "b0=2")
    assert found.artifacts == ("matrix_1.lplr", "matrix_2.lplr", "matrix_3.lplr")


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    ones = np.ones((5, 6))
    holed = ones.copy()
    holed[2, 3] = np.nan
    arrays = {
        "nan": (holed, "1 entries that are NaN"),
        "constant": (ones, "the one value 1 everywhere"),
        "zero": (0 * ones, "all zeros"),
        "row": (np.arange(9.0)[None], "1 x 9"),
        "vector": (np.arange(9.0), "no matrix"),
        "complex": (ones * 1j, "no real numbers"),
        "objects": (np.array([[{}, 1], [2, 3]], dtype=object), "pickle"),
    }
    found = {}
    for name, (values, words) in arrays.items():
        np.save(folder / f"{name}.npy", values, allow_pickle=True)
        found[name] = (folder / f"{name}.npy", words)
    (folder / "words.csv").write_text("a,b\n1,2\n3,x\n")
    (folder / "ragged.csv").write_text("1,2\n3,4\n5,6\n7,8\n9\n")
    save_file({"b": np.arange(4.0)}, folder / "bias.safetensors")
    found["words"] = (folder / "words.csv", "no number")
    found["ragged"] = (folder / "ragged.csv", "row 5 has 1 cells")
    found["bias"] = (folder / "bias.safetensors", "no matrix")
    return found


BAD = (
    *("nan", "constant", "zero", "row", "vector", "complex", "objects"),
    *("words", "ragged", "bias"),
)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    path, words = bad_files(tmp_path)[name]
    assert main(["run", "compression.lplr", str(path), "--out", str(tmp_path / "out")]) == 2
    told = capfd.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert words in told[0]


def test_a_table_larger_than_memory_is_refused_before_it_is_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.csv"
    path.write_text("1.5,2.5,3.5\n" * 4000)
    monkeypatch.setattr(data, "available_bytes", lambda: 100_000)
    assert main(["run", "compression.lplr", str(path), "--out", str(tmp_path / "o")]) == 2
    assert "GB are free" in capfd.readouterr().err
    assert memory.available_bytes() > 0


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["b0=0.01"], "too small for one component"),
        (["byte_budget=100"], "too small for LPLR"),
        (["method=coded", "byte_budget=100"], "too small"),
        (["method=nq", "b0=1.5"], "whole bits"),
        (["rank=80"], "take at most 70"),
        (["tensor=x"], "no array named 'x'"),
    ],
)
def test_bad_parameters_are_one_sentence(
    array: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], sets: list[str], words: str
) -> None:
    flags = [word for pair in sets for word in ("--set", pair)]
    assert main(["run", "compression.lplr", str(array), *flags, "--out", str(tmp_path / "o")]) == 2
    told = capfd.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert words in told[0]


def test_a_table_of_hundreds_of_gigabytes_is_refused_at_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "huge.csv"
    path.write_text("1.5,2.5,3.5\n" * 4000)
    with path.open("r+b") as file:
        file.truncate(2**39)  # sparse: it takes no room on the disk
    assert main(["run", "compression.lplr", str(path), "--out", str(tmp_path / "o")]) == 2
    assert "GB are free" in capfd.readouterr().err


@pytest.mark.parametrize("channels", ["grey", "stacked", "each"])
def test_a_packed_colour_image_is_restored_as_brightness(
    run: Run, tmp_path: Path, channels: str
) -> None:
    import cv2

    ramp = np.add.outer(np.arange(40), np.arange(50))
    pixels = np.stack([ramp, 2 * ramp, 255 - ramp], axis=2).astype("u1")
    assert cv2.imwrite(str(tmp_path / "colour.png"), pixels)
    asked = ("method=nq", "b0=8", f"channels={channels}")
    run("compression.lplr", tmp_path / "colour.png", *asked)
    (out,) = (path for path in tmp_path.iterdir() if (path / "result.json").is_file())
    bands = [pixels[:, :, i] / 255 for i in (2, 1, 0)]
    wanted = {
        "grey": [sum(bands) / 3],
        "stacked": [np.concatenate(bands)],
        "each": bands,
    }[channels]
    packed = sorted(out.glob("matrix*.lplr"))
    assert len(packed) == len(wanted)
    for number, (path, values) in enumerate(zip(packed, wanted, strict=True)):
        back = tmp_path / f"back {number}"
        assert main(["run", "compression.restore", str(path), "--out", str(back)]) == 0
        for restored in (
            np.load(back / "restored.npy"),
            load_file(back / "restored.safetensors")["matrix"],
        ):
            np.testing.assert_allclose(restored, values, atol=1 / 255)
