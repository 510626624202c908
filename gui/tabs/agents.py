"""The Agents tab: an agent plays live while its senses are attacked; studies beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QWidget,
)

from engine.agents.experiments import CLONE, LATENT, PLAY, TRAIN
from engine.agents.layout import AgentSpec
from engine.agents.params import PlayParams
from engine.agents.weights import AgentFile
from engine.agents.worlds import FACTS
from engine.claim_runs import example_of
from engine.errors import PeerscopeError
from engine.experiment import Experiment
from engine.files.identify import identify, open_file
from engine.files.inputs import InputFile, assign_roles
from engine.files.kinds import Identified
from engine.history import Change
from engine.jobs import Job
from engine.places import data_dir
from engine.run import RunRequest
from engine.session import FilePath, TabState
from gui.bridge import Update
from gui.commands import Command
from gui.tabs.agents_column import AgentColumn
from gui.tabs.agents_live import LiveArea
from gui.tabs.agents_study import StudyColumn
from gui.tabs.base import Tab
from gui.widgets.param_form import ParamForm
from gui.workspace import Workspace

_LIVE = frozenset(
    name
    for name, field in PlayParams.model_fields.items()
    if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("live")
)


class AgentsTab(Tab):
    """Drop an agent: it plays at once; shuffle, add noise, occlude, and watch its inside."""

    name = "agents"
    kinds = ("agent", "agent_checkpoint")

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        # In their place from the start: what is moved with all it holds is styled once more.
        self.column = AgentColumn(self)
        self.live = LiveArea(self)
        self.study = StudyColumn(workspace, self)
        self._file: Identified | None = None
        self._agent: AgentFile | None = None
        self._other: tuple[Identified, AgentFile] | None = None
        self._checkpoint: Identified | None = None
        self._job: Job | None = None
        self._study_job: Job | None = None
        self._stored: Path | None = None
        self._restarting = False
        self._lay_out()
        self._connect()

    @property
    def live_job(self) -> Job | None:
        """The run of the live agent."""
        return self._job

    @property
    def study_job(self) -> Job | None:
        """The newest study."""
        return self._study_job

    def open_files(self, files: tuple[Identified, ...]) -> None:
        """Open the first agent of the files; a second one plays beside it."""
        for file in files:
            if file.kind.name == "agent_checkpoint":
                self._checkpoint = file
                self.study.choose(TRAIN)
                self.workspace.note(f"{file.path.name} is resumed by the next training.", "info")
        agents = [file for file in files if file.kind.name == "agent"][:2]
        if agents:
            work = partial(_opened, tuple(agents))
            self.workspace.background.run(work, self._on_opened, self.workspace.note)

    def open_example(self) -> None:
        """Open the CartPole agent that this project trained, and let it play."""

        def work() -> list[tuple[Identified, AgentFile]]:
            return _opened((identify(example_of(self.name)),))

        self.workspace.background.run(work, self._on_opened, self.workspace.note)

    def open_request(self, request: RunRequest, *, start: bool) -> None:
        """Open a run's agent with its parameters; `start` also runs it."""
        files = tuple(item.file for item in request.files if item.file.kind.name == "agent")
        if request.experiment is PLAY:
            self.column.form.set_values(request.params.model_dump())
        else:
            self.study.choose(request.experiment, **request.params.model_dump())
        work = partial(_opened, files)
        run = start and request.experiment is not PLAY

        def done(opened: list[tuple[Identified, AgentFile]]) -> None:
            if opened:
                self._on_opened(opened)
            if run:
                self._run_study(self.study.experiment, self.study.form)

        self.workspace.background.run(work, done, self.workspace.note)

    def commands(self) -> tuple[Command, ...]:
        """What the keyboard can do here."""
        menu = "Agents"
        return (
            Command("agents.play", "Play or pause", self.toggle_play, "Space", menu, icon="play"),
            Command("agents.step", "One step", self.step, ".", menu),
            Command("agents.shuffle", "Shuffle the senses", self.shuffle, "S", menu),
            Command("agents.restart", "Restart the episode", self.restart, "R", menu),
            Command("agents.run", "Run the study", self.run_study, "Ctrl+Return", menu),
            Command("agents.tsne", "Map the code by t-SNE", self.map_by_tsne, "", menu),
            Command("agents.left", "Fold the left column", self.column.toggle, "F7", menu, "fold"),
            Command(
                "agents.right", "Fold the right column", self.study.toggle, "F8", menu, "fold"
            ),
            Command("agents.save", "Save results…", self.save_results, "", menu, "save", "save"),
        )

    def toggle_play(self) -> None:
        """Play on, or hold."""
        if self._job is None or self._job.ended:
            self._start()
            return
        running = not self.column.form.values()["running"]
        self.column.form.set_values({"running": running})

    def step(self) -> None:
        """Hold, and take one step."""
        self.column.form.set_values({"running": False})
        self._act("step")

    def shuffle(self) -> None:
        """Wire the senses anew; the memory is kept."""
        self._act("shuffle")

    def restart(self) -> None:
        """Begin the episode anew, from the seed of the form."""
        self._act("restart", seed=int(self.column.form.values()["seed"]))

    def run_study(self) -> None:
        """Run the chosen study."""
        self._run_study(self.study.experiment, self.study.form)

    def map_by_tsne(self) -> None:
        """Run the study of the code with t-SNE."""
        self.study.choose(LATENT, map="tsne")
        self.run_study()

    def save_results(self) -> None:
        """Ask for a folder and copy the results of the newest study there."""
        if self._study_job is None or self._study_job.result is None:
            raise PeerscopeError("There are no results yet: run a study first.")
        folder = QFileDialog.getExistingDirectory(self, "Save results in")
        if folder:
            job = self._study_job
            self.workspace.save_results(job, Path(folder) / job.folder.name)

    def show_update(self, update: Update) -> None:
        """Draw what the live run or the study has shown."""
        if self._job is not None and update.key == self._job.key:
            if "observations" in update.figures:
                self.study.show_observations(update.figures["observations"])
            self.live.show_figures(update.figures)
            if "scene" in update.figures:
                self.workspace.thumbnails.offer(self.name, self.live.scene.view.grab)
        if self._study_job is not None and update.key == self._study_job.key:
            self.study.show_update(update)
            if "map" in update.figures:
                self.live.map.show_figure(update.figures["map"])

    def state(self, folder: Path) -> TabState:
        """The open agents, and how the forms stand."""
        files = {} if self._file is None else {"model": FilePath.of(self._file.path, folder)}
        if self._other is not None:
            files["other"] = FilePath.of(self._other[0].path, folder)
        state: dict[str, Any] = {
            "params": self.column.form.values(),
            "study": self.study.chooser.currentIndex(),
            "study_params": self.study.form.values(),
        }
        return TabState(files=files, state=state)

    def restore(self, state: TabState, folder: Path) -> None:
        """Open the agents again; they play."""
        self.column.form.set_values(state.state.get("params", {}))
        self.study.chooser.setCurrentIndex(int(state.state.get("study", 0)))
        self.study.form.set_values(state.state.get("study_params", {}))
        paths = []
        for role in ("model", "other"):
            place = state.files.get(role)
            path = place.find(folder) if place is not None else None
            if place is not None and path is None:
                self.workspace.note(f"{place.absolute} is no longer there; drop it on the window.")
                return
            if path is not None:
                paths.append(path)
        if paths:
            work = partial(_identified, tuple(paths))
            self.workspace.background.run(work, self._on_opened, self.workspace.note)

    def close_down(self) -> None:
        """End the live run."""
        if self._job is not None:
            self._job.cancel()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.column)
        row.addWidget(self.live, 1)
        row.addWidget(self.study)
        self.live.scene.empty.add_button("Open example", self.open_example, primary=True)

    def _connect(self) -> None:
        scene, form = self.live.scene, self.column.form
        scene.play_requested.connect(partial(self._guarded, self.toggle_play))
        scene.step_requested.connect(partial(self._guarded, self.step))
        scene.restart_requested.connect(partial(self._guarded, self.restart))
        scene.shuffle_requested.connect(partial(self._guarded, self.shuffle))
        scene.record_toggled.connect(self._on_record)
        scene.speed_changed.connect(self._on_speed)
        form.changed.connect(self._on_param)
        form.edited.connect(self._on_edited)
        self.live.inputs.input_clicked.connect(self._on_input)
        self.live.map.rows_chosen.connect(self._on_rows)
        self.live.map.tsne_requested.connect(partial(self._guarded, self.map_by_tsne))
        for view in self.live.exporters():
            view.export_requested.connect(self._on_export)  # type: ignore[attr-defined]
        self.column.other_button.clicked.connect(self._on_other)
        self.column.starts_button.clicked.connect(self._on_starts)
        self.study.run_requested.connect(self._on_run)
        self.study.copy_requested.connect(self._on_copy)
        self.study.save_requested.connect(partial(self._guarded, self.save_results))
        self.workspace.jobs.statuses_changed.connect(self._on_statuses)

    def _guarded(self, action: Callable[[], object], *_: object) -> None:
        """Show what a button's action has to complain of."""
        try:
            action()
        except PeerscopeError as error:
            self.workspace.note(error.sentence)

    def _on_opened(self, opened: list[tuple[Identified, AgentFile]]) -> None:
        (self._file, self._agent), *rest = opened
        self._other = rest[0] if rest else None
        self._stored = None
        values = {"companion": "other"} if rest else {}
        if not rest and self.column.form.values()["companion"] == "other":
            values = {"companion": "none"}
        fitting = _fitting(self._agent.spec, self.column.form.values())
        self.column.form.set_values({**values, **fitting, "running": True})
        self.column.show_agent(self._agent, self._other[1] if self._other else None)
        self.live.scene.show_agent()
        self._guarded(self._start)

    def _start(self) -> None:
        """Let the agent play, from the beginning; one that plays is ended first."""
        if self._file is None:
            raise PeerscopeError("Open an agent first: drop a model.npz on the window.")
        if self._job is not None and not self._job.ended:
            self._restarting = True
            self._job.cancel()
            return
        params = self.column.form.params()
        files = [InputFile("model", self._file)]
        if params.companion == "other" and self._other is not None:
            files.append(InputFile("other", self._other[0]))
        request = RunRequest(PLAY, tuple(files), params)
        self.live.clear()
        words = {"none": "", "unshuffled": "the same, in order", "other": "second agent"}
        self.live.set_companion(words[params.companion])
        self.workspace.thumbnails.begin(self.name)
        self._job = self.workspace.submit(request, f"Playing {self._file.path.name}")
        self.column.form.set_running(True)
        self.live.scene.show_running(params.running)

    def _act(self, name: str, **arguments: Any) -> None:
        if self._job is None or self._job.ended:
            raise PeerscopeError("No agent plays: press Play, or drop one on the window.")
        self._job.act(name, **arguments)

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name == "running":
            self.live.scene.show_running(bool(value))
        if self._job is None or self._job.ended:
            return
        if name in _LIVE:
            self._guarded(partial(self._job.steer, **{name: value}))
        elif name != "steps":
            # What may not change while it plays begins it anew.
            QTimer.singleShot(0, self, partial(self._guarded, self._start))
        if name == "silenced":
            self._show_silenced()

    @Slot(str, object, object)
    def _on_edited(self, name: str, before: object, after: object) -> None:
        self.workspace.history.remember(Change(name, before, after, self._set_param))

    def _set_param(self, name: str, value: object) -> None:
        self.column.form.set_values({name: value})

    @Slot(float)
    def _on_speed(self, speed: float) -> None:
        self.column.form.set_values({"speed": speed})

    @Slot(bool)
    def _on_record(self, on: bool) -> None:
        self._guarded(partial(self._act, "record", on=on))
        if not on and self._job is not None:
            self.workspace.note(f"The clip lies in {self._job.folder}.", "info")

    @Slot(int)
    def _on_input(self, row: int) -> None:
        """Silence the sensor of a strip, or let it speak again."""
        names = self._input_names()
        if self._agent is None or row >= len(names):
            return
        sensors = FACTS[self._agent.spec.environment].sensors
        name = names[row].rstrip("'")
        if name not in sensors:
            return
        before = tuple(self.column.form.values()["silenced"])
        index = sensors.index(name)
        after = tuple(i for i in before if i != index) if index in before else (*before, index)
        self.workspace.history.do(Change("silenced", before, after, self._set_param))

    def _input_names(self) -> tuple[str, ...]:
        figure = self.live.inputs.strip.figure
        return tuple(figure.caption.split(", ")) if figure is not None else ()

    def _show_silenced(self) -> None:
        if self._agent is None:
            return
        sensors = FACTS[self._agent.spec.environment].sensors
        silenced = {sensors[i] for i in self.column.form.values()["silenced"] if i < len(sensors)}
        rows = frozenset(
            row for row, name in enumerate(self._input_names()) if name.rstrip("'") in silenced
        )
        self.live.inputs.strip.set_muted(rows)

    @Slot(object)
    def _on_rows(self, rows: Any) -> None:
        chosen = [int(row) for row in np.asarray(rows)[:64]]
        if self._stored is not None:
            work = partial(_stored_observations, self._stored, chosen, self._spec())
            self.workspace.background.run(work, self.study.show_observations, self.workspace.note)
        else:
            self._guarded(partial(self._act, "inspect", rows=chosen))

    def _spec(self) -> AgentSpec:
        assert self._agent is not None
        return self._agent.spec

    @Slot()
    def _on_other(self) -> None:
        words, _ = QFileDialog.getOpenFileName(self, "Open a second agent")
        if words and self._file is not None:
            work = partial(_identified, (self._file.path, Path(words)))
            self.workspace.background.run(work, self._on_opened, self.workspace.note)

    @Slot()
    def _on_starts(self) -> None:
        self.workspace.background.run(_released_starts, self._take_starts, self.workspace.note)

    def _take_starts(self, path: Path) -> None:
        self.column.form.set_values({"initial_states": str(path)})
        if "initial_states" in self.study.form.values():
            self.study.form.set_values({"initial_states": str(path)})

    @Slot(object, object)
    def _on_run(self, experiment: Experiment, form: ParamForm) -> None:
        self._guarded(partial(self._run_study, experiment, form))

    def _run_study(self, experiment: Experiment, form: ParamForm) -> None:
        request = self._study_request(experiment, form)
        title = f"{experiment.name.split('.')[1].capitalize()} of {self._title()}"
        self._study_job = self.workspace.submit(request, title)
        self.study.begin(self._study_job)
        self.study.set_running(True)

    def _study_request(self, experiment: Experiment, form: ParamForm) -> RunRequest:
        files: list[Identified] = []
        if self._file is not None:
            files.append(self._file)
        if experiment is TRAIN and self._checkpoint is not None:
            files.append(self._checkpoint)
        if experiment is CLONE and form.values()["task"] == "pong":
            files = []
        roles = assign_roles(experiment, tuple(files), {})
        return RunRequest(experiment, roles, form.params())

    def _title(self) -> str:
        return self._file.path.name if self._file is not None else "a new agent"

    @Slot(object, object)
    def _on_copy(self, experiment: Experiment, form: ParamForm) -> None:
        def copy() -> None:
            command = self._study_request(experiment, form).command()
            QApplication.clipboard().setText(command)
            self.workspace.note(f"Copied: {command}", "info")

        self._guarded(copy)

    @Slot(object)
    def _on_export(self, figure: Any) -> None:
        self.workspace.ask_and_export(self, figure)

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, Any]) -> None:
        self._take_live_status(statuses)
        status = statuses.get(self._study_job.key) if self._study_job is not None else None
        if status is None or self._study_job is None:
            return
        self.study.set_running(not status.ended)
        if status.state == "failed":
            self.workspace.note(status.message)
        if status.state == "done" and self._study_job.request.experiment is LATENT:
            self._stored = self._study_job.folder / "episode.npz"

    def _take_live_status(self, statuses: dict[int, Any]) -> None:
        status = statuses.get(self._job.key) if self._job is not None else None
        if status is None or not status.ended:
            return
        if status.state == "failed":
            self.workspace.note(status.message)
        self.column.form.set_running(False)
        self.live.scene.show_running(False)
        if self._restarting:
            self._restarting = False
            self._guarded(self._start)


