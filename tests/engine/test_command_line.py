import json
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import registry
from engine.claim_store import kept_verdicts
from engine.claims import Verdict
from engine.cli.arguments import given_files
from engine.cli.main import main
from engine.errors import Cancelled, PeerscopeError
from engine.results import read_result
from engine.run import Run
from engine.session import Session, save_session

ROOT = Path(__file__).parents[2]
EMBED = ["run", "behavior.embed"]


def command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def finished(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    assert main([*EMBED, str(recording), "--set", "latent=4", "--out", str(out)]) == 0
    return out


def test_list_tells_everything_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    embed = next(item for item in listed if item["name"] == "behavior.embed")
    assert embed["inputs"][:2] == [
        {"role": "video", "kinds": ["video", "images", "image"], "required": True, "many": True},
        {"role": "poses", "kinds": ["poses"], "required": False, "many": True},
    ]
    assert embed["params"]["properties"]["latent"]["default"] == 8
    assert {"name": "fve", "unit": "", "kind": "value", "rtol": 1e-4} in embed["metrics"]


def test_list_imports_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['main.py']; from main import main; main(['list']);"
        "heavy = {'torch', 'vispy', 'cv2', 'scipy', 'pandas', 'av', 'sklearn', 'PySide6'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_run_writes_a_results_folder(finished: Path) -> None:
    result = read_result(finished)
    assert result.status == "done"
    assert 0.5 < result.metrics["fve"] <= 1
    assert result.metrics["streamed_gap"] >= -1e-6
    assert result.metrics["frames"] == 120
    assert len(result.inputs[0].sha256) == 64
    for name in ("codes.csv", "codes.parquet", "basis.safetensors"):
        assert name in result.artifacts
        assert (finished / name).stat().st_size > 0
    for figure in result.figures:
        for file in figure["files"]:
            assert (finished / file).exists()


def test_the_command_in_the_result_repeats_it(finished: Path, tmp_path: Path) -> None:
    import shlex

    words = shlex.split(read_result(finished).command)
    assert words[:3] == ["python", "main.py", "run"]
    words[words.index("--out") + 1] = str(tmp_path)
    assert main(words[2:]) == 0
    first, second = read_result(finished), read_result(tmp_path)
    for name in ("fve", "streamed_fve", "frames"):
        assert first.metrics[name] == second.metrics[name]


@pytest.mark.parametrize("of", ["", "figures/embedding.svg", "figures/variance.png"])
def test_replay_is_identical(of: str, finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(finished / of)]) == 0
    assert capsys.readouterr().out.startswith("behavior.embed: identical")


