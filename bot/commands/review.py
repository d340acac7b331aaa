"""`callboard review [DRAFT...]`: which recorded and test questions change their answer with a draft, and how; what is published."""

import argparse

from bot.commands.drafting import add_folder, add_questions, drafts_folder, named_draft, reviewed, workshop
from bot.files.answers_files import published
from bot.files.drafts import draft_files, read_draft


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("drafts_named", nargs="*", metavar="DRAFT", help="a draft's file or name (default: all drafts)")
    add_folder(parser)
    add_questions(parser)


def run(options: argparse.Namespace) -> int:
    """Review; 1 if a draft is refused."""
    with workshop(options) as shop:
        live = published(shop.folders.knowledge)
        ids = {entry.id for _, entry in live}
        files = [named_draft(options, name) for name in options.drafts_named]
        if not files:
            for call, entry in live:
                statement = entry.fact.statement
                by = f"{statement.by}, {statement.on}" if statement else ""
                print(f"published: {entry.id} ({'/'.join(filter(None, (call, entry.project)))}; {by})")
            files = [file for file in draft_files(drafts_folder(options)) if file.stem not in ids]
            if not files:
                print(f"No drafts in {drafts_folder(options)}; `callboard learn REQUEST` makes one.")
        refused = False
        for file in files:
            refused |= reviewed(shop, read_draft(file, shop.live.knowledge), options).refused
        return int(refused)