def _fitting(spec: AgentSpec, values: dict[str, Any]) -> dict[str, Any]:
    """Parameters of another environment that do not fit this one, at rest."""
    if values["initial_states"] and spec.environment != "cartpole":
        return {"initial_states": "", "silenced": ()}
    return {"silenced": ()} if values["silenced"] else {}


def _opened(files: tuple[Identified, ...]) -> list[tuple[Identified, AgentFile]]:
    found: list[tuple[Identified, AgentFile]] = []
    for file in files:
        agent: Any = open_file(file)
        found.append((file, agent))
    return found


def _identified(paths: tuple[Path, ...]) -> list[tuple[Identified, AgentFile]]:
    return _opened(tuple(identify(path) for path in paths))


def _stored_observations(path: Path, rows: list[int], spec: AgentSpec) -> Any:
    from engine.agents.live_figures import observations_figure

    with np.load(path, allow_pickle=False) as arrays:
        seen = arrays["seen"]
    return observations_figure([seen[row] for row in rows if row < len(seen)], spec)


def _released_starts() -> Path:
    """The starting states of the released evaluation, drawn anew from its seed."""
    from engine.agents.cartpole import initial_states
    from engine.agents.weights import save_arrays

    path = data_dir() / "examples" / "cartpole_seed1_states.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_arrays(path, {"state": initial_states(1, 1000)})
    return path
