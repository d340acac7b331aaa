"""The command line: parses, calls one use case a command, prints.

Exit codes: 0 done, 1 mistakes found or a check failed, 2 wrong usage (argparse), 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from bot.files.yaml_lines import KnowledgeError

COMMANDS = {
    "chat": "ask in the terminal (the default)",
    "ask": "answer one question, or lines of JSON",
    "serve": "answer on Telegram and by email",
    "doctor": "test settings, token, mailbox, mail server, record and knowledge",
    "report": "what was asked, what was not stated, what waits for a person",
    "corrections": "list who was told what has changed since, and tell them on your word",
    "campaign": "tell people their result: plan, preview, approve, send, and what became of it",
    "returns": "who was not reached, has not answered or not booked; what came back, and your word on it",
    "slots": "interview times: the week as a table, offer, withdraw, one calendar for the interviewers",
    "templates": "list the letters that tell people their result, and what each needs",
    "learn": "draft a general answer from a coordinator's reply to a request",
    "review": "show which answers change with a draft, and refuse what breaks",
    "publish": "make a draft part of the knowledge, and tell everybody who waits for it",
    "rollback": "take a published answer back",
    "backup": "copy the record to a file, while serve runs",
    "restore": "put a backup in the record's place",
    "unit": "print a systemd unit for serve",
    "check": "verify settings, knowledge and templates",
    "evaluate": "grade the answers to gold questions",
    "explain": "show how a question is read",
    "fit": "learn the phrasings and keep the index",
}
"""What each command does. Its module, of the same name in this room, is loaded when it is used: a question needs no mail server."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = _command(given)
    parser = _parser()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    run: Callable[[argparse.Namespace], int] | None = None
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.add_argument("--config", metavar="FILE", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--knowledge", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if name == (command or "chat"):
            module = import_module(f"bot.commands.{name}")
            module.add_to(sub)
            run = module.run
    options = parser.parse_args(given if command else [*given, "chat"])
    assert run is not None
    try:
        return run(options)
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


def _parser(*, helps: bool = True) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="callboard",
        description="Answers applicants' questions about a call from the call's own facts.",
        add_help=helps,
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="settings (see config.example.yaml)")
    parser.add_argument(
        "--knowledge", metavar="DIR", help="folder with topics/ and calls/ (default: ./knowledge, else the shipped one)"
    )
    return parser


def _command(given: Sequence[str]) -> str | None:
    """The command that is asked for; None if it is left to the default, or to the parser's help and errors."""
    first = _parser(helps=False)
    first.add_argument("command", nargs="?")
    word = first.parse_known_args(given)[0].command
    return str(word) if word is not None else ("chat" if {"-h", "--help"} & set(given) else None)
