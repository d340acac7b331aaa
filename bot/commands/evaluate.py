"""`callboard evaluate FILE...`: how many gold questions are answered right, and which are not."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.commands.opening import open_answering
from bot.files.question_files import load_questions
from bot.model.conversation import Answer, Question
from bot.usecases.evaluate import VERDICTS, Graded, evaluate, upper_bound


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="YAML files of questions")
    parser.add_argument("--failures", type=int, default=200, metavar="N", help="list at most N failures (default: 200)")
    parser.add_argument("--least-right", type=float, metavar="SHARE", help="fail if a smaller share of all is right")
    parser.add_argument(
        "--most-misleading", type=float, metavar="SHARE", help="fail if a larger share of all is misleading"
    )


def run(options: argparse.Namespace) -> int:
    """Grade and print."""
    answer = open_answering(options)
    golds = load_questions(options.files)

    def reply(question: Question) -> tuple[Answer, bool]:
        explained = answer.explained(question)
        understood = all(entry.decision.form not in ("not-understood", "did-you-mean") for entry in explained.chosen)
        return explained.answer, understood

    def progress(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {len(golds)} questions", end="" if done < len(golds) else "\n", file=sys.stderr)

    graded = evaluate(golds, reply, progress)
    for entry in [entry for entry in graded if entry.verdict != "right"][: options.failures]:
        print(failure(entry))
    print(table(graded))
    return verdict(graded, options.least_right, options.most_misleading)


def failure(entry: Graded) -> str:
    """One failure in three lines: what, the question, the reply."""
    question = " ".join(entry.gold.question.split())
    reply = " ".join(entry.answer.reply.split())
    return f"{entry.gold.id} [{entry.gold.category}] {entry.verdict.upper()}: {entry.reason}\n    ? {question[:300]}\n    > {reply[:300]}"


def table(graded: Sequence[Graded]) -> str:
    """Verdicts by category and by language, with the upper bound of misleading, and how citations fare."""
    lines = [f"{'':<16}{'n':>5}" + "".join(f"{verdict:>16}" for verdict in VERDICTS) + f"{'misleading <':>14}"]
    groups = (
        [("category", entry.gold.category) for entry in graded]
        + [("language", entry.gold.language) for entry in graded]
        + [("", "all")]
    )
    for kind, name in dict.fromkeys(sorted(groups, key=lambda group: (group[0] == "", group))):
        chosen = [e for e in graded if kind == "" or getattr(e.gold, kind) == name]
        counts = Counter(entry.verdict for entry in chosen)
        shares = "".join(f"{counts[verdict]:>8} {100 * counts[verdict] / len(chosen):5.1f} %" for verdict in VERDICTS)
        lines.append(
            f"{name:<16}{len(chosen):>5}{shares}{100 * upper_bound(counts['misleading'], len(chosen)):>12.1f} %"
        )
    answered = [entry for entry in graded if entry.answer.kind == "answer"]
    right = [entry for entry in answered if entry.verdict == "right"]
    meeting = sum(entry.cites_gold for entry in right)
    lines.append(
        f"{len(answered)} of {len(graded)} answered; {meeting} of {len(right)} right answers cite the gold source"
    )
    lines.append("misleading <: 95 % upper bound (Clopper-Pearson, one-sided)")
    return "\n".join(lines)


def verdict(graded: Sequence[Graded], least_right: float | None, most_misleading: float | None) -> int:
    """1 if a bound is broken."""
    right = sum(entry.verdict == "right" for entry in graded) / len(graded)
    misleading = sum(entry.verdict == "misleading" for entry in graded) / len(graded)
    broken = (least_right is not None and right < least_right) or (
        most_misleading is not None and misleading > most_misleading
    )
    if broken:
        print(f"below the bound: {100 * right:.1f} % right, {100 * misleading:.1f} % misleading", file=sys.stderr)
    return int(broken)
