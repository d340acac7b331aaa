"""`callboard slots ...`: the week of interviews as a table, slots offered and withdrawn, the interviewers' calendar."""

import argparse
import sys

from bot.commands.slots import exporting, listing, offering, withdrawing
from bot.commands.slots.steps import StepOrCall
from bot.files.slot_files import FileStandsError
from bot.mailing.table import TableError
from bot.usecases.campaign_ports import NotAllowedError

ROOMS = (offering, withdrawing, exporting)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands; without one, the word is the call whose week is shown."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(step="", slot_call="", work=listing.show)
    steps = StepOrCall.added_to(parser)
    for room in ROOMS:
        room.add_to(steps)
    parser.usage = f"{parser.prog} [-h] [CALL]\n       {parser.prog} STEP ..."
    parser.epilog = steps.described()


def run(options: argparse.Namespace) -> int:
    """Show the week, or do one step."""
    try:
        return int(options.work(options))
    except (NotAllowedError, TableError, FileStandsError) as error:
        print(f"callboard slots{' ' if options.step else ''}{options.step}: {error}", file=sys.stderr)
    return 1
