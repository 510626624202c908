"""One HTML file with every figure of some runs, their numbers, and where they came from.

The file needs no server and fetches nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from engine.claims import Claim, Verdict
from engine.errors import PeerscopeError, cannot_write
from engine.experiment import MetricSpec
from engine.figures.tokens import DARK, LIGHT, SIGNS, Palette
from engine.registry import experiments
from engine.results import Result, read_result
from engine.whole_file import written_whole

_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta name="viewport" content="width=device-width"><style>
:root { $light }
@media (prefers-color-scheme: dark) { :root { $dark } }
body { background: var(--background); color: var(--text); margin: 0 auto; max-width: 1080px;
  padding: 24px; font: 14px/1.5 Inter, system-ui, sans-serif; }
h1 { font-size: 22px } h2 { font-size: 17px; margin-top: 40px }
h3 { font-size: 11px; letter-spacing: .08em; text-transform: uppercase; color: var(--secondary) }
section { background: var(--surface); border: 1px solid var(--hairline); border-radius: 8px;
  padding: 8px 20px 20px; margin: 16px 0; }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid var(--hairline); padding: 4px 12px 4px 0; text-align: left;
  vertical-align: top }
td.number, code { font-family: "JetBrains Mono", monospace; font-size: 12px;
  overflow-wrap: anywhere }
.measured { color: var(--measured) } .reported { color: var(--reported) }
.differs { color: var(--differs) } .quiet { color: var(--secondary) }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(440px, 1fr)); gap: 12px }
.figures img { width: 100%; background: #fff; border-radius: 8px }
@media print { body { max-width: none } section { break-inside: avoid } }
</style></head><body><h1>$title</h1>$claims$runs
<p class="quiet">Measured values (●) were computed on the machine named with each run; reported
values (◇) are what a paper says. Only the inputs and parameters listed here were tested.</p>
</body></html>
""")


def write_report(
    path: Path,
    title: str,
    runs: Sequence[Path],
    claims: Iterable[tuple[Claim, Verdict]] = (),
) -> None:
    """Write the report.

    Parameters
    ----------
    path, title
        The HTML file, and its heading.
    runs
        Results folders; their figures are embedded.
    claims
        Claims with their verdicts, for a table on top.

    Raises
    ------
    BadInput
        A folder is no results folder.
    PeerscopeError
        The file cannot be written.
    """
    page = _PAGE.substitute(
        title=escape(title),
        light=_variables(LIGHT),
        dark=_variables(DARK),
        claims=_claims_section(tuple(claims)),
        runs="".join(_run_section(folder) for folder in runs),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.write(page.encode("utf-8"))
    except OSError as error:
        raise PeerscopeError(cannot_write(path, error)) from error


def _variables(palette: Palette) -> str:
    names = (
        *("background", "surface", "hairline", "text", "secondary"),
        *("measured", "reported", "differs"),
    )
    return " ".join(f"--{name}: {getattr(palette, name)};" for name in names)


def _run_section(folder: Path) -> str:
    result = read_result(folder)
    parts = [
        f"<h2>{escape(result.experiment)}</h2>",
        f'<section><h3>Measured</h3>{_metrics(result)}<h3>Figures</h3><div class="figures">',
        *(_figure(folder, figure) for figure in result.figures),
        f"</div><h3>Parameters</h3>{_pairs(result.params)}",
        f"<h3>Inputs</h3>{_inputs(result)}<h3>Provenance</h3>{_provenance(result)}",
        _journal(folder),
        "</section>",
    ]
    return "".join(parts)


def _metrics(result: Result) -> str:
    specs = {spec.name: spec for item in experiments() for spec in item.metrics}
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="number measured">● {value:.6g}</td>'
        f'<td class="quiet">{escape(_unit_and_text(specs.get(name)))}</td></tr>'
        for name, value in result.metrics.items()
    )
    texts = "".join(
        f'<tr><td>{escape(name)}</td><td colspan="2">{escape(text)}</td></tr>'
        for name, text in result.texts.items()
    )
    return f"<table>{rows}{texts}</table>"


def _unit_and_text(spec: MetricSpec | None) -> str:
    return "" if spec is None else " · ".join(filter(None, (spec.unit, spec.text)))


def _figure(folder: Path, figure: Mapping[str, Any]) -> str:
    picture = folder / "figures" / f"{figure['name']}.png"
    if not picture.exists():
        return f'<p class="quiet">The figure {escape(str(figure["name"]))} is missing.</p>'
    data = base64.b64encode(picture.read_bytes()).decode("ascii")
    title = escape(str(figure["title"]))
    return f'<img alt="{title}" src="data:image/png;base64,{data}">'


def _inputs(result: Result) -> str:
    rows = "".join(
        f"<tr><td>{escape(item.role)}</td><td>{escape(item.name)}</td>"
        f'<td class="number">{item.size} bytes</td>'
        f'<td class="number">SHA-256 {escape(item.sha256)}</td></tr>'
        for item in result.inputs
    )
    return f"<table>{rows}</table>"


def _provenance(result: Result) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return _pairs(
        {
            "status": f"{result.status} {result.message}".strip(),
            "started": result.started,
            "took": f"{result.seconds:g} s",
            "device": f"{result.device}, {result.threads} threads",
            "versions": versions,
            "command": result.command,
        }
    )


def _journal(folder: Path) -> str:
    path = folder / "journal.jsonl"
    if not path.exists():
        return ""
    return f"<h3>Changes while it ran</h3><pre><code>{escape(path.read_text())}</code></pre>"


def _pairs(pairs: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<tr><td>{escape(str(name))}</td><td class="number">{escape(str(value))}</td></tr>'
        for name, value in pairs.items()
    )
    return f"<table>{rows}</table>"


def _claims_section(claims: tuple[tuple[Claim, Verdict], ...]) -> str:
    if not claims:
        return ""
    head = "<tr><th>Method</th><th>Claim</th><th>Where</th><th>Reported</th><th>Measured here</th>"
    rows = "".join(_claim_row(claim, verdict) for claim, verdict in claims)
    return f"<h2>Claims</h2><section><table>{head}<th>Verdict</th></tr>{rows}</table></section>"


def _claim_row(claim: Claim, verdict: Verdict) -> str:
    reported = "–" if claim.reported is None else str(claim.reported)
    theory = claim.reported is not None and claim.reported.source == "theory"
    mark = "" if theory else "reported"
    sign = SIGNS["theory" if theory else "reported"]
    measured = "–" if verdict.measured is None else f"{verdict.measured:.4g}"
    shade = {"reproduced": "measured", "differs": "differs"}.get(verdict.word, "quiet")
    reason = f": {verdict.reason}" if verdict.reason else ""
    return (
        f"<tr><td>{escape(claim.method)}</td><td>{escape(claim.text)}</td>"
        f'<td>{escape(claim.where)}</td><td class="number {mark}">{sign} {escape(reported)}</td>'
        f'<td class="number measured">● {measured}</td>'
        f'<td class="{shade}">{escape(verdict.word + reason)}</td></tr>'
    )