def test_replay_of_changed_numbers_is_different(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads((finished / "result.json").read_text())
    data["metrics"]["fve"] += 0.1
    (tmp_path / "result.json").write_text(json.dumps(data))
    assert main(["replay", str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("behavior.embed: different")


def session_with(finished: Path, folder: Path, *statuses: str) -> Path:
    """A session of copies of a run that ended so; "" leaves no result, as after a kill."""
    names = [f"{number:04d}-behavior.embed" for number in range(1, len(statuses) + 1)]
    data = json.loads((finished / "result.json").read_text())
    for name, status in zip(names, statuses, strict=True):
        run = folder / "runs" / name
        run.mkdir(parents=True)
        if status:
            (run / "result.json").write_text(json.dumps({**data, "status": status}))
    return save_session(Session(runs=tuple(names)), folder)


def test_an_unfinished_run_does_not_keep_a_session_from_its_replay(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = session_with(finished, tmp_path, "cancelled", "done", "", "failed")
    assert main(["replay", str(session)]) == 0
    lines = capsys.readouterr().out.splitlines()
    left_out = [line for line in lines if line.startswith("left out: ")]
    named = zip(("0001", "0003", "0004"), left_out, strict=True)
    assert all(name in line for name, line in named)
    assert "cancelled" in left_out[0]
    assert "behavior.embed: identical" in lines


def test_a_session_without_a_finished_run_is_one_line(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = session_with(finished, tmp_path, "cancelled")
    assert main(["replay", str(session)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "cancelled" in told


def test_replay_refuses_an_input_that_changed(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(recording.read_bytes())
    out = tmp_path / "out"
    assert main([*EMBED, str(copy), "--set", "latent=2", "--out", str(out)]) == 0
    capsys.readouterr()
    copy.write_bytes(recording.read_bytes() + b"\0")
    assert main(["replay", str(out)]) == 2
    told = capsys.readouterr().err
    assert "copy.mp4" in told
    assert "has changed" in told


def test_replay_finds_an_input_that_was_moved_and_renamed(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(recording.read_bytes())
    out = tmp_path / "out"
    assert main([*EMBED, str(copy), "--set", "latent=2", "--out", str(out)]) == 0
    capsys.readouterr()
    (tmp_path / "archive").mkdir()
    copy.rename(tmp_path / "archive" / "animal 7.mp4")
    assert main(["replay", str(out)]) == 0
    assert capsys.readouterr().out.startswith("behavior.embed: identical")


def write_no_frames(path: Path) -> None:
    """A container with a video stream and not one frame."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for packet in stream.encode():
            container.mux(packet)


def test_an_unreadable_file_is_one_line(
    recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Root may read anything, so the refusal is the system's word, not a mode of the file."""
    opened = Path.open

    def refuse(self: Path, *words, **named):
        if self == recording:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *words, **named)

    monkeypatch.setattr(Path, "open", refuse)
    assert main([*EMBED, str(recording), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert recording.name in told


def hostile(kind: str, folder: Path, recording: Path) -> Path:
    path = folder / f"{kind} ü.mp4"
    if kind == "text":
        path.write_text("this is no video\n")
    elif kind == "empty":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "truncated":
        path.write_bytes(recording.read_bytes()[:20_000])
    elif kind == "pickle":
        path = folder / "weights.pt"
        path.write_bytes(pickle.dumps({"a": 1}))
    elif kind == "no frames":
        write_no_frames(path)
    elif kind == "no rows":
        path = folder / "table.csv"
        path.write_text("frame,x,y\n")
    return path


@pytest.mark.parametrize(
    "kind", ["text", "empty", "folder", "truncated", "pickle", "no rows", "no frames", "missing"]
)
def test_bad_input_is_one_line_and_quick(kind: str, recording: Path, tmp_path: Path) -> None:
    path = hostile(kind, tmp_path, recording)
    began = time.perf_counter()
    done = command(*EMBED, path, "--out", tmp_path / "out")
    seconds = time.perf_counter() - began
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert path.name in done.stderr
    assert seconds < 2 * 3, "the budget is 2 s; a shared machine gets three times that"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "latent=1"], "latent"),
        (["--set", "unheard=1"], "unheard"),
        (["--set", "latent"], "name=value"),
        (["--weights", "x.h5"], "does not know '--weights'"),
        (["--latent", "4"], "--set latent=VALUE"),
        (["--vid", "x.mp4"], "does not know '--vid'"),
        (["--times", "x.csv", "--times", "y.csv"], "--times is given twice"),
        (["--times=x.csv", "--times", "y.csv"], "--times is given twice"),
        (["--poses"], "--poses"),
        (["--seed", "1", "--seed", "2"], "--seed is given twice"),
        (["--seed", "1", "--set", "seed=2"], "given twice"),
        (["--set", "latent=4", "--set", "latent=5"], "latent is given twice"),
        (["--set", "crop=fixed", "--set", "crop_box=0,0,900,900"], "does not lie inside"),
        (["--set", "stride=100"], "smaller code or stride"),
    ],
)
def test_bad_parameters_are_one_line(
    words: list[str],
    told: str,
    recording: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    assert main([*EMBED, str(recording), *words, "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        "behavior.embed VIDEO --seed 3 --out OUT",
        "behavior.embed --seed 3 VIDEO --out OUT",
        "behavior.embed --out OUT --set latent=2 VIDEO --seed 3",
        "--seed 3 --out OUT behavior.embed VIDEO",
        "behavior.embed --seed 3 --video VIDEO --out OUT",
        "behavior.embed --video=VIDEO --seed=3 --out=OUT",
        "behavior.embed --seed 3 --out OUT -- VIDEO",
    ],
)
def test_files_and_options_stand_in_any_order(
    words: str, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Run] = []

    def execute(run: Run) -> None:
        asked.append(run)
        raise Cancelled

    monkeypatch.setattr(Run, "execute", execute)
    given = [
        word.replace("VIDEO", str(recording)).replace("OUT", str(tmp_path))
        for word in words.split()
    ]
    assert main(["run", *given]) == 130
    (run,) = asked
    assert [(item.role, item.path) for item in run.request.files] == [("video", recording)]
    assert run.request.params.seed == 3
    assert run.folder == tmp_path


def test_after_two_dashes_everything_is_a_file() -> None:
    embed = registry.experiment("behavior.embed")
    named, others = given_files(embed, ["a b.mp4", "--poses", "p.slp", "--", "-c.mp4", "--poses"])
    assert named == {"poses": (Path("p.slp"),)}
    assert others == (Path("a b.mp4"), Path("-c.mp4"), Path("--poses"))


def test_no_role_is_called_as_a_common_option() -> None:
    roles = {spec.role for item in registry.experiments() for spec in item.inputs}
    assert not roles & {"set", "seed", "out", "help"}


@pytest.mark.parametrize("words", [["run"], ["run", "no.such", "--out", "x"], ["claims", "none"]])
def test_wrong_words_are_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_claims_are_listed_without_running(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "behavior", "--list", "--json"]) == 0
    claims = {item["key"]: item for item in json.loads(capsys.readouterr().out)}
    assert claims["pca-streamed"]["verdict"] == "not run"
    assert claims["dbe-pose-r2"]["verdict"] == "not comparable"
    assert claims["dbe-pose-r2"]["reported"]["value"] == 0.9
    assert claims["dbe-pose-r2"]["measured"] is None


def test_claims_are_run_and_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEERSCOPE_DATA_DIR", str(tmp_path))
    # Those that train a network take minutes each, and are left out.
    assert main(["claims", "behavior", "--json", "--budget", "30"]) == 0
    claims = {item["key"]: item for item in json.loads(capsys.readouterr().out)}
    assert claims["pca-streamed"]["verdict"] == "reproduced"
    assert 0 <= claims["pca-streamed"]["measured"] < 0.02
    # Home and the reports of this machine know it from now on.
    ours = next(claim for claim in registry.claims("behavior") if claim.key == "pca-streamed")
    (kept,) = kept_verdicts([ours])
    assert (kept.word, kept.measured) == ("reproduced", claims["pca-streamed"]["measured"])


def test_a_verdict_that_cannot_be_kept_is_still_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")

    def check(claim, folder, control, watch, keep) -> Verdict:
        verdict = Verdict("reproduced", 0.5)
        keep(claim, verdict)
        return verdict

    monkeypatch.setenv("PEERSCOPE_DATA_DIR", str(tmp_path / "taken"))
    monkeypatch.setattr("engine.claim_runs.check_claim", check)
    assert main(["claims", "behavior"]) == 0
    told = capsys.readouterr()
    assert "reproduced" in told.out
    assert "Cannot write" in told.err


def test_render_draws_the_demo_without_qt(tmp_path: Path) -> None:
    program = (
        "import sys, os; os.environ['PEERSCOPE_DATA_DIR'] = sys.argv[1];"
        "from engine.cli.main import main;"
        "code = main(['render', '--demo', '--out', sys.argv[2]]);"
        "assert not [m for m in sys.modules if m.startswith(('PySide6', 'gui'))];"
        "sys.exit(code)"
    )
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "data"), str(out)],
        cwd=ROOT,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
    )
    report = (out / "report.html").read_text()
    assert report.count("data:image/png;base64,") >= 6
    assert "http://" not in report.replace("http://www.w3.org", "")
    assert "behavior.embed" in report


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_verdicts_that_were_reached_are_told_whatever_comes_after(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    came: list[str] = []

    def check(claim, folder, control, watch, keep) -> Verdict:
        came.append(claim.key)
        if len(came) == 2:
            raise PeerscopeError("The disk is full.")
        if len(came) == 3:
            raise Cancelled
        return Verdict("reproduced", 0.5)

    monkeypatch.setattr("engine.claim_runs.check_claim", check)
    assert main(["claims", "behavior", *options]) == Cancelled.exit_code
    told = capsys.readouterr().out
    assert "reproduced" in told
    assert "The disk is full." in told
    if options:
        assert len(json.loads(told)) >= 2
