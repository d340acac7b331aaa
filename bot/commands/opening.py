"""What every command that answers opens first: the brain, with progress where it takes long."""

import argparse
import sys

from bot.commands.asking import folders
from bot.usecases.answer_question import AnswerQuestion
from bot.wiring.answering import answering


def open_answering(options: argparse.Namespace) -> AnswerQuestion:
    """The brain that answers."""
    return answering(folders(options), show_progress)


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
