"""`callboard rollback [ANSWER]`: a published answer taken out of the knowledge again, with its phrasing and test question."""

import argparse
import sys

from bot.commands.asking import agreed, folders
from bot.commands.publish import unwritable
from bot.files.answers_files import dumped, last_published, plain, published, withdraw


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("answer", nargs="?", metavar="ANSWER", help="the answer's id (default: the last one published)")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    """Show and remove."""
    folder = folders(options).knowledge
    live = published(folder)
    wanted = options.answer or last_published(folder)
    found = next(((call, entry) for call, entry in live if entry.id == wanted), None)
    if found is None:
        known = ", ".join(entry.id for _, entry in live)
        what = f"no answer {wanted} is published (published: {known})" if known else "no answer is published"
        print(f"callboard rollback: {what}", file=sys.stderr)
        return 1
    call, entry = found
    print(f"calls/{call}/answers.yaml:\n{dumped([plain(entry)])}")
    if not agreed(options, f"Take {entry.id} back?"):
        print("Nothing was changed.")
        return 1
    try:
        withdraw(folder, entry.id)
    except OSError as error:
        print(unwritable("rollback", folder, error), file=sys.stderr)
        return 1
    print(f"{entry.id} is taken back; who was told it stands in `callboard corrections`.")
    return 0
