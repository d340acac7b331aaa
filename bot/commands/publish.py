"""`callboard publish DRAFT`: a reviewed draft made part of the knowledge, and everybody who waits for it told."""

import argparse
import sys
from pathlib import Path

from msgspec.structs import replace

from bot.commands.asking import agreed
from bot.commands.drafting import add_folder, add_questions, named_draft, reviewed, workshop
from bot.commands.opening import show_progress
from bot.files.answers_files import plain, published
from bot.files.drafts import read_draft
from bot.model.draft import Draft, Entry
from bot.wiring.clock import clock
from bot.wiring.learning import Workshop, matter_of


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("draft", metavar="DRAFT", help="the draft's file or name")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_folder(parser)
    add_questions(parser)


def run(options: argparse.Namespace) -> int:
    """Review, publish, tell. Started again after a kill, it goes on where it was."""
    with workshop(options) as shop:
        draft = read_draft(named_draft(options, options.draft), shop.live.knowledge)
        live = {entry.id: (call, entry) for call, entry in published(shop.folders.knowledge)}
        if draft.id not in live:
            code = _publish(shop, draft, options)
            if code:
                return code
        elif _same(draft, *live[draft.id]):
            print(f"{draft.id} is published already; who still waits for it is told now.")
        else:
            print(
                f"callboard publish: another answer is published as {draft.id}: "
                f"`callboard rollback {draft.id}` first, or give the draft another `id:`",
                file=sys.stderr,
            )
            return 1
        told = shop.tell(draft, clock(), show_progress)
        print(
            f"{len(told.told)} waiting {'person is' if len(told.told) == 1 else 'people are'} told (requests {_list(told.told)})."
        )
        if told.left:
            print(f"Left to a person, because the bot does not read their question so: requests {_list(told.left)}.")
        return 0


def _same(draft: Draft, call: str, entry: Entry) -> bool:
    """Whether the published answer is the draft's."""
    return (call, plain(replace(entry, published=""))) == (draft.call, plain(draft.entry))


def _publish(shop: Workshop, draft: Draft, options: argparse.Namespace) -> int:
    if reviewed(shop, draft, options).refused:
        return 1
    waiting = len(shop.store.hand_overs.waiting_for(matter_of(draft)))
    if not agreed(options, f"Publish {draft.id}, and tell {waiting} who wait for it?"):
        print("Nothing was changed.")
        return 1
    try:
        shop.publish(draft, clock())
    except OSError as error:
        print(unwritable("publish", shop.folders.knowledge, error), file=sys.stderr)
        return 1
    print(f"{draft.id} is live; `callboard rollback {draft.id}` takes it back.")
    return 0


def unwritable(name: str, folder: Path, error: OSError) -> str:
    """What to do about a folder that cannot be written."""
    return (
        f"callboard {name}: {folder} cannot be written ({error.strerror}); nothing was changed. Copy that folder to one of yours "
        "and name it in the settings (`knowledge: FOLDER`) or with --knowledge FOLDER"
    )


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers)) or "none"
