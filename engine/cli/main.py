"""From the words of the command line to an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from engine.cli import commands
from engine.cli.arguments import Once, Parser
from engine.device import prepare_threads
from engine.errors import Cancelled, PeerscopeError

_RUN = (
    "python main.py run EXPERIMENT [FILE...] [--ROLE FILE]... [--set NAME=VALUE]... [--seed N] "
    "--out DIR"
)
NAMES = ("list", "run", "claims", "replay", "render", "doctor")


def main(words: Sequence[str]) -> int:
    """Run a command.

    Returns
    -------
    int
        0 done, 2 bad input or parameters, 130 cancelled, 1 our own fault. A fault of the
        person's is told in exactly one line on standard error.
    """
    prepare_threads()
    try:
        options, extra = _parser().parse_known_args(words)
        code: int = options.command(options, extra)
    except PeerscopeError as error:
        sys.stderr.write(error.sentence + "\n")
        return error.exit_code
    except (Cancelled, KeyboardInterrupt):
        sys.stderr.write("Cancelled.\n")
        return Cancelled.exit_code
    except Exception:
        traceback.print_exc()
        return 1
    return code


def _parser() -> Parser:
    parser = Parser(
        prog="python main.py",
        description="Without a command: open the window, on files if any are named.",
    )
    names = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    _add_list(names.add_parser("list", help="experiments, with their parameters"))
    _add_run(names.add_parser("run", help="run an experiment", usage=_RUN, allow_abbrev=False))
    _add_claims(names.add_parser("claims", help="what papers report, beside what is measured"))
    _add_replay(names.add_parser("replay", help="recompute, and say whether it is the same"))
    _add_render(names.add_parser("render", help="every figure of a session, and a report"))
    _add_doctor(names.add_parser("doctor", help="what this machine has, and what it lacks"))
    return parser


def _add_list(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=commands.list_command)


def _add_run(parser: Parser) -> None:
    parser.add_argument("experiment")
    # Files and --ROLE options are whatever is left: see `arguments.given_files`.
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--seed", type=int, action=Once)
    parser.add_argument("--out", type=Path, required=True, action=Once, metavar="DIR")
    parser.set_defaults(command=commands.run_command)


def _add_claims(parser: Parser) -> None:
    parser.add_argument("system", nargs="?")
    parser.add_argument("--list", action="store_true", help="do not run them")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--budget", type=float, metavar="S", help="skip those that take longer")
    parser.set_defaults(command=commands.claims_command)


def _add_replay(parser: Parser) -> None:
    parser.add_argument("path", type=Path, metavar="SESSION_OR_FIGURE")
    parser.set_defaults(command=commands.replay_command)


def _add_render(parser: Parser) -> None:
    parser.add_argument("session", nargs="?", type=Path)
    parser.add_argument("--demo", action="store_true", help="the demo session")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(command=commands.render_command)


def _add_doctor(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=commands.doctor_command)
