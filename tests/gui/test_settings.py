from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from pytestqt.qtbot import QtBot

from engine.param_spec import param_specs
from gui.settings import (
    FILE_NAME,
    RECENT,
    Preferences,
    Settings,
    SettingsStore,
    load_settings,
    save_settings,
)


def test_missing_file_gives_defaults_without_a_note(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.json") == (Settings(), "")


def test_saved_settings_come_back(tmp_path: Path) -> None:
    kept = Settings(theme="light", recent_files=("/a", "/b"), shortcuts={"file.open": "Ctrl+P"})
    save_settings(kept, tmp_path / "deep" / FILE_NAME)
    assert load_settings(tmp_path / "deep" / FILE_NAME) == (kept, "")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "content", ['{"theme": "dark"', '{"theme": "pink"}', "", "\x00\x01", "[]"]
)
def test_damaged_file_is_kept_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(content)
    settings, note = load_settings(path)
    assert settings == Settings()
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("settings-damaged-")
    assert kept.read_text() == content
    assert str(kept) in note


def test_fields_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps({"theme": "light", "hologram": True}))
    assert load_settings(path) == (Settings(theme="light"), "")


def test_place_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("PEERSCOPE_CONFIG_DIR", str(tmp_path / "mine"))
    store = SettingsStore()
    assert store.path == tmp_path / "mine" / FILE_NAME
    store.update(theme="dark")
    store.close()
    assert load_settings(store.path)[0].theme == "dark"


def test_changes_are_told_once_and_saved_by_themselves(tmp_path: Path, qtbot: QtBot) -> None:
    store = SettingsStore(tmp_path / FILE_NAME)
    heard: list[set[str]] = []
    store.changed.connect(heard.append)
    store.update(theme="dark", font_scale=1.0)
    store.update(theme="dark")
    assert heard == [{"theme"}]
    qtbot.waitUntil(store.path.exists, timeout=3000)
    store.close()
    assert load_settings(store.path)[0].theme == "dark"


def test_a_value_not_allowed_changes_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    store = SettingsStore(tmp_path / FILE_NAME)
    with pytest.raises(ValidationError):
        store.update(font_scale=9.0)
    with pytest.raises(KeyError, match="hologram"):
        store.update(hologram=True)
    assert store.settings == Settings()
    store.close()
    assert not store.path.exists(), "nothing changed, nothing written"


def test_recent_entries_move_to_the_front_and_are_bounded(tmp_path: Path, qtbot: QtBot) -> None:
    store = SettingsStore(tmp_path / FILE_NAME)
    for number in range(RECENT + 5):
        store.add_recent("recent_files", f"/{number}")
    store.add_recent("recent_files", "/10")
    files = store.settings.recent_files
    assert files[:2] == ("/10", f"/{RECENT + 4}")
    assert len(files) == len(set(files)) == RECENT
    store.close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("")
    store = SettingsStore(tmp_path / "file" / FILE_NAME)
    sentences: list[str] = []
    store.failed.connect(sentences.append)
    store.update(theme="dark")
    store.close()
    assert len(sentences) == 1
    assert sentences[0].startswith("The settings cannot be saved in")


def test_preferences_can_be_shown_as_a_form() -> None:
    assert {spec.name for spec in param_specs(Preferences)} == set(Preferences.model_fields)
