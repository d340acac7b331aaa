"""`callboard campaign ...`: people told their result, from a table and a template to delivered mail."""

import argparse
import sys

from bot.commands.campaign import agreeing, looking, planning, sending, settling
from bot.files.eml_folder import EmlFolderError
from bot.mailing.table import TableError
from bot.storage.senders import AlreadySendingError
from bot.usecases.campaign_ports import NotAllowedError, PlanConflictError

ROOMS = (planning, looking, agreeing, sending, settling)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands, in the order in which they are used."""
    commands = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    for room in ROOMS:
        room.add_to(commands)


def run(options: argparse.Namespace) -> int:
    """Do one step."""
    try:
        return int(options.work(options))
    except (NotAllowedError, PlanConflictError, TableError, EmlFolderError) as error:
        print(f"callboard campaign {options.step}: {error}", file=sys.stderr)
    except AlreadySendingError:
        print(
            "Another process sends campaigns from this record; `campaign status` shows how far it is.", file=sys.stderr
        )
    return 1
