"""What the commands about drafts share: the workshop opened, the folder of drafts, a review shown, a yes asked for."""

import argparse
import difflib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path

from bot.commands.asking import folders
from bot.commands.opening import open_answering, show_progress
from bot.config import load_config, load_secrets, store_url
from bot.files.drafts import draft_files
from bot.model.conversation import Answer
from bot.model.draft import Draft
from bot.storage.store import open_store
from bot.usecases.review import Review
from bot.wiring.learning import Workshop

SHOWN = 40
"""Changes of recorded and test questions that are shown in full."""


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the folder of drafts."""
    where = "where drafts lie (default: `drafts` beside the settings, else in the user's data folder)"
    parser.add_argument("--drafts", type=Path, metavar="DIR", help=where)


def add_questions(parser: argparse.ArgumentParser) -> None:
    """Add the option for further test questions."""
    parser.add_argument(
        "--questions",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="further questions that must hold (repeatable; form: tests/questions/README.md)",
    )


def drafts_folder(options: argparse.Namespace) -> Path:
    """The folder of drafts."""
    if options.drafts is not None:
        return Path(options.drafts)
    if options.config is not None:
        return Path(options.config).parent / "drafts"
    return user_data_path("callboard") / "drafts"


def named_draft(options: argparse.Namespace, name: str) -> Path:
    """The file of a draft that is named by its file or by its id."""
    file = Path(name)
    if file.is_file() or file.suffix == ".yaml":
        return file
    known = [one for one in draft_files(drafts_folder(options)) if one.stem == name]
    return known[0] if known else drafts_folder(options) / f"{name}.yaml"


@contextmanager
def workshop(options: argparse.Namespace) -> Iterator[Workshop]:
    """The knowledge, the brain and the record, until the block ends."""
    store = open_store(store_url(load_config(options.config), load_secrets()))
    try:
        yield Workshop(folders(options), open_answering(options), store)
    finally:
        store.close()


def reviewed(shop: Workshop, draft: Draft, options: argparse.Namespace) -> Review:
    """Review a draft and show what was found."""
    found = shop.review(draft, shop.with_draft(draft, show_progress), options.questions, _progress)
    print(report(draft, found))
    return found


def report(draft: Draft, found: Review) -> str:
    """A review in words: counts, each change as a difference, what breaks and what to do."""
    lines = [
        f"{draft.id}: {found.tests} test questions and {found.recorded} recorded ones asked, "
        f"{len(found.changes)} change their answer"
    ]
    for change in found.changes[:SHOWN]:
        old, new = change.old, change.new
        lines += [
            "",
            f"  {change.where}: {' '.join(change.question.split())[:200]}",
            f"    {_heads(old)} -> {_heads(new)}",
        ]
        lines += [f"    {line}" for line in _difference(old, new)]
    if len(found.changes) > SHOWN:
        lines += ["", f"  and {len(found.changes) - SHOWN} more"]
    lines += ["", *[f"not right before either: {what}" for what in found.wrong]] if found.wrong else []
    if found.refused:
        lines += ["", f"{draft.id}: refused"]
        lines += [f"  the wording {what}" for what in found.objections]
        for broken in found.broken:
            lines += [f"  {broken.gold.id} must hold and does not: {broken.reason}"]
            lines += [f"    ? {' '.join(broken.gold.question.split())[:200]}"]
            lines += [f"    > {' '.join(broken.answer.reply.split())[:300]}"]
            if broken.gold.id == draft.id:
                lines += [
                    "    It is the draft's own test question: mend `question` in the draft, or learn with --asked."
                ]
    else:
        lines += ["", f"{draft.id}: nothing that must hold breaks"]
    return "\n".join(lines)


def _heads(answer: Answer) -> str:
    return f"[{answer.kind}: {', '.join(answer.topics) or '-'}]"


def _difference(old: Answer, new: Answer) -> Iterator[str]:
    """The lines that go (-) and come (+)."""
    for line in difflib.ndiff(old.reply.splitlines(), new.reply.splitlines()):
        if line[:1] in "-+":
            yield line


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} questions", end="" if done < total else "\n", file=sys.stderr, flush=True)
