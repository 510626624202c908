"""Use the window as a person would, for as long as asked, and tell how it bore it.

    python tools/soak.py [--minutes 20] [--seed 0] [--out out/soak] [--write]

Needs a display (``make soak`` brings one). A minute is 50 s of use and a rest: jobs are
cancelled, Home is shown, and memory, threads, handles and children are compared from rest to
rest. With ``--write`` the summary goes to ``docs/reliability.md``.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

USE_S, REST_S, REST_AT_MOST_S, QUIET_S = 50.0, 6.0, 40.0, 4.0
LOOK_S = 2.0
#: What the window's thread does when it has not turned for so long is written down.
STALL_S = 0.15
#: Views whose picture must never be black.
CANVASES = ("VideoView", "CloudView", "SurfaceView", "FigureView", "SceneView", "WipeView")
_LEAST_PX = 120
MARKS = ("<!-- soak: begin -->", "<!-- soak: end -->")


class Soak:
    """One soak: the person, the clocks and the notes taken."""

    def __init__(self, application: Any, window: Any, person: Any, minutes: float, out: Path):
        from PySide6.QtCore import QTimer

        from benchmarks._window import LagMeter

        self.window, self.person, self.out = window, person, out
        self.rests: list[tuple[float, float]] = []
        self.black: list[str] = []
        self.shots = 0
        self.warm_s = 0.0
        self._application = application
        self._end = time.monotonic() + minutes * 60
        self._turn_over = time.monotonic() + USE_S
        self._resting_since = self._quiet_since = 0.0
        self.meter = LagMeter()
        self._timer = QTimer(window, singleShot=True)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(500)

    def _go_on(self) -> None:
        now = time.monotonic()
        if self._resting_since:
            self._rest(now)
        elif now > self._turn_over or now > self._end:
            self._shoot()
            self.person.rest()
            self._resting_since = now
            self._timer.start(200)
        else:
            # Before the next act: amid a resize the screen shows what is not painted yet.
            if self.person.did.total() % 12 == 11:
                self._shoot()
            self.person.act()
            self._timer.start(round(self.person.pause_s() * 1000))

    def _rest(self, now: float) -> None:
        rested = now - self._resting_since
        if not self.person.at_rest:
            self._quiet_since = now
        # What was cancelled has ended, and the window has tidied up after it.
        settled = rested > REST_S and now - self._quiet_since > QUIET_S
        if not settled and rested < REST_AT_MOST_S:
            self._timer.start(200)
            return
        self.rests.append((now - LOOK_S, now))
        self._resting_since, self._turn_over = 0.0, now + USE_S
        if now > self._end:
            self.meter.stop()
            self.window.close()
            self._application.quit()
            return
        self._timer.start(100)

    def _shoot(self) -> None:
        """Look at the screen itself; what is looked at is no lag of the window's."""
        from PySide6.QtWidgets import QWidget

        screen = self.window.screen()
        picture = screen.grabWindow(self.window.winId()).toImage()
        self.shots += 1
        for view in self.window.findChildren(QWidget):
            if type(view).__name__ in CANVASES and view.isVisible():
                place = view.rect().translated(view.mapTo(self.window, view.rect().topLeft()))
                if min(place.width(), place.height()) >= _LEAST_PX and _is_black(picture, place):
                    name = f"{self.window.current}: {type(view).__name__}"
                    self.black.append(name)
                    picture.save(str(self.out / f"black-{len(self.black)}.png"))
        if self.shots % 10 == 1:
            picture.save(str(self.out / f"shot-{self.shots:04d}.png"))
        self.meter._last = time.perf_counter()


