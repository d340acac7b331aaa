"""What commands ask first: which folders, and a person's yes. Opens nothing: a command about mails needs no brain."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bot.config import load_config
from bot.wiring.folders import Folders


def folders(options: argparse.Namespace) -> Folders:
    """The folders that the options and the config name."""
    found = Folders.of(load_config(options.config))
    if options.knowledge is not None:
        return replace(found, knowledge=Path(options.knowledge))
    return found


def agreed(options: argparse.Namespace, question: str) -> bool:
    """Whether a person says yes, or has by --yes."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        print(f"callboard {options.command}: add --yes to agree", file=sys.stderr)
        return False
    return input(f"{question} Type yes: ").strip().lower() == "yes"
