"""The command line: parses, calls one use case a command, prints.

Exit codes: 0 done, 1 mistakes found or a check failed, 2 wrong usage (argparse), 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.commands import ask, backup, chat, check, doctor, evaluate, explain, fit, restore, serve, unit
from bot.files.yaml_lines import KnowledgeError

_COMMANDS = (chat, ask, serve, doctor, backup, restore, unit, check, evaluate, explain, fit)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="callboard", description="Answers applicants' questions about a call from the call's own facts."
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="settings (see config.example.yaml)")
    parser.add_argument(
        "--knowledge", metavar="DIR", help="folder with topics/ and calls/ (default: ./knowledge, else the shipped one)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in _COMMANDS:
        sub = command.add_to(commands)
        sub.add_argument("--config", metavar="FILE", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--knowledge", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    if options.command is None:
        options = parser.parse_args([*(arguments or sys.argv[1:]), "chat"])
    try:
        return int(options.run(options))
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        print(
            f"{len(error.mistakes)} mistake{'s' if len(error.mistakes) != 1 else ''}; nothing was done.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: end quietly
        return 0