def _is_black(picture: Any, place: Any) -> bool:
    """True when nearly everything in a part of a picture is black and nothing else."""
    points = [
        (place.left() + place.width() * i // 24, place.top() + place.height() * k // 24)
        for i in range(1, 24)
        for k in range(1, 24)
    ]
    inside = [(x, y) for x, y in points if picture.valid(x, y)]
    colors = [picture.pixel(x, y) & 0xFFFFFF for x, y in inside]
    return bool(colors) and sum(color == 0 for color in colors) > 0.98 * len(colors)


class Stalls(threading.Thread):
    """Looks from beside where the window's thread is when it does not turn."""

    def __init__(self, meter: Any) -> None:
        super().__init__(daemon=True, name="stalls")
        self.told: Counter[str] = Counter()
        self.longest_s: dict[str, float] = {}
        self._meter = meter
        self.ended = threading.Event()

    def run(self) -> None:
        """Look a few times a second, once for each stall."""
        told_of, place = 0.0, ""
        while not self.ended.wait(0.05):
            turned = self._meter._last
            stalled_s = time.perf_counter() - turned
            if stalled_s > STALL_S:
                if turned != told_of:
                    told_of, place = turned, _place()
                    self.told[place] += 1
                self.longest_s[place] = max(self.longest_s.get(place, 0.0), stalled_s)


def _place() -> str:
    """The innermost lines of ours where the window's thread is.

    Asked of faulthandler, which holds no frame alive: a painter in one must go when it returns.
    """
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        stack = file.read().rpartition("Thread 0x")[2]
    lines = re.findall(r'File "([^"]+)", line (\d+)', stack)
    ours = [
        f"{Path(name).name}:{number}"
        for name, number in lines
        if str(ROOT) in name and ".venv" not in name
    ]
    return " < ".join(ours[:4])


class Faults(logging.Handler):
    """Whatever went wrong inside: exceptions, Qt's warnings, faults in the engine's log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []
        sys.excepthook = self._on_exception
        threading.excepthook = lambda args: self._on_exception(
            args.exc_type, args.exc_value, args.exc_traceback
        )
        for name in ("engine", "peerscope"):
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, unless it is a sentence for a person."""
        from engine.errors import PeerscopeError

        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, PeerscopeError):
            self.told.append(f"{record.name}: {record.getMessage()} ({error!r})")

    def on_qt(self, kind: Any, context: Any, message: str) -> None:
        """Keep what Qt warns of."""
        self.told.append(f"Qt: {message}")

    def _on_exception(self, kind: Any, error: Any, trace: Any) -> None:
        import traceback

        words = "".join(traceback.format_exception(kind, error, trace))
        self.told.append(words)
        sys.stderr.write(words)


def soak(minutes: float, seed: int, out: Path) -> dict[str, Any]:
    """Open the window, use it, close it; what was found."""
    from PySide6.QtCore import qInstallMessageHandler
    from soak_person import Person

    from gui.app import make_application, make_window, prepare_process

    prepare_process()
    application = make_application()
    faults = Faults()
    qInstallMessageHandler(faults.on_qt)
    window = make_window(application)
    window.resize(1280, 800)
    window.show()
    began = time.monotonic()
    while not window.warm.warm_up.done and time.monotonic() - began < 180:
        application.processEvents()
        time.sleep(0.005)
    log = (out / "watch.jsonl").open("w")
    words = [sys.executable, str(ROOT / "tools" / "soak_watch.py"), str(os.getpid()), str(LOOK_S)]
    watcher = subprocess.Popen(words, stdout=log)
    person = Person(window, _recordings(out), out, seed)
    running = Soak(application, window, person, minutes, out)
    stalls = Stalls(running.meter)
    stalls.start()
    used = time.monotonic()
    application.exec()
    stalls.ended.set()
    used_s, closing = time.monotonic() - used, time.monotonic()
    left = _left()
    watcher.terminate()
    watcher.wait()
    log.close()
    looks = [json.loads(line) for line in (out / "watch.jsonl").read_text().splitlines()]
    return {
        "seconds": used_s,
        "seed": seed,
        "left_threads": left,
        "left_look_s": time.monotonic() - closing,
        "did": dict(sorted(person.did.items())),
        "jobs": len(window.workspace.jobs.jobs),
        "failed": [s.message for s in window.workspace.jobs.statuses() if s.state == "failed"],
        "lag": running.meter.summary(),
        "stalls": [
            {"where": where, "times": times, "longest_s": round(stalls.longest_s[where], 3)}
            for where, times in stalls.told.most_common(40)
        ],
        "machine_late_ms": [look["late_ms"] for look in looks],
        "rests": _at_rest(looks, running.rests),
        "shots": running.shots,
        "black": running.black,
        "faults": faults.told,
        "load": os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0,
    }


def _recordings(out: Path) -> list[Path]:
    from engine.behavior.data import write_recording

    paths = [out / f"mouse {number}.mp4" for number in range(2)]
    for number, path in enumerate(paths):
        write_recording(path, seconds=8 + 6 * number, seed=number)
    return paths


def _at_rest(
    looks: list[dict[str, float]], rests: list[tuple[float, float]]
) -> list[dict[str, float]]:
    """For each rest the least of every count, which is what remains of the use before."""
    found = []
    for start, end in rests:
        during = [look for look in looks if start <= look["at"] <= end + LOOK_S]
        if during:
            numbers = [name for name, value in during[0].items() if isinstance(value, float | int)]
            found.append({name: min(look[name] for look in during) for name in numbers})
    return found


