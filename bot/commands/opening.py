"""What every command opens first: the settings, the folders, the brain, with progress where it takes long."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bot.config import load_config
from bot.usecases.answer_question import AnswerQuestion
from bot.wiring.answering import Folders, answering


def folders(options: argparse.Namespace) -> Folders:
    """The folders that the options and the config name."""
    found = Folders.of(load_config(options.config))
    if options.knowledge is not None:
        return replace(found, knowledge=Path(options.knowledge))
    return found


def open_answering(options: argparse.Namespace) -> AnswerQuestion:
    """The brain that answers."""
    return answering(folders(options), show_progress)


def agreed(options: argparse.Namespace, question: str) -> bool:
    """Whether a person says yes, or has by --yes."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        print(f"callboard {options.command}: add --yes to agree", file=sys.stderr)
        return False
    return input(f"{question} Type yes: ").strip().lower() == "yes"


def show_progress(done: int, total: int) -> None:
    """A line on standard error while the phrasings are learnt (once after each change of them)."""
    share = int(30 * done / total)
    end = "\n" if done == total else ""
    print(
        f"\rLearning the phrasings [{'#' * share}{'.' * (30 - share)}] {100 * done // total:3d} %",
        end=end,
        file=sys.stderr,
        flush=True,
    )
