"""Sessions of every older schema, as the code of that time wrote them, still open."""

import json
import shutil
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.migrations import KEY, MIGRATIONS, VERSION, migrated
from engine.session import FILE_NAME, read_newest, read_session, save_session

STORED = sorted((Path(__file__).parents[1] / "fixtures" / "sessions").glob("schema-*.json"))


def test_there_is_a_step_and_a_stored_session_for_every_older_schema() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION))
    assert [json.loads(path.read_text())[KEY] for path in STORED] == list(range(1, VERSION + 1))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_session_opens_and_is_kept_in_the_present_schema(
    path: Path, tmp_path: Path
) -> None:
    shutil.copy(path, tmp_path / FILE_NAME)
    session, folder = read_session(tmp_path)
    behavior = session.tabs["behavior"]
    assert behavior.files["video"].name == "mouse.mp4"
    assert behavior.state["index"] == 42
    assert behavior.state["selected"] == [[20, 40], [77, 78]]
    assert session.runs == ("0001-behavior.embed",)
    save_session(session, folder)
    assert json.loads((tmp_path / FILE_NAME).read_text())[KEY] == VERSION
    assert read_session(tmp_path)[0].tabs == session.tabs


def test_a_step_changes_nothing_in_what_it_is_given() -> None:
    data = json.loads(STORED[0].read_text())
    before = json.dumps(data)
    assert migrated(data)[KEY] == VERSION
    assert json.dumps(data) == before


@pytest.mark.parametrize("version", [0, -1, "x", None])
def test_a_version_that_never_was_is_one_sentence(version: object, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({KEY: version}))
    with pytest.raises(BadInput, match="damaged"):
        read_newest(tmp_path)


def test_a_newer_session_is_refused_even_beside_an_older_generation(tmp_path: Path) -> None:
    shutil.copy(STORED[0], tmp_path / FILE_NAME)
    session, folder = read_session(tmp_path)
    save_session(session, folder)
    (tmp_path / FILE_NAME).write_text(json.dumps({KEY: VERSION + 1}))
    with pytest.raises(BadInput, match=r"newer Peerscope; update this one") as told:
        read_newest(tmp_path)
    assert "\n" not in told.value.sentence