def _left() -> list[str]:
    """Threads of Peerscope's that outlive the closed window by a second."""
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        names = [t.name for t in threading.enumerate() if t.name.startswith("peerscope")]
        if not names:
            return []
        time.sleep(0.02)
    return names


def summary(found: dict[str, Any]) -> tuple[str, bool]:
    """The summary as a table in Markdown, and whether everything held."""
    rests = found["rests"]
    warm = max(1, len(rests) // 4)
    # What happens to be open at a rest moves memory by some percent: a quarter beside a quarter.
    span = max(3, warm)
    early, late = rests[warm : warm + span] or rests[:1], rests[-span:]
    if len(rests) < 2:
        return "The soak was too short to rest.", False

    def mean(looks: list[dict[str, float]], name: str) -> float:
        return sum(look[name] for look in looks) / len(looks)

    growth = mean(late, "allocated_mb") / mean(early, "allocated_mb") - 1
    counts = ("threads", "handles", "children")
    more = {name: mean(late, name) - mean(early, name) for name in counts}
    lag = found["lag"]
    faults = len(found["faults"])
    verdicts = [
        _row("memory allocated, at rest", growth < 0.05, _grown(early, late, "allocated_mb")),
        (_beside("resident pages of files, at rest", _grown(early, late, "files_mb")), True),
        *[
            _row(
                f"{name}, at rest",
                more[name] < 1.5,
                f"{mean(early, name):.1f} → {mean(late, name):.1f}",
            )
            for name in counts
        ],
        _row(
            "lag of the event loop, p99",
            lag["p99"] < 33,
            ", ".join(f"{name} {value:.1f} ms" for name, value in lag.items()),
        ),
        (_machine(found["machine_late_ms"]), True),
        _row(
            "black canvases",
            not found["black"],
            f"{len(found['black'])} in {found['shots']} looks at the screen",
        ),
        _row("exceptions, faults and warnings of Qt", not faults, str(faults)),
        _row("failed jobs", not found["failed"], str(len(found["failed"]))),
        _row(
            "threads left after closing",
            not found["left_threads"],
            str(len(found["left_threads"])),
        ),
    ]
    lines = ["| what | found | |", "| --- | --- | --- |", *[row for row, _ in verdicts]]
    return "\n".join(lines), all(held for _, held in verdicts)


def _machine(late_ms: list[float]) -> str:
    """How late an idle process beside the window was: the machine's own part of the lag."""
    middle = sorted(late_ms)[len(late_ms) // 2]
    told = f"worst of every {LOOK_S:g} s: median {middle:.0f} ms, max {max(late_ms):.0f} ms"
    return _beside("lag of an idle process beside it", told)


def _beside(what: str, told: str) -> str:
    return f"| {what} | {told} | for comparison |"


def _grown(early: list[dict[str, float]], late: list[dict[str, float]], name: str) -> str:
    first, last = (sum(look[name] for look in looks) / len(looks) for looks in (early, late))
    return f"{first:.0f} MB → {last:.0f} MB ({100 * (last / first - 1):+.1f} %)"


def _row(what: str, held: bool, told: str) -> tuple[str, bool]:
    return f"| {what} | {told} | {'held' if held else '**not held**'} |", held


def write_page(found: dict[str, Any], table: str, command: str, beside: str) -> None:
    """Put the summary between its marks in the page."""
    page = ROOT / "docs" / "reliability.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    acts = sum(found["did"].values())
    told = (
        f"`{command}`, seed {found['seed']}: {found['seconds'] / 60:.1f} minutes, {acts} things "
        f"done, {found['jobs']} jobs, on {os.cpu_count()} cores of "
        f"{platform.system()}{beside}; load {found['load']:.1f} at its end."
    )
    middle = f"{MARKS[0]}\n\n{told}\n\n{table}\n\n{MARKS[1]}"
    page.write_text(f"{before}{middle}{after}", encoding="utf-8")


def main() -> int:
    """Soak, tell, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "soak")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--beside", default="", help="what else the machine did, for the page")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="peerscope-soak-") as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        found = soak(options.minutes, options.seed, options.out)
    (options.out / "summary.json").write_text(json.dumps(found, indent=2))
    table, held = summary(found)
    print(table)
    for sentence in (*found["faults"][:10], *found["failed"][:10]):
        print(sentence)
    if options.write:
        command = f"make soak MINUTES={options.minutes:g}"
        beside = f", {options.beside}" if options.beside else ""
        write_page(found, table, command, beside)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
