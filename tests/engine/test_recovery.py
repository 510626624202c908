"""What a process that was killed left: found, told, and begun again."""

import json
from pathlib import Path

import pytest

from engine.behavior.data import write_recording
from engine.errors import BadInput
from engine.file_path import FilePath, Fingerprints, file_paths
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.moved import find_moved, is_same
from engine.recovery import left_behind, request_again, with_inputs_found
from engine.registry import experiment
from engine.replay import load_recorded
from engine.results import UNFINISHED, ResultsWriter, read_history, read_result
from engine.run import RunRequest
from engine.session import (
    FILE_NAME,
    PREVIOUS_NAME,
    Session,
    TabState,
    new_run_folder,
    read_newest,
    read_title,
    save_session,
)
from engine.session_lock import FILE_NAME as LOCK_NAME
from engine.session_lock import Holder
from engine.unfinished import last_step, read_unfinished, set_aside

GONE = {name: getattr(Holder.here(), name) for name in Holder.__slots__} | {"began": "1"}


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A session whose window is gone: one run ended, one was killed amid a row."""
    folder = tmp_path / "sessions" / "2026"
    video = tmp_path / "m.mp4"
    write_recording(video, seconds=1, seed=0)
    embed = experiment("behavior.embed")
    request = RunRequest(embed, (InputFile("video", identify(video)),), embed.params(latent=3))
    ended = new_run_folder(folder, embed.name)
    (ended / "result.json").write_text("{}")
    begun = new_run_folder(folder, embed.name)
    writer = ResultsWriter(begun, embed)
    writer.begin(request.record())
    writer.close()
    with (begun / "metrics.csv").open("a") as file:
        file.write("1" + "," * len(embed.metrics) + "\n2" + "," * len(embed.metrics) + "\n3,0.1")
    save_session(Session(title="m.mp4"), folder)
    (folder / LOCK_NAME).write_text(json.dumps(GONE))
    return folder


def test_it_is_found_and_tells_what_is_kept_and_done_again(left: Path) -> None:
    (found,) = left_behind(left.parent)
    assert found.folder == left
    assert found.session.runs == ("0001-behavior.embed",)
    (again,) = found.again
    assert again.run == "0002-behavior.embed"
    assert again.step == 2
    first, second = found.words
    assert "m.mp4 as it stood at" in first
    assert "1 finished run is kept" in first
    assert "stopped at step 2" in second


def test_one_that_is_open_or_was_closed_is_not_offered(left: Path) -> None:
    here = {name: getattr(Holder.here(), name) for name in Holder.__slots__}
    (left / LOCK_NAME).write_text(json.dumps(here))
    assert left_behind(left.parent) == ()
    (left / LOCK_NAME).unlink()
    assert left_behind(left.parent, [left]) == ()


def test_one_without_any_session_still_has_its_runs(left: Path) -> None:
    (left / FILE_NAME).unlink()
    (found,) = left_behind(left.parent)
    assert found.session.runs == ("0001-behavior.embed",)
    assert len(found.again) == 1


def test_the_request_is_the_one_that_was_interrupted(left: Path, tmp_path: Path) -> None:
    (found,) = left_behind(left.parent)
    request = request_again(found.again[0], left)
    assert request.experiment.name == "behavior.embed"
    assert request.params.latent == 3
    assert [item.path for item in request.files] == [tmp_path / "m.mp4"]
    (tmp_path / "m.mp4").unlink()
    with pytest.raises(BadInput, match="is gone; put it back"):
        request_again(found.again[0], left)


def test_half_a_row_is_no_number_and_the_folder_says_what_it_is(left: Path) -> None:
    run = left / "runs" / "0002-behavior.embed"
    assert [step for step, _ in read_history(run)] == [1, 2]
    assert last_step(run) == 2
    with pytest.raises(BadInput, match="was interrupted before it ended"):
        read_result(run)
    assert identify(run).kind.name == "results"
    with pytest.raises(BadInput, match="was interrupted"):
        load_recorded(run)
    set_aside(run)
    assert read_unfinished(run) is None
    assert not (run / UNFINISHED).exists()
    with pytest.raises(BadInput, match="was interrupted"):
        read_result(run)


def test_a_damaged_newest_gives_way_to_the_older_one_and_is_not_kept_as_such(
    tmp_path: Path,
) -> None:
    for title in ("first", "second"):
        save_session(Session(title=title), tmp_path)
    (tmp_path / FILE_NAME).write_text('{"peerscope_session": 2, "ti')
    read = read_newest(tmp_path)
    assert read.session.title == "first"
    assert "the one before, kept at" in read.told
    assert "\n" not in read.told
    assert read_title(tmp_path)[0] == "first"
    save_session(Session(title="third"), tmp_path)
    assert json.loads((tmp_path / PREVIOUS_NAME).read_text())["title"] == "first"
    assert read_newest(tmp_path).told == ""


def test_both_damaged_is_one_sentence(tmp_path: Path) -> None:
    for _ in range(2):
        save_session(Session(), tmp_path)
    for name in (FILE_NAME, PREVIOUS_NAME):
        (tmp_path / name).write_text("")
    with pytest.raises(BadInput, match="damaged"):
        read_newest(tmp_path)


def test_a_moved_file_is_found_by_its_bytes_and_a_changed_one_is_not(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for place in (here, there):
        place.mkdir()
    (here / "a.bin").write_bytes(b"one" * 100)
    (there / "b.bin").write_bytes(b"two" * 100)
    data = FilePath.of(here / "a.bin", here).model_dump()
    Fingerprints().fill([data])
    place = FilePath.model_validate(data)
    assert find_moved(place, here) == here / "." / "a.bin"
    (here / "a.bin").rename(there / "renamed.bin")
    assert find_moved(place, here, [there]) == there / "renamed.bin"
    assert is_same(place, there / "renamed.bin")
    assert not is_same(place, there / "b.bin")
    (there / "renamed.bin").write_bytes(b"six" * 100)
    assert find_moved(place, here, [there]) is None


def test_paths_lead_to_where_files_are_however_deep(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    for name in ("a", "b"):
        (old / name).write_bytes(name.encode() * 50)
    nested = {"list": [{"path": FilePath.of(old / "b", tmp_path).model_dump()}]}
    tab = TabState(files={"video": FilePath.of(old / "a", tmp_path)}, state=nested)
    save_session(Session(tabs={"behavior": tab}), tmp_path)
    (old / "a").rename(new / "a2")
    (old / "b").unlink()
    session, missing = with_inputs_found(read_newest(tmp_path).session, tmp_path, [new])
    assert session.tabs["behavior"].files["video"].find(tmp_path) == tmp_path / "new" / "a2"
    assert [place.name for place in missing] == ["b"]
    chosen = {missing[0].absolute: new / "a2"}
    session, missing = with_inputs_found(session, tmp_path, [], chosen)
    assert missing == ()
    (inner,) = file_paths(session.tabs["behavior"].state)
    assert inner["absolute"] == str(new / "a2")


def test_a_file_that_is_gone_keeps_what_it_is_found_by(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    prints = Fingerprints()
    first = [FilePath.of(tmp_path / "a", tmp_path).model_dump()]
    prints.fill(first)
    (tmp_path / "a").unlink()
    again = [FilePath.of(tmp_path / "a", tmp_path).model_dump()]
    prints.fill(again)
    assert again == first
    other = Fingerprints()
    other.learn(first)
    later = [FilePath.of(tmp_path / "a", tmp_path).model_dump()]
    other.fill(later)
    assert later == first
