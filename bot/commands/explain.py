"""`callboard explain "..."`: how a question was read; topic candidates with scores, subjects, call, decision and the reason."""

import argparse
import sys

from bot.answering.chosen import Chosen
from bot.commands.ask import read_time
from bot.commands.opening import open_answering
from bot.model.conversation import Question
from bot.wiring.clock import clock


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("question", nargs="+", help="the question")
    parser.add_argument(
        "--earlier", action="append", default=[], metavar="TURN", help="an earlier turn of the asker (repeatable)"
    )
    parser.add_argument("--now", metavar="TIME", help="as of this time, ISO 8601 with an offset (default: the clock)")


def run(options: argparse.Namespace) -> int:
    """Explain."""
    try:
        now = read_time(options.now)
    except ValueError as error:
        print(f"callboard explain: --now: {error}", file=sys.stderr)
        return 2
    explained = open_answering(options).explained(
        Question(" ".join(options.question), now or clock(), tuple(options.earlier))
    )
    for number, entry in enumerate(explained.chosen, start=1):
        print("\n".join(part_lines(number, entry)))
    print(f"\n{explained.answer.kind} ({explained.answer.language})\n{explained.answer.reply}")
    return 0


def part_lines(number: int, entry: Chosen) -> list[str]:
    """How one part was read."""
    names = [
        f"{name.kind} {name.id}" + (f" ({name.call})" if name.call else "")
        for mention in entry.part.mentions
        for name in mention.names
    ]
    candidates = [f"    {rank.probability:6.3f}  {rank.topic.id}" for rank in entry.part.ranking[:6]]
    subject = [call.id for call in entry.subject.calls] + [project.name for _, project in entry.subject.projects]
    decision = entry.decision
    return [
        f"part {number}: {entry.part.text}",
        f"  names:    {', '.join(names) or 'none'}",
        "  topics:",
        *candidates,
        f"  subject:  {', '.join(subject) or 'none'}"
        + (f"  [{'; '.join(entry.subject.how)}]" if entry.subject.how else ""),
        f"  decision: {decision.form}"
        + (f" on {decision.topic.id}" if decision.topic else "")
        + f", because: {decision.reason}",
    ]
