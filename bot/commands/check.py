"""`callboard check`: config, knowledge and templates; what contradicts itself; with `--page` also how it drifted from the page."""

import argparse
import sys
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.answering.wording import Templates
from bot.commands.asking import folders
from bot.files.knowledge_files import load_knowledge
from bot.files.page import PageError, read_page
from bot.files.phrasing_files import load_phrasings
from bot.files.template_files import check_templates
from bot.model.knowledge import Call, Knowledge
from bot.usecases.drift import Drift, drift, told

_LANGUAGE = "en"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--page",
        action="append",
        default=[],
        metavar="CALL=PAGE",
        help="verify that the call's quotes stand in its page, a file or an address (https://...), and name dates that "
        "have passed (repeatable)",
    )


def run(options: argparse.Namespace) -> int:
    """Check, and say what was found: 0 if nothing is wrong, 1 if something is, 2 if a page cannot be read."""
    found = folders(options)
    knowledge = load_knowledge(found.knowledge)
    phrasings = load_phrasings(found.knowledge, knowledge.topics)
    templates = check_templates(found.templates, knowledge.topics)
    print(f"{len(knowledge.topics)} topics, {len(phrasings)} phrasings; replies in {', '.join(templates.languages)}")
    worst = 0
    for call in knowledge.calls.values():
        entries = list(call.cited())
        quotes = sum(len(entry.quotes) for _, entry in entries)
        print(f"{call.id}: {len(call.advertised)} projects, {len(entries)} entries on {quotes} quotes")
        contradictions = replace(_drift(call, knowledge, None), passed=())
        worst = max(worst, _say(contradictions, knowledge, templates))
    return max([worst, *(_page(knowledge, templates, option) for option in options.page)])


def _page(knowledge: Knowledge, templates: Templates, option: str) -> int:
    call_id, _, place = option.partition("=")
    call = knowledge.calls.get(call_id)
    if call is None or not place:
        print(f"--page {option}: write it as CALL=PAGE, with CALL one of {', '.join(knowledge.calls)}", file=sys.stderr)
        return 2
    try:
        page = read_page(place)
    except PageError as error:
        print(f"--page {option}: {error}", file=sys.stderr)
        return 2
    found = replace(_drift(call, knowledge, page), contradictions=())
    worst = _say(found, knowledge, templates, place)
    counts = {"found": found.quotes - len(found.missing), "quotes": found.quotes}
    print(templates.say(_LANGUAGE, "coordinators", "drift", "stand", call=call.id, page=place, **counts))
    return worst


def _drift(call: Call, knowledge: Knowledge, page: str | None) -> Drift:
    return drift(call, knowledge.topics, page, datetime.now(ZoneInfo(call.zone)).date())


def _say(found: Drift, knowledge: Knowledge, templates: Templates, page: str = "") -> int:
    if lines := told(found, knowledge.topics, templates, _LANGUAGE, page):
        print(lines)
    return 1 if found.missing or found.contradictions else 0
