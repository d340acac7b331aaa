"""`callboard check`: config, knowledge and templates; with `--page CALL=FILE` also every quote against the published page."""

import argparse
import sys
from pathlib import Path

from bot.commands.opening import folders
from bot.files.knowledge_files import load_knowledge
from bot.files.page import missing_quotes, page_text
from bot.files.phrasing_files import load_phrasings
from bot.files.template_files import check_templates
from bot.model.knowledge import Call, Knowledge


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--page",
        action="append",
        default=[],
        metavar="CALL=FILE",
        help="verify that the call's quotes stand in the page saved as FILE (repeatable)",
    )


def run(options: argparse.Namespace) -> int:
    """Check, and say what was found."""
    found = folders(options)
    knowledge = load_knowledge(found.knowledge)
    phrasings = load_phrasings(found.knowledge, knowledge.topics)
    templates = check_templates(found.templates)
    print(f"{len(knowledge.topics)} topics, {len(phrasings)} phrasings; replies in {', '.join(templates.languages)}")
    for call in knowledge.calls.values():
        entries = list(call.cited())
        quotes = sum(len(entry.quotes) for _, entry in entries)
        print(f"{call.id}: {len(call.advertised)} projects, {len(entries)} entries on {quotes} quotes")
    return max([_page(knowledge, option) for option in options.page], default=0)


def _page(knowledge: Knowledge, option: str) -> int:
    call_id, _, file = option.partition("=")
    call = knowledge.calls.get(call_id)
    if call is None or not file:
        print(f"--page {option}: write it as CALL=FILE, with CALL one of {', '.join(knowledge.calls)}", file=sys.stderr)
        return 2
    try:
        page = page_text(Path(file))
    except OSError as error:
        print(f"--page {option}: {error.strerror}", file=sys.stderr)
        return 2
    return _compare(call, page, file)


def _compare(call: Call, page: str, file: str) -> int:
    missing = missing_quotes(call, page)
    for project, entry, quote in missing:
        owner = f"projects/{project.id}.yaml" if project else "call.yaml"
        print(f"{call.id}/{owner}, section {entry.section or '-'}: does not stand in {file}: {quote!r}")
    quotes = sum(len(entry.quotes) for _, entry in call.cited())
    print(f"{call.id}: {quotes - len(missing)} of {quotes} quotes stand in {file}")
    return 1 if missing else 0
